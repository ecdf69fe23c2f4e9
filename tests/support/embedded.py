"""The embedded stack without its processes: the real engine on a real file, a runner that answers from a table, a clock that
stands still, and a store in which any statement may be refused or be the last that its process ever makes.

    flight = Embedded(folder, answers).publish(pipeline)
    flight.ask("request-1")
    flight.fly()
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from support.invariants import Facts, hold

from events.ports import Unavailable
from events.rules import Surroundings
from handlers.reading import Line
from handlers.start import NotStarted
from handlers.task import Hold, Work
from murmuration.local.engine import Answer, Engine
from murmuration.local.loop import SweepSource
from murmuration.local.publish import publish
from murmuration.local.stack import Stack
from murmuration.memory import ManualClock
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline

FINE = Outcome.succeeded({"n": 1})
MOST_STEPS = 20_000


class Killed(BaseException):
    """The process is gone in the middle of this statement."""


class TableRunner:
    """Jobs are done when a test says so."""

    def __init__(self, stack: Stack, answers: Mapping[str, Sequence[Outcome | Hold]], begun: list[Work]) -> None:
        self._stack = stack
        self._answers = answers
        self._begun = begun
        self.jobs: dict[int, Work] = {}
        self._done: list[Answer] = []

    def start(self, job: int, work: Work) -> None:
        assert not self._stack.database.connection.in_transaction, "a job began before its claim was committed"
        self.jobs[job] = work
        self._begun.append(work)

    def stop(self, run: str) -> None:
        self.jobs = {job: work for job, work in self.jobs.items() if work.run.id != run}

    def finish(self, job: int) -> None:
        work = self.jobs.pop(job)
        answers = self._answers.get(work.node.name, (FINE,))
        self._done.append(Answer(job, answers[min(work.attempt, len(answers)) - 1]))

    def finished(self) -> Sequence[Answer]:
        done, self._done = self._done, []
        return done

    def lines(self) -> list[Line]:
        return []


class Embedded:
    def __init__(
        self,
        folder: Path,
        answers: Mapping[str, Sequence[Outcome | Hold]] | None = None,
        chance: Random | None = None,
        *,
        before: Callable[[str], None] = lambda _: None,
        after: Callable[[str], None] = lambda _: None,
    ) -> None:
        """They are asked about every statement; what they raise is what becomes of it."""
        self._folder = folder
        self._answers = answers or {}
        self._chance = chance
        self._before = before
        self._after = after
        self.clock = ManualClock()
        self.begun: list[Work] = []
        self.restarts = 0
        self._open()

    def _open(self) -> None:
        self.stack = Stack(self._folder, synchronous="NORMAL", surroundings=Surroundings(), clock=self.clock)
        database = self.stack.database
        database.execute("PRAGMA synchronous = OFF")
        self.runner = TableRunner(self.stack, self._answers, self.begun)
        self.engine = Engine(self.stack, self.runner)
        self.engine.sources.append(SweepSource(self.stack.ledger, self.stack.sweeper))
        with database.transaction():
            self.stack.ledger.expire()
        database.execute = self._watched(database.execute)
        database.executemany = self._watched(database.executemany)

    def _watched(self, execute: Callable[..., sqlite3.Cursor]) -> Any:
        def watched(sql: str, *more: Any) -> sqlite3.Cursor:
            self._before(sql)
            done = execute(sql, *more)
            self._after(sql)
            return done

        return watched

    def restart(self) -> None:
        self.restarts += 1
        self.stack.close()
        self._open()

    def close(self) -> None:
        self.stack.close()

    def publish(self, pipeline: Pipeline) -> Embedded:
        publish(self.stack, pipeline)
        return self

    def ask(self, request: str, pipeline: str = "p/x") -> str:
        """Whoever asks and gets no answer asks again."""
        while True:
            try:
                with self.stack.database.transaction():
                    started = self.stack.start.asked(pipeline, request, {"n": 1})
                    self.engine.handle_pending()
                self.engine.hand_out()
            except Killed:
                self.restart()
            except Exception:
                continue
            else:
                assert not isinstance(started, NotStarted), started
                return started.run

    def fly(self, until: Callable[[], bool] = lambda: False) -> Embedded:
        """Until nothing is at work and nothing is due, or until then."""
        for _ in range(MOST_STEPS):
            try:
                if until() or not self._once():
                    return self
            except Killed:
                self.restart()
            except (Unavailable, sqlite3.OperationalError):
                self.restart()  # it ends in words, and somebody starts it again
        raise AssertionError("it never comes to rest")

    def _once(self) -> bool:
        if self.engine.step():
            return True
        if self.runner.jobs:
            jobs = list(self.runner.jobs)
            self.runner.finish(self._chance.choice(jobs) if self._chance else jobs[0])
            return True
        due = self.engine.next_due(self.clock.at)
        if due is None:
            return False
        self.clock.at = max(self.clock.at + 1, due)
        return True

    def facts(self, run: str) -> Facts:
        record = self.stack.ledger.run(run)
        assert record is not None, f"there is no run {run}"
        published = self.stack.catalog.version(record.reference)
        assert published is not None
        stack = self.stack
        return Facts(record, published.version.pipeline, stack.ledger.tasks(run), stack.view.events(run))

    def hold(self, *runs: str) -> Embedded:
        for run in runs:
            hold(self.facts(run))
        return self
