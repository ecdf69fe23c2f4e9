"""`murmur unpublish`: pipelines are live no more."""

from __future__ import annotations

import click

from murmuration.cli.place import Place, placed
from murmuration.cli.printing import print_json
from murmuration.cli.publish import print_unpublished


@click.command("unpublish", short_help="take a pipeline out: its triggers are gone, its runs go on")
@click.argument("pipelines", nargs=-1, required=True, metavar="PIPELINE...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed
def command(pipelines: tuple[str, ...], as_json: bool, place: Place) -> None:
    """Take PIPELINE... out: triggers start nothing any more, and nobody can run it. Runs that go on come to their end; they
    and those before stay to be looked at and can be run again.

    Remove its document, too, or the next murmur up or murmur publish publishes it again. murmur publish --prune takes out
    all pipelines that have no document any more.

    Exit code 0: it is out. 2: it could not be tried, or one of them is not live; then none is taken out.
    """
    with place.acting("unpublish") as acting:
        told = acting.ask("unpublish", {"pipelines": list(pipelines)})
    if as_json:
        print_json({"target": place.target, "workspace": str(acting.workspace.root), **told})
    else:
        print_unpublished(told)
