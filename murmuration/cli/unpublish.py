"""`murmur unpublish`: pipelines are live no more."""

from __future__ import annotations

from collections.abc import Sequence

import click

from murmuration.cli.audited import only_project
from murmuration.cli.place import Place, actor, placed_anywhere, who
from murmuration.cli.printing import print_json
from murmuration.cli.publish import print_unpublished
from schemas.model import JsonObject


@click.command("unpublish", short_help="take a pipeline out: its triggers are gone, its runs go on")
@click.argument("pipelines", nargs=-1, required=True, metavar="PIPELINE...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(pipelines: tuple[str, ...], as_json: bool, place: Place) -> None:
    """Take PIPELINE... out: triggers start nothing any more, and nobody can run it. Runs that go on come to their end; they
    and those before stay to be looked at and can be run again.

    Remove its document, too, or the next murmur up or murmur publish publishes it again. murmur publish --prune takes out
    all pipelines that have no document any more.

    Exit code 0: it is out. 2: it could not be tried, or one of them is not live; then none is taken out.
    """
    if place.local:
        with place.acting("unpublish") as acting:
            told = acting.ask("unpublish", {"pipelines": list(pipelines)})
        where = acting.where
    else:
        where, told = _there(pipelines, place)
    if as_json:
        print_json({**where, **told})
    else:
        print_unpublished(told)


def _there(pipelines: Sequence[str], place: Place) -> tuple[JsonObject, JsonObject]:
    from murmuration.aws.publish.making import by_a_person
    from murmuration.system import SystemClock

    there = place.remote()
    there.say()
    publisher = by_a_person(there.deployed.environment, there.clients, SystemClock(), who())
    with place.audit().of(actor(), "pipeline.unpublish", ", ".join(pipelines), project=only_project(pipelines)):
        publisher.unpublish(pipelines)
    return {"target": there.stage}, {"unpublished": [{"pipeline": name} for name in pipelines]}
