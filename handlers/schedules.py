"""Schedules: which times of a cron or a rate are due, and the event that each of them is. Pure: every moment is an argument.

Summer and winter. A cron speaks of the clock on the wall.
  - Its hour names some hours (`30 2 * * *`): every time it names comes once a day. A time that the clock skips comes at
    the first minute that exists after it; a time that the clock shows twice comes the first time.
  - Its hour is every hour (`*/15 * * * *`): it means time that passes, so it neither pauses nor hurries when the clock is
    turned. A cron in UTC, and a rate, know no such days.

Late times. One that is due within the last minute is on time: a minute is how precise EventBridge Scheduler is. What
passed earlier, while nothing ran, is dealt with by `catch_up`: `none` of it, the `latest` if nothing is on time, `all`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from itertools import dropwhile, takewhile
from typing import Final, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

from cronsim import CronSim

from events.ledger import Millis
from events.ports import moment
from events.surroundings import Surroundings
from schemas.model import JsonObject
from schemas.trigger import CatchUp, ScheduleSource

PUNCTUAL_MS: Final[Millis] = 60_000
MOST: Final = 100
"""So many times are made up for; older ones have passed for good."""
_FIRST_SPAN_MS: Final[Millis] = 3_600_000


@dataclass(frozen=True, slots=True)
class Due:
    times: tuple[Millis, ...]
    passed: int = 0
    """How many came and are not to run."""
    more: bool = False
    """There may be more that passed: nobody counted further."""


def due(source: ScheduleSource, anchor: Millis, after: Millis, now: Millis) -> Due:
    """Of the times after `after`, up to `now`. A rate counts from `anchor`."""
    found = _times(source, anchor, after, now)
    late = [time for time in found if time <= now - PUNCTUAL_MS]
    punctual = found[len(late) :]
    match source.catch_up:
        case CatchUp.NONE:
            made_up: list[Millis] = []
        case CatchUp.LATEST:
            made_up = [] if punctual else late[-1:]
        case CatchUp.ALL:
            made_up = late
        case _:
            assert_never(source.catch_up)
    run = (*made_up, *punctual)[-MOST:]
    return Due(run, min(len(found) - len(run), MOST), len(found) > MOST)


def next_time(source: ScheduleSource, anchor: Millis, after: Millis) -> Millis | None:
    """None if it never comes again."""
    return next(_coming(source, anchor, after), None)


def scheduled_event(pipeline: str, trigger: str, time: Millis, surroundings: Surroundings) -> JsonObject:
    """As EventBridge Scheduler sends it. The id is the time's own, so a time that is told twice starts one run."""
    told = hashlib.sha256(f"{pipeline}\n{trigger}\n{time}".encode()).digest()
    name = f"{surroundings.prefix}/{pipeline.replace('/', '-')}-{trigger}"
    place = f"{surroundings.partition}:scheduler:{surroundings.region}:{surroundings.account}"
    return {
        "version": "0",
        "id": str(UUID(bytes=told[:16], version=4)),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": surroundings.account,
        "time": moment(time).isoformat().replace("+00:00", "Z"),
        "region": surroundings.region,
        "resources": [f"arn:{place}:schedule/{name}"],
        "detail": {},
    }


def _times(source: ScheduleSource, anchor: Millis, after: Millis, until: Millis) -> list[Millis]:
    """The last ones, in order: all there are, or more than `MOST`. Years of missed minutes are not gone through."""
    span = _FIRST_SPAN_MS if source.rate is None else source.rate.ms * MOST
    while True:
        start = max(after, until - span)
        found = list(takewhile(lambda time: time <= until, _coming(source, anchor, start)))
        if start == after or len(found) > MOST:
            return found
        span *= 4


def _coming(source: ScheduleSource, anchor: Millis, after: Millis) -> Iterator[Millis]:
    if source.rate is not None:
        passed = max(0, (after - anchor) // source.rate.ms)
        while True:
            passed += 1
            yield anchor + passed * source.rate.ms
    assert source.cron is not None, "a schedule has either cron or rate"
    zone = _zone(source.timezone)
    found = (
        _as_time_passes(source.cron, zone, after)
        if _every_hour(source.cron)
        else _on_the_wall(source.cron, zone, after)
    )
    last = after
    for time in dropwhile(lambda time: time <= after, found):
        if time > last:
            yield time
            last = time


@cache
def _every_hour(cron: str) -> bool:
    return len(CronSim(cron, datetime(2024, 1, 1, tzinfo=UTC)).hours) == 24


def _as_time_passes(cron: str, zone: ZoneInfo, after: Millis) -> Iterator[Millis]:
    minute, _, *days = cron.split()
    # With every hour, spelt as a star, the library follows time and not the wall.
    for time in CronSim(" ".join((minute, "*", *days)), moment(after).astimezone(zone)):
        yield round(time.timestamp()) * 1000


def _on_the_wall(cron: str, zone: ZoneInfo, after: Millis) -> Iterator[Millis]:
    # No time on the wall is earlier than the one before, so looking from where the clock stands misses none.
    for shown in CronSim(cron, moment(after).astimezone(zone).replace(tzinfo=None)):
        yield _when(shown, zone)


def _when(shown: datetime, zone: ZoneInfo) -> Millis:
    """When the clock in the zone first shows this, or first shows more."""
    before, after = (shown.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    assert before is not None, "a zone has an offset"
    assert after is not None, "a zone has an offset"
    if after <= before:
        return round(shown.replace(tzinfo=timezone(before)).timestamp()) * 1000
    # Skipped: the clock was turned forward between the two instants that the offsets give.
    early = round(shown.replace(tzinfo=timezone(after)).timestamp())
    late = round(shown.replace(tzinfo=timezone(before)).timestamp())
    while late - early > 1:
        middle = (early + late) // 2
        if _offset(middle, zone) == before:
            early = middle
        else:
            late = middle
    return late * 1000


def _offset(second: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(second, zone).utcoffset()


@cache
def _zone(name: str) -> ZoneInfo:
    """From the database that is installed with us, whatever the machine has: the same times everywhere."""
    found = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with found.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)
