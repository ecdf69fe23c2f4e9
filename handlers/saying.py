"""Saying: from a fact in the ledger to its event on the bus, with what rules look at.

The event is derived from the fact alone, so that saying it again says the same event.
"""

from __future__ import annotations

import hashlib
from typing import Final

from events.envelope import Routing
from events.event import Event, EventType
from events.ledger import Millis, RunRecord
from events.ports import Said, moment
from events.slots import slots_for
from events.trace import Trace
from handlers.loaded import Loaded
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status
from schemas.trigger import RunEnd

SAYS: Final = {
    Status.SUCCEEDED: EventType.TASK_SUCCEEDED,
    Status.FAILED: EventType.TASK_FAILED,
    Status.SKIPPED: EventType.TASK_SKIPPED,
}
ENDS: Final = {
    RunEnd.SUCCEEDED: EventType.RUN_SUCCEEDED,
    RunEnd.FAILED: EventType.RUN_FAILED,
    RunEnd.CANCELLED: EventType.RUN_CANCELLED,
    RunEnd.TIMED_OUT: EventType.RUN_TIMED_OUT,
}


def outcome_said(
    loaded: Loaded, run: str, task: str, attempt: int, outcome: Outcome, at: Millis, cause: Event | None
) -> Said:
    event = Event(
        type=SAYS[outcome.status],
        time=moment(at),
        pipeline=loaded.reference,
        run=run,
        task=task,
        attempt=attempt,
        cause=None if cause is None else cause.id,
        traceparent=None if cause is None or cause.traceparent is None else traced(cause, f"{run}/{task}/{attempt}"),
        data=outcome.data(),
    )
    return Said(event, loaded.routing(task, outcome.status))


def traced(cause: Event, span: str) -> str | None:
    """The trace goes on, a span further; the span's id is derived, since the event may be said again."""
    trace = Trace.read(cause.traceparent)
    if trace is None:
        return None
    return str(trace.child(hashlib.sha256(f"{trace.trace}/{span}".encode()).hexdigest()[:16]))


def run_said(run: RunRecord, type_: EventType, at: Millis, data: JsonObject, slots: JsonObject | None = None) -> Said:
    event = Event(type=type_, time=moment(at), pipeline=run.reference, run=run.id, data=data)
    return Said(event, Routing(slots=slots))


def started_said(loaded: Loaded, run: RunRecord) -> Said:
    slots = None if loaded.slots is None else slots_for(loaded.slots, None, None)
    data: JsonObject = {
        "trigger": run.trigger or None,
        "input": run.input,
        "deadline": moment(run.deadline).isoformat(),
    }
    if run.rerun_of:
        data["rerun_of"] = run.rerun_of
    return run_said(run, EventType.RUN_STARTED, run.started, data, slots)


def requested(
    reference: str,
    run: str,
    task: str,
    lambda_: str,
    at: Millis,
    reason: str,
    attempt: int = 0,
    cause: str | None = None,
) -> Said:
    """Addressed: goes to the task's own Lambda, by no rule of the pipeline."""
    event = Event(
        type=EventType.TASK_REQUESTED,
        time=moment(at),
        pipeline=reference,
        run=run,
        task=task,
        attempt=attempt,
        cause=cause,
        data={"reason": reason},
    )
    return Said(event, Routing(lambda_=lambda_))
