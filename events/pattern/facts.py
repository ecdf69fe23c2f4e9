"""What can be known of a pattern without an event."""

from __future__ import annotations

import math

from events.pattern.limits import uses_wildcards as _uses_wildcards
from events.pattern.operators import Between, Operator
from events.pattern.pattern import Pattern


def leaf_paths(pattern: Pattern) -> frozenset[tuple[str, ...]]:
    """The fields it reads, each as the names that lead to it: ("detail", "total"). A dotted key counts as its names."""
    return frozenset(tuple(path.split(".")) for plan in pattern.plans for path, _ in plan.fields)


def uses_wildcards(pattern: Pattern) -> bool:
    """Whether a rule with this pattern is one of the few on a bus that may use wildcards."""
    return _uses_wildcards(pattern.plans)


def never_matches(pattern: Pattern) -> str | None:
    """Why no event can match, where that is certain: in every branch, some field's alternatives are all empty ranges.

    Little else is certain. A field may be a value and an object at once ("a": [1, {"b": 2}]), and `exists: false` holds
    for what is an object, so nested and contradicting fields can all be satisfied.
    """
    reasons: list[str] = []
    for plan in pattern.plans:
        empty = [path for path, alternatives in plan.fields if all(map(_is_empty, alternatives))]
        if not empty:
            return None
        reasons.append(f"no number lies in the range that {empty[0]!r} must be in")
    return "; ".join(dict.fromkeys(reasons))


def _is_empty(operator: Operator) -> bool:
    if not isinstance(operator, Between):
        return False
    low = math.nextafter(operator.low, math.inf) if operator.low_open else operator.low
    high = math.nextafter(operator.high, -math.inf) if operator.high_open else operator.high
    return low > high
