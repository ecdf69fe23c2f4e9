"""Every adapter of the timers keeps its contract."""

from __future__ import annotations

from pathlib import Path

from support.aws import aws
from support.backends import Backend, forgetful, memory, sqlite
from support.contracts.timers import TimersContract, said

from events.ledger import Millis
from events.ports import Said, Timers


class TestInMemory(TimersContract):
    make = staticmethod(memory)


class TestOnSqlite(TimersContract):
    make = staticmethod(sqlite)


class TestOnSqliteReadAnew(TimersContract):
    make = staticmethod(forgetful)


class InSeconds:
    """SQS and Scheduler count seconds: what the contract calls a millisecond is a second here, from `begins` on."""

    def __init__(self, timers: Timers, begins: Millis) -> None:
        self._timers = timers
        self._begins = begins

    def set(self, id: str, due: Millis, said: Said) -> None:
        self._timers.set(id, self._begins + due * 1000, said)


def aws_in_seconds(folder: Path) -> Backend:
    backend = aws(folder)
    ripe, next_timer, begins = backend.ripe, backend.next_timer, backend.clock.at
    backend.timers = InSeconds(backend.timers, begins)
    backend.ripe = lambda at: ripe(begins + at * 1000)
    backend.next_timer = lambda: None if (due := next_timer()) is None else (due - begins) // 1000
    return backend


class TestOnAws(TimersContract):
    make = staticmethod(aws_in_seconds)

    def test_the_same_timer_set_again_is_one_timer(self, backend: Backend) -> None:
        """Where Scheduler keeps it. What SQS holds back it holds back, and the claim is not due by then: decision 111."""
        backend.timers.set("t", 1_000, said(attempt=2))
        backend.timers.set("t", 7_000, said(attempt=3))
        assert list(backend.ripe(6_999)) == []
        assert [one.event.attempt for one in backend.ripe(7_000)] == [3]

    def test_of_what_is_due_soon_the_last_is_said_when_it_is_due(self, backend: Backend) -> None:
        backend.timers.set("t", 100, said(attempt=2))
        backend.timers.set("t", 700, said(attempt=3))
        assert [one.event.attempt for one in backend.ripe(699)] == [2]
        assert [one.event.attempt for one in backend.ripe(700)] == [3]
