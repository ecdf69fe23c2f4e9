"""Where a verb acts: the target and the workspace. Every verb that changes something says so before it does."""

from __future__ import annotations

import functools
import getpass
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from murmuration.cli.targets import AWS, LOCAL, STAGE, Remote, refuse_remote, remote
from murmuration.workspace import Workspace, find, need

if TYPE_CHECKING:
    from handlers.acting import Acting
    from handlers.audit import Audit
    from handlers.cabinet import Cabinet
    from handlers.reading import Reading


def _target(help_: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--target", default=LOCAL, show_default=True, metavar="NAME", help=help_)


_workspace = click.option(
    "--workspace",
    "-C",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="MURMUR_WORKSPACE",
    help="The workspace; found from the current folder upwards when left out.",
)


class Place:
    def __init__(self, target: str, folder: Path | None, stage: str | None = None) -> None:
        self.target = target
        self._folder = folder or Path()
        self._stage = stage

    @property
    def local(self) -> bool:
        return self.target == LOCAL

    def remote(self) -> Remote:
        """The deployed stack that is meant."""
        return self._there

    @functools.cached_property
    def _there(self) -> Remote:
        return remote(self.target, self._stage)

    @property
    def workspace(self) -> Workspace:
        return need(self._folder)

    def maybe(self) -> Workspace | None:
        return find(self._folder)

    def reading(self) -> Reading:
        if self.local:
            from murmuration.local.reading import Reading as Here

            return Here(self.workspace.state)
        from murmuration.aws.reading import AwsReading

        return AwsReading(self.remote().stack)

    def acting(self, what: str, workspace: Workspace | None = None) -> Acting:
        """To change something. Says where, on standard error: standard output is for what was asked."""
        if not self.local:
            from murmuration.aws.acting import AwsActing

            there = self.remote()
            there.say()
            return self._audited(AwsActing(there.stack, there.where))
        from murmuration.local.acting import Acting as Here

        where = workspace or self.workspace
        acting = Here(where, what)
        if acting.alone:
            from murmuration.cli.log_lines import log_lines

            click.get_current_context().with_resource(log_lines(where.state, quiet=True))
        by = "no server runs here" if acting.alone else "through the server that runs here"
        click.echo(click.style(f"{self.target}: {where.root} ({by})", dim=True), err=True)
        return self._audited(acting, where)

    def _audited(self, acting: Acting, workspace: Workspace | None = None) -> Acting:
        from murmuration.cli.audited import AuditedActing

        return AuditedActing(acting, functools.partial(self.audit, workspace), actor())

    def audit(self, workspace: Workspace | None = None) -> Audit:
        """The log of who changed what there."""
        from handlers.audit import Audit
        from murmuration.system import RandomIds, SystemClock

        return Audit(self.cabinet(workspace), SystemClock(), RandomIds())

    def cabinet(self, workspace: Workspace | None = None) -> Cabinet:
        if not self.local:
            from murmuration.aws.cabinet import AwsCabinet

            stack = self.remote().stack
            return AwsCabinet(stack.table, stack.clock)
        from murmuration.local.cabinet import LocalCabinet
        from murmuration.system import SystemClock

        cabinet = LocalCabinet((workspace or self.workspace).state, SystemClock())
        click.get_current_context().call_on_close(cabinet.close)
        return cabinet


def placed(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Gives the verb its `place`, from --target and --workspace. It works on the local stack only."""

    @_target("Where it acts.")
    @_workspace
    @functools.wraps(verb)
    def with_place(*args: Any, target: str, folder: Path | None, **kwargs: Any) -> Any:
        if target != LOCAL:
            raise refuse_remote(click.get_current_context().info_name or "", target)
        return verb(*args, place=Place(target, folder), **kwargs)

    return with_place


def placed_anywhere(verb: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a verb that works on deployed stacks, too."""

    @_target("Where it acts: local, or a stage on AWS.")
    @click.option("--aws", is_flag=True, help=f"The stage that is deployed, or ${STAGE}: short for --target STAGE.")
    @_workspace
    @functools.wraps(verb)
    def with_place(*args: Any, target: str, aws: bool, folder: Path | None, **kwargs: Any) -> Any:
        if aws and target != LOCAL:
            raise click.UsageError("give --target or --aws, not both")
        return verb(*args, place=Place(AWS if aws else target, folder, os.environ.get(STAGE)), **kwargs)

    return with_place


def who() -> str:
    """Who asks, for people who read it later."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def actor() -> str:
    """Who acts, as the audit log calls whoever came by the command."""
    return f"cli:{who()}"
