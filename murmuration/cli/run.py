"""`murmur run`: a run of a published pipeline, or of a document that is not published at all."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from handlers.acting import Refused
from handlers.naming import pipeline_named
from handlers.run_document import run_document
from handlers.unknown import NoSuchPipeline
from murmuration.cli.following import Follower
from murmuration.cli.given import json_given
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import console, print_json
from murmuration.cli.runs_shown import exit_code, header, results
from murmuration.cli.targets import WorksLocally
from murmuration.workspace import Workspace, find
from schemas.model import JsonObject
from schemas.pipeline import Pipeline

if TYPE_CHECKING:
    from handlers.acting import Acting

_ENDINGS = (".yaml", ".yml", ".json")


@click.command("run", short_help="run a pipeline")
@click.argument("what", metavar="PIPELINE|FILE")
@click.option("--input", "input_text", default="{}", metavar="JSON", help="The run's input: JSON, or @FILE.")
@click.option("--wait", is_flag=True, help="Stay until it has ended. Without a server it always does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(what: str, input_text: str, wait: bool, as_json: bool, place: Place) -> None:
    """Run PIPELINE, by its name in the workspace, or the document in FILE, published or not.

    A PIPELINE of the workspace that was never published is published first; on a deployed stack it must be published.

    A FILE needs no server and no workspace: its functions are those of the workspace it lies in, or of the folder
    `functions` beside it. It becomes a version that nothing triggers, so its run can be looked at like any other; without
    a workspace all that is left of it is what this prints. It runs on the local stack only.

    Exit code 0: it succeeded; without --wait: it started. 1: it failed, was cancelled or timed out. 2: it could not be tried.
    """
    input_ = json_given(input_text, "--input")
    if what.endswith(_ENDINGS) or what == "-":
        _run_document(what, {"input": input_, "request": secrets.token_hex(16)}, as_json, place)
    body: JsonObject = {"pipeline": what, "input": input_, "request": secrets.token_hex(16)}
    with place.acting("run") as acting:
        try:
            told = acting.ask("run", body)
        except Refused as no:
            if no.reason != NoSuchPipeline.code or not place.local:
                raise
            _publish(acting, place.workspace, what, no)
            told = acting.ask("run", body)
        raise SystemExit(end_of(acting, told, wait or acting.alone or told["state"] == "ended", as_json))


def _run_document(file: str, body: JsonObject, as_json: bool, place: Place) -> None:
    from murmuration.cli.documents import pipeline_of

    if not place.local:
        what = f"murmur run FILE works on the local stack only, and --target is {place.target}"
        raise WorksLocally(what, advice=f"Publish it first: murmur publish --target {place.target}")
    pipeline: Pipeline = pipeline_of(file)
    with tempfile.TemporaryDirectory(prefix="murmuration-") as passing:
        workspace = _workspace_of(file, place, Path(passing))
        with place.acting("run", workspace) as acting:
            told = acting.ask("run-document", {"definition": pipeline.document(), **body})
            raise SystemExit(end_of(acting, told, True, as_json))


def _publish(acting: Acting, workspace: Workspace, what: str, no: Refused) -> None:
    """What the workspace has and nobody has published yet; else the refusal stands."""
    checked, _ = workspace.read()
    try:
        name = pipeline_named(what, [pipeline.name for pipeline in checked.pipelines])
    except NoSuchPipeline as none:
        if not checked.ok:
            advice = "It may be one of those with a mistake: murmur check . tells them"
            raise NoSuchPipeline(none.what, advice=advice) from no
        raise (none if checked.pipelines else no) from None
    [pipeline] = [one for one in checked.pipelines if one.name == name]
    acting.ask("publish", {"pipelines": [pipeline.document()]})
    click.echo(f"{name} is published: it was not before", err=True)


def end_of(acting: Acting, told: JsonObject, wait: bool, as_json: bool) -> int:
    """Tell of the run that has started; where somebody waits, how it ended."""
    run = str(told["run"])
    if not wait:
        _print_started(acting, told, as_json)
        return 0
    click.echo(f"{run} of {told['pipeline']}", err=True)
    with acting.reading() as reading:
        with Follower(reading, [run]) as follower:
            acting.follow(follower.over)
        shown = reading.show(run)
        progress = reading.progress(run)
    if as_json:
        print_json({**acting.where, **run_document(shown, progress).whole()})
    else:
        out = console()
        for line in (next(header(shown)), *([shown.record.reason] if shown.record.reason else []), *results(shown)):
            out.print(line, soft_wrap=True)
    return exit_code(shown.record)


def _print_started(acting: Acting, told: JsonObject, as_json: bool) -> None:
    if as_json:
        print_json({**acting.where, **told})
        return
    waits = " and waits for a place" if told["state"] == "queued" else ""
    target = acting.where["target"]
    there = "" if target == "local" else f" --target {target}"
    click.echo(f"{told['run']} of {told['pipeline']} has started{waits}. Follow it: murmur watch {told['run']}{there}")


def _workspace_of(file: str, place: Place, passing: Path) -> Workspace:
    """Where the file lies; else one that passes, with the functions beside the file; else the one we are in."""
    beside = Path.cwd() if file == "-" else Path(file).resolve().parent
    found = find(beside)
    if found is not None:
        return found
    for folder in (beside, beside.parent):
        if (folder / "functions").is_dir():
            (passing / "functions").symlink_to(folder / "functions")
            if (folder / "buckets").is_dir():
                (passing / "buckets").symlink_to(folder / "buckets")
            return Workspace(passing)
    return place.maybe() or Workspace(passing)
