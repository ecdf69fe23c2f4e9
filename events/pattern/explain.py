"""Why an event does not match: every clause that failed, of every branch, and the values it failed on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from pydantic import JsonValue

from events.pattern.event import Event
from events.pattern.match import Plan, accepts, may_be_absent
from events.pattern.number import Spelled, as_number
from events.pattern.operators import (
    Absent,
    AnythingBut,
    Between,
    Equal,
    Excluded,
    Exists,
    Folded,
    FoldedPrefix,
    FoldedSuffix,
    Like,
    Literal,
    Operator,
    Prefix,
    Suffix,
    Text,
    Within,
)
from events.pattern.search import collect

MOST_SHOWN = 5
LONGEST_SHOWN = 80

Simple = Text | Literal | Within | Prefix | Suffix | FoldedPrefix | FoldedSuffix | Folded | Like | Exists | Absent


class Reason(StrEnum):
    MISSING = "missing"
    PRESENT = "present"
    REFUSED = "refused"
    SCATTERED = "scattered"
    """Each field is satisfied somewhere, but not all of them in one element of an array."""


@dataclass(frozen=True, slots=True)
class Failure:
    branch: int
    """Counted from 1; a pattern without $or has one."""
    reason: Reason
    fields: tuple[str, ...]
    wanted: str
    found: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(self.found[:MOST_SHOWN]) + (", ..." if len(self.found) > MOST_SHOWN else "")
        name = self.fields[0]
        match self.reason:
            case Reason.MISSING:
                return f"{name} is missing; wanted {self.wanted}"
            case Reason.PRESENT:
                return f"{name} is there ({shown}); wanted {self.wanted}"
            case Reason.REFUSED:
                return f"{name} is {shown}; wanted {self.wanted}"
            case Reason.SCATTERED:
                return f"no single element of an array has all of: {self.wanted}"
            case _:
                assert_never(self.reason)


def failures(plans: tuple[Plan, ...], event: Event) -> tuple[Failure, ...]:
    """Nothing, if one of the branches holds."""
    if any(plan.holds(event) for plan in plans):
        return ()
    return tuple(failure for number, plan in enumerate(plans, start=1) for failure in _of_branch(number, plan, event))


def _of_branch(number: int, plan: Plan, event: Event) -> list[Failure]:
    found = collect(event, (path for path, _ in plan.fields))
    failed: list[Failure] = []
    for path, alternatives in plan.fields:
        values = [value for value, _ in found[path]]
        if any(accepts(alternatives, value) for value in values) or (not values and may_be_absent(alternatives)):
            continue
        only_absent = all(isinstance(operator, Absent) for operator in alternatives)
        reason = Reason.MISSING if not values else Reason.PRESENT if only_absent else Reason.REFUSED
        failed.append(Failure(number, reason, (path,), spell_all(alternatives), tuple(map(_show, values))))
    if failed:
        return failed
    together = ", ".join(f"{path} {spell_all(alternatives)}" for path, alternatives in plan.fields)
    return [Failure(number, Reason.SCATTERED, tuple(path for path, _ in plan.fields), together)]


def spell_all(alternatives: tuple[Operator, ...]) -> str:
    return f"[{', '.join(map(spell, alternatives))}]"


def spell(operator: Operator) -> str:
    """The operator as it stands in a pattern."""
    match operator:
        case Equal(number=number):
            return _number(number)
        case Between():
            return f'{{"numeric": [{", ".join(_bounds(operator))}]}}'
        case AnythingBut(excluded=excluded):
            return f'{{"anything-but": {_excluded(excluded)}}}'
        case _:
            return _json(_plain(operator))


def _excluded(excluded: tuple[Excluded, ...]) -> str:
    """A list of values, or one operator with the list of its texts."""
    plain = [_plain(each) for each in excluded if not isinstance(each, Equal)]
    inner = [each for each in plain if isinstance(each, dict)]
    if not inner:
        return f"[{', '.join(map(spell, excluded))}]"
    (name,) = inner[0]
    return _json({name: [each[name] for each in inner]})


def _plain(operator: Simple) -> JsonValue:
    match operator:
        case Text(text=text):
            return text
        case Literal(value=value):
            return value
        case Within(low=low, high=high, text=text):
            return text if low == high else {"cidr": text}
        case Prefix(text=text):
            return {"prefix": text}
        case Suffix(text=text):
            return {"suffix": text}
        case FoldedPrefix(text=text):
            return {"prefix": {"equals-ignore-case": text}}
        case FoldedSuffix(text=text):
            return {"suffix": {"equals-ignore-case": text}}
        case Folded(text=text):
            return {"equals-ignore-case": text}
        case Like(text=text):
            return {"wildcard": text}
        case Exists():
            return {"exists": True}
        case Absent():
            return {"exists": False}
        case _:
            assert_never(operator)


def _bounds(between: Between) -> list[str]:
    bounds: list[str] = []
    if between.low != Between().low:
        bounds += ['">"' if between.low_open else '">="', _number(between.low)]
    if between.high != Between().high or not bounds:
        bounds += ['"<"' if between.high_open else '"<="', _number(between.high)]
    return bounds


def _number(number: float | Spelled) -> str:
    if isinstance(number, Spelled):
        return number.text
    return str(int(number)) if abs(number) < 1e15 and number == int(number) else repr(number)


def _show(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = as_number(value)
    text = _number(value) if isinstance(value, int | float | Spelled) and not isinstance(value, bool) else _json(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
