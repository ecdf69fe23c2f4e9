"""Describing: what functions say of themselves, asked in a worker of the running pool, for whoever asks from another thread.

    another thread                   the engine
      looks for what is known          takes one name after the other and has a worker describe it
      or puts the name down            keeps what it says, by how the function's folder was when it was asked

What must always hold: one at a time, so that tasks keep their workers; what is kept is that of one state of the folder, and another
state is asked anew.
"""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from pathlib import Path
from typing import Final, NamedTuple

from events.ledger import Millis
from handlers.functions import Told
from murmuration.functions import source as sources
from murmuration.functions.description import told as described
from murmuration.functions.source import Stamp, Unsteady
from murmuration.local.runner import PoolRunner
from murmuration.local.workers import Finished

_MOST_KEPT: Final = 2_000


class _Asked(NamedTuple):
    name: str
    stamp: Stamp


class Describing:
    """A source of the engine's loop."""

    def __init__(self, functions: Path, runner: PoolRunner) -> None:
        self._functions = functions
        self._runner = runner
        self._waiting: deque[_Asked] = deque()
        self._asked: set[_Asked] = set()
        self._under_way: _Asked | None = None
        self._known: dict[str, tuple[Stamp, Told]] = {}
        self.count = 0
        """So many answers have come: another one whenever there may be something new."""
        self._rung = False
        self._heard, self._bell = socket.socketpair()
        self._heard.setblocking(False)
        self._bell.setblocking(False)

    # any one other thread

    def told(self, name: str) -> Told | None:
        """None while it is asked."""
        try:
            asked = _Asked(name, sources.stamp(str(self._functions / name)))
        except (OSError, Unsteady) as wrong:
            return Told(problem=str(wrong))
        known = self._known.get(name)
        if known is not None and known[0] == asked.stamp:
            return known[1]
        if asked not in self._asked:
            self._asked.add(asked)
            self._waiting.append(asked)
            self._ring()
        return None

    # the engine's thread

    def fileno(self) -> int:
        return self._heard.fileno()

    def next_due(self, now: Millis) -> Millis | None:
        if self._rung:
            self._rung = False
            with contextlib.suppress(BlockingIOError):
                while True:
                    self._heard.recv(4096)
        return now if self._waiting and self._under_way is None else None

    def take(self, now: Millis) -> int:
        if self._under_way is not None or not self._waiting:
            return 0
        self._under_way = self._waiting.popleft()
        try:
            self._runner.describe(self._under_way.name, self._answered)
        except BaseException:
            self._asked.discard(self._under_way)
            self._under_way = None
            raise
        return 1

    def close(self) -> None:
        self._heard.close()
        self._bell.close()

    def _answered(self, finished: Finished) -> None:
        asked, self._under_way = self._under_way, None
        assert asked is not None, "one at a time"
        one = described(asked.name, finished)
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        self._known[asked.name] = asked.stamp, Told(one.text, one.input, one.output, one.problem)
        self._asked.discard(asked)
        self.count += 1
        if self._waiting:
            self._ring()

    def _ring(self) -> None:
        with contextlib.suppress(OSError):  # full of calls, or closed
            self._bell.send(b"!")
        self._rung = True  # last: what is rung for was sent by then
