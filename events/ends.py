"""Ends: which events end a run, which settle a task, and as what. Light: whoever hears an event asks this."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from events.event import EventType
from schemas.outcome import Status
from schemas.trigger import RunEnd

RUN_ENDS: Final[Mapping[EventType, RunEnd]] = MappingProxyType(
    {
        EventType.RUN_SUCCEEDED: RunEnd.SUCCEEDED,
        EventType.RUN_FAILED: RunEnd.FAILED,
        EventType.RUN_CANCELLED: RunEnd.CANCELLED,
        EventType.RUN_TIMED_OUT: RunEnd.TIMED_OUT,
    }
)

TASK_ENDS: Final[Mapping[EventType, Status]] = MappingProxyType(
    {
        EventType.TASK_SUCCEEDED: Status.SUCCEEDED,
        EventType.TASK_FAILED: Status.FAILED,
        EventType.TASK_SKIPPED: Status.SKIPPED,
    }
)
"""The events that settle a task. `task.completed` settles nothing."""
