"""The fold: what was heard of a run, whatever the order, however often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.choreography import START, fly
from support.examples import examples
from support.pipelines import endings, pipelines

from events.event import Event, EventType
from events.fold import fold, fold_all, merge
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status
from schemas.run import RunState, RunView, TaskState, Told
from schemas.trigger import RunEnd

EMPTY = RunView("r")
DONE: JsonObject = {"status": "succeeded", "output": 1}
BROKEN: JsonObject = {"status": "failed", "error": {"type": "Timeout", "message": "", "detail": {}}}


def event(type: str, attempt: int = 0, at: int = 0, data: JsonObject | None = None) -> Event:
    task = "t" if type.startswith("task.") else None
    return Event(
        type=EventType(type),
        time=START + timedelta(seconds=at),
        pipeline="p/x@1",
        run="r",
        task=task,
        attempt=attempt,
        data=data or {},
    )


def view(*events: Event) -> RunView:
    return fold_all(EMPTY, events)


@pytest.mark.parametrize(
    ("said", "state", "attempt"),
    [
        ([("task.requested", 0)], TaskState.READY, 0),
        ([("task.requested", 0), ("task.started", 1)], TaskState.RUNNING, 1),
        ([("task.waiting", 1), ("task.started", 1)], TaskState.WAITING, 1),
        ([("task.retrying", 1), ("task.started", 1)], TaskState.RETRYING, 1),
        ([("task.started", 2), ("task.retrying", 1)], TaskState.RUNNING, 2),
        ([("task.requested", 2), ("task.retrying", 1)], TaskState.READY, 2),
        ([("task.succeeded", 1), ("task.started", 1)], TaskState.SUCCEEDED, 1),
        ([("task.failed", 3), ("task.retrying", 2)], TaskState.FAILED, 3),
        ([("task.succeeded", 1), ("task.started", 2)], TaskState.SUCCEEDED, 1),
        ([("task.skipped", 0), ("task.requested", 0)], TaskState.SKIPPED, 0),
    ],
)
def test_a_task_s_state_is_the_greatest_heard_of(said: list[tuple[str, int]], state: TaskState, attempt: int) -> None:
    events = [event(type, number, data=BROKEN if type == "task.failed" else DONE) for type, number in said]
    for order in (events, events[::-1]):
        task = view(*order).tasks["t"]
        assert (task.state, task.attempt) == (state, attempt)
        assert (task.outcome is not None) is state.final


def test_an_outcome_is_told_with_its_output_or_its_error() -> None:
    assert view(event("task.succeeded", 1, data=DONE)).tasks["t"].outcome == Outcome.succeeded(1)
    assert view(event("task.failed", 1, data=BROKEN)).tasks["t"].outcome == Outcome.failed("Timeout")
    assert view(event("task.skipped")).tasks["t"].outcome == Outcome.skipped()


def test_each_attempt_keeps_its_own_story() -> None:
    task = view(
        event("task.failed", 2, 9, BROKEN),
        event("task.started", 2, 8),
        event("task.retrying", 1, 5, BROKEN),
        event("task.started", 1, 3),
        event("task.started", 1, 2),
    ).tasks["t"]
    first, second = task.attempts[1], task.attempts[2]
    assert (first.state, first.started) == (TaskState.RETRYING, START + timedelta(seconds=2))
    assert (second.state, second.told.at) == (TaskState.FAILED, START + timedelta(seconds=9))
    assert first.told.data == BROKEN


def test_an_announcement_settles_nothing() -> None:
    assert view(event("task.completed", 1, data=DONE)).tasks == {}


@pytest.mark.parametrize(
    ("said", "state", "end"),
    [
        ("", RunState.REQUESTED, None),
        ("run.requested", RunState.REQUESTED, None),
        ("run.requested run.started", RunState.RUNNING, None),
        ("task.started", RunState.RUNNING, None),
        ("run.succeeded run.started", RunState.SUCCEEDED, RunEnd.SUCCEEDED),
        ("run.failed", RunState.FAILED, RunEnd.FAILED),
        ("run.cancelled task.succeeded", RunState.CANCELLED, RunEnd.CANCELLED),
        ("run.timed_out", RunState.TIMED_OUT, RunEnd.TIMED_OUT),
    ],
)
def test_a_run_s_state_is_what_was_recorded(said: str, state: RunState, end: RunEnd | None) -> None:
    told = view(*(event(type) for type in said.split()))
    assert (told.state, told.state.end) == (state, end)


def test_what_a_run_tells_of_itself() -> None:
    assert (EMPTY.input, EMPTY.started, EMPTY.ended) == (None, None, None)
    requested = view(event("run.requested", data={"input": 1}))
    assert (requested.input, requested.started) == (1, None)
    ended = view(
        event("run.requested", data={"input": 1}),
        event("run.started", at=2, data={"input": {"n": 1}}),
        event("run.failed", at=3),
    )
    assert (ended.pipeline, ended.input) == ("p/x@1", {"n": 1})
    assert (ended.started, ended.ended) == (START + timedelta(seconds=2), START + timedelta(seconds=3))


def test_of_two_different_events_of_one_id_the_greater_is_kept() -> None:
    one, other = event("task.succeeded", 1, data={"output": True}), event("task.succeeded", 1, data={"output": 1})
    for order in ((one, other), (other, one)):
        assert view(*order).tasks["t"].latest.told.data["output"] is True
    later = event("run.started", at=1)
    assert view(later, event("run.started")).started == later.time


def test_the_same_moment_in_another_zone_is_the_same() -> None:
    said = event("task.started", 1)
    elsewhere = replace(said, time=said.time.astimezone(timezone(timedelta(hours=2))))
    assert repr(view(said, elsewhere)) == repr(view(elsewhere, said)) == repr(view(said))


def test_an_event_of_another_run_is_refused() -> None:
    with pytest.raises(AssertionError, match="no part of the run"):
        fold(EMPTY, replace(event("run.started"), run="another"))
    with pytest.raises(AssertionError, match="are not one"):
        merge(EMPTY, RunView("another"))


def test_folding_changes_no_view_that_somebody_holds() -> None:
    before = view(event("task.started", 1))
    after = fold(before, event("task.succeeded", 1, data=DONE))
    assert before == view(event("task.started", 1))
    assert after.tasks["t"].outcome == Outcome(status=Status.SUCCEEDED, output=1)


@given(st.data())
@examples(40)
def test_any_order_and_any_repeats_give_the_same_view(data: st.DataObject) -> None:
    pipeline = data.draw(pipelines(max_tasks=5))
    events = fly(pipeline, data.draw(endings(pipeline)), seed := data.draw(st.integers(0, 2**32))).events
    chance = Random(seed)
    whole = fold_all(EMPTY, events)
    shuffled = chance.choices(events, k=len(events)) + events
    chance.shuffle(shuffled)
    one_by_one = EMPTY
    for said in shuffled:
        one_by_one = fold(one_by_one, said)
    assert one_by_one == whole
    # Merged in any grouping: what parts of a run saw makes the same picture of it.
    cut, other = sorted(chance.choices(range(len(shuffled) + 1), k=2))
    a, b, c = (fold_all(EMPTY, part) for part in (shuffled[:cut], shuffled[cut:other], shuffled[other:]))
    assert merge(merge(a, b), c) == merge(a, merge(b, c)) == merge(merge(c, b), a) == whole
    assert merge(whole, whole) == merge(whole, b) == merge(whole, EMPTY) == whole


def test_what_was_told_is_compared_by_all_of_it() -> None:
    assert Told(START, {"a": 1, "b": 2}).canonical == Told(START, {"b": 2, "a": 1}).canonical
    assert Told(START, {"a": 1}).canonical != Told(START + timedelta(seconds=1), {"a": 1}).canonical
