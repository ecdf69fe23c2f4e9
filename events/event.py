"""An event: something the system says happened, as it stands in memory.

Its id and its source are not kept but derived, so they cannot be wrong: an event that is said twice has the same id,
and is the same event. `events.catalog` says what `data` holds for each type, `events.envelope` how it travels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from schemas.model import JsonObject

BUS_SOURCE: Final = "murmuration"
"""The EventBridge envelope's `Source`: what rules match, and what nobody outside may use."""


class EventType(StrEnum):
    """Everything the system ever says. `task.completed` is an announcement beside the outcome, never instead of it."""

    RUN_REQUESTED = "run.requested"
    RUN_STARTED = "run.started"
    RUN_SUCCEEDED = "run.succeeded"
    RUN_FAILED = "run.failed"
    RUN_CANCELLED = "run.cancelled"
    RUN_TIMED_OUT = "run.timed_out"
    TASK_REQUESTED = "task.requested"
    TASK_STARTED = "task.started"
    TASK_SUCCEEDED = "task.succeeded"
    TASK_FAILED = "task.failed"
    TASK_COMPLETED = "task.completed"
    TASK_SKIPPED = "task.skipped"
    TASK_RETRYING = "task.retrying"
    TASK_WAITING = "task.waiting"

    @property
    def about_a_task(self) -> bool:
        return self.startswith("task.")


@dataclass(slots=True, kw_only=True)
class Event:
    """Never changed once it is made. (Python's frozen ones cost five times as much to make, and there are thousands a second.)"""

    type: EventType
    time: datetime
    """When it was said; knows its zone."""
    pipeline: str
    """`project/pipeline@version`."""
    run: str
    task: str | None = None
    """Every `task.*` event has one, no `run.*` event has."""
    attempt: int = 0
    """Counted from 1; 0 for run events and for tasks that never ran."""
    cause: str | None = None
    """The id of the event that led to this one."""
    traceparent: str | None = None
    tracestate: str | None = None
    dataref: str | None = None
    """Where the same data lies, when it is too large to travel."""
    data: JsonObject = field(default_factory=dict)
    id: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        assert (self.task is not None) == self.type.startswith("task."), f"{self.type} and the task {self.task!r}"
        assert self.time.tzinfo is not None, "an event's time knows its zone"
        self.id = event_id(self.run, self.type, self.task, self.attempt)

    @property
    def source(self) -> str:
        """The CloudEvent's own source, a URI reference: `/murmuration/media/thumbnails`. Never the version."""
        return f"/{BUS_SOURCE}/{self.pipeline.partition('@')[0]}"


def event_id(run: str, type_: EventType, task: str | None = None, attempt: int = 0) -> str:
    return f"{run}/{type_}" if task is None else f"{run}/{task}/{attempt}/{type_}"
