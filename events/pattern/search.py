"""The rule of arrays in full: for events where one field can be reached in more than one way.

Every value of a field has a *membership*: which arrays it stands in, and at which place. A branch holds if its fields, taken
in the order of their names, can each choose an accepted value such that no array is entered at two places;
`exists: false` holds if every value of its field contradicts the choices made so far. The search carries the set of
distinct choices that still matter and forgets an array as soon as no later field stands in it.

With a repeated key one field can stand in many arrays at once, and then this is a satisfiability problem: no method is
known that is fast on all of them. So the work is counted, and what goes beyond `MOST_WORK` is refused rather than endless.
"""

from __future__ import annotations

from collections.abc import Iterable

from events.pattern.event import Event, Repeated
from events.pattern.operators import Absent, Value
from events.pattern.parse import Alternatives
from schemas.errors import InvalidEvent

MOST_WORK = 2_000_000

Membership = tuple[tuple[int, int], ...]
Found = list[tuple[Value, Membership]]
Fields = dict[str, Found]


def collect(event: Event, paths: Iterable[str]) -> Fields:
    """The values of these paths, wherever they stand: also under dotted and repeated keys."""
    fields: Fields = {path: [] for path in paths}
    leading = {path[:place] for path in fields for place, letter in enumerate(path) if letter == "."}
    todo: list[tuple[str | None, object, Membership]] = [(None, event, ())]
    arrays = 0
    while todo:
        path, value, membership = todo.pop()
        if isinstance(value, dict):
            for name, below in value.items():
                longer = name if path is None else f"{path}.{name}"
                if longer in fields or longer in leading:
                    todo.extend((longer, each, membership) for each in _each(below))
        elif isinstance(value, list):
            arrays += 1
            for place, element in enumerate(value):
                inner = isinstance(element, dict | list)
                todo.append((path, element, (*membership, (arrays, place)) if inner else membership))
        elif path in fields:
            fields[path].append((value, membership))  # type: ignore[arg-type]
    return fields


def _each(value: object) -> Iterable[object]:
    return value if isinstance(value, Repeated) else (value,)


def holds(branch: tuple[tuple[str, Alternatives], ...], fields: Fields) -> bool:
    """Whether a branch, its fields in order, holds for these values."""
    last_use = {
        array: index
        for index, (path, _) in enumerate(branch)
        for _, membership in fields[path]
        for array, _ in membership
    }
    states: set[Membership] = {()}
    work = 0
    for index, (path, alternatives) in enumerate(branch):
        found = fields[path]
        accepted = [
            membership for value, membership in found if any(operator.accepts(value) for operator in alternatives)
        ]
        absent = any(isinstance(operator, Absent) for operator in alternatives)
        reached: set[Membership] = set()
        for state in states:
            chosen = dict(state)
            work += len(accepted) + len(found) + len(state)
            if work > MOST_WORK:
                raise InvalidEvent(
                    "the event names one field in too many ways to be matched",
                    advice="Say each key once per object, and do not mix dotted with nested names.",
                )
            for membership in dict.fromkeys(accepted):
                if _agrees(membership, chosen):
                    merged = chosen | dict(membership)
                    reached.add(_still_used(merged, last_use, index))
            if absent and not any(_agrees(membership, chosen) for _, membership in found):
                reached.add(_still_used(chosen, last_use, index))
        states = reached
        if not states:
            return False
    return True


def _agrees(membership: Membership, chosen: dict[int, int]) -> bool:
    return all(chosen.get(array, place) == place for array, place in membership)


def _still_used(chosen: dict[int, int], last_use: dict[int, int], index: int) -> Membership:
    return tuple(sorted((array, place) for array, place in chosen.items() if last_use.get(array, -1) > index))
