"""`murmur publish`: documents become versions, once they have no mistake."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from pydantic import JsonValue

from events.check import Checked
from murmuration.cli.documents import MISTAKES, print_problem
from murmuration.cli.place import Place, placed
from murmuration.cli.printing import count, print_json
from murmuration.workspace import Workspace
from schemas.errors import MurmurationError
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.problem import Severity
from schemas.source import Source


class NothingToPublish(MurmurationError):
    code = "nothing-to-publish"


@click.command("publish", short_help="check, compile and publish pipelines")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="[FILE...]")
@click.option("--prune", is_flag=True, help="Unpublish what is live and has no document in the workspace any more.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed
def command(files: tuple[Path, ...], prune: bool, as_json: bool, place: Place) -> None:
    """Publish the pipelines in FILE..., or all of the workspace. With a mistake in any of them nothing is published.

    A document that is the same as the active version makes no new one. Runs stay on the version they started with.

    Exit code 0: published. 1: mistakes. 2: it could not be tried.
    """
    if prune and files:
        raise click.UsageError("--prune is about all of the workspace: leave the files out")
    workspace = place.workspace
    pipelines = sound(workspace, files)
    if not pipelines and not prune:
        raise NothingToPublish("there is no pipeline", where=str(workspace.root), advice="Write one into pipelines/")
    with place.acting("publish") as acting:
        told = acting.ask("publish", {"pipelines": [pipeline.document() for pipeline in pipelines], "prune": prune})
    if as_json:
        print_json({"target": place.target, "workspace": str(workspace.root), **told})
    else:
        print_impact(told)
        print_unpublished(told)


def sound(workspace: Workspace, files: Sequence[Path]) -> tuple[Pipeline, ...]:
    """The pipelines of these files, or of all: each without a mistake, or every mistake is told and the verb ends."""
    wanted = [file.resolve() for file in files]
    documents = [*workspace.documents(), *(file for file in wanted if file not in workspace.documents())]
    checked, sources = workspace.read(documents)
    names = {workspace.spell(file) for file in wanted} or {source.file for source in sources}
    if tell_mistakes(checked, [source for source in sources if source.file in names]):
        raise SystemExit(MISTAKES)
    if not wanted:
        return checked.pipelines
    alone, _ = workspace.read(wanted)
    asked = {pipeline.name for pipeline in alone.pipelines}
    return tuple(pipeline for pipeline in checked.pipelines if pipeline.name in asked)


def tell_mistakes(checked: Checked, sources: Sequence[Source]) -> int:
    """On standard error. How many there are; warnings do not count and are left to `murmur check`."""
    by_file = {source.file: source for source in sources}
    mistakes = [one for one in checked.problems if one.severity is Severity.ERROR and one.file in by_file]
    for problem in mistakes:
        print_problem(problem, by_file[problem.file])
    return len(mistakes)


def print_impact(told: JsonObject) -> None:
    published = told["published"]
    assert isinstance(published, list), "what was published is listed"
    for one in published:
        assert isinstance(one, dict), "each with what it means"
        _print_one(one)


def print_unpublished(told: JsonObject) -> None:
    unpublished = told["unpublished"]
    assert isinstance(unpublished, list), "what was taken out is listed"
    for one in unpublished:
        assert isinstance(one, dict), "each with the runs that it still has"
        runs = int(str(one["open_runs"]))
        going_on = f"; {count(runs, 'run')} of it {'goes' if runs == 1 else 'go'} on" if runs else ""
        click.echo(f"{click.style(str(one['pipeline']), bold=True)} is live no more{going_on}")


def _print_one(one: JsonObject) -> None:
    rules = one["rules"]
    assert isinstance(rules, dict), "rules are told by what becomes of them"
    name = click.style(f"{one['pipeline']}@{one['version']}", bold=True)
    if not one["new"]:
        click.echo(f"{name} is live already")
        return
    added, kept, removed = (_length(rules[which]) for which in ("added", "kept", "removed"))
    click.echo(
        f"{name} is live: {count(added, 'rule')} added, {kept} kept, {removed} removed ({one['plan']} plan: {one['why']})"
    )
    for which, mark in (("added", "+"), ("removed", "-")):
        listed = rules[which]
        for rule in listed if isinstance(listed, list) else ():
            click.echo(click.style(f"  {mark} {rule}", fg="green" if mark == "+" else "yellow"))


def _length(names: JsonValue) -> int:
    return len(names) if isinstance(names, list) else 0
