"""The owner of a workspace at work: stack, workers, sources and loop, put together.

Whoever owns the lock makes one: `murmur up` for as long as it serves, a command without a server for as long as it needs.
Claims that an earlier owner left behind are nobody's: their leases end when this one begins.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Final, Self

from murmuration.local.buckets import LocalBuckets
from murmuration.local.calls import Calls
from murmuration.local.database import Synchronous
from murmuration.local.describing import Describing
from murmuration.local.desk import Desk
from murmuration.local.engine import Engine
from murmuration.local.loop import Loop
from murmuration.local.owner import LOCK
from murmuration.local.presence import of_database
from murmuration.local.progress import ProgressBoard
from murmuration.local.requests import Inbox
from murmuration.local.retention import Retention
from murmuration.local.runner import PoolRunner
from murmuration.local.schedules import Schedules
from murmuration.local.settings import load_settings
from murmuration.local.stack import Stack
from murmuration.local.surroundings import own_surroundings
from murmuration.local.watcher import Watcher
from murmuration.local.workers import Pool
from murmuration.settings import settings_of
from murmuration.workspace import Workspace
from schemas.errors import MurmurationError

log = logging.getLogger("murmuration.server")

_SOON_MS: Final = 1_000


def open_stack(workspace: Workspace, synchronous: Synchronous = "FULL") -> Stack:
    stack = Stack(workspace.state, synchronous=synchronous, surroundings=own_surroundings())
    load_settings(stack.settings, workspace)
    if synchronous == "FULL":
        stack.database.make_room()
    return stack


class Server:
    def __init__(self, workspace: Workspace, stack: Stack, desk: Desk, *, workers: int | None = None) -> None:
        self.workspace = workspace
        self.stack = stack
        self._began = stack.clock.now()
        size = workers or max(2, os.cpu_count() or 2)
        settings = settings_of(workspace.root)
        LocalBuckets(workspace.buckets).tidy(self._began)
        spool = workspace.state / "spool"
        spool.mkdir(exist_ok=True)
        self.pool = Pool(
            workspace.root,
            size=size,
            largest=max(32, size),
            artifacts=workspace.state / "artifacts",
            buckets=workspace.buckets,
            spool=spool,
        )
        self.pool.start()
        try:
            self._board = ProgressBoard(workspace.state)
            self.runner = PoolRunner(self.pool, stack.clock.now, self._board, settings.for_actions())
            self.engine = Engine(stack, self.runner)
            self._inbox = Inbox(stack.database, desk)
            self.calls = Calls(stack.database, desk)
            self._watcher = Watcher(stack.database, stack.bus, workspace.buckets, stack.surroundings)
            schedules = Schedules(
                stack.database, stack.catalog, stack.ledger, stack.start, stack.refusals, stack.surroundings
            )
            self._retention = Retention(stack.database, workspace.state / "artifacts", settings.keep.ms)
            self._schedules = schedules
            desk.changed = self._changed
            with stack.database.transaction():
                stack.ledger.expire()
            self._presence = of_database(stack.database.path, workspace.state / LOCK)
            self.describing = Describing(workspace.functions, self.runner)
            sources = (
                self._inbox,
                self.calls,
                self._watcher,
                schedules,
                self._retention,
                self._presence,
                self.describing,
            )
            self.loop = Loop(stack, self.engine, self.runner, *sources)
        except BaseException:
            self.pool.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def run(self, until: Callable[[], bool]) -> None:
        """Until `until` says so. `Unavailable` when the database is gone, or cannot even be read."""

        def over() -> bool:
            self._presence.look(self.stack.clock.now())
            return until()

        self.loop.run(over)

    def _changed(self) -> None:
        """Something was published, paused or resumed. Variables and secrets are read again, too."""
        try:
            load_settings(self.stack.settings, self.workspace)
        except MurmurationError as wrong:
            log.warning("variables and secrets stay as they were: %s", wrong)
        self._schedules.changed()

    def idle(self) -> bool:
        """Nothing is left to do, and nothing will be in a moment."""
        soon = self.stack.clock.now() + _SOON_MS
        dues = [source.next_due(soon) for source in self.engine.sources if source is not self._presence]
        if self.engine.busy or any(due is not None and due <= soon for due in dues):
            return False
        if self.stack.bus.next_visible() is not None:
            return False
        return self.stack.database.execute("SELECT 1 FROM runs WHERE state != 'ended' LIMIT 1").fetchone() is None

    def all_succeeded(self) -> bool:
        """Of the runs that have ended since this began."""
        sql = "SELECT 1 FROM runs WHERE ended >= ? AND \"end\" != 'succeeded' LIMIT 1"
        return self.stack.database.execute(sql, (self._began,)).fetchone() is None

    def close(self) -> None:
        self.calls.close()
        self.describing.close()
        self._inbox.close()
        self._watcher.close()
        self._retention.close()
        self.pool.close()
        self._board.close()
