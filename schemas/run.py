"""A run as people look at it: what has been heard of it, and what follows from that (DESIGN section 7).

`RunView` holds what events said and nothing else; `events.fold` makes it. `Picture` adds what follows from the pipeline;
`events.derive` makes it. Both are values: no reader can change what another sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

import orjson
from pydantic import JsonValue

from schemas.model import JsonObject
from schemas.outcome import Outcome, Status, TaskError
from schemas.pipeline import Edge
from schemas.trigger import RunEnd


class TaskState(StrEnum):
    """In the order that one attempt goes through them: what comes later here is the greater."""

    PENDING = "pending"
    """Its gate waits."""
    READY = "ready"
    """Its gate has opened, or it was addressed; nothing else is heard of it."""
    RUNNING = "running"
    WAITING = "waiting"
    RETRYING = "retrying"
    """The attempt failed, and another will follow."""
    SKIPPED = "skipped"
    FAILED = "failed"
    SUCCEEDED = "succeeded"

    @property
    def final(self) -> bool:
        return self in _FINAL

    @property
    def rank(self) -> int:
        return _TASK_RANK[self]


class RunState(StrEnum):
    REQUESTED = "requested"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"

    @property
    def end(self) -> RunEnd | None:
        return None if self in (RunState.REQUESTED, RunState.RUNNING) else RunEnd(self.value)

    @property
    def rank(self) -> int:
        return _RUN_RANK[self]


_FINAL: Final = frozenset({TaskState.SKIPPED, TaskState.FAILED, TaskState.SUCCEEDED})
_TASK_RANK: Final = {state: rank for rank, state in enumerate(TaskState)}
_RUN_RANK: Final = {state: rank for rank, state in enumerate(RunState)}


@dataclass(frozen=True, slots=True)
class Told:
    """What one event said, and when."""

    at: datetime
    """In UTC."""
    data: JsonObject

    @property
    def canonical(self) -> bytes:
        """Settles which of two different events of one id is kept; for equal ones it is equal."""
        return orjson.dumps([self.at, self.data], option=orjson.OPT_SORT_KEYS)


@dataclass(frozen=True, slots=True)
class Attempt:
    state: TaskState
    told: Told
    started: datetime | None = None
    """The earliest start that was announced."""


@dataclass(frozen=True, slots=True)
class TaskView:
    attempts: Mapping[int, Attempt]
    """By number, counted from 1; 0 for a task that was addressed or skipped without ever running."""

    @property
    def attempt(self) -> int:
        """The one that counts: a final one, or else the last."""
        return max(self.attempts, key=lambda number: (self.attempts[number].state.final, number))

    @property
    def latest(self) -> Attempt:
        return self.attempts[self.attempt]

    @property
    def state(self) -> TaskState:
        return self.latest.state

    @property
    def outcome(self) -> Outcome | None:
        told = self.latest.told.data
        match self.state:
            case TaskState.SUCCEEDED:
                return Outcome.succeeded(told.get("output"))
            case TaskState.FAILED:
                return Outcome(status=Status.FAILED, error=TaskError.model_validate(told.get("error")))
            case TaskState.SKIPPED:
                return Outcome.skipped()
            case _:
                return None


@dataclass(frozen=True)
class RunView:
    run: str
    pipeline: str = ""
    """`project/pipeline@version`."""
    states: Mapping[RunState, Told] = field(default_factory=dict)
    """What was said of the run itself. A ledger records one end; so is there one here."""
    tasks: Mapping[str, TaskView] = field(default_factory=dict)
    """The tasks that something was heard of."""

    @cached_property
    def state(self) -> RunState:
        """Only what is recorded: a run has ended when its end was heard, not when its tasks have."""
        told = max(self.states, key=lambda state: state.rank, default=RunState.REQUESTED)
        return RunState.RUNNING if told is RunState.REQUESTED and self.tasks else told

    @property
    def input(self) -> JsonValue:
        told = self.states.get(RunState.RUNNING) or self.states.get(RunState.REQUESTED)
        return told.data.get("input") if told else None

    @property
    def started(self) -> datetime | None:
        return self.states[RunState.RUNNING].at if RunState.RUNNING in self.states else None

    @property
    def ended(self) -> datetime | None:
        return self.states[self.state].at if self.state.end else None


@dataclass(frozen=True, slots=True)
class Picture:
    """What follows from a view and the pipeline that it is a run of."""

    state: RunState
    """What is recorded. It is never taken back."""
    conclusion: RunEnd | None
    """What the tasks' outcomes amount to, once each has one: the end to record, if no cancel or deadline was first."""
    tasks: Mapping[str, TaskState]
    """Every task of the pipeline, and others that were heard of. In a run that was ended early some stay as they were."""
    edges: Mapping[str, bool]
    """By edge id, of the decided ones: is it live?"""
    waits: Mapping[str, tuple[Edge, ...]]
    """By task whose gate waits, while the run goes on: the edges that are not decided yet."""
    unhandled: tuple[str, ...]
    """With a conclusion: the failed tasks whose failure nobody took up."""
