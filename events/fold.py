"""The fold: from the events of a run to what has been heard of it, in whatever order and however often they come.

Two views are merged by keeping the greater of each part, so `merge` is commutative, associative and idempotent, and so is
folding. The parts, and what is greater:

    a task's state        (final, attempt, rank, canonical bytes)
    an attempt            (rank, canonical bytes); its start is the earliest
    a state of the run    canonical bytes

An attempt's rank grows in the order of `TaskState`. A `task.retrying` carries the number of the attempt that failed, the
events of the next try the next one. Nothing that is final is ever replaced by something that is not: a late start, or a
late retry of an earlier attempt, is part of the history and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC
from types import MappingProxyType
from typing import Final

from events.event import Event, EventType
from schemas.run import Attempt, RunState, RunView, TaskState, TaskView, Told

_RUN: Final[Mapping[EventType, RunState]] = MappingProxyType(
    {
        EventType.RUN_REQUESTED: RunState.REQUESTED,
        EventType.RUN_STARTED: RunState.RUNNING,
        EventType.RUN_SUCCEEDED: RunState.SUCCEEDED,
        EventType.RUN_FAILED: RunState.FAILED,
        EventType.RUN_CANCELLED: RunState.CANCELLED,
        EventType.RUN_TIMED_OUT: RunState.TIMED_OUT,
    }
)

# `task.completed` is not among them: it says again what the outcome said.
_TASK: Final[Mapping[EventType, TaskState]] = MappingProxyType(
    {
        EventType.TASK_REQUESTED: TaskState.READY,
        EventType.TASK_STARTED: TaskState.RUNNING,
        EventType.TASK_WAITING: TaskState.WAITING,
        EventType.TASK_RETRYING: TaskState.RETRYING,
        EventType.TASK_SKIPPED: TaskState.SKIPPED,
        EventType.TASK_FAILED: TaskState.FAILED,
        EventType.TASK_SUCCEEDED: TaskState.SUCCEEDED,
    }
)


def fold(view: RunView, event: Event) -> RunView:
    return fold_all(view, (event,))


def fold_all(view: RunView, events: Iterable[Event]) -> RunView:
    """One event after the other, with one copy of the view for all of them."""
    pipeline, states, tasks = view.pipeline, dict(view.states), dict(view.tasks)
    for event in events:
        assert event.run == view.run, f"an event of the run {event.run} is no part of the run {view.run}"
        pipeline = max(pipeline, event.pipeline)
        told = Told(event.time.astimezone(UTC), event.data)
        if event.task is None:
            _keep_told(states, _RUN[event.type], told)
        elif state := _TASK.get(event.type):
            started = told.at if state is TaskState.RUNNING else None
            _keep_task(tasks, event.task, {event.attempt: Attempt(state, told, started)})
    return RunView(view.run, pipeline, states, tasks)


def merge(one: RunView, other: RunView) -> RunView:
    assert one.run == other.run, f"the runs {one.run} and {other.run} are not one"
    states, tasks = dict(one.states), dict(one.tasks)
    for state, told in other.states.items():
        _keep_told(states, state, told)
    for task, heard in other.tasks.items():
        _keep_task(tasks, task, heard.attempts)
    return RunView(one.run, max(one.pipeline, other.pipeline), states, tasks)


def _keep_told(states: dict[RunState, Told], state: RunState, told: Told) -> None:
    states[state] = _greater(states[state], told) if state in states else told


def _keep_task(tasks: dict[str, TaskView], task: str, heard: Mapping[int, Attempt]) -> None:
    if task not in tasks:
        tasks[task] = TaskView(heard)
        return
    attempts = dict(tasks[task].attempts)
    for number, attempt in heard.items():
        attempts[number] = _joined(attempts[number], attempt) if number in attempts else attempt
    tasks[task] = TaskView(attempts)


def _joined(one: Attempt, other: Attempt) -> Attempt:
    started = min((start for start in (one.started, other.started) if start is not None), default=None)
    if one.state is other.state:
        return Attempt(one.state, _greater(one.told, other.told), started)
    greater = max(one, other, key=lambda attempt: attempt.state.rank)
    return Attempt(greater.state, greater.told, started)


def _greater(one: Told, other: Told) -> Told:
    return max(one, other, key=lambda told: told.canonical)
