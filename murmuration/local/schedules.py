"""Schedules, kept: how far each schedule of the active versions has come, and the runs that its times start.

A schedule's position is a mark. It is written in the transaction of the start, and the run's id follows from the scheduled
time: a time starts one run, whatever is killed when. A schedule that is new, or says other times than before, starts from
now. While its pipeline is paused it stands still; then `catch_up` decides about what passed.

`overlap` looks at the run that this schedule started last: while it has not ended, `skip` passes times by, and `queue`
keeps them until it has. What is passed by is recorded where refused triggers are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, assert_never

import orjson

from events.ledger import Millis, RunState
from events.ports import Ledger, Refusal, Refusals, moment
from events.surroundings import Surroundings
from handlers.schedules import MOST, due, next_time, scheduled_event
from handlers.start import Started, StartHandler
from murmuration.local.catalog import LocalCatalog
from murmuration.local.database import Database
from schemas.model import JsonObject
from schemas.trigger import Overlap, ScheduleSource

_MARK: Final = "schedule/"


@dataclass(slots=True)
class _Schedule:
    pipeline: str
    trigger: str
    source: ScheduleSource
    anchor: Millis
    after: Millis
    """Times up to here are done with."""
    last: str = ""
    """The run that it started last."""
    waiting: list[Millis] = field(default_factory=list)
    next: Millis | None = None

    @property
    def mark(self) -> str:
        return f"{_MARK}{self.pipeline}/{self.trigger}"

    @property
    def said(self) -> JsonObject:
        """Which times it means; with other words it is another schedule."""
        rate = None if self.source.rate is None else self.source.rate.ms
        return {"cron": self.source.cron, "rate": rate, "timezone": self.source.timezone}

    def look_ahead(self, after: Millis) -> None:
        self.after = after
        self.next = next_time(self.source, self.anchor, after)


class Schedules:
    def __init__(
        self,
        database: Database,
        catalog: LocalCatalog,
        ledger: Ledger,
        start: StartHandler,
        refusals: Refusals,
        surroundings: Surroundings,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._ledger = ledger
        self._start = start
        self._refusals = refusals
        self._surroundings = surroundings
        self._schedules: list[_Schedule] = []
        self._queueing: list[_Schedule] = []
        self._changed = True
        self._next: Millis | None = None
        database.keep(self)

    def changed(self) -> None:
        """Other versions are active, or a pipeline was paused or resumed: read again which schedules there are."""
        self._changed = True

    def fileno(self) -> int | None:
        return None

    def next_due(self, now: Millis) -> Millis | None:
        if self._changed or any(not self._runs(schedule) for schedule in self._queueing):
            return now
        return self._next

    def take(self, now: Millis) -> int:
        if self._changed:
            self._load(now)
        started = sum(self._turn(schedule, now) for schedule in self._schedules)
        self._queueing = [schedule for schedule in self._schedules if schedule.waiting]
        self._next = min((schedule.next for schedule in self._schedules if schedule.next is not None), default=None)
        return started

    def flush(self) -> None:
        """Positions are written as they change."""

    def forget(self) -> None:
        self._changed = True

    def _load(self, now: Millis) -> None:
        sql = "SELECT name, value FROM marks WHERE substr(name, 1, ?) = ?"
        marks = {name: orjson.loads(value) for name, value in self._database.execute(sql, (len(_MARK), _MARK))}
        found = self._active(now)
        for schedule in found:
            mark = marks.pop(schedule.mark, None)
            if mark is not None and mark["said"] == schedule.said:
                schedule.anchor, schedule.last, schedule.waiting = mark["anchor"], mark["last"], mark["waiting"]
                schedule.look_ahead(mark["after"])
            else:
                schedule.look_ahead(now)
                self._keep(schedule)
        self._database.executemany("DELETE FROM marks WHERE name = ?", [(name,) for name in marks])
        self._schedules = [schedule for schedule in found if not self._catalog.paused(schedule.pipeline)]
        self._changed = False

    def _active(self, now: Millis) -> list[_Schedule]:
        second = now // 1000 * 1000
        return [
            _Schedule(pipeline, name, trigger.schedule, anchor=second, after=now)
            for pipeline in self._catalog.names()
            if (published := self._catalog.active(pipeline)) is not None
            for name, trigger in published.version.pipeline.triggers.items()
            if trigger.schedule is not None
        ]

    def _turn(self, schedule: _Schedule, now: Millis) -> int:
        started = self._let_wait_no_longer(schedule, now)
        if schedule.after > now:
            # The clock was turned back. What is started again is the run that is there.
            schedule.look_ahead(now)
        if schedule.next is not None and schedule.next <= now:
            found = due(schedule.source, schedule.anchor, schedule.after, now)
            if found.passed:
                count = f"{'more than ' if found.more else ''}{found.passed}"
                why = f"{count} times passed while nothing ran (catch_up: {schedule.source.catch_up})"
                self._refusals.put(Refusal(schedule.pipeline, schedule.trigger, now, why))
            schedule.look_ahead(now)
            started += sum(self._comes(schedule, time, now) for time in found.times)
            self._keep(schedule)
        return started

    def _let_wait_no_longer(self, schedule: _Schedule, now: Millis) -> int:
        started = 0
        while schedule.waiting and not self._runs(schedule):
            started += self._fire(schedule, schedule.waiting.pop(0), now)
            self._keep(schedule)
        return started

    def _comes(self, schedule: _Schedule, time: Millis, now: Millis) -> int:
        match schedule.source.overlap:
            case Overlap.ALLOW:
                return self._fire(schedule, time, now)
            case Overlap.SKIP if self._runs(schedule):
                self._pass_by(schedule, time, f"{schedule.last} has not ended (overlap: skip)", now)
            case Overlap.QUEUE if schedule.waiting or self._runs(schedule):
                schedule.waiting.append(time)
                if len(schedule.waiting) > MOST:
                    why = f"{MOST} later times wait for {schedule.last} to end (overlap: queue)"
                    self._pass_by(schedule, schedule.waiting.pop(0), why, now)
            case Overlap.SKIP | Overlap.QUEUE:
                return self._fire(schedule, time, now)
            case _:
                assert_never(schedule.source.overlap)
        return 0

    def _runs(self, schedule: _Schedule) -> bool:
        run = self._ledger.run(schedule.last) if schedule.last else None
        return run is not None and run.state is not RunState.ENDED

    def _fire(self, schedule: _Schedule, time: Millis, now: Millis) -> int:
        event = scheduled_event(schedule.pipeline, schedule.trigger, time, self._surroundings)
        match self._start.triggered(schedule.pipeline, schedule.trigger, event, f"{event['id']}/{now}"):
            case Started(run, new, _):
                schedule.last = run
                return int(new)
            case _:
                return 0

    def _pass_by(self, schedule: _Schedule, time: Millis, why: str, now: Millis) -> None:
        event = scheduled_event(schedule.pipeline, schedule.trigger, time, self._surroundings)
        self._refusals.put(Refusal(schedule.pipeline, schedule.trigger, now, f"{_shown(time)}: {why}", event))

    def _keep(self, schedule: _Schedule) -> None:
        value = orjson.dumps(
            {
                "said": schedule.said,
                "anchor": schedule.anchor,
                "after": schedule.after,
                "last": schedule.last,
                "waiting": schedule.waiting,
            }
        )
        self._database.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (schedule.mark, value))


def _shown(time: Millis) -> str:
    return moment(time).isoformat(timespec="seconds").replace("+00:00", "Z")
