"""Where the branches of an index are kept: tables of keys, and questions for branches that have none.

A field whose alternatives are all texts or all numbers can be part of a key. A branch has a key for each combination of its
alternatives, up to `MOST_KEYS`; a field that would make it more is asked of the candidates instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import chain, product
from operator import itemgetter

from events.pattern.check import Clause
from events.pattern.match import Plan
from events.pattern.operators import Equal, Text
from events.pattern.parse import Alternatives

MOST_KEYS = 32

Parts = tuple[str | float, ...]


class Member:
    """A branch in the index: whose it is, and what its place in the index does not ask."""

    __slots__ = ("alone", "name", "plan", "rest")

    def __init__(self, name: str, plan: Plan, rest: tuple[Clause, ...]) -> None:
        self.name, self.plan, self.rest = name, plan, rest
        self.alone = len(plan.fields) == 1


class Bucket:
    """The branches under one key or one question: those of which nothing is left to ask, and the others."""

    __slots__ = ("members", "names", "numeric", "parts", "sure")

    def __init__(self, parts: Parts = ()) -> None:
        self.parts = parts
        self.numeric = not all(isinstance(part, str) for part in parts)
        """True and 1 are one key to a dict: where the key has a number, the event's values are looked at again."""
        self.sure = not self.numeric
        """Whether who is found here holds, without another look."""
        self.names: dict[str, list[Member]] = {}
        self.members: list[Member] = []

    def add(self, member: Member) -> None:
        if member.rest:
            self.members.append(member)
            self.sure = False
        else:
            self.names.setdefault(member.name, []).append(member)

    def remove(self, member: Member) -> bool:
        """Whether the bucket is empty now."""
        if member.rest:
            self.members.remove(member)
            self.sure = not self.members and not self.numeric
        else:
            self.names[member.name].remove(member)
            if not self.names[member.name]:
                del self.names[member.name]
        return not self.names and not self.members

    def all(self) -> Iterable[Member]:
        yield from chain.from_iterable(self.names.values())
        yield from self.members


class Table:
    """The branches whose keys are made of the same fields."""

    __slots__ = ("buckets", "cheapest", "parts", "paths", "pick", "places")

    def __init__(self, paths: tuple[str, ...]) -> None:
        self.paths = paths
        self.cheapest = sorted(range(len(paths)), key=lambda place: paths[place].count("."))
        """The places in the order of how near their fields lie: a miss there saves the walk to the others."""
        self.buckets: dict[object, Bucket] = {}
        self.parts: list[Counter[str | float]] = [Counter() for _ in paths]
        """How many keys have which value at each place."""
        self.sweep({path: place for place, path in enumerate(paths)})

    def sweep(self, places: dict[str, int]) -> None:
        """The row that holds an event's values has each field at its place."""
        self.places = tuple(places[path] for path in self.paths)
        self.pick = itemgetter(*self.places)

    def add(self, parts: Parts, member: Member) -> None:
        key = parts[0] if len(parts) == 1 else parts
        if key not in self.buckets:
            self.buckets[key] = Bucket(parts)
            for counter, part in zip(self.parts, parts, strict=True):
                counter[part] += 1
        self.buckets[key].add(member)

    def remove(self, parts: Parts, member: Member) -> None:
        key = parts[0] if len(parts) == 1 else parts
        if self.buckets[key].remove(member):
            del self.buckets[key]
            for counter, part in zip(self.parts, parts, strict=True):
                counter[part] -= 1
                if not counter[part]:
                    del counter[part]


class Question:
    """The branches filed under one field's check."""

    __slots__ = ("bucket", "clause")

    def __init__(self, clause: Clause) -> None:
        self.clause = clause
        self.bucket = Bucket()


def key_fields(plan: Plan) -> dict[str, Parts]:
    """The fields that make a branch's key, and the parts each contributes."""
    choices = {
        path: parts for path, alternatives in plan.fields if (parts := _parts(alternatives)) and len(parts) <= MOST_KEYS
    }
    chosen: dict[str, Parts] = {}
    keys = 1
    for path in sorted(choices, key=lambda path: len(choices[path])):
        keys *= len(choices[path])
        if keys > MOST_KEYS:
            break
        chosen[path] = choices[path]
    return dict(sorted(chosen.items()))


def keys_of(fields: dict[str, Parts]) -> Iterable[Parts]:
    return product(*fields.values())


def _parts(alternatives: Alternatives) -> Parts | None:
    parts: dict[str | float, None] = {}
    for operator in alternatives:
        if isinstance(operator, Text):
            parts[operator.text] = None
        elif isinstance(operator, Equal) and isinstance(operator.number, int | float):
            parts[operator.number] = None
        else:
            return None
    return tuple(parts)
