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
from dataclasses import dataclass

from events.pattern.event import Event, Repeated
from events.pattern.operators import Absent
from events.pattern.parse import Alternatives
from schemas.errors import InvalidEvent

MOST_WORK = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """An element of an array, and the element that array stands in. Values of one element share it."""

    outer: Element | None
    array: int
    place: int


Choices = tuple[tuple[int, int], ...]
"""Arrays by number, each with the place that was entered."""
Found = list[tuple[object, Element | None]]
Fields = dict[str, Found]


def collect(event: Event, paths: Iterable[str]) -> Fields:
    """The values of these paths, wherever they stand: also under dotted and repeated keys."""
    fields: Fields = {path: [] for path in paths}
    leading = {path[:place] for path in fields for place, letter in enumerate(path) if letter == "."}
    todo: list[tuple[str | None, object, Element | None]] = [(None, event, None)]
    arrays = 0
    while todo:
        path, value, inside = todo.pop()
        if isinstance(value, dict):
            for name, below in value.items():
                longer = name if path is None else f"{path}.{name}"
                if longer in fields or longer in leading:
                    todo.extend((longer, each, inside) for each in _each(below))
        elif isinstance(value, list):
            arrays += 1
            for place, element in enumerate(value):
                inner = Element(inside, arrays, place) if isinstance(element, dict | list) else inside
                todo.append((path, element, inner))
        elif path in fields:
            fields[path].append((value, inside))
    return fields


def _each(value: object) -> Iterable[object]:
    return value if isinstance(value, Repeated) else (value,)


def holds(branch: tuple[tuple[str, Alternatives], ...], fields: Fields) -> bool:
    """Whether a branch, its fields in order, holds for these values."""
    return _Search(branch, fields).holds()


class _Search:
    def __init__(self, branch: tuple[tuple[str, Alternatives], ...], fields: Fields) -> None:
        self._branch = branch
        self._fields = fields
        self._work = 0
        self._choices: dict[Element, Choices] = {}
        self._last_use: dict[int, int] = {}
        for index, (path, _) in enumerate(branch):
            for inside in {inside for _, inside in fields[path]}:
                self._last_use |= dict.fromkeys((array for array, _ in self._entered(inside)), index)

    def holds(self) -> bool:
        states: set[Choices] = {()}
        for index, (path, alternatives) in enumerate(self._branch):
            states = {
                self._kept(state, index)
                for chosen in map(dict, states)
                for state in self._step(chosen, self._fields[path], alternatives)
            }
        return bool(states)

    def _step(self, chosen: dict[int, int], found: Found, alternatives: Alternatives) -> Iterable[dict[int, int]]:
        """The choices that one field makes possible, after those made before."""
        accepted: dict[Element | None, bool] = {}
        for value, inside in found:
            self._spend(1)
            if not accepted.get(inside):
                accepted[inside] = any(operator.accepts(value) for operator in alternatives)
        there = False
        for inside, good in accepted.items():
            entered = self._entered(inside)
            self._spend(1 + len(entered))
            if all(chosen.get(array, place) == place for array, place in entered):
                there = True
                if good:
                    yield chosen | dict(entered)
        if not there and any(isinstance(operator, Absent) for operator in alternatives):
            yield chosen

    def _entered(self, inside: Element | None) -> Choices:
        """All that choosing a value of this element chooses."""
        if inside is None:
            return ()
        if inside not in self._choices:
            entered: list[tuple[int, int]] = []
            at: Element | None = inside
            while at is not None:
                entered.append((at.array, at.place))
                at = at.outer
            self._spend(len(entered))
            self._choices[inside] = tuple(entered)
        return self._choices[inside]

    def _kept(self, chosen: dict[int, int], index: int) -> Choices:
        self._spend(len(chosen))
        return tuple(sorted((array, place) for array, place in chosen.items() if self._last_use.get(array, -1) > index))

    def _spend(self, work: int) -> None:
        self._work += work
        if self._work > MOST_WORK:
            raise InvalidEvent(
                "the event names one field in too many ways to be matched",
                advice="Say each key once per object, and do not mix dotted with nested names.",
            )
