"""The catalog is closed: fourteen types, each with its data, and outcomes have one shape wherever they are told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from events.catalog import DATA, RUN_ENDS, TASK_ENDS, Event, EventType
from schemas.outcome import Outcome

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_the_types_are_the_designs() -> None:
    runs = {f"run.{state}" for state in ("requested", "started", "succeeded", "failed", "cancelled", "timed_out")}
    ends = {f"task.{state}" for state in ("succeeded", "failed", "completed", "skipped")}
    between = {f"task.{state}" for state in ("requested", "started", "retrying", "waiting")}
    assert {str(kind) for kind in EventType} == runs | ends | between
    assert set(DATA) == set(EventType)


@pytest.mark.parametrize(
    "outcome", [Outcome.succeeded({"n": 1}), Outcome.failed("Boom", "it broke"), Outcome.skipped()]
)
def test_an_outcome_is_told_as_its_events_data(outcome: Outcome) -> None:
    kind = next(kind for kind, status in TASK_ENDS.items() if status == outcome.status)
    assert DATA[kind].read(outcome.data()).model_dump(mode="json") == outcome.data()


@pytest.mark.parametrize("outcome", [Outcome.succeeded({"n": 1}), Outcome.failed("Boom", "it broke")])
def test_an_announcement_tells_the_same(outcome: Outcome) -> None:
    assert (
        DATA[EventType.TASK_COMPLETED].read(outcome.data()).model_dump(mode="json", exclude_unset=True)
        == outcome.data()
    )


def test_a_runs_end_names_its_status() -> None:
    for kind, end in RUN_ENDS.items():
        assert DATA[kind]().model_dump(mode="json")["status"] == end == str(kind).removeprefix("run.")


def test_ids_and_sources_are_derived() -> None:
    run = Event(type=EventType.RUN_STARTED, time=NOON, pipeline="media/thumbnails@3", run="r-1")
    task = Event(
        type=EventType.TASK_FAILED, time=NOON, pipeline="media/thumbnails@4", run="r-1", task="resize", attempt=2
    )
    assert run.id == "r-1/run.started"
    assert task.id == "r-1/resize/2/task.failed"
    assert run.source == task.source == "/murmuration/media/thumbnails"


@pytest.mark.parametrize(("kind", "task"), [(EventType.RUN_STARTED, "resize"), (EventType.TASK_STARTED, None)])
def test_an_event_is_about_a_task_or_about_a_run(kind: EventType, task: str | None) -> None:
    with pytest.raises(AssertionError):
        Event(type=kind, time=NOON, pipeline="p/x@1", run="r-1", task=task)


def test_an_events_time_knows_its_zone() -> None:
    with pytest.raises(AssertionError):
        Event(type=EventType.RUN_STARTED, time=NOON.replace(tzinfo=None), pipeline="p/x@1", run="r-1")
