"""The timers' contract: an event that is put on the bus when it is due, once for each time it was set."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.backends import Backend
from support.contracts.contract import Contract

from events.envelope import Routing
from events.event import Event, EventType
from events.ports import Said
from schemas.model import JsonObject

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def said(task: str = "a", attempt: int = 2) -> Said:
    event = Event(
        type=EventType.TASK_REQUESTED,
        time=NOON,
        pipeline="media/thumbnails@3",
        run="r-1",
        task=task,
        attempt=attempt,
        cause="r-1/a/1/task.failed",
        data={"reason": "retry", "n": [1, None, "é"]},
    )
    return Said(event, Routing(lambda_="mm-task"))


class TimersContract(Contract):
    def test_nothing_is_due_before_its_time(self, backend: Backend) -> None:
        backend.timers.set("t", 5_000, said())
        assert list(backend.ripe(4_999)) == []
        assert backend.next_timer() == 5_000

    def test_what_is_due_comes_once_and_as_it_was_given(self, backend: Backend) -> None:
        backend.timers.set("t", 5_000, said())
        assert list(backend.ripe(5_000)) == [said()]
        assert list(backend.ripe(99_000)) == []
        assert backend.next_timer() is None

    def test_the_earliest_comes_first(self, backend: Backend) -> None:
        for task, due in (("a", 300), ("b", 100), ("c", 200)):
            backend.timers.set(task, due, said(task))
        assert backend.next_timer() == 100
        assert [one.event.task for one in backend.ripe(250)] == ["b", "c"]
        assert [one.event.task for one in backend.ripe(300)] == ["a"]

    def test_the_same_timer_set_again_is_one_timer(self, backend: Backend) -> None:
        backend.timers.set("t", 100, said(attempt=2))
        backend.timers.set("t", 700, said(attempt=3))
        assert list(backend.ripe(699)) == []
        assert [one.event.attempt for one in backend.ripe(700)] == [3]

    def test_a_timer_that_went_off_may_be_set_again(self, backend: Backend) -> None:
        backend.timers.set("t", 100, said())
        backend.ripe(100)
        backend.timers.set("t", 200, said())
        assert list(backend.ripe(200)) == [said()]

    @pytest.mark.parametrize("slots", [{}, {"mm-task": {"rest": 2}}])
    def test_what_rules_look_at_is_kept(self, backend: Backend, slots: JsonObject) -> None:
        event = Event(type=EventType.RUN_STARTED, time=NOON, pipeline="media/thumbnails@3", run="r-1", data={})
        one = Said(event, Routing(slots=slots or None))
        backend.timers.set("t", 100, one)
        assert list(backend.ripe(100)) == [one]
