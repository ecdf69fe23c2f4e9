"""`murmur refused`: what triggers matched and did not start."""

from __future__ import annotations

import click
from pydantic import JsonValue

from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import console, iso, moment, plain, print_json, table


@click.command("refused", short_help="list what triggers refused, and why")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@placed_anywhere
def command(limit: int, as_json: bool, place: Place) -> None:
    """List what triggers refused, the newest first: an input that does not fit, a signature that is wrong, a pipeline that is
    paused or full, a time that its schedule passed by. --json has the events, too.

    Exit code 0, also when there is nothing. 2: it could not be tried.
    """
    with place.reading() as reading:
        found = reading.refusals(limit)
    if as_json:
        refused: list[JsonValue] = [
            {"at": iso(one.at), "pipeline": one.pipeline, "trigger": one.trigger, "why": one.why, "event": one.event}
            for one in found
        ]
        print_json({"refused": refused})
    elif not found:
        click.echo("Nothing was refused.")
    else:
        rows = [(moment(one.at), plain(one.pipeline), plain(one.trigger), plain(one.why)) for one in found]
        console().print(table(("At", "Pipeline", "Trigger", "Why"), rows))
