"""`murmur resume`: have a paused pipeline's triggers start runs again."""

from __future__ import annotations

import click

from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import print_json


@click.command("resume", short_help="have a paused pipeline's triggers start runs again")
@click.argument("pipeline")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(pipeline: str, as_json: bool, place: Place) -> None:
    """Resume PIPELINE: its triggers start runs again.

    What was refused meanwhile is not made up for by itself; murmur replay does that.

    Exit code 0: it is resumed, also when it was before. 2: it could not be tried.
    """
    with place.acting("resume") as acting:
        told = acting.ask("resume", {"pipeline": pipeline})
    if as_json:
        print_json({**acting.where, **told})
    else:
        click.echo(f"{told['pipeline']} {'is resumed' if told['changed'] else 'was not paused'}.")
