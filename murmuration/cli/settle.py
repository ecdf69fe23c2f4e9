"""`murmur settle`: how a task that waits for a callback has ended."""

from __future__ import annotations

import click

from murmuration.cli.given import json_given
from murmuration.cli.logs import known_task
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import print_json
from schemas.model import JsonObject


@click.command("settle", short_help="say how a task that waits for a callback has ended")
@click.argument("run")
@click.argument("task")
@click.option("--token", required=True, help="What the task's function was given: context.token.")
@click.option("--output", metavar="JSON", help="It has succeeded, with this: JSON, or @FILE; null when left out.")
@click.option("--error", metavar="TEXT", help="It has failed, and this is why.")
@click.option("--type", "kind", default="Failed", show_default=True, help="Of which type the error is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(
    run: str, task: str, token: str, output: str | None, error: str | None, kind: str, as_json: bool, place: Place
) -> None:
    """Settle TASK of RUN (an id, enough of its beginning, or last), which says `callback: true` and waits.

    Exit code 0: it is settled. 2: it could not be tried, or nothing waits under this token.
    """
    if output is not None and error is not None:
        raise click.UsageError("give --output or --error, not both")
    with place.reading() as reading:
        found = reading.run(run)
        known_task(reading, found, task)
    body: JsonObject = {"run": found, "task": task, "token": token}
    if error is None:
        body["output"] = None if output is None else json_given(output, "--output")
    else:
        body["error"] = {"type": kind, "message": error}
    with place.acting("settle") as acting:
        told = acting.ask("settle", body)
    if as_json:
        print_json({**acting.where, **told})
    else:
        click.echo(f"{told['task']} of {told['run']} has {told['state']}.")
