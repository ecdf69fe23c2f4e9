"""Scheduled: what becomes of a schedule's time once it has come to the start function.

    late        by more than Scheduler's own precision: `catch_up` decides. `latest` runs unless a later time has come
    paused      the first time that passes is noted; when the pipeline is resumed, `catch_up` decides about all since then
    overlap     a look at the run that this schedule started last: `skip` passes by, `queue` keeps the time until it has ended

    pk          sk                  last, at      waiting                  slept                      turn
    schedules   PIPELINE/TRIGGER    a run, when   times that are kept      the first that was missed  how often it changed

Only what must be remembered is: a schedule that may overlap and was never paused has no item. `look` is called with every
sweep and sees to what waits, so such a time runs up to a minute after it may. Whatever is passed by is recorded where
refused triggers are. Everything may come twice: a time is one run, whoever starts it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

import orjson

from events.ledger import Millis, RunState
from events.ports import Ports, Refusal, Unavailable
from handlers.schedules import MOST, PUNCTUAL_MS, due, next_time, scheduled_event
from handlers.start import NotStarted, Started, StartHandler
from murmuration.aws.table import Change, Item, Key, Table
from schemas.errors import InvalidEvent
from schemas.model import JsonObject
from schemas.trigger import CatchUp, Overlap, ScheduleSource

log = logging.getLogger("murmuration.scheduled")

LATE_MS: Final[Millis] = 2 * PUNCTUAL_MS
"""A minute is Scheduler's, the other is Lambda's to get going."""
PARTITION: Final = "schedules"
_TRIES: Final = 8


@dataclass(frozen=True, slots=True)
class _Schedule:
    pipeline: str
    trigger: str
    source: ScheduleSource

    @property
    def key(self) -> Key:
        return Key(PARTITION, f"{self.pipeline}/{self.trigger}")


@dataclass(frozen=True, slots=True)
class _State:
    last: str = ""
    at: Millis = 0
    waiting: tuple[Millis, ...] = ()
    slept: Millis = 0
    turn: int = 0


class Scheduled:
    def __init__(self, table: Table, ports: Ports, start: StartHandler) -> None:
        self._table = table
        self._ports = ports
        self._start = start

    def comes(self, told: JsonObject) -> Started | NotStarted:
        """A call of Scheduler's."""
        name, time, execution = _read(told)
        schedule = self._schedule(name)
        if schedule is None:
            return NotStarted(f"there is no schedule {name} any more")
        now = self._ports.clock.now()
        if now - time > LATE_MS and not _is_made_up_for(schedule.source, time, now):
            return self._pass_by(schedule, time, f"it came too late (catch_up: {schedule.source.catch_up})")
        if self._ports.catalog.paused(schedule.pipeline):
            self._keep(schedule, lambda state: replace(state, slept=min(state.slept or time, time)))
            return NotStarted(f"{schedule.pipeline} is paused")
        return self._in_turn(schedule, time, execution)

    def look(self) -> int:
        """See to what waits: how many runs that started."""
        started = 0
        for item in list(self._table.under(PARTITION)):
            try:
                started += self._look_at(str(item["sk"]), _state(item))
            except Unavailable:
                raise
            except Exception:
                log.exception("the schedule %s could not be looked at", item["sk"])
        return started

    def _look_at(self, name: str, state: _State) -> int:
        schedule = self._schedule(name)
        if schedule is None:
            self._table.remove(Key(PARTITION, name))
            return 0
        if self._ports.catalog.paused(schedule.pipeline):
            return 0
        started = self._wake(schedule, state.slept) if state.slept else 0
        while (state := self._state(schedule)).waiting and not self._runs(state):
            started += isinstance(self._fire(schedule, state.waiting[0], "waited"), Started)
            self._keep(schedule, _first_served(state.waiting[0]))
        return started

    def _wake(self, schedule: _Schedule, slept: Millis) -> int:
        now = self._ports.clock.now()
        rate = schedule.source.rate
        found = due(schedule.source, slept if rate is None else slept - rate.ms, slept - 1, now)
        if found.passed:
            count = f"{'more than ' if found.more else ''}{found.passed}"
            told = f"{count} times passed while it was paused (catch_up: {schedule.source.catch_up})"
            self._ports.refusals.put(Refusal(schedule.pipeline, schedule.trigger, now, told))
        started = sum(isinstance(self._in_turn(schedule, time, "resumed"), Started) for time in found.times)
        self._keep(schedule, lambda state: replace(state, slept=0 if state.slept == slept else state.slept))
        return started

    def _in_turn(self, schedule: _Schedule, time: Millis, execution: str) -> Started | NotStarted:
        overlap = schedule.source.overlap
        if overlap is Overlap.ALLOW:
            return self._triggered(schedule, time, execution)
        state = self._state(schedule)
        if time != state.at:
            match overlap:
                case Overlap.SKIP if self._runs(state):
                    return self._pass_by(schedule, time, f"{state.last} has not ended (overlap: skip)")
                case Overlap.QUEUE if state.waiting or self._runs(state):
                    return self._let_wait(schedule, time)
                case Overlap.SKIP | Overlap.QUEUE:
                    return self._fire(schedule, time, execution)
                case _:
                    assert_never(overlap)
        return self._fire(schedule, time, execution)

    def _fire(self, schedule: _Schedule, time: Millis, execution: str) -> Started | NotStarted:
        found = self._triggered(schedule, time, execution)
        if isinstance(found, Started):
            self._keep(schedule, lambda state: replace(state, last=found.run, at=time))
        return found

    def _triggered(self, schedule: _Schedule, time: Millis, execution: str) -> Started | NotStarted:
        event = scheduled_event(schedule.pipeline, schedule.trigger, time, self._ports.surroundings)
        return self._start.triggered(schedule.pipeline, schedule.trigger, event, f"{event['id']}/{execution}")

    def _let_wait(self, schedule: _Schedule, time: Millis) -> NotStarted:
        kept = self._keep(
            schedule, lambda state: replace(state, waiting=tuple(sorted({*state.waiting, time}))[-MOST - 1 :])
        )
        if len(kept.waiting) > MOST:
            first = kept.waiting[0]
            self._pass_by(schedule, first, f"{MOST} later times wait for {kept.last} to end (overlap: queue)")
            self._keep(schedule, _first_served(first))
        return NotStarted(f"it waits until {kept.last} has ended")

    def _pass_by(self, schedule: _Schedule, time: Millis, why: str) -> NotStarted:
        event = scheduled_event(schedule.pipeline, schedule.trigger, time, self._ports.surroundings)
        told = f"{event['time']}: {why}"
        self._ports.refusals.put(Refusal(schedule.pipeline, schedule.trigger, self._ports.clock.now(), told, event))
        return NotStarted(told)

    def _runs(self, state: _State) -> bool:
        run = self._ports.ledger.run(state.last) if state.last else None
        return run is not None and run.state is not RunState.ENDED

    def _schedule(self, name: str) -> _Schedule | None:
        pipeline, _, trigger = name.rpartition("/")
        active = self._ports.catalog.active(pipeline)
        found = None if active is None else active.version.pipeline.triggers.get(trigger)
        return None if found is None or found.schedule is None else _Schedule(pipeline, trigger, found.schedule)

    def _state(self, schedule: _Schedule) -> _State:
        return _state(self._table.get(schedule.key) or {})

    def _keep(self, schedule: _Schedule, change: Callable[[_State], _State]) -> _State:
        """As it then is. Whoever changed it in between is heard."""
        for _ in range(_TRIES):
            before = self._state(schedule)
            after = change(before)
            if after == before or self._table.change(_written(schedule.key, after, before.turn)).done:
                return after
        raise Unavailable(f"many change the schedule {schedule.key.sk} at once", advice="It will be tried again")


def _is_made_up_for(source: ScheduleSource, time: Millis, now: Millis) -> bool:
    match source.catch_up:
        case CatchUp.NONE:
            return False
        case CatchUp.LATEST:
            later = next_time(source, time, time)
            return later is None or later > now
        case CatchUp.ALL:
            return True
        case _:
            assert_never(source.catch_up)


def _first_served(time: Millis) -> Callable[[_State], _State]:
    return lambda state: replace(state, waiting=tuple(one for one in state.waiting if one != time))


def _read(told: JsonObject) -> tuple[str, Millis, str]:
    match told:
        case {"trigger": str(name), "scheduled": str(time), "execution": str(execution)}:
            at = datetime.fromisoformat(time)
            assert at.tzinfo is not None, "Scheduler tells its times in UTC"
            return name, round(at.timestamp() * 1000), execution
        case _:
            raise InvalidEvent(
                "this is no call of a schedule", advice="Publish again, so that its schedules are put anew"
            )


def _state(item: Item) -> _State:
    waiting, slept = item.get("waiting", b"[]"), item.get("slept", 0)
    assert isinstance(waiting, bytes), "times are kept as JSON"
    return _State(
        last=str(item.get("last", "")),
        at=int(str(item.get("at", 0))),
        waiting=tuple(orjson.loads(waiting)),
        slept=int(str(slept)),
        turn=int(str(item.get("turn", 0))),
    )


def _written(key: Key, state: _State, before: int) -> Change:
    return Change(
        key,
        "SET #last = :last, #at = :at, #waiting = :waiting, #slept = :slept, #turn = :turn",
        {
            "last": state.last,
            "at": state.at,
            "waiting": orjson.dumps(state.waiting),
            "slept": state.slept,
            "turn": before + 1,
            "before": before,
        },
        "attribute_not_exists(#turn) OR #turn = :before",
    )
