"""The catalog: what each type of event says in its `data`. The schemas that other people read are generated from here.

Events are past tense. A type's data may grow optional fields and never loses or renames one: subscribers depend on it.
Outcomes have one shape wherever they appear, `schemas.outcome.Outcome.data()`, since conditions are written over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from pydantic import AwareDatetime, Field, JsonValue

from events.ends import RUN_ENDS, TASK_ENDS
from events.event import BUS_SOURCE, Event, EventType
from schemas.model import JsonObject, Model
from schemas.outcome import Status, TaskError
from schemas.trigger import RunEnd

__all__ = ["BUS_SOURCE", "DATA", "RUN_ENDS", "TASK_ENDS", "Event", "EventType"]

_OUTPUT = (
    "What the task gave back. Over 8 KB it is a reference to the artifact, beside the fields that conditions read."
)


class Origin(Model):
    """The outside event that a trigger took up."""

    source: str
    id: str
    type: str = ""


class RunRequested(Model):
    """Somebody, or something, asked for a run."""

    trigger: str | None = Field(default=None, description="The trigger's name; none for a run that was asked for.")
    input: JsonValue = None
    origin: Origin | None = None
    by: str | None = Field(default=None, description="Who asked.")
    rerun_of: str | None = Field(default=None, description="The run whose outcomes are kept.")
    keep: tuple[str, ...] = Field(default=(), description="The tasks of that run whose outcomes are kept.")
    definition: JsonObject | None = Field(default=None, description="The whole pipeline, for a dynamic run.")


class RunStarted(Model):
    """The run exists, its version is pinned, its roots may run."""

    trigger: str | None = None
    input: JsonValue = None
    origin: Origin | None = None
    by: str | None = None
    rerun_of: str | None = None
    deadline: AwareDatetime | None = None


class RunSucceeded(Model):
    """Every task has its outcome, and every failure was taken up."""

    status: Literal[RunEnd.SUCCEEDED] = RunEnd.SUCCEEDED


class RunFailed(Model):
    """Some task failed and nobody took the failure up."""

    status: Literal[RunEnd.FAILED] = RunEnd.FAILED
    tasks: tuple[str, ...] = Field(default=(), description="The tasks whose failure nobody took up.")


class RunCancelled(Model):
    """Somebody ended the run."""

    status: Literal[RunEnd.CANCELLED] = RunEnd.CANCELLED
    by: str | None = None
    reason: str = ""


class RunTimedOut(Model):
    """The run's deadline came first."""

    status: Literal[RunEnd.TIMED_OUT] = RunEnd.TIMED_OUT
    tasks: tuple[str, ...] = Field(default=(), description="The tasks that had no outcome yet.")


class Reason(StrEnum):
    EDGE = "edge"
    RETRY = "retry"
    TIMER = "timer"
    ITEM = "item"
    SWEEP = "sweep"


class TaskRequested(Model):
    """A task was addressed by name, not reached by a rule."""

    reason: Reason = Reason.EDGE
    edges: tuple[str, ...] = Field(default=(), description="The ids of the edges that are live with this.")


class TaskStarted(Model):
    """An attempt claimed the task and runs. Said only where somebody listens."""

    worker: str | None = None


class TaskSucceeded(Model):
    """The task's outcome: it succeeded."""

    status: Literal[Status.SUCCEEDED] = Status.SUCCEEDED
    output: JsonValue = Field(description=_OUTPUT)


class TaskFailed(Model):
    """The task's outcome: it failed, after all its retries."""

    status: Literal[Status.FAILED] = Status.FAILED
    error: TaskError


class TaskCompleted(Model):
    """An announcement: the task succeeded or failed. Its outcome is told by `task.succeeded` or `task.failed` too."""

    status: Literal[Status.SUCCEEDED, Status.FAILED]
    output: JsonValue = Field(default=None, description=_OUTPUT)
    error: TaskError | None = None


class TaskSkipped(Model):
    """The task's outcome: its join can no longer open."""

    status: Literal[Status.SKIPPED] = Status.SKIPPED


class TaskRetrying(Model):
    """An attempt failed and another will follow."""

    error: TaskError
    due: AwareDatetime


class WaitsFor(StrEnum):
    CALLBACK = "callback"
    TIMER = "timer"
    PIPELINE = "pipeline"


class TaskWaiting(Model):
    """The attempt holds still until somebody settles it, or until it is due."""

    on: WaitsFor
    due: AwareDatetime | None = None


DATA: Final[Mapping[EventType, type[Model]]] = MappingProxyType(
    {
        EventType.RUN_REQUESTED: RunRequested,
        EventType.RUN_STARTED: RunStarted,
        EventType.RUN_SUCCEEDED: RunSucceeded,
        EventType.RUN_FAILED: RunFailed,
        EventType.RUN_CANCELLED: RunCancelled,
        EventType.RUN_TIMED_OUT: RunTimedOut,
        EventType.TASK_REQUESTED: TaskRequested,
        EventType.TASK_STARTED: TaskStarted,
        EventType.TASK_SUCCEEDED: TaskSucceeded,
        EventType.TASK_FAILED: TaskFailed,
        EventType.TASK_COMPLETED: TaskCompleted,
        EventType.TASK_SKIPPED: TaskSkipped,
        EventType.TASK_RETRYING: TaskRetrying,
        EventType.TASK_WAITING: TaskWaiting,
    }
)
