"""One attempt in a Lambda: what its code may do to it, when it ends, what is told of it."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from events.event import Event, EventType
from events.ledger import Millis, RunRecord, RunState
from events.ports import Published, moment
from handlers.loaded import Loaded
from handlers.task import Given, Hold, Work
from murmuration.aws.alarm import OutOfTime, within
from murmuration.aws.runtime import Done, Runtime, Waits, margin
from murmuration.sdk.context import Context
from murmuration.system import SystemClock
from schemas.model import JsonObject
from schemas.outcome import Status
from schemas.pipeline import Pipeline
from schemas.version import Version

MINUTE = 60_000


class NoFiles:
    def __init__(self) -> None:
        self.cleared = 0

    def write(self, bucket: str, key: str, data: bytes | Path) -> int:
        raise AssertionError

    def open(self, bucket: str, key: str) -> BinaryIO:
        raise AssertionError

    def path(self, bucket: str, key: str) -> Path:
        raise AssertionError

    def clear(self) -> None:
        self.cleared += 1


def work(*, timeout: Millis = MINUTE, deadline: Millis = 60 * MINUTE, secrets: JsonObject | None = None) -> Work:
    pipeline = Pipeline.read({"project": "p", "pipeline": "x", "tasks": {"a": {"function": "f"}}})
    loaded = Loaded(Published(Version(pipeline=pipeline, number=1)))
    node = loaded.node("a")
    assert node is not None
    now = SystemClock().now()
    run = RunRecord("r-1", "p/x", 1, RunState.OPEN, now, now + deadline)
    cause = Event(type=EventType.RUN_STARTED, time=moment(now), pipeline="p/x@1", run="r-1")
    return Work(run, loaded, node, 1, "token", {}, cause, timeout, now, Given({}, secrets or {}))


def run(function: Callable[[Context], object], *, lasts: Millis = 15 * MINUTE, **more: Any) -> Done:
    runtime = Runtime(lambda _, context: function(context), NoFiles(), SystemClock())
    return runtime.run(work(**more), SystemClock().now() + lasts)


def error(done: Done) -> tuple[str, str]:
    assert not isinstance(done.result, Hold)
    assert done.result.status is Status.FAILED
    assert done.result.error is not None
    return done.result.error.type, done.result.error.message


def sleeping(_: Context) -> None:
    time.sleep(5)


def swallowing(_: Context) -> None:
    for _ in range(2):
        try:
            time.sleep(5)
        except BaseException:
            continue
    time.sleep(5)


async def waiting(_: Context) -> None:
    import asyncio

    await asyncio.sleep(5)


def awaited(context: Context) -> object:
    import asyncio

    return asyncio.run(waiting(context))


def in_vain(_: Context) -> None:
    while True:
        pass


@pytest.mark.parametrize("function", [sleeping, awaited, in_vain])
def test_an_attempt_is_ended_at_its_timeout(function: Callable[[Context], object]) -> None:
    assert error(run(function, timeout=50)) == (
        "Timeout",
        "The attempt took longer than its timeout of 0.05 s and was ended.",
    )


def test_who_does_not_hear_it_once_hears_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("murmuration.aws.alarm.AGAIN_S", 0.05)
    began = time.monotonic()
    assert error(run(swallowing, timeout=50))[0] == "Timeout"
    assert time.monotonic() - began < 4


def test_an_attempt_ends_before_lambda_ends_it_and_with_its_run() -> None:
    assert "Lambda would have ended it" in error(run(sleeping, lasts=600))[1]
    assert error(run(sleeping, deadline=50)) == ("Timeout", "The attempt was ended at its run's deadline.")
    assert [margin(left) for left in (1_000, 60_000, 900_000)] == [500, 6_000, 10_000]


def test_the_alarm_is_off_afterwards_and_is_nobody_elses() -> None:
    with pytest.raises(OutOfTime):
        within(0.01, lambda: time.sleep(1))
    assert within(0.01, lambda: 1) == 1
    time.sleep(0.03)


def test_what_is_raised_is_told_and_what_is_no_json_too() -> None:
    def broken(_: Context) -> object:
        raise ZeroDivisionError("division by zero")

    def leaving(_: Context) -> object:
        sys.exit(3)

    def set_of(_: Context) -> object:
        return {1, 2}

    assert error(run(broken)) == ("ZeroDivisionError", "division by zero")
    assert error(run(leaving))[0] == "SystemExit"
    assert error(run(set_of)) == ("BadOutput", "output is a set; use sorted(...) to make it a list")


def test_an_output_is_as_it_travels_and_effects_come_along() -> None:
    def fine(context: Context) -> object:
        context.emit({"source": "shop", "detail-type": "packed"})
        return (1, 2)

    done = run(fine)
    assert not isinstance(done.result, Hold)
    assert done.result.output == [1, 2]
    assert done.effects == ({"detail": {}, "source": "shop", "detail-type": "packed"},)
    held = run(lambda _: Waits(17))
    assert held.result == Hold(17, "timer")


def test_what_it_changed_of_the_process_is_put_back(tmp_path: Path) -> None:
    before = dict(os.environ), Path.cwd(), logging.root.level, list(logging.root.handlers), sys.stdout

    def rude(_: Context) -> None:
        os.environ["LEFT"] = "behind"
        os.chdir(tmp_path)
        logging.basicConfig(level=logging.DEBUG, force=True)
        logging.disable(logging.CRITICAL)

    run(rude, secrets={"KEY": "swordfish"})
    assert (dict(os.environ), Path.cwd(), logging.root.level, list(logging.root.handlers), sys.stdout) == before
    assert logging.root.manager.disable == 0


def test_no_secret_is_printed_logged_or_told(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def talking(context: Context) -> None:
        print("the key is", context.secrets["KEY"])
        for letter in str(context.secrets["KEY"]):
            print(letter, end="")
        context.logger.info("it is %s", context.secrets["KEY"])
        raise ValueError(f"{context.secrets['KEY']} does not fit")

    assert error(run(talking, secrets={"KEY": "swordfish"})) == ("ValueError", "*** does not fit")
    assert capsys.readouterr().out == "the key is ***\n***"
    assert "swordfish" not in caplog.text
    assert "it is ***" in caplog.text
