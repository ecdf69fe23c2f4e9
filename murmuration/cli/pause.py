"""`murmur pause`: have a pipeline's triggers start nothing."""

from __future__ import annotations

import click

from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import print_json


@click.command("pause", short_help="have a pipeline's triggers start nothing")
@click.argument("pipeline")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(pipeline: str, as_json: bool, place: Place) -> None:
    """Pause PIPELINE: its triggers start nothing until it is resumed. Runs go on, and people may still start some.

    Events that come meanwhile are recorded as refused; murmur replay takes them up later.

    Exit code 0: it is paused, also when it was before. 2: it could not be tried.
    """
    with place.acting("pause") as acting:
        told = acting.ask("pause", {"pipeline": pipeline})
    if as_json:
        print_json({**acting.where, **told})
    else:
        click.echo(f"{told['pipeline']} {'is paused' if told['changed'] else 'is paused already'}.")
