"""`murmur up`: serve the workspace until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, NoReturn

import click

from handlers.operations import is_own
from murmuration.cli.audited import only_project
from murmuration.cli.log_lines import log_lines
from murmuration.cli.place import Place, actor, placed, who
from murmuration.cli.printing import count
from murmuration.cli.publish import note_published, print_impact, tell_mistakes
from murmuration.local.acting import Acting
from murmuration.local.owner import holder
from murmuration.local.web.serving import USUAL_PORT, Web
from schemas.errors import MurmurationError
from schemas.model import JsonObject

if TYPE_CHECKING:
    from murmuration.local.server import Server


class ServedAlready(MurmurationError):
    code = "served-already"


@click.command("up", short_help="serve the workspace")
@click.option("--once", is_flag=True, help="End when nothing is left to do.")
@click.option(
    "--durability", type=click.Choice(["full", "normal"]), default="full", show_default=True, help="See above."
)
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Worker processes at rest; as many as processors if left out."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help=f"For the API and the designer; 0 takes a free one. [default: {USUAL_PORT}]",
)
@click.option("--browser/--no-browser", default=None, help="Open the designer. [default: where a person looks on]")
@placed
def command(
    once: bool, durability: str, workers: int | None, port: int | None, browser: bool | None, place: Place
) -> None:
    """Publish the workspace's pipelines and serve them until Ctrl-C: triggers, tasks, and what other commands ask for.

    A pipeline with mistakes is told and left as it was published before; the others are served. Functions are taken as
    they lie in their folder when an attempt begins.

    --durability full keeps what was acknowledged through a power cut; normal only through the end of a process.

    Exit code 0: --once, and every run that ended meanwhile succeeded. 1: some did not. 2: it could not be tried.
    130: Ctrl-C.
    """
    began = time.perf_counter()
    signal.signal(signal.SIGTERM, terminated)
    workspace = place.workspace
    checked, sources = workspace.read()
    mistakes = tell_mistakes(checked, sources)
    acting = Acting(workspace, "murmur up", durability="FULL" if durability == "full" else "NORMAL", workers=workers)
    with acting, log_lines(workspace.state):
        if not acting.alone:
            there = holder(workspace.state)
            told = f"process {there.process} ({there.what})" if there else "somebody"
            raise ServedAlready(f"{told} serves it already", where=str(workspace.root), advice="Stop it first")
        names = [pipeline.name for pipeline in checked.pipelines]
        with place.audit(workspace).of(
            actor(), "pipeline.publish", ", ".join(names), project=only_project(names)
        ) as entry:
            impact: JsonObject = acting.ask("publish", {"pipelines": [one.document() for one in checked.pipelines]})
            entry.after({"asked": "up", **impact})
        note_published(workspace, impact, who())
        print_impact(impact)
        server = acting.serve()
        if not mistakes:
            _tell_left_over(server, {pipeline.name for pipeline in checked.pipelines})
        served = count(len(server.stack.catalog.names()), "pipeline")
        left_out = f", {count(mistakes, 'mistake')} above" if mistakes else ""
        took = (time.perf_counter() - began) * 1000
        click.echo(f"{place.target}: {workspace.root}: {served} served{left_out}, after {took:.0f} ms. Ctrl-C ends it.")
        sys.stdout.flush()
        with nullcontext() if once else Web(workspace, server, port) as web:
            if web is not None:
                tell_address(web, browser)
            server.run(server.idle if once else lambda: False)
        raise SystemExit(0 if server.all_succeeded() else 1)


def _tell_left_over(server: Server, documents: set[str]) -> None:
    """Published once, and gone from the folder since: its triggers still start runs."""
    catalog = server.stack.catalog
    for name in catalog.names():
        if name not in documents and not catalog.paused(name) and not is_own(name):
            told = f"{name} is live, and pipelines/ has no document of it. murmur unpublish {name} takes it out"
            click.echo(click.style(told, fg="yellow"), err=True)


def tell_address(web: Web, browser: bool | None = None) -> None:
    """The token is in what a browser never sends on: what follows the #."""
    click.echo(f"{web.url}/#token={web.token}")
    sys.stdout.flush()
    if browser if browser is not None else sys.stdout.isatty():
        web.open()


def terminated(number: int, *_: object) -> NoReturn:
    """As Ctrl-C: what runs is stopped, nothing that was acknowledged is lost."""
    raise SystemExit(128 + number)
