"""A stack whose tasks are played: each attempt ends at once, as the test says. Everything else is the real thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from handlers.reading import Line
from handlers.task import Work
from murmuration.local.desk import Desk
from murmuration.local.engine import Answer, Engine
from murmuration.local.publish import publish
from murmuration.local.stack import Stack
from schemas.model import JsonObject
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline

Play = Outcome | None
"""How a task ends; None: it does not, it stays at work."""


class Played:
    """A runner."""

    def __init__(self) -> None:
        self.plays: dict[str, Play] = {}
        """By task; one that is not named succeeds with nothing."""
        self.ran: list[str] = []
        self.stopped: list[str] = []
        self._answers: list[Answer] = []

    def start(self, job: int, work: Work) -> None:
        self.ran.append(work.node.name)
        play = self.plays.get(work.node.name, Outcome.succeeded())
        if play is not None:
            self._answers.append(Answer(job, play))

    def stop(self, run: str) -> None:
        self.stopped.append(run)

    def finished(self) -> Sequence[Answer]:
        answers, self._answers = self._answers, []
        return answers

    def lines(self) -> list[Line]:
        return []


class Stage:
    def __init__(self, state: Path) -> None:
        self.stack = Stack(state, synchronous="NORMAL")
        self.runner = Played()
        self.engine = Engine(self.stack, self.runner)
        self.desk = Desk(self.stack)

    def publish(self, document: JsonObject) -> Pipeline:
        pipeline = Pipeline.read({"project": "p", "pipeline": "x", **document})
        publish(self.stack, pipeline)
        return pipeline

    def ask(self, kind: str, **body: object) -> JsonObject:
        """In a transaction of its own, as the owner does it; then everything that follows, until nothing does."""
        with self.stack.database.transaction():
            answer = self.desk.answer(kind, dict(body))  # type: ignore[arg-type]  # a test's literals
            self.engine.handle_pending()
        self.engine.hand_out()
        while self.engine.step():
            pass
        return answer

    def run(self, **body: object) -> str:
        answer = self.ask("run", **{"pipeline": "x", "input": {}, "request": "one", **body})
        done = answer["done"]
        assert isinstance(done, dict), answer
        return str(done["run"])

    def outcomes(self, run: str) -> dict[str, str]:
        records = self.stack.ledger.tasks(run)
        return {name: record.outcome.status.value for name, record in records.items() if record.outcome is not None}

    def end(self, run: str) -> str | None:
        record = self.stack.ledger.run(run)
        assert record is not None
        return None if record.end is None else record.end.value


@contextmanager
def stage(state: Path) -> Iterator[Stage]:
    made = Stage(state)
    try:
        yield made
    finally:
        made.stack.close()
