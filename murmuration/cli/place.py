"""Where a verb acts: the target and the workspace. Every verb that changes something says so before it does."""

from __future__ import annotations

import functools
import getpass
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from murmuration.workspace import Workspace, find, need
from schemas.errors import MurmurationError

if TYPE_CHECKING:
    from murmuration.local.acting import Acting
    from murmuration.local.reading import Reading

LOCAL = "local"


class NoSuchTarget(MurmurationError):
    code = "no-such-target"


class Place:
    def __init__(self, target: str, folder: Path | None) -> None:
        if target != LOCAL:
            raise NoSuchTarget(
                f"there is no target {target}", advice="Only local is there: nothing is deployed from this workspace"
            )
        self.target = target
        self._folder = folder or Path()

    @property
    def workspace(self) -> Workspace:
        return need(self._folder)

    def maybe(self) -> Workspace | None:
        return find(self._folder)

    def reading(self) -> Reading:
        from murmuration.local.reading import Reading

        return Reading(self.workspace.state)

    def acting(self, what: str, workspace: Workspace | None = None) -> Acting:
        """To change something. Says where, on standard error: standard output is for what was asked."""
        from murmuration.local.acting import Acting

        where = workspace or self.workspace
        acting = Acting(where, what)
        by = "no server runs here" if acting.alone else "through the server that runs here"
        click.echo(click.style(f"{self.target}: {where.root} ({by})", dim=True), err=True)
        return acting


def placed(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Gives the verb its `place`, from --target and --workspace."""

    @click.option("--target", default=LOCAL, show_default=True, metavar="NAME", help="Where it acts.")
    @click.option(
        "--workspace",
        "-C",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="MURMUR_WORKSPACE",
        help="The workspace; found from the current folder upwards when left out.",
    )
    @functools.wraps(verb)
    def with_place(*args: Any, target: str, folder: Path | None, **kwargs: Any) -> Any:
        return verb(*args, place=Place(target, folder), **kwargs)

    return with_place


def who() -> str:
    """Who asks, for people who read it later."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
