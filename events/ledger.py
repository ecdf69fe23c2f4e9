"""The ledger's records: what the write side keeps of a run and of its tasks, and when each may change.

    a task's record                          who writes it

      (none) ──claim──> CLAIMED              the first delivery that opens the gate
                          │ lease over       ──claim──> CLAIMED, same attempt, one loss more, a new token
                          ├──settle(token)──> SETTLED      final; the outcome is a fact
                          ├──retry(token)──> RETRYING      attempt + 1, due later
                          └──hold(token)───> WAITING       for a callback or a timer; no lease
      RETRYING ──claim, when due──> CLAIMED
      WAITING ──settle(token)──> SETTLED, or ──retry(token)──> RETRYING

What must always hold:
  1. SETTLED never changes, but for who may say the outcome again: the delivery that settled it, once.
  2. Every write but a claim names the token it was claimed with: a late owner loses (a fence).
  3. `attempt` grows in `retry` and nowhere else. `edges` is frozen by the first claim.
  4. A run that has ended never opens again.
  5. A rerun keeps settled outcomes only, before anything of it is claimed, and nobody owns what is kept.
These functions are the rules. Each adapter keeps them in one conditional write.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from pydantic import JsonValue

from schemas.outcome import Outcome
from schemas.trigger import RunEnd

Millis = int
"""Milliseconds since 1970, UTC."""

LOSSES: Final = 3
"""How often an attempt's owner may vanish before the attempt has failed."""


class TaskState(StrEnum):
    CLAIMED = "claimed"
    RETRYING = "retrying"
    WAITING = "waiting"
    SETTLED = "settled"


class Claim(NamedTuple):
    """What a delivery brings to take a task."""

    token: str
    delivery: str
    at: Millis
    lease: Millis
    edges: tuple[str, ...] = ()
    """The ids of the live edges that had arrived when the gate opened."""
    log: str = ""
    """Where the attempt's output is found."""


class TaskRecord(NamedTuple):
    state: TaskState
    attempt: int
    token: str
    delivery: str
    started: Millis
    opened: Millis = 0
    """When the gate opened: the first claim. What was not settled by then is no part of the task's input."""
    lease: Millis = 0
    due: Millis = 0
    losses: int = 0
    edges: Sequence[str] = ()
    """Those of its claim; a store may fetch many of them only when somebody looks."""
    outcome: Outcome | None = None
    ended: Millis = 0
    log: str = ""


def claimed(record: TaskRecord | None, claim: Claim) -> TaskRecord | None:
    """The record once `claim` has it; None where it may not have it."""
    if record is None:
        token, delivery, at, lease, edges, log = claim
        return TaskRecord(TaskState.CLAIMED, 1, token, delivery, at, at, lease, 0, 0, edges, None, 0, log)
    match record.state:
        case TaskState.CLAIMED if record.lease <= claim.at:
            losses = record.losses + 1
        case TaskState.RETRYING if record.due <= claim.at:
            losses = 0
        case _:
            return None
    return record._replace(
        state=TaskState.CLAIMED,
        token=claim.token,
        delivery=claim.delivery,
        started=claim.at,
        lease=claim.lease,
        due=0,
        losses=losses,
        log=claim.log,
    )


def owned(record: TaskRecord | None, token: str) -> bool:
    """May somebody with this token still say how the attempt ended?"""
    return record is not None and record.token == token and record.state in (TaskState.CLAIMED, TaskState.WAITING)


def settled(record: TaskRecord, outcome: Outcome, at: Millis) -> TaskRecord:
    _, attempt, token, delivery, started, opened, _, _, losses, edges, _, _, log = record
    return TaskRecord(
        TaskState.SETTLED, attempt, token, delivery, started, opened, 0, 0, losses, edges, outcome, at, log
    )


def healed(record: TaskRecord | None, delivery: str) -> TaskRecord | None:
    """The record once `delivery` has been let say the outcome again; None where it may not. Twice would be once too often:
    each repeat of a repeat would be said again by whoever hears it."""
    if record is None or record.state is not TaskState.SETTLED or not delivery or record.delivery != delivery:
        return None
    return record._replace(delivery="")


def retrying(record: TaskRecord, due: Millis) -> TaskRecord:
    return record._replace(state=TaskState.RETRYING, attempt=record.attempt + 1, due=due, lease=0)


def held(record: TaskRecord, due: Millis) -> TaskRecord:
    return record._replace(state=TaskState.WAITING, due=due, lease=0)


def copied(there: TaskRecord | None, record: TaskRecord) -> TaskRecord:
    """The record of a rerun that keeps `record` of the run before it. What is there already stays."""
    assert record.state is TaskState.SETTLED, "only an outcome can be kept"
    return there or record._replace(token="", delivery="")


class GateState:
    """What has arrived at a task's gate. The first word on an edge stays; an arrival costs the same however wide it is."""

    __slots__ = ("dead", "live", "noted")

    def __init__(self, noted: dict[str, bool] | None = None) -> None:
        self.noted = {} if noted is None else noted
        self.live = sum(self.noted.values())
        self.dead = len(self.noted) - self.live

    def note(self, edge: str, live: bool) -> bool:
        """True if it is news."""
        if edge in self.noted:
            return False
        self.noted[edge] = live
        if live:
            self.live += 1
        else:
            self.dead += 1
        return True

    @property
    def live_edges(self) -> tuple[str, ...]:
        if not self.dead:
            return tuple(self.noted)
        return tuple(edge for edge, live in self.noted.items() if live)


class RunState(StrEnum):
    QUEUED = "queued"
    OPEN = "open"
    ENDED = "ended"


class RunRecord(NamedTuple):
    id: str
    pipeline: str
    """`project/pipeline`."""
    version: int
    state: RunState
    started: Millis
    deadline: Millis
    input: JsonValue = None
    trigger: str = ""
    origin: str = ""
    """The id of the delivery that made the record: a repeat of it heals what the first one left undone."""
    rerun_of: str = ""
    end: RunEnd | None = None
    ended: Millis = 0
    reason: str = ""
    due: Millis = 0
    """When the sweeper looks next; 0 for never again."""
    sweeps: int = 0

    @property
    def reference(self) -> str:
        return f"{self.pipeline}@{self.version}"
