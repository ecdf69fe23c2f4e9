"""How an index gets at the fields of an event: which parts to open once, and where in them each field lies.

Fields that every event is asked for are fetched in one sweep (`Sweep`); those that only some candidates ask for are
fetched when asked (`Reach.value`). A field in an array has `Several` values; `grouped` says that they stand in elements of
the array (objects or arrays), so that it matters which element. A dotted name that could be one of the fields, or a repeated key,
raises `Ambiguous`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from operator import itemgetter

from events.pattern.event import Event, Repeated
from events.pattern.match import Ambiguous, elements, holds_containers, refuse_dots


class Missing:
    """No value at all; an object or an empty array is none either."""


MISSING = Missing()

Names = tuple[str, ...]
Grasp = Callable[[Event], tuple[object, ...]]
Fetch = tuple[int, "Part | None", frozenset[str], Grasp, Names, tuple[Missing, ...]]
"""The place of a part in the row; the part, if a dotted name could lead on from it, and those names unless they are many;
the names it always has, all at once; the names it may lack; what to put in the row if it is not there."""

MOST_DOTTED = 64


class Several:
    """The values of a field in an array: the texts, and the others."""

    __slots__ = ("grouped", "others", "texts")

    def __init__(self, values: list[object], *, grouped: bool) -> None:
        self.texts: list[str] = [value for value in values if type(value) is str]
        self.others = [value for value in values if type(value) is not str] if len(self.texts) < len(values) else []
        self.grouped = grouped


@dataclass(slots=True)
class Part:
    """A part of an event that holds fields, or parts that do."""

    below: dict[str, Part] = field(default_factory=dict)
    deep: bool = False
    """Whether a name of two or more parts, with dots, could lead to a field from here."""

    def dotted(self) -> frozenset[str]:
        """Those names, or none if they are too many to be listed."""
        found: list[str] = []
        todo = list(self.below.items())
        for name, part in todo:
            further = [f"{name}.{below}" for below in part.below]
            found += further
            if len(found) > MOST_DOTTED:
                return frozenset()
            todo += zip(further, part.below.values(), strict=True)
        return frozenset(found)


class Reach:
    """Where the fields of all rules lie."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._names = {path: tuple(path.split(".")) for path in paths}
        self.paths = tuple(self._names)
        self.root = Part()
        for names in self._names.values():
            at = self.root
            for depth, name in enumerate(names):
                at.deep = at.deep or depth < len(names) - 1
                at = at.below.setdefault(name, Part())

    def part(self, names: Names) -> Part:
        part = self.root
        for name in names:
            part = part.below[name]
        return part

    def value(self, event: Event, path: str) -> object:
        """The field's value; the names in the event's own root have been looked at already."""
        *above, last = self._names[path]
        at: object = event
        part = self.root
        for name in above:
            assert isinstance(at, dict)
            at = at.get(name, MISSING)
            part = part.below[name]
            if not isinstance(at, dict):
                return self._several(event, path) if isinstance(at, list) else MISSING
            if part.deep:
                refuse_dots(part, at)
        assert isinstance(at, dict)
        value = at.get(last, MISSING)
        if isinstance(value, list):
            return self._several(event, path)
        return MISSING if isinstance(value, dict) else value

    def _several(self, event: Event, path: str) -> Several:
        level: list[object] = [event]
        part = self.root
        grouped = False
        for name in self._names[path]:
            objects: list[Event] = [value for value in level if type(value) is dict]
            if part.deep:
                for value in objects:
                    refuse_dots(part, value)
            part = part.below[name]
            level = [value[name] for value in objects if name in value]
            kinds = set(map(type, level))
            if Repeated in kinds:
                raise Ambiguous
            if list in kinds:
                grouped = grouped or any(map(holds_containers, level))
                level = elements(level)
        return Several([value for value in level if type(value) is not dict], grouped=grouped)


class Sweep:
    """How to fetch a fixed row of fields, each part of an event opened once. The index does the fetching in `match`.

    The row begins with the event, and a part stands in it before what it holds. What a part always has is taken in one
    grasp, and a KeyError says that it was not so; the names that some event was seen without (`rare`) are asked for singly.
    """

    __slots__ = ("parts", "places")

    def __init__(self, reach: Reach, paths: Iterable[str], rare: Container[Names] = ()) -> None:
        held: dict[Names, list[Names]] = {(): []}
        for path in paths:
            names = tuple(path.split("."))
            for depth in range(len(names)):
                alike = held.setdefault(names[:depth], [])
                if names[: depth + 1] not in alike:
                    alike.append(names[: depth + 1])
        self.parts: list[Fetch] = []
        self.places: dict[Names, int] = {(): 0}
        width = 1
        for part in sorted(held, key=len):
            sure = [names for names in held[part] if names not in rare]
            single = [names for names in held[part] if names in rare]
            grasp, taken = _grasp([names[-1] for names in sure])
            lasts = tuple(names[-1] for names in single)
            deep = reach.part(part) if reach.part(part).deep else None
            self.parts.append(
                (
                    self.places[part],
                    deep,
                    deep.dotted() if deep else frozenset(),
                    grasp,
                    lasts,
                    (MISSING,) * (taken + len(single)),
                )
            )
            self.places |= {names: width + place for place, names in enumerate(sure)}
            self.places |= {names: width + taken + place for place, names in enumerate(single)}
            width += taken + len(single)


def _grasp(names: list[str]) -> tuple[Grasp, int]:
    """What takes these names from a part, and how many values it takes: a single name is taken twice, to be a row too."""
    return (itemgetter(*names, names[0]), len(names) + 1) if names else (lambda _: (), 0)
