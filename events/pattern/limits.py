"""Limits that EventBridge as a service puts on patterns, beside the language: how much wildcards may do, and how long.

A wildcard costs what it can make the matcher keep in mind. All wildcards of a field are followed at once; for the worst
value there is, count each place in each wildcard where the matcher could be. More than 10 is refused ("too complex"). The
places are found by playing all values at once: a set of places, and every character leading to the next set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import orjson

from events.pattern.match import Plan
from events.pattern.operators import AnythingBut, Like, Operator
from schemas.errors import InvalidPattern

MOST_COMPLEX = 10
LONGEST = 2_048
"""Characters of a pattern by default; an account can be given up to LONGEST_EVER."""
LONGEST_EVER = 4_096
WILDCARD_RULES_PER_BUS = 30

_MOST_SETS = 20_000

Stars = tuple[str, ...]
"""The wildcards of one operator: `anything-but` may hold several, and counts as one."""


def over_length(document: str | bytes | Mapping[str, object], longest: int = LONGEST) -> str | None:
    """What is wrong with the pattern's length, if anything; a parsed pattern is as long as its compact JSON."""
    text = document if isinstance(document, str | bytes) else orjson.dumps(document)
    length = len(text.decode(errors="replace") if isinstance(text, bytes) else text)
    return f"the pattern has {length:,} characters; EventBridge takes {longest:,}" if length > longest else None


def uses_wildcards(plans: Iterable[Plan]) -> bool:
    return any(_stars(operator) for plan in plans for _, operators in plan.fields for operator in operators)


def refuse_complex(plans: tuple[Plan, ...]) -> None:
    if not uses_wildcards(plans):
        return
    for path, wildcards in _machines(list(plans), 0):
        if complexity(wildcards) > MOST_COMPLEX:
            raise InvalidPattern(
                f"field {path!r}: its wildcards together are too complex (above {MOST_COMPLEX})",
                advice="Use fewer stars or fewer wildcards, or less that repeats after a star; a prefix or suffix is free.",
            )


def _stars(operator: Operator) -> Stars:
    match operator:
        case Like(text=text):
            return (text,)
        case AnythingBut(excluded=excluded):
            return tuple(each.text for each in excluded if isinstance(each, Like))
        case _:
            return ()


def _machines(plans: list[Plan], depth: int) -> Iterable[tuple[str, set[Stars]]]:
    """The wildcards that are followed at once: a field's, over all branches that agree on some value before it."""
    by_field: dict[str, list[Plan]] = {}
    for plan in plans:
        if depth < len(plan.fields):
            by_field.setdefault(plan.fields[depth][0], []).append(plan)
    for path, alike in by_field.items():
        yield path, {stars for plan in alike for stars in map(_stars, plan.fields[depth][1]) if stars}
        for group in _sharing(alike, depth):
            yield from _machines(group, depth + 1)


def _sharing(plans: list[Plan], depth: int) -> Iterable[list[Plan]]:
    """Groups of branches that have an operator in common at this field, directly or through others."""
    groups: dict[Operator, list[Plan]] = {}
    for plan in plans:
        joined = [plan]
        operators = set(plan.fields[depth][1])
        for group in {id(groups[operator]): groups[operator] for operator in operators if operator in groups}.values():
            joined += group
            operators |= {operator for other in group for operator in other.fields[depth][1]}
        groups.update(dict.fromkeys(operators, joined))
    return {id(group): group for group in groups.values()}.values()


class _Place:
    """A place in the wildcards: what was read to get here, for as many of them as begin alike."""

    __slots__ = ("loop", "next", "owners", "star")

    def __init__(self, *, loop: bool = False) -> None:
        self.loop = loop
        self.owners: set[Stars] = set()
        self.next: dict[str, _Place] = {}
        self.star: _Place | None = None


def complexity(wildcards: set[Stars]) -> int:
    """The most places at once, or more than is allowed as soon as that is certain (or cannot be ruled out)."""
    start = _Place()
    for stars in wildcards:
        for text in stars:
            _lay(start, stars, text)
    highest = 0
    seen: set[frozenset[_Place]] = set()
    todo = [frozenset({start})]
    while todo:
        places = todo.pop()
        for letter in {letter for place in places for letter in place.next} | {""}:
            reached = _step(places, letter)
            if not reached or reached in seen:
                continue
            seen.add(reached)
            highest = max(highest, sum(len(place.owners) for place in reached))
            if highest > MOST_COMPLEX or len(seen) > _MOST_SETS:
                return MOST_COMPLEX + 1
            todo.append(reached)
    return highest


def _step(places: frozenset[_Place], letter: str) -> frozenset[_Place]:
    """Where one more character leads; "" is any that no wildcard names."""
    reached = {place for place in places if place.loop}
    reached |= {place.next[letter] for place in places if letter in place.next}
    return frozenset(reached | {place.star for place in reached if place.star})


def _lay(start: _Place, owner: Stars, text: str) -> None:
    at, escaped = start, False
    for letter in f'"{text}"':
        if letter == "\\" and not escaped:
            escaped = True
            continue
        if letter == "*" and not escaped:
            at.star = at.star or _Place(loop=True)
            at = at.star
        else:
            at = at.next.setdefault(letter, _Place())
        at.owners.add(owner)
        escaped = False
