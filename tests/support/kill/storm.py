"""A storm: the real server with its real workers, killed at random moments, again and again, in one workspace.

    a life      a new server drains what the ones before left behind; every promise is held against what is stored;
                then new work is asked for, of every shape, and somewhere in the middle of it -9 comes
    a death     of the server alone (its nursery must clear up), or of server, nursery and workers at once;
                one in four comes while an earlier death is still being made up for

What is asked for is asked for as commands ask: a row in `requests`. What was answered is acknowledged, and must be there.
Each function notes in a journal that it begins, so that a task that is settled and begins again is seen.

    python -m support.kill.storm FOLDER --kills 100 --seed 7
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from pydantic import JsonValue
from support.invariants import hold
from support.kill.stored import Stored
from support.kill.work import FUNCTION, PIPELINES, Asked, ask_for

from events.ports import Unavailable
from murmuration.local.acting import Acting
from murmuration.local.database import Synchronous
from murmuration.local.owner import own
from murmuration.local.server import Server
from murmuration.local.wakeup import wake
from murmuration.workspace import Workspace

PATIENCE_S: Final = 60.0
"""Within it a new server has made up for everything. Only a hang takes as long."""
LOOK_S: Final = 0.01
LOADED: Final = Server
"""Before the servers are forked, so that none of them loads it anew."""


@dataclass
class Storm:
    workspace: Workspace
    chance: Random
    kills: int = 0
    asked: list[Asked] = field(default_factory=list)
    """Since the last time that all was quiet."""
    checked: int = 0
    server: int = 0
    """The process, while there is one."""

    def blow(self, kills: int) -> None:
        self._prepare()
        while self.kills < kills:
            self._begin()
            if self.chance.random() < 0.25 and not self._quiet_within(self.chance.uniform(0, 0.3)):
                self._kill()
                continue
            self._drain()
            self._load()
            self._kill()
        self._begin()
        self._drain()
        self._kill()
        with Stored(self.workspace.state) as stored:
            assert stored.dead_letters() == 0
            self.checked = stored.count_runs()
            for run in stored.runs():
                hold(stored.facts(run))

    # lives

    def _prepare(self) -> None:
        root = self.workspace.root
        (root / "functions" / "work").mkdir(parents=True)
        (root / "functions" / "work" / "handler.py").write_text(FUNCTION)
        (root / "pipelines").mkdir()
        (root / "project.yaml").write_text("project: storm\n")
        for name, text in PIPELINES.items():
            (root / "pipelines" / f"{name}.yaml").write_text(text)
        checked, _ = self.workspace.read()
        self.documents: list[JsonValue] = [one.document() for one in checked.pipelines]

    def _begin(self) -> None:
        durability: Synchronous = self.chance.choice(["FULL", "NORMAL"])
        self.server = os.fork()
        if self.server == 0:
            _serve(self.workspace, durability, self.documents)

    def _kill(self) -> None:
        doomed = [self.server, *(_descendants(self.server) if self.chance.random() < 0.5 else [])]
        for process in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        os.waitpid(self.server, 0)
        self.kills += 1

    def _quiet_within(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._alive()
            if self._quiet():
                return True
            time.sleep(LOOK_S)
        return False

    def _quiet(self) -> bool:
        try:
            with Stored(self.workspace.state) as stored:
                return stored.quiet()
        except (Unavailable, sqlite3.OperationalError):
            return False  # the first server has not made it yet

    def _alive(self) -> None:
        process, status = os.waitpid(self.server, os.WNOHANG)
        assert process == 0, f"the server died by itself, with status {status}"

    # promises

    def _drain(self) -> None:
        assert self._quiet_within(PATIENCE_S), f"after {self.kills} kills something hangs: {self._what_hangs()}"
        with Stored(self.workspace.state) as stored:
            for asked in self.asked:
                stored.was_done(asked)
                facts = stored.facts(asked.run)
                hold(facts)
                stored.never_began_again(facts)
                stored.led_on(facts)
        self.asked.clear()

    def _what_hangs(self) -> str:
        with Stored(self.workspace.state) as stored:
            return stored.what_hangs()

    # load

    def _load(self) -> None:
        """Ask for work, and see what of it is acknowledged, until the moment has come."""
        moment = time.monotonic() + self.chance.uniform(0, 0.2)
        wanted = [ask_for(self.chance) for _ in range(self.chance.randint(3, 14))]
        with contextlib.closing(sqlite3.connect(self.workspace.database, isolation_level=None, timeout=10)) as database:
            rows = [(one.id, one.kind, json.dumps(one.body), time.time_ns() // 1_000_000) for one in wanted]
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO requests (id, kind, body, at) VALUES (?, ?, ?, ?)", rows)
            database.execute("COMMIT")
        self.asked += wanted
        while (left := moment - time.monotonic()) > 0:
            self._alive()
            wake(self.workspace.state)
            time.sleep(min(left, 0.05))


def _until_free(workspace: Workspace) -> None:
    """A process that the killed server was just starting holds what it had open until it runs its own program."""
    until = time.monotonic() + PATIENCE_S
    while (owned := own(workspace.state, "storm")) is None:
        assert time.monotonic() < until, "somebody holds the workspace"
        time.sleep(0.005)
    owned.close()


def _serve(workspace: Workspace, durability: Synchronous, documents: list[JsonValue]) -> None:
    """Never returns."""
    try:
        _until_free(workspace)
        with Acting(workspace, "storm", durability=durability, workers=2) as acting:
            assert acting.alone, "somebody holds the workspace"
            acting.ask("publish", {"pipelines": documents})
            acting.serve().run(lambda: False)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(70)


def _descendants(process: int) -> list[int]:
    """Where the kernel tells (Linux); elsewhere the server dies alone."""
    return list(_children(process))


def _children(process: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            yield int(child)
            yield from _children(int(child))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    started = time.monotonic()
    given.folder.mkdir(parents=True, exist_ok=True)
    storm = Storm(Workspace(given.folder.resolve()), Random(given.seed))
    try:
        storm.blow(given.kills)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if storm.server:
                os.kill(storm.server, signal.SIGKILL)
    took = time.monotonic() - started
    print(json.dumps({"kills": storm.kills, "runs": storm.checked, "seconds": round(took, 1)}))


if __name__ == "__main__":
    main()
