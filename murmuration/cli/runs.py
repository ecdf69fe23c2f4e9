"""`murmur runs`: the runs there are, the newest first."""

from __future__ import annotations

import click

from handlers.reading import Sought, run_state
from handlers.run_document import run_listed
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import console, moment, plain, print_json, span, state, table
from schemas.run import RunState


@click.command("runs", short_help="list runs")
@click.option("--pipeline", metavar="NAME", help="Only this pipeline's.")
@click.option("--state", "of_state", type=click.Choice([one.value for one in RunState]), help="Only those that are so.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--before", metavar="RUN", help="Those before this one: the next page.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@placed_anywhere
def command(
    pipeline: str | None, of_state: str | None, limit: int, before: str | None, as_json: bool, place: Place
) -> None:
    """List runs, the newest first.

    Exit code 0, also when there are none. 2: it could not be tried.
    """
    with place.reading() as reading:
        found, more = reading.page(
            Sought(
                pipeline=None if pipeline is None else reading.pipeline(pipeline),
                state=None if of_state is None else RunState(of_state),
            ),
            before=None if before is None else reading.run(before),
            most=limit,
        )
    if as_json:
        print_json({"runs": [run_listed(run).whole() for run in found], "before": more})
        return
    there = "" if place.local else f" --target {place.target}"
    if not found:
        click.echo(
            "There are none." if more is None else f"None so far. Before that: murmur runs --before {more}{there}"
        )
        return
    rows = [
        (
            run.id,
            run.reference,
            state(run_state(run).value),
            moment(run.started),
            span(run.ended - run.started) if run.ended else "",
            run.trigger,
            plain(run.reason),
        )
        for run in found
    ]
    console().print(table(("Run", "Pipeline", "State", "Started", "Took", "Trigger", "Why"), rows, right=("Took",)))
    if more is not None:
        click.echo(f"More: murmur runs --before {more}{there}")
