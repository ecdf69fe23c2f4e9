"""How an index gets at the fields of an event: which parts to open once, and where in them each field lies.

Fields that every event is asked for are fetched in one sweep (`Sweep`); those that only some candidates ask for are
fetched when asked (`Reach.value`). A field in an array has `Several` values; `grouped` says that they stand in elements of
the array (objects or arrays), so that it matters which element. A dotted name that could be one of the fields, or a repeated key,
raises `Ambiguous`.
"""

from __future__ import annotations

from collections.abc import Iterable

from events.pattern.event import Event, Repeated
from events.pattern.match import Ambiguous, elements


class Missing:
    """No value at all; an object or an empty array is none either."""


MISSING = Missing()


class Several(list[object]):
    """The values of a field in an array."""

    __slots__ = ("grouped",)

    def __init__(self, values: Iterable[object], *, grouped: bool) -> None:
        super().__init__(values)
        self.grouped = grouped


class _Part:
    """A part of an event that holds fields, or parts that do."""

    __slots__ = ("below", "dotted")

    def __init__(self) -> None:
        self.below: dict[str, _Part] = {}
        self.dotted: frozenset[str] = frozenset()

    def finish(self) -> None:
        dotted: set[str] = set()
        for name, part in self.below.items():
            part.finish()
            dotted |= {f"{name}.{further}" for further in (*part.below, *part.dotted)}
        self.dotted = frozenset(dotted)


class Reach:
    """Where the fields of all rules lie."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._names = {path: tuple(path.split(".")) for path in paths}
        self.paths = tuple(self._names)
        self.root = _Part()
        for names in self._names.values():
            at = self.root
            for name in names:
                at = at.below.setdefault(name, _Part())
        self.root.finish()

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
                return self._several(event, path) if isinstance(at, list | tuple) else MISSING
            if part.dotted and not at.keys().isdisjoint(part.dotted):
                raise Ambiguous
        assert isinstance(at, dict)
        value = at.get(last, MISSING)
        if isinstance(value, list | tuple):
            return self._several(event, path)
        return MISSING if isinstance(value, dict) else value

    def _several(self, event: Event, path: str) -> Several:
        level: list[object] = [event]
        part = self.root
        grouped = False
        for name in self._names[path]:
            further: list[object] = []
            for value in level:
                if isinstance(value, dict):
                    if part.dotted and not value.keys().isdisjoint(part.dotted):
                        raise Ambiguous
                    if name in value:
                        further.append(value[name])
            part = part.below[name]
            grouped = grouped or any(map(_holds_containers, further))
            level = elements(further)
        return Several((value for value in level if not isinstance(value, dict)), grouped=grouped)


def _holds_containers(value: object) -> bool:
    if isinstance(value, Repeated):
        raise Ambiguous
    return isinstance(value, list | tuple) and any(isinstance(element, dict | list | tuple) for element in value)


_NOTHING: Event = {}


class Sweep:
    """Fetches a fixed row of fields from an event, each part of it opened once. What is no plain value comes as it is."""

    __slots__ = ("_dotted", "_parts", "_ways")

    def __init__(self, reach: Reach, paths: Iterable[str]) -> None:
        places: dict[tuple[str, ...], int] = {(): 0}
        self._parts: list[tuple[int, str, frozenset[str]]] = []
        self._ways: list[tuple[int, str]] = []
        self._dotted = reach.root.dotted
        for path in paths:
            names = tuple(path.split("."))
            part = reach.root
            for depth, name in enumerate(names[:-1]):
                part = part.below[name]
                if names[: depth + 1] not in places:
                    self._parts.append((places[names[:depth]], name, part.dotted))
                    places[names[: depth + 1]] = len(self._parts)
            self._ways.append((places[names[:-1]], names[-1]))

    def __call__(self, event: Event) -> list[object]:
        if self._dotted and not event.keys().isdisjoint(self._dotted):
            raise Ambiguous
        held = [event]
        for place, name, dotted in self._parts:
            part = held[place].get(name, _NOTHING)
            if part.__class__ is not dict:
                if isinstance(part, list | tuple):
                    raise Arrays
                part = _NOTHING
            elif dotted and not part.keys().isdisjoint(dotted):  # type: ignore[attr-defined]
                raise Ambiguous
            held.append(part)  # type: ignore[arg-type]
        return [held[place].get(name, MISSING) for place, name in self._ways]


class Arrays(Exception):
    """An array stands on the way to a field of the sweep; its fields are fetched one by one."""
