"""A line of a file of cases: what is expected, and whether it is so.

Three shapes: a pattern with an event and a verdict; a pattern alone that is valid or not, the service's limits included;
several rules in one index with an event and the places of those that match.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from events.pattern import LONGEST_EVER, InvalidPattern, Pattern, RuleIndex, over_length
from schemas.errors import MurmurationError

WHATEVER_LENGTH = "valid (if the size quota allows)"
VERDICTS = ("match", "no_match", "invalid", "valid", WHATEVER_LENGTH)


@dataclass(frozen=True, slots=True)
class Result:
    line: int
    name: str
    problem: str
    """Empty if all is as expected."""


class _BadLine(Exception):
    """The line is no case; the message says why."""


def run(number: int, line: str) -> Result:
    name = ""
    try:
        case = _case(line)
        name = str(case.get("name", ""))
        problem = _rules(case) if "rules" in case else _verdict(case)
    except _BadLine as error:
        problem = f"not a case: {error}"
    except MurmurationError as error:
        problem = str(error)
    return Result(number, name, problem)


def _case(line: str) -> dict[str, object]:
    try:
        case = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _BadLine(f"not JSON ({error})") from None
    if not isinstance(case, dict):
        raise _BadLine("not a JSON object")
    return case


def _verdict(case: dict[str, object]) -> str:
    expected = case.get("expect")
    if expected not in VERDICTS:
        raise _BadLine(f"expect is not one of {', '.join(VERDICTS[:4])}")
    document = _document(case, "pattern")
    try:
        pattern = Pattern(document)
    except InvalidPattern as error:
        return "" if expected == "invalid" else f"expected {expected}, but the pattern is not valid: {error}"
    too_long = over_length(document, LONGEST_EVER)
    if expected in {"invalid", "valid"}:
        if (expected == "invalid") == (too_long is not None):
            return ""
        return f"expected {expected}, but {too_long or 'the pattern is valid'}"
    if expected == WHATEVER_LENGTH:
        return ""
    found = "match" if pattern.matches(_document(case, "event")) else "no_match"
    return "" if found == expected else f"expected {expected}, found {found}"


def _rules(case: dict[str, object]) -> str:
    rules, expected = case["rules"], case.get("expect_matching_rules")
    if not isinstance(rules, list) or not isinstance(expected, list):
        raise _BadLine("rules and expect_matching_rules are not lists")
    index = RuleIndex()
    for place, rule in enumerate(rules):
        index.add(str(place), _document({"rules": rule}, "rules"))
    found = index.match(_document(case, "event"))
    wanted = {str(place) for place in expected}
    return "" if found == wanted else f"expected rules {_places(wanted)}, found {_places(found)}"


def _places(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _document(case: dict[str, object], key: str) -> str | Mapping[str, object]:
    found = case.get(key)
    if isinstance(found, str | dict):
        return found
    raise _BadLine(f"{key} is neither JSON text nor an object")
