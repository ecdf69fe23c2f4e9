"""The contracts of what people look at: the events of a run, and the triggers that started nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.backends import Backend
from support.contracts.contract import Contract
from support.contracts.ledger import a_run

from events.event import Event, EventType
from events.ports import Refusal

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def ended(task: str, at: int = 0, run: str = "r-1") -> Event:
    return Event(
        type=EventType.TASK_SUCCEEDED,
        time=NOON + timedelta(milliseconds=at),
        pipeline="media/thumbnails@3",
        run=run,
        task=task,
        attempt=1,
        cause=f"{run}/run.started",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        data={"status": "succeeded", "output": {"n": [1, None, "é"]}},
    )


class RunViewContract(Contract):
    @pytest.fixture(autouse=True)
    def _runs(self, backend: Backend) -> None:
        for run in ("r-1", "r-2"):
            backend.ledger.open(a_run(run))

    def test_nothing_was_heard_of_a_run_that_nobody_knows(self, backend: Backend) -> None:
        assert list(backend.view.events("r-1")) == []

    def test_events_are_kept_whole_and_in_the_order_they_were_heard(self, backend: Backend) -> None:
        backend.view.put([ended("b", 7), ended("a", 5)])
        backend.view.put([ended("c", 6)])
        assert list(backend.view.events("r-1")) == [ended("b", 7), ended("a", 5), ended("c", 6)]

    def test_an_event_that_is_said_twice_is_one_event(self, backend: Backend) -> None:
        backend.view.put([ended("a", 1), ended("a", 1)])
        backend.view.put([ended("a", 1), ended("b")])
        assert list(backend.view.events("r-1")) == [ended("a", 1), ended("b")]

    def test_it_knows_what_it_has_not_heard(self, backend: Backend) -> None:
        backend.view.put([ended("a"), ended("b", run="r-2")])
        asked = [ended("a").id, ended("b").id, "r-1/run.started"]
        assert list(backend.view.unheard("r-1", asked)) == asked[1:]

    def test_runs_are_kept_apart(self, backend: Backend) -> None:
        backend.view.put([ended("a", run="r-1"), ended("a", run="r-2")])
        assert list(backend.view.events("r-2")) == [ended("a", run="r-2")]


class RefusalsContract(Contract):
    def test_they_are_seen_the_latest_first(self, backend: Backend) -> None:
        first = Refusal("media/thumbnails", "uploads", 1_000, "it is paused", {"id": "e-1", "detail": {"n": None}})
        second = Refusal("media/thumbnails", "manual", 2_000, "the input does not fit")
        backend.refusals.put(first)
        backend.refusals.put(second)
        assert list(backend.refused()) == [second, first]
