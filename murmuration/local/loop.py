"""The loop: waits until there is something to do, and lets the engine do it. It never polls.

It wakes for what workers say, for what sources hear (files, requests of other processes), and for the earliest time that
anything is due: a timer, a queue row, a sweep, a schedule, a worker's limit.
"""

from __future__ import annotations

import gc
import selectors
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from events.ledger import Millis
from handlers.sweeper import MOST_PER_SWEEP, Sweeper
from murmuration.local.database import translated
from murmuration.local.engine import Engine
from murmuration.local.ledger import LocalLedger
from murmuration.local.runner import PoolRunner
from murmuration.local.source import Source
from murmuration.local.stack import Stack

LONGEST_MS: Final = 60_000
YOUNG: Final = 50_000
"""So many new objects, and the collector looks at them."""


class SweepSource:
    """The sweeper, as often as a run is due for a look."""

    def __init__(self, ledger: LocalLedger, sweeper: Sweeper) -> None:
        self._ledger = ledger
        self._sweeper = sweeper

    def fileno(self) -> int | None:
        return None

    def next_due(self, now: Millis) -> Millis | None:
        return self._ledger.next_due()

    def take(self, now: Millis) -> int:
        looked = self._sweeper.sweep()
        assert looked <= MOST_PER_SWEEP, "a sweep is bounded"
        return looked


class Loop:
    def __init__(self, stack: Stack, engine: Engine, runner: PoolRunner, *sources: Source) -> None:
        self._stack = stack
        self._engine = engine
        self._runner = runner
        self._sources = (*sources, SweepSource(stack.ledger, stack.sweeper))
        engine.sources.extend(self._sources)
        self._selector = selectors.DefaultSelector()
        self._selector.register(runner.fileno(), selectors.EVENT_READ, None)
        self._heard: dict[Source, int | None] = {}

    def run(self, until: Callable[[], bool]) -> None:
        """Until `until` says so, which is asked after every step. `Unavailable` when the store cannot even be read.

        When to wake is found out while the workers work: from an answer to the next job nothing is asked that can wait.
        """
        try:
            with _collector_at_rest():
                if until():
                    return
                self._engine.step()
                while not until():
                    self._engine.step(quiet_until=self._wait())
        except sqlite3.DatabaseError as wrong:
            raise translated(wrong, self._stack.database.path) from wrong

    def _wait(self) -> Millis:
        """When the next thing is due that nobody calls for."""
        now = self._stack.clock.now()
        for source in self._sources:
            self._listen(source, now)
        due = self._engine.next_due(now)
        if due is None:
            due = now + LONGEST_MS
        for key, _ in self._selector.select(self._patience(due - now)):
            if key.data is not None:
                self._engine.heard.append(key.data)
        return due

    def _listen(self, source: Source, now: Millis) -> None:
        """A source's descriptor may change."""
        number = None if self._engine.rests(source, now) else source.fileno()
        before = self._heard.get(source)
        if number == before:
            return
        if before is not None:
            self._selector.unregister(before)
        if number is not None:
            self._selector.register(number, selectors.EVENT_READ, source)
        self._heard[source] = number

    def _patience(self, most: Millis) -> float:
        """Seconds to wait."""
        seconds = max(0, min(most, LONGEST_MS)) / 1_000
        limit = self._runner.patience()
        return seconds if limit is None else min(seconds, limit)

    def close(self) -> None:
        self._selector.close()


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """What is there now stays: the collector need not look through it again and again. What comes goes without it, since
    nothing of ours holds itself; a look now and then is for what users of this process bring."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
