"""`murmur publish`: documents become versions, once they have no mistake."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from pydantic import JsonValue

from events.check import Checked, Target
from murmuration.cli.documents import MISTAKES, print_problem
from murmuration.cli.place import Place, placed_anywhere, who
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
@click.option("--dry-run", is_flag=True, help="Say what it would do, and what stands in the way.")
@click.option("--activate", metavar="PIPELINE@VERSION", help="Make that version live again. Rolls back, or forth.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(
    files: tuple[Path, ...], prune: bool, dry_run: bool, activate: str | None, as_json: bool, place: Place
) -> None:
    """Publish the pipelines in FILE..., or all of the workspace. With a mistake in any of them nothing is published.

    A document that is the same as the active version makes no new one. Runs stay on the version they started with.

    --dry-run changes nothing. --activate makes a version live that was published before, and writes its text to the pipeline's
    file.

    With --target STAGE, or --aws, they are published to a stack that is deployed there, with your own rights. Variables of
    the project go with them. Killed or refused at any point, it may be run again.

    Exit code 0: published. 1: mistakes, or something stands in the way. 2: it could not be tried.
    """
    if prune and (files or activate):
        raise click.UsageError("--prune is about all of the workspace: leave the others out")
    if place.local:
        if activate is not None and files:
            raise click.UsageError("--activate names its version: leave the files out")
        if activate is None:
            _publish_here(files, prune, dry_run, as_json, place)
        else:
            _activate_here(activate, dry_run, as_json, place)
    else:
        from murmuration.cli.publish_there import publish_there

        publish_there(files, place, prune=prune, dry_run=dry_run, activate=activate, as_json=as_json)


def _publish_here(files: Sequence[Path], prune: bool, dry_run: bool, as_json: bool, place: Place) -> None:
    workspace = place.workspace
    pipelines = sound(workspace, files)
    if not pipelines and not prune:
        raise nothing_to_publish(workspace)
    documents: list[JsonValue] = [pipeline.document() for pipeline in pipelines]
    with place.acting("publish") as acting:
        told = acting.ask("publish", {"pipelines": documents, "prune": prune, "dry_run": dry_run})
    if not dry_run:
        note_published(workspace, told, who())
    _tell_here(told, place, dry_run, as_json)


def _activate_here(activate: str, dry_run: bool, as_json: bool, place: Place) -> None:
    """The pipeline's file goes along, or the next publish would undo it."""
    from murmuration.local.rolling import roll

    with place.acting("publish") as acting:
        told = roll(place.workspace, acting, activate, dry_run=dry_run)
    _tell_here(told, place, dry_run, as_json)


def _tell_here(told: JsonObject, place: Place, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json({"target": place.target, "workspace": str(place.workspace.root), **told})
        return
    print_impact(told, dry_run=dry_run)
    print_unpublished(told, dry_run=dry_run)
    tell_obstacles(told["obstacles"])


def note_published(workspace: Workspace, told: JsonObject, by: str) -> None:
    """Who published what, and its text with all its comments. What is known already stays."""
    from murmuration.local.rolling import note

    published = told["published"]
    new = [one for one in published if isinstance(one, dict) and one["new"]] if isinstance(published, list) else []
    if new:
        note(workspace, [(str(one["pipeline"]), int(str(one["version"]))) for one in new], by)


def tell_obstacles(obstacles: JsonValue) -> None:
    for one in obstacles if isinstance(obstacles, list) else ():
        assert isinstance(one, dict), "an obstacle says what and what to do"
        kind = click.style("error" if one["stops"] else "warning", fg="red" if one["stops"] else "yellow", bold=True)
        name = f"{one['pipeline']}: " if one["pipeline"] else ""
        click.echo(f"{kind}: {name}{one['what']}", err=True)
        click.echo(f"        {click.style(str(one['advice']), fg='cyan')}", err=True)


def nothing_to_publish(workspace: Workspace) -> NothingToPublish:
    return NothingToPublish("there is no pipeline", where=str(workspace.root), advice="Write one into pipelines/")


def sound(workspace: Workspace, files: Sequence[Path], target: Target | None = None) -> tuple[Pipeline, ...]:
    """The pipelines of these files, or of all: each without a mistake, or every mistake is told and the verb ends."""
    wanted = [file.resolve() for file in files]
    documents = [*workspace.documents(), *(file for file in wanted if file not in workspace.documents())]
    checked, sources = workspace.read(documents, target)
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


def print_impact(told: JsonObject, *, dry_run: bool = False) -> None:
    published = told["published"]
    assert isinstance(published, list), "what was published is listed"
    for one in published:
        assert isinstance(one, dict), "each with what it means"
        _print_one(one, dry_run)


def print_unpublished(told: JsonObject, *, dry_run: bool = False) -> None:
    unpublished = told["unpublished"]
    assert isinstance(unpublished, list), "what was taken out is listed"
    for one in unpublished:
        assert isinstance(one, dict), "each with the runs that it still has"
        runs = int(str(one.get("open_runs", 0)))
        going_on = f"; {count(runs, 'run')} of it {'goes' if runs == 1 else 'go'} on" if runs else ""
        click.echo(
            f"{click.style(str(one['pipeline']), bold=True)} {'would be' if dry_run else 'is'} live no more{going_on}"
        )


def _print_one(one: JsonObject, dry_run: bool) -> None:
    rules = one["rules"]
    assert isinstance(rules, dict), "rules are told by what becomes of them"
    name = click.style(f"{one['pipeline']}@{one['version']}", bold=True)
    if not one["new"]:
        click.echo(f"{name} is live already")
        return
    added, kept, removed = (_length(rules[which]) for which in ("added", "kept", "removed"))
    click.echo(
        f"{name} {'would be' if dry_run else 'is'} live: {count(added, 'rule')} added, {kept} kept, {removed} removed "
        f"({one['plan']} plan: {one['why']})"
    )
    for which, mark in (("added", "+"), ("removed", "-")):
        listed = rules[which]
        for rule in listed if isinstance(listed, list) else ():
            click.echo(click.style(f"  {mark} {rule}", fg="green" if mark == "+" else "yellow"))


def _length(names: JsonValue) -> int:
    return len(names) if isinstance(names, list) else 0
