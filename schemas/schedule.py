"""When a schedule fires: cron expressions of five fields, rates, and zones; and what EventBridge Scheduler can say of it.

Ours is the cron of Unix: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday); names, ranges, lists,
steps, `L`, `LW`, `FRI#2` and `5L`. With both days given, either will do, unless one begins with `*`. Zones are those of the
IANA database as it is installed with us, the same on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from cronsim import CronSim, CronSimError

from schemas.duration import Duration
from schemas.names import did_you_mean


class Mistake(NamedTuple):
    what: str
    advice: str


FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
_RANGES = (range(60), range(24), range(1, 32), range(1, 13), range(7))
_EXAMPLE = (
    'Write five fields: minute, hour, day of the month, month, day of the week; "0 2 * * *" is every night at two'
)
_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
# From here on a schedule is looked for; which day it is makes no difference, only that the search is the same everywhere.
_SOME_DAY = datetime(2024, 1, 1, tzinfo=UTC)
_LONGEST_SCHEDULER_EXPRESSION = 256


def cron_mistake(text: str) -> Mistake | None:
    """What is wrong with a cron expression."""
    parts = text.split()
    if text.strip().lower() in _NICKNAMES:
        return Mistake(f"{text.strip()} is a nickname", f'Write "{_NICKNAMES[text.strip().lower()]}"')
    if text.lstrip().lower().startswith(("cron(", "rate(")):
        return Mistake("this is how AWS writes a schedule", _EXAMPLE)
    if len(parts) != 5:
        return Mistake(f"a cron expression has five fields, and this one has {len(parts)}", _EXAMPLE)
    for at, part in enumerate(parts):
        if not _parses(at, part):
            return _bad_field(at, part)
    try:
        next(CronSim(text, _SOME_DAY))
    except (CronSimError, StopIteration):
        return Mistake(f'"{text}" never fires: no such day comes', "Change the day or the month")
    return None


def zone_mistake(name: str) -> Mistake | None:
    """What is wrong with the name of a time zone."""
    if name in zones():
        return None
    same = next((zone for zone in zones() if zone.casefold() == name.casefold()), "")
    guess = did_you_mean(name, zones()) if "/" in name else ""
    advice = f'Did you mean "{same}"?' if same else guess
    return Mistake(f'"{name[:60]}" is not a time zone', advice or "Write a region and a city: Europe/Zurich, or UTC")


@cache
def zones() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def scheduler_cron(text: str) -> str | Mistake:
    """The same times in EventBridge Scheduler's cron, or why it cannot say them. Expects a cron expression without mistake."""
    cron = CronSim(text, _SOME_DAY)
    minute, hour, month = (_said(sorted(found), span) for found, span in _plain(cron))
    _, _, day_part, _, weekday_part = text.upper().split()
    every_day, every_weekday = cron.days == set(_RANGES[2]), cron.weekdays == set(range(8))
    if not every_day and not every_weekday:
        how = "and" if cron.day_and else "or"
        return Mistake(
            f'EventBridge Scheduler takes a day of the month or a day of the week, not "{day_part}" {how} "{weekday_part}"',
            "Write two triggers, or decide in the pipeline",
        )
    day = _month_days(cron.days) if every_weekday else "?"
    weekday = "?" if every_weekday else _weekdays(cron.weekdays)
    for said in (day, weekday):
        if isinstance(said, Mistake):
            return said
    expression = f"cron({minute} {hour} {day} {month} {weekday} *)"
    if len(expression) > _LONGEST_SCHEDULER_EXPRESSION:
        return Mistake(
            f"for EventBridge Scheduler the expression is {len(expression)} characters long, and it takes 256",
            "Write several triggers",
        )
    return expression


def scheduler_rate(rate: Duration) -> str | Mistake:
    """A rate in EventBridge Scheduler's words: whole minutes, hours or days."""
    for unit, size in (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000)):
        if rate.ms >= size and rate.ms % size == 0:
            amount = rate.ms // size
            return f"rate({amount} {unit}{'s' if amount > 1 else ''})"
    return Mistake(
        f"EventBridge Scheduler fires every whole number of minutes, not every {rate}", "Write 1m, 15m, 1h or 1d"
    )


def _parses(at: int, part: str) -> bool:
    fields = ["*"] * 5
    fields[at] = part
    try:
        CronSim(" ".join(fields), _SOME_DAY)
    except (CronSimError, AssertionError):
        # The library asserts where a step follows something that is no number.
        return False
    return True


def _bad_field(at: int, part: str) -> Mistake:
    what = f'"{part[:40]}" is no {FIELDS[at]}'
    if part == "?":
        return Mistake(what, "Write * for every one")
    span = _RANGES[at]
    write = f"Write {span[0]} to {7 if at == 4 else span[-1]}, *, a range (1-5), a list (1,3) or a step (*/5)"
    backward = re.fullmatch(r"(\w+)-(\w+)", part)
    return Mistake(what, f"{write}; a range goes upward" if backward else write)


def _plain(cron: CronSim) -> Iterable[tuple[set[int], range]]:
    months = {month for month in cron.months if isinstance(month, int)}
    return (cron.minutes, _RANGES[0]), (cron.hours, _RANGES[1]), (months, _RANGES[3])


def _said(found: Sequence[int], span: range) -> str:
    """The shortest of `*`, `a-b`, `a/step` and a list."""
    if list(found) == list(span):
        return "*"
    steps = {after - before for before, after in pairwise(found)}
    if len(found) > 2 and len(steps) == 1:
        step = steps.pop()
        if step == 1:
            return f"{found[0]}-{found[-1]}"
        if found[-1] + step > span[-1]:
            return f"{found[0]}/{step}"
    return ",".join(map(str, found))


def _month_days(days: set[int]) -> str | Mistake:
    if days == {CronSim.LAST}:
        return "L"
    if days & {CronSim.LAST, CronSim.LAST_WEEKDAY}:
        return Mistake("EventBridge Scheduler takes L alone, and no LW", "Write L, or the days by number")
    return _said(sorted(days), _RANGES[2])


def _weekdays(days: Iterable[int | tuple[int, int]]) -> str | Mistake:
    """Scheduler counts days from 1 for Sunday; names are safer than numbers."""
    plain = sorted({day % 7 for day in days if isinstance(day, int)})
    special = [day for day in days if isinstance(day, tuple)]
    if special and (plain or len(special) > 1):
        return Mistake("EventBridge Scheduler takes one L or # day of the week, and alone", "Write two triggers")
    for weekday, nth in special:
        return f"{weekday % 7 + 1}L" if nth == CronSim.LAST else f"{weekday % 7 + 1}#{nth}"
    return ",".join(_DAYS[day] for day in plain)
