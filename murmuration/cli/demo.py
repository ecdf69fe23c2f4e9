"""`murmur demo`: the examples, served, and the first of them run before the reader's eyes. What `make up` calls."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from handlers.reading import Shown, Sought
from murmuration.cli.documents import MISTAKES
from murmuration.cli.following import Follower
from murmuration.cli.log_lines import log_lines
from murmuration.cli.printing import console, plain
from murmuration.cli.publish import tell_mistakes
from murmuration.cli.runs_shown import exit_code, header
from murmuration.cli.up import ServedAlready, tell_address, terminated
from murmuration.local.acting import Acting
from murmuration.local.buckets import LocalBuckets
from murmuration.local.owner import holder
from murmuration.local.reading import Reading
from murmuration.local.server import Server
from murmuration.local.web.serving import Web
from murmuration.workspace import MARKS, Workspace
from schemas.errors import MurmurationError

PIPELINE: Final = "examples/pictures"
BUCKET: Final = "uploads"
SAMPLE: Final = "flock.png"
PATIENCE_S: Final = 30.0
_LEFT_OUT: Final = shutil.ignore_patterns("media", ".murmuration", "__pycache__", "*.db", "*.db-*", *MARKS)


class NoExamples(MurmurationError):
    code = "no-examples"


class NoPillow(MurmurationError):
    code = "no-pillow"


class NotEmpty(MurmurationError):
    code = "not-empty"


class NothingHappened(MurmurationError):
    code = "nothing-happened"


@click.command("demo", short_help="serve the examples, and run the first one now")
@click.option(
    "--workspace",
    "-C",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="MURMUR_WORKSPACE",
    default=Path("workspace"),
    show_default=True,
    help="Where they are served; made from the examples if there is none.",
)
@click.option(
    "--examples", type=click.Path(path_type=Path), default=Path("examples"), help="Where they are copied from."
)
@click.option("--once", is_flag=True, help="End after the run, with its exit code.")
def command(folder: Path, examples: Path, once: bool) -> None:
    """Serve a workspace made from the examples until Ctrl-C, and first drop a picture into one of its buckets.

    What is in the workspace already is kept: it is yours.

    Exit code 0: --once, and the run succeeded. 1: it did not, or a document has mistakes. 2: it could not be tried.
    130: Ctrl-C.
    """
    if importlib.util.find_spec("PIL") is None:
        raise NoPillow(
            "the first example needs Pillow", advice="Run make up, or pip install -r requirements/examples.lock"
        )
    began = time.perf_counter()
    signal.signal(signal.SIGTERM, terminated)
    workspace = made(folder, examples)
    checked, sources = workspace.read()
    if tell_mistakes(checked, sources):
        raise SystemExit(MISTAKES)
    with Acting(workspace, "murmur demo") as acting, log_lines(workspace.state):
        if not acting.alone:
            there = holder(workspace.state)
            told = f"process {there.process} ({there.what})" if there else "somebody"
            raise ServedAlready(f"{told} serves it already", where=str(workspace.root), advice="Stop it first")
        acting.ask("publish", {"pipelines": [one.document() for one in checked.pipelines]})
        server = acting.serve()
        names = ", ".join(one.pipeline for one in checked.pipelines)
        took = (time.perf_counter() - began) * 1000
        click.echo(f"{_near(workspace.root)} is served after {took:.0f} ms: {names}.\n")
        sample = workspace.root / "samples" / SAMPLE
        if any(one.name == PIPELINE for one in checked.pipelines) and sample.is_file():
            shown = shown_off(acting, server, sample)
            if once:
                raise SystemExit(exit_code(shown.record))
            _tell_more(workspace)
        elif once:
            raise SystemExit(0)
        with Web(workspace, server) as web:
            click.echo("It is served until Ctrl-C. The designer:")
            tell_address(web)
            server.run(lambda: False)


def made(folder: Path, examples: Path) -> Workspace:
    """The workspace that is there, or a new one. A folder with other things in it is left alone."""
    if not any((folder / mark).is_file() for mark in MARKS):
        if not any((examples / mark).is_file() for mark in MARKS):
            raise NoExamples("here are no examples", where=str(examples), advice="They come with the source: go there")
        if folder.exists() and any(folder.iterdir()):
            advice = "Remove it, or name another folder with MURMUR_WORKSPACE"
            raise NotEmpty("the folder is no workspace, and not empty", where=str(folder), advice=advice)
        shutil.copytree(examples, folder, ignore=_LEFT_OUT, dirs_exist_ok=True)
        for mark in MARKS:  # last, for it is what makes a folder a workspace
            if (examples / mark).is_file():
                shutil.copy(examples / mark, folder / mark)
        click.echo(f"{_near(folder)} is new: a copy of {_near(examples)}, yours to change.")
    return Workspace(folder.resolve())


def shown_off(acting: Acting, server: Server, sample: Path) -> Shown:
    """Drop the picture, follow the run that it starts, and say where everything lies."""
    workspace = acting.workspace
    with Reading(workspace.state) as reading:
        before = {record.id for record in reading.page(Sought(pipeline=PIPELINE)).runs}
        server.run(lambda: _has_looked(server))
        click.echo(
            f"{_near(sample)} is dropped into {_near(workspace.buckets / BUCKET)}. That is an event, and starts a run:"
        )
        LocalBuckets(workspace.buckets).write(BUCKET, SAMPLE, sample.read_bytes(), "image/png")
        run = _started(reading, server, before)
        with Follower(reading, [run]) as follower:
            server.run(follower.over)
        shown = reading.show(run)
    out = console()
    ending = () if sys.stderr.isatty() else ("", next(header(shown)))  # a terminal shows how it ended
    for line in (*ending, *_failures(shown)):
        out.print(line, soft_wrap=True)
    for what, place in _left_behind(workspace):
        click.echo(f"  {what:<14} {click.style(_near(place), bold=True)}")
    return shown


def _has_looked(server: Server) -> bool:
    """At what lies in the buckets already. A file that comes after that is noticed at once."""
    now = server.stack.clock.now()
    return all(due is None or due > now for due in (source.next_due(now) for source in server.engine.sources))


def _failures(shown: Shown) -> Iterator[str]:
    for name, record in shown.tasks.items():
        if record.outcome is not None and record.outcome.error is not None:
            yield f"[red]{name}[/] {plain(f'{record.outcome.error.type}: {record.outcome.error.message}')}"


def _left_behind(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    places = {
        "the thumbnail": workspace.buckets / "thumbnails" / "200" / SAMPLE,
        "its row": workspace.root / "data" / "pictures.db",
        "the report": workspace.buckets / "reports" / "pictures" / f"{SAMPLE}.json",
    }
    yield from ((what, place) for what, place in places.items() if place.exists())


def _started(reading: Reading, server: Server, before: set[str]) -> str:
    found: list[str] = []
    refused: list[str] = []
    since, until = server.stack.clock.now(), time.monotonic() + PATIENCE_S

    def come() -> bool:
        newest = reading.page(Sought(pipeline=PIPELINE)).runs
        found.extend(one.id for one in newest if one.id not in before and one.input == {"key": SAMPLE})
        refused.extend(one.why for one in reading.refusals(1) if one.pipeline == PIPELINE and one.at >= since)
        return bool(found or refused) or time.monotonic() > until

    server.run(come)
    if not found:
        told = f": {refused[0]}" if refused else ""
        raise NothingHappened(f"the picture has started no run{told}", advice="murmur doctor looks for the cause")
    return found[0]


def _tell_more(workspace: Workspace) -> None:
    murmur = _near(Path(sys.executable).with_name("murmur"))
    at = f"-C {_near(workspace.root)}"
    rows = (
        (
            f"cp {_near(workspace.root / 'samples' / 'broken.png')} {_near(workspace.buckets / BUCKET)}/",
            "half a picture",
        ),
        (f"{murmur} run arithmetic {at} --wait", "another example"),
        (f"{murmur} runs {at}", "all runs"),
        (f"{murmur} show {at}", "the last one"),
    )
    widest = max(len(one) for one, _ in rows)
    click.echo("\nFrom another terminal:")
    for one, what in rows:
        click.echo(f"  {one:<{widest}}   {click.style(what, dim=True)}")
    click.echo("docs/examples.md tells more of each.\n")


def _near(path: Path) -> str:
    """As one would type it here."""
    near = os.path.relpath(path)
    return str(path) if near.startswith(os.pardir + os.sep + os.pardir) else near
