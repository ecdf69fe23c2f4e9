"""The memory backend: the reference adapter of every port, as plain as the rules it keeps. Nothing survives the process.

Not safe for threads, and nothing here is in a hurry. Each call stands alone: no two of them share a transaction, so whoever
runs handlers on it meets every order in which a crash can come between two writes.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import orjson

from events.envelope import detail, spelled
from events.event import BUS_SOURCE, Event
from events.ledger import (
    Claim,
    GateState,
    Millis,
    RunRecord,
    RunState,
    TaskRecord,
    TaskState,
    claimed,
    copied,
    healed,
    held,
    owned,
    retrying,
    settled,
)
from events.ports import Arriving, Clock, Happening, NoSuchArtifact, Published, Refusal, Said
from events.router import Routed, Router
from handlers.cabinet import ABSENT, Kept, changed, written
from schemas.model import JsonObject
from schemas.outcome import Outcome
from schemas.trigger import RunEnd


@dataclass(frozen=True, slots=True)
class Heard:
    """What one target is to hear: an event of ours, or one from outside. Triggers hear both as EventBridge has them."""

    routed: Routed
    event: Event | None
    outside: JsonObject | None


class MemoryBus:
    """Routes by the rules it was given. What targets are to hear lies in `heard` until somebody takes it."""

    def __init__(self) -> None:
        self.own = Router()
        self.default = Router()
        self.heard: list[Heard] = []

    def put(self, said: Sequence[Said]) -> None:
        for one in said:
            event = one.event
            whole: JsonObject = {
                "id": event.id,
                "source": BUS_SOURCE,
                "detail-type": event.type.value,
                "time": spelled(event.time),
                "detail": detail(event, one.routing),
            }
            for routed in self.own.route(whole):
                triggers = routed.told is not None and "trigger" in routed.told
                self.heard.append(Heard(routed, None, whole) if triggers else Heard(routed, event, None))

    def put_operations(self, events: Sequence[JsonObject]) -> None:
        self.put_outside(events)

    def put_outside(self, events: Sequence[JsonObject]) -> None:
        for event in events:
            router = self.default if str(event["source"]).startswith("aws.") else self.own
            self.heard += (Heard(routed, None, event) for routed in router.route(event))


class MemoryLedger:
    def __init__(self) -> None:
        self._runs: dict[str, RunRecord] = {}
        self._tasks: defaultdict[str, dict[str, TaskRecord]] = defaultdict(dict)
        self._gates: defaultdict[str, dict[str, GateState]] = defaultdict(dict)

    def open(self, run: RunRecord) -> RunRecord:
        return self._runs.setdefault(run.id, run)

    def run(self, run: str) -> RunRecord | None:
        return self._runs.get(run)

    def admit(self, run: str, limit: int) -> bool:
        record = self._runs[run]
        if record.state is RunState.QUEUED:
            others = (other for other in self._runs.values() if other.pipeline == record.pipeline)
            if sum(other.state is RunState.OPEN for other in others) >= limit:
                return False
            self._runs[run] = record._replace(state=RunState.OPEN)
        return self._runs[run].state is RunState.OPEN

    def queued(self, pipeline: str) -> Sequence[str]:
        waiting = [run for run in self._runs.values() if run.pipeline == pipeline and run.state is RunState.QUEUED]
        return [run.id for run in sorted(waiting, key=lambda run: (run.started, run.id))]

    def end(self, run: str, end: RunEnd, at: Millis, reason: str) -> bool:
        record = self._runs[run]
        if record.state is RunState.ENDED:
            return False
        self._runs[run] = record._replace(state=RunState.ENDED, end=end, ended=at, reason=reason)
        return True

    def told(self, run: str) -> None:
        self._runs[run] = self._runs[run]._replace(due=0)

    def arrive(self, run: str, arrivals: Sequence[Arriving]) -> list[GateState]:
        found: list[GateState] = []
        for task, edges, _, _ in arrivals:
            gate = self._gates[run].setdefault(task, GateState())
            for edge, live in edges.items():
                gate.note(edge, live)
            found.append(gate)
        return found

    def claim(self, run: str, task: str, claim: Claim) -> TaskRecord:
        before = self._tasks[run].get(task)
        record = claimed(before, claim) or before
        assert record is not None, "only a record that is there can refuse a claim"
        self._tasks[run][task] = record
        return record

    def settle(self, run: str, task: str, token: str, outcome: Outcome, at: Millis) -> bool:
        record = self._tasks[run].get(task)
        if record is None or not owned(record, token):
            return False
        self._tasks[run][task] = settled(record, outcome, at)
        return True

    def skip(self, run: str, task: str, at: Millis, delivery: str = "") -> bool:
        if task in self._tasks[run]:
            return False
        self._tasks[run][task] = TaskRecord(TaskState.SETTLED, 0, "", delivery, at, outcome=Outcome.skipped(), ended=at)
        return True

    def heals(self, run: str, task: str, delivery: str) -> bool:
        record = healed(self._tasks[run].get(task), delivery)
        if record is not None:
            self._tasks[run][task] = record
        return record is not None

    def retry(self, run: str, task: str, token: str, due: Millis) -> bool:
        record = self._tasks[run].get(task)
        if record is None or not owned(record, token):
            return False
        self._tasks[run][task] = retrying(record, due)
        return True

    def hold(self, run: str, task: str, token: str, due: Millis) -> bool:
        record = self._tasks[run].get(task)
        if record is None or not owned(record, token):
            return False
        self._tasks[run][task] = held(record, due)
        return True

    def keep(self, run: str, records: Mapping[str, TaskRecord]) -> None:
        for task, record in records.items():
            self._tasks[run][task] = copied(self._tasks[run].get(task), record)

    def task(self, run: str, task: str) -> TaskRecord | None:
        return self._tasks[run].get(task)

    def tasks(self, run: str, names: Iterable[str] | None = None) -> Mapping[str, TaskRecord]:
        records = self._tasks[run]
        return dict(records) if names is None else {name: records[name] for name in names if name in records}

    def may_be_over(self, run: str) -> bool:
        return all(record.state is TaskState.SETTLED for record in self._tasks[run].values())

    def gates(self, run: str) -> Mapping[str, GateState]:
        return self._gates[run]

    def due(self, at: Millis, most: int) -> Sequence[RunRecord]:
        late = [run for run in self._runs.values() if 0 < run.due <= at]
        return sorted(late, key=lambda run: (run.due, run.id))[:most]

    def postpone(self, run: str, due: Millis, sweeps: int) -> None:
        record = self._runs[run]
        if record.due > 0:
            self._runs[run] = record._replace(due=due, sweeps=sweeps)


class MemoryTimers:
    def __init__(self) -> None:
        self.set_: dict[str, tuple[Millis, Said]] = {}

    def set(self, id: str, due: Millis, said: Said) -> None:
        self.set_[id] = (due, said)

    def take(self, at: Millis) -> list[Said]:
        ripe = sorted((due, id) for id, (due, _) in self.set_.items() if due <= at)
        return [self.set_.pop(id)[1] for _, id in ripe]


class MemoryCatalog:
    def __init__(self) -> None:
        self._versions: dict[str, Published] = {}
        self._active: dict[str, str] = {}
        self._paused: set[str] = set()

    def publish(self, published: Published) -> None:
        self._versions[published.version.reference] = published
        self._active[published.version.pipeline.name] = published.version.reference

    def pause(self, pipeline: str, paused: bool) -> bool:
        (self._paused.add if paused else self._paused.discard)(pipeline)
        return pipeline in self._active

    def version(self, reference: str) -> Published | None:
        return self._versions.get(reference)

    def active(self, pipeline: str) -> Published | None:
        reference = self._active.get(pipeline)
        return None if reference is None else self._versions[reference]

    def paused(self, pipeline: str) -> bool:
        return pipeline in self._paused


class MemoryRefusals:
    def __init__(self) -> None:
        self._refusals: list[Refusal] = []

    def put(self, refusal: Refusal) -> None:
        self._refusals.append(refusal)

    def listed(self, most: int = 100) -> list[Refusal]:
        """The latest first."""
        return self._refusals[: -most - 1 : -1]


class MemoryRunView:
    def __init__(self) -> None:
        self._events: defaultdict[str, dict[str, Event]] = defaultdict(dict)

    def put(self, events: Sequence[Event]) -> None:
        for event in events:
            self._events[event.run].setdefault(event.id, event)

    def events(self, run: str) -> Sequence[Event]:
        return tuple(self._events[run].values())

    def unheard(self, run: str, ids: Iterable[str]) -> Sequence[str]:
        return [id_ for id_ in ids if id_ not in self._events[run]]


class MemoryArtifacts:
    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        reference = f"memory:{hashlib.sha256(content).hexdigest()}"
        self._contents[reference] = content
        return reference

    def get(self, reference: str) -> bytes:
        if reference not in self._contents:
            raise NoSuchArtifact(f"{reference[:100]!r} names no artifact")
        return self._contents[reference]


class MemorySettings:
    """Variables and secrets by project."""

    def __init__(self) -> None:
        self.variables_of: dict[str, JsonObject] = {}
        self.secrets_of: dict[str, JsonObject] = {}

    def variables(self, project: str) -> JsonObject:
        return self.variables_of.get(project, {})

    def secrets(self, project: str) -> JsonObject:
        return self.secrets_of.get(project, {})


class MemoryCabinet:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._versions = count(1)
        self._kept: dict[tuple[str, str], tuple[bytes, str, Millis, Millis | None]] = {}

    def get(self, drawer: str, key: str) -> Kept | None:
        found = self._kept.get((drawer, key))
        if found is None or (found[3] is not None and found[3] <= self._clock.now()):
            return None
        return Kept(key, orjson.loads(found[0]), found[1], found[2])

    def put(
        self, drawer: str, key: str, body: JsonObject, *, expect: str | None = None, expires: Millis | None = None
    ) -> Kept:
        content = written(drawer, key, body)
        self._check(drawer, key, expect)
        kept = Kept(key, body, f"v{next(self._versions)}", self._clock.now())
        self._kept[drawer, key] = content, kept.version, kept.at, expires
        return kept

    def delete(self, drawer: str, key: str, *, expect: str | None = None) -> bool:
        self._check(drawer, key, expect)
        there = self.get(drawer, key) is not None
        self._kept.pop((drawer, key), None)
        return there

    def list(
        self, drawer: str, *, prefix: str = "", after: str = "", most: int = 100, newest: bool = False
    ) -> Sequence[Kept]:
        keys = sorted((key for place, key in self._kept if place == drawer and key.startswith(prefix)), reverse=newest)
        beyond = [key for key in keys if not after or (key < after if newest else key > after)]
        return [one for key in beyond if (one := self.get(drawer, key)) is not None][:most]

    def _check(self, drawer: str, key: str, expect: str | None) -> None:
        found = self.get(drawer, key)
        if expect is not None and expect != (ABSENT if found is None else found.version):
            raise changed(drawer, key, found, expect)


class MemoryObserver:
    def __init__(self) -> None:
        self.told: list[tuple[Happening, str]] = []

    def tell(self, happening: Happening, pipeline: str, ms: int | None = None, **facts: str | int) -> None:
        self.told.append((happening, pipeline))


class ManualClock:
    """Stands still until it is moved."""

    def __init__(self, at: Millis = 1_800_000_000_000) -> None:
        self.at = at

    def now(self) -> Millis:
        return self.at


class CountedIds:
    """Tokens in order, and no chance: what a test wants."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def token(self) -> str:
        return f"token-{next(self._numbers)}"

    def chance(self) -> float:
        return 0.5
