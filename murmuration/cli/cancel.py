"""`murmur cancel`: end a run now."""

from __future__ import annotations

import click

from murmuration.cli.place import Place, placed_anywhere, who
from murmuration.cli.printing import print_json


@click.command("cancel", short_help="end a run now")
@click.argument("run")
@click.option("--reason", default="", help="Why; people will see it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(run: str, reason: str, as_json: bool, place: Place) -> None:
    """End RUN (an id, enough of its beginning, or last) now: nothing of it starts any more, and what runs is stopped. On AWS
    nobody can stop what runs: it works on, and its outcome counts for nothing.

    Exit code 0: it is cancelled. 2: it could not be tried, or it had ended already.
    """
    with place.reading() as reading:
        found = reading.run(run)
    with place.acting("cancel") as acting:
        told = acting.ask("cancel", {"run": found, "by": who(), "reason": reason})
    if as_json:
        print_json({**acting.where, **told})
    else:
        click.echo(f"{told['run']} of {told['pipeline']} is cancelled.")
