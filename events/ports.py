"""The ports: all that handlers know of the world. Each backend has one adapter per port; one contract suite runs on all.

Writes that are said to be conditional answer whether they were done, and are atomic. Reads of the ledger are consistent.
An adapter raises `Unavailable` when the store refuses for now: nothing was done, and the delivery will come again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pydantic import JsonValue

from events.envelope import NOWHERE, Routing
from events.event import Event
from events.ledger import Claim, GateState, Millis, RunRecord, TaskRecord
from events.slots import SlotTable
from schemas.errors import MurmurationError
from schemas.model import JsonObject
from schemas.outcome import Outcome
from schemas.trigger import RunEnd
from schemas.version import Version

if TYPE_CHECKING:
    # Only publish needs the compiler; a task function never loads it.
    from events.surroundings import Surroundings


class Unavailable(MurmurationError):
    code = "unavailable"


class NoSuchArtifact(MurmurationError):
    code = "no-such-artifact"


class Said(NamedTuple):
    """An event on its way to the bus, and what only rules look at."""

    event: Event
    routing: Routing = NOWHERE


class Bus(Protocol):
    def put(self, said: Sequence[Said]) -> None: ...

    def put_outside(self, events: Sequence[JsonObject]) -> None:
        """Events of other systems, as EventBridge has them: source, detail-type, detail, id, time, resources."""
        ...

    def put_operations(self, events: Sequence[JsonObject]) -> None:
        """The same, of the system's own work (`handlers.operations`): nobody else may say these."""
        ...


class Arriving(NamedTuple):
    """What comes to one gate, and how wide that is: a store may keep a wide one in parts."""

    task: str
    edges: Mapping[str, bool]
    """Live or dead, by id."""
    places: Mapping[str, int]
    """Of every edge that leads in, where it stands among them: the same in all arrivals of a run."""
    needs: int
    """So many live ones open it."""

    @property
    def width(self) -> int:
        """So many edges lead in."""
        return len(self.places)


class Ledger(Protocol):
    def open(self, run: RunRecord) -> RunRecord:
        """Conditional: the run as it now stands, this one or the one that was there before."""
        ...

    def run(self, run: str) -> RunRecord | None: ...

    def admit(self, run: str, limit: int) -> bool:
        """A queued run is open if its pipeline has fewer than `limit` open runs; True if it is open now."""
        ...

    def queued(self, pipeline: str) -> Sequence[str]:
        """Runs that wait for a place, the oldest first."""
        ...

    def end(self, run: str, end: RunEnd, at: Millis, reason: str) -> bool:
        """Conditional: the first end wins, and nothing of the run changes after it. It stays due until it is `told`."""
        ...

    def told(self, run: str) -> None:
        """The run's end was heard of: the sweeper need not look at it again."""
        ...

    def arrive(self, run: str, arrivals: Sequence[Arriving]) -> Sequence[GateState]:
        """Note edges on gates of one run: what one event has brought to each task. Of each gate all that was ever noted, for
        the caller to read only. Of a wide gate it may tell less than was noted, as long as the arrival that decides it is
        told so; its live edges are then fetched when they are asked for."""
        ...

    def claim(self, run: str, task: str, claim: Claim) -> TaskRecord:
        """Conditional, by `events.ledger.claimed`. The record as it now stands: ours if it has our token."""
        ...

    def settle(self, run: str, task: str, token: str, outcome: Outcome, at: Millis) -> bool: ...

    def skip(self, run: str, task: str, at: Millis, delivery: str = "") -> bool:
        """Conditional: settled as skipped, if nobody ever claimed it; by this delivery."""
        ...

    def heals(self, run: str, task: str, delivery: str) -> bool:
        """Conditional, by `events.ledger.healed`: this delivery settled the task, and comes again for the first time."""
        ...

    def keep(self, run: str, records: Mapping[str, TaskRecord]) -> None:
        """Take these outcomes of another run as this one's, by `events.ledger.copied`. Conditional, task by task."""
        ...

    def retry(self, run: str, task: str, token: str, due: Millis) -> bool: ...

    def hold(self, run: str, task: str, token: str, due: Millis) -> bool: ...

    def task(self, run: str, task: str) -> TaskRecord | None: ...

    def tasks(self, run: str, names: Iterable[str] | None = None) -> Mapping[str, TaskRecord]: ...

    def may_be_over(self, run: str) -> bool:
        """A cheap look: False is certain (a task is claimed, retrying or waiting), True is worth a closer look."""
        ...

    def gates(self, run: str) -> Mapping[str, GateState]: ...

    def due(self, at: Millis, most: int) -> Sequence[RunRecord]:
        """Runs that the sweeper should look at: those that have not ended, or whose end nobody has heard of."""
        ...

    def postpone(self, run: str, due: Millis, sweeps: int) -> None:
        """Conditional: not where it was `told`."""
        ...


class Timers(Protocol):
    def set(self, id: str, due: Millis, said: Said) -> None:
        """Put the event on the bus when it is due. The same id again replaces it."""
        ...


@dataclass(frozen=True, slots=True)
class Published:
    """A version as the catalog keeps it."""

    version: Version
    slots: SlotTable | None = None
    """The slot plan's table; None where the rules name the tasks."""
    inline: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By task, the fields of its output that conditions read: they stay in the event when the output is large."""


class Catalog(Protocol):
    def version(self, reference: str) -> Published | None: ...

    def active(self, pipeline: str) -> Published | None: ...

    def paused(self, pipeline: str) -> bool: ...

    def pause(self, pipeline: str, paused: bool) -> bool:
        """False where there is no such pipeline."""
        ...


@dataclass(frozen=True, slots=True)
class Refusal:
    pipeline: str
    trigger: str
    at: Millis
    why: str
    event: JsonValue = None


class Refusals(Protocol):
    """Triggers that matched and started nothing, kept where people see them."""

    def put(self, refusal: Refusal) -> None: ...


class RunView(Protocol):
    def put(self, events: Sequence[Event]) -> None:
        """Keep them; one that is there already is the same event."""
        ...

    def events(self, run: str) -> Sequence[Event]: ...

    def unheard(self, run: str, ids: Iterable[str]) -> Sequence[str]:
        """Those of these events that were never put."""
        ...


class Artifacts(Protocol):
    def put(self, content: bytes) -> str:
        """A reference to these bytes, the same for the same bytes."""
        ...

    def get(self, reference: str) -> bytes:
        """`NoSuchArtifact` for what was never put, or is gone."""
        ...


class Clock(Protocol):
    def now(self) -> Millis: ...


class Ids(Protocol):
    def token(self) -> str:
        """Random: nobody guesses it, and no two are the same."""
        ...

    def chance(self) -> float:
        """Random, from 0 to below 1: what jitter is made of."""
        ...


class Settings(Protocol):
    """What a project gives its tasks."""

    def variables(self, project: str) -> JsonObject: ...

    def secrets(self, project: str) -> JsonObject: ...


class Happening(StrEnum):
    """What operators count."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RETRYING = "retrying"
    LOST = "lost"
    """An attempt's owner vanished too often."""
    TOO_LATE = "too late"
    """An owner came back after its lease, and what it said was dropped."""
    STARTED = "started"
    ENDED = "ended"
    REFUSED = "refused"
    SWEPT = "swept"


class Observer(Protocol):
    """Who listens for operators. Never raises, never waits."""

    def tell(self, happening: Happening, pipeline: str, ms: int | None = None, **facts: str | int) -> None: ...


@lru_cache(maxsize=64)
def moment(at: Millis) -> datetime:
    """Much happens in one millisecond, and is said to have happened at one and the same moment."""
    return datetime.fromtimestamp(at / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Ports:
    bus: Bus
    ledger: Ledger
    timers: Timers
    catalog: Catalog
    view: RunView
    refusals: Refusals
    artifacts: Artifacts
    clock: Clock
    ids: Ids
    settings: Settings
    observer: Observer
    surroundings: Surroundings
