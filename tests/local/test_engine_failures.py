"""Whoever fails in the engine's loop is left alone for a while, and nobody else has to wait for him."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.played import Stage

from events.ledger import Millis
from handlers.reading import Line
from murmuration.local.backoff import FIRST_MS, LONGEST_MS
from murmuration.local.bus import FIRST_WAIT_MS
from murmuration.system import SystemClock
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline

RETRY = {"tasks": {"a": {"action": "pass", "timeout": "10s", "retry": {"attempts": 2, "delay": "5s"}}}}


class Clock(SystemClock):
    def __init__(self) -> None:
        self.at = 1_900_000_000_000

    def now(self) -> Millis:
        return self.at


class Broken:
    """A source that fails until it is mended."""

    def __init__(self) -> None:
        self.takes = 0
        self.mended = False
        self.has = True

    def fileno(self) -> int | None:
        return None

    def next_due(self, now: Millis) -> Millis | None:
        return now if self.has else None

    def take(self, now: Millis) -> int:
        self.takes += 1
        if not self.mended:
            raise OSError("the disk has gone")
        self.has = False
        return 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("murmuration.local.stack.SystemClock", lambda: clock)
    return clock


@pytest.fixture
def theatre(tmp_path: Path, clock: Clock) -> Iterator[Stage]:
    made = Stage(tmp_path)
    assert made.stack.clock is clock
    yield made
    made.stack.close()


def drive(theatre: Stage, most: int = 50) -> int:
    """Steps until there is nothing to do now."""
    for steps in range(most):
        if not theatre.engine.step():
            return steps
    raise AssertionError("the engine runs hot")


def test_a_source_that_fails_is_asked_again_less_and_less_often(
    theatre: Stage, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    source = Broken()
    theatre.engine.sources.append(source)
    waits = []
    for _ in range(12):
        drive(theatre)
        due = theatre.engine.next_due(clock.at)
        assert due is not None
        waits.append(due - clock.at)
        clock.at = due
    assert waits[:3] == [FIRST_MS, FIRST_MS * 2, FIRST_MS * 4]
    assert waits[-1] == LONGEST_MS
    assert source.takes <= 2 * len(waits), "in its step, and apart from it"
    assert "Broken failed, and is left alone for 200 ms: the disk has gone" in caplog.text
    source.mended = True
    drive(theatre)
    assert theatre.engine.next_due(clock.at) is None


def test_a_source_that_fails_holds_up_no_timer_and_no_task(theatre: Stage, clock: Clock) -> None:
    theatre.publish(RETRY)
    theatre.runner.plays["a"] = Outcome.failed("Oops", "the first time")
    run = theatre.run()
    theatre.engine.sources.append(Broken())
    theatre.runner.plays["a"] = Outcome.succeeded()
    clock.at += 5_000
    drive(theatre)
    assert theatre.runner.ran == ["a", "a"]
    assert theatre.end(run) == "succeeded"


def test_a_timer_whose_delivery_fails_waits_in_the_queue(
    theatre: Stage, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    theatre.publish(RETRY)
    theatre.runner.plays["a"] = Outcome.failed("Oops", "the first time")
    theatre.run()
    hear = theatre.stack.task.hear
    monkeypatch.setattr(theatre.stack.task, "hear", lambda *_: 1 / 0)
    clock.at += 5_000
    drive(theatre)
    assert theatre.stack.timers.next_due() is None
    assert theatre.engine.next_due(clock.at) == clock.at + FIRST_WAIT_MS
    monkeypatch.setattr(theatre.stack.task, "hear", hear)
    clock.at += FIRST_WAIT_MS
    drive(theatre)
    assert theatre.runner.ran == ["a", "a"]


def test_a_store_that_takes_nothing_is_not_asked_all_the_time(
    theatre: Stage, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    theatre.publish(RETRY)
    with theatre.stack.database.transaction():
        theatre.desk.answer("run", {"pipeline": "x", "input": {}, "request": "one"})
    written = theatre.stack.ledger.flush

    def full() -> None:
        raise OSError("no space left")

    monkeypatch.setattr(theatre.stack.ledger, "flush", full)
    drive(theatre)
    assert theatre.engine.next_due(clock.at) == clock.at + FIRST_MS
    monkeypatch.setattr(theatre.stack.ledger, "flush", written)
    clock.at += FIRST_MS
    drive(theatre)
    assert theatre.runner.ran == ["a"]


def test_lines_survive_a_step_that_fails(theatre: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    theatre.engine.sources.append(Broken())
    lines = [[Line("r", "a", 1, 0, "stdout", "", "hello")]]
    monkeypatch.setattr(theatre.runner, "lines", lambda: lines.pop() if lines else [])
    drive(theatre)
    assert theatre.stack.database.execute("SELECT text FROM logs").fetchall() == [("hello",)]


def test_the_view_hears_what_was_tried_alone(theatre: Stage, clock: Clock) -> None:
    pipeline: Pipeline = theatre.publish({"tasks": {"a": {"action": "pass", "timeout": "10s"}}})
    with theatre.stack.database.transaction():
        theatre.desk.answer("run", {"pipeline": pipeline.name, "input": {}, "request": "one"})
    theatre.engine.sources.append(Broken())  # every step fails at first
    for _ in range(5):
        drive(theatre)
        clock.at += FIRST_WAIT_MS
    [run] = theatre.stack.database.execute("SELECT id FROM runs").fetchone()
    assert theatre.end(run) == "succeeded"


ILL = sqlite3.OperationalError("disk I/O error")


def refuse(*_: object) -> None:
    raise ILL


@pytest.mark.parametrize("who", ["bus.next_visible", "bus.visible", "timers.next_due"])
def test_a_disk_that_is_ill_while_it_is_asked_is_asked_again(
    theatre: Stage, clock: Clock, monkeypatch: pytest.MonkeyPatch, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    theatre.publish(RETRY)
    theatre.runner.plays["a"] = Outcome.failed("Oops", "the first time")
    run = theatre.run()
    theatre.runner.plays["a"] = Outcome.succeeded()
    clock.at += 5_000
    with theatre.stack.database.transaction():
        theatre.stack.bus.put(theatre.stack.timers.take(clock.at))
        theatre.stack.bus.spill()
    store, ask = who.split(".")
    monkeypatch.setattr(getattr(theatre.stack, store), ask, refuse)
    waits = []
    for _ in range(3):
        drive(theatre)
        due = theatre.engine.next_due(clock.at)
        assert due is not None
        waits.append(due - clock.at)
        clock.at = due
    assert waits == [FIRST_MS, FIRST_MS * 2, FIRST_MS * 4]
    assert "cannot say what there is to do, and is asked again in 200 ms: disk I/O error" in caplog.text
    monkeypatch.undo()
    drive(theatre)
    assert theatre.end(run) == "succeeded"


def test_a_source_that_cannot_say_when_it_is_due_holds_up_nobody(theatre: Stage, clock: Clock) -> None:
    class Dumb(Broken):
        def next_due(self, now: Millis) -> Millis | None:
            raise OSError("the disk has gone")

    theatre.engine.sources.append(Dumb())
    theatre.publish(RETRY)
    run = theatre.run()
    assert theatre.end(run) == "succeeded"
    assert theatre.engine.next_due(clock.at) == clock.at + FIRST_MS
    clock.at += FIRST_MS
    assert theatre.engine.next_due(clock.at) == clock.at + 2 * FIRST_MS


def test_an_outcome_that_waits_for_another_try_is_not_lost_when_the_queue_cannot_be_read(
    theatre: Stage, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    theatre.publish(RETRY)
    finish = theatre.stack.task.finish
    monkeypatch.setattr(theatre.stack.task, "finish", refuse)
    run = theatre.run()
    assert theatre.end(run) is None
    monkeypatch.setattr(theatre.stack.task, "finish", finish)
    monkeypatch.setattr(theatre.stack.bus, "next_visible", refuse)
    clock.at += FIRST_MS
    drive(theatre)
    assert theatre.outcomes(run) == {"a": "succeeded"}


def test_workers_that_cannot_be_heard_are_heard_later(
    theatre: Stage, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    theatre.publish(RETRY)
    heard = theatre.runner.finished
    monkeypatch.setattr(theatre.runner, "finished", refuse)
    run = theatre.run()
    assert theatre.engine.next_due(clock.at) == clock.at + FIRST_MS
    monkeypatch.setattr(theatre.runner, "finished", heard)
    clock.at += FIRST_MS
    drive(theatre)
    assert theatre.end(run) == "succeeded"


def test_a_damaged_file_ends_the_engine(theatre: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(theatre.stack.bus, "next_visible", damaged)
    with pytest.raises(sqlite3.DatabaseError):
        theatre.engine.step()


def test_outcomes_that_cannot_be_recorded_are_tried_less_and_less_often_and_undo_nobody_else(
    theatre: Stage, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    theatre.publish(RETRY)
    finish, tries = theatre.stack.task.finish, []

    def full(*_: object) -> bool:
        tries.append(clock.at)
        raise OSError("no space left")

    monkeypatch.setattr(theatre.stack.task, "finish", full)
    runs = [theatre.run(request=name) for name in ("one", "two", "three")]
    waits = []
    for _ in range(3):
        drive(theatre)
        due = theatre.engine.next_due(clock.at)
        assert due is not None
        waits.append(due - clock.at)
        clock.at = due
    assert waits == [FIRST_MS, FIRST_MS * 2, FIRST_MS * 4], "once for all of them"
    assert caplog.text.count("outcomes cannot be recorded") == 3
    assert caplog.text.count("a step failed") == 3, "when each came, and never again"
    monkeypatch.setattr(theatre.stack.task, "finish", finish)
    drive(theatre)
    assert [theatre.end(run) for run in runs] == ["succeeded"] * 3
    assert theatre.engine.next_due(clock.at) is None
