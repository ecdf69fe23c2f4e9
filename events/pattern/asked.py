"""One event, put to the tables and questions of an index with every care: arrays, several values, ambiguous names.

`Asked` fetches a field when it is asked for. As long as at most one field of a branch stands in an array of objects, the
branch's clauses are independent of each other and each is answered by itself; with two of them `Plan` decides. For an
event with ambiguous names (`Odd`) the values are collected from wherever they stand, and `search` decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from math import prod

from events.pattern.check import Clause
from events.pattern.event import Event
from events.pattern.filing import Bucket, Member, Question, Table
from events.pattern.number import Spelled, as_number
from events.pattern.reach import MISSING, Reach, Several
from events.pattern.search import collect, holds


class Asked:
    """An event whose fields can each be reached in one way."""

    __slots__ = ("_event", "_parts", "_reach", "_values")

    def __init__(self, event: Event, reach: Reach) -> None:
        self._event, self._reach = event, reach
        self._values: dict[str, object] = {}
        self._parts: dict[str, set[str | float]] = {}

    def value(self, path: str) -> object:
        if path not in self._values:
            self._values[path] = self._reach.value(self._event, path)
        return self._values[path]

    def has(self, names: tuple[str, ...]) -> bool:
        """Whether objects alone lead to this name."""
        at: object = self._event
        for name in names:
            if not isinstance(at, dict) or name not in at:
                return False
            at = at[name]
        return True

    def decide(self, member: Member) -> bool:
        return member.plan.holds(self._event)

    def everything(self, tables: Iterable[Table], asking: Iterable[tuple[int, str, list[Question]]]) -> set[str]:
        names: set[str] = set()
        for table in tables:
            self.look_up(table, names)
        for _, path, questions in asking:
            value = self.value(path)
            for question in questions:
                self.ask(question, value, names)
        return names

    def look_up(self, table: Table, names: set[str]) -> None:
        """The branches whose key the event has, and that hold."""
        choices: list[set[str | float]] = [set()] * len(table.paths)
        grouped = False
        for place in table.cheapest:
            path = table.paths[place]
            value = self.value(path)
            if path not in self._parts:
                self._parts[path] = _key_parts(value)
            choices[place] = self._parts[path] & table.parts[place].keys()
            if not choices[place]:
                return
            grouped = grouped or _is_grouped(value)
        if prod(map(len, choices)) <= len(table.buckets):
            keys: Iterable[tuple[object, ...]] = product(*choices)
            found = [bucket for key in keys if (bucket := table.buckets.get(key[0] if len(table.paths) == 1 else key))]
        else:
            found = [bucket for bucket in table.buckets.values() if _has_all(choices, bucket)]
        for bucket in found:
            self._take(bucket, names, grouped=grouped)

    def ask(self, question: Question, value: object, names: set[str]) -> None:
        """The branches filed under a question that hold."""
        clause = question.clause
        grouped = _is_grouped(value)
        if answer(clause, value):
            self._take(question.bucket, names, grouped=grouped)
        elif grouped and clause.absent:
            names.update(each.name for each in question.bucket.all() if not each.alone and self.decide(each))

    def _take(self, bucket: Bucket, names: set[str], *, grouped: bool) -> None:
        if grouped:
            names.update(each.name for each in bucket.all() if each.alone or self.decide(each))
        else:
            names.update(bucket.names)
            names.update(each.name for each in bucket.members if self.rest_holds(each))

    def rest_holds(self, member: Member) -> bool:
        """What is left of a candidate whose other fields stand in no array of objects."""
        values = [self.value(clause.path) for clause in member.rest]
        if sum(map(_is_grouped, values)) > 1:
            return self.decide(member)
        return all(map(answer, member.rest, values))


class Odd(Asked):
    """An event where a field can be reached in more than one way."""

    __slots__ = ("_fields",)

    def __init__(self, event: Event, reach: Reach) -> None:
        super().__init__(event, reach)
        self._fields = collect(event, reach.paths)

    def value(self, path: str) -> object:
        found = self._fields[path]
        return Several([value for value, _ in found], grouped=True) if found else MISSING

    def decide(self, member: Member) -> bool:
        return holds(member.plan.fields, self._fields)


def answer(clause: Clause, value: object) -> bool:
    """Whether a clause, taken by itself, holds for what the event has for its field."""
    if type(value) is str:
        return clause.text(value)
    if value is MISSING:
        return clause.absent
    if isinstance(value, Several):
        if not value.texts and not value.others:
            return clause.absent
        return any(map(clause.text, value.texts)) or any(map(clause.other, value.others))
    return clause.other(value)


def _is_grouped(value: object) -> bool:
    return isinstance(value, Several) and value.grouped


def _key_parts(value: object) -> set[str | float]:
    """The values that can be part of a key."""
    if type(value) is str:
        return {value}
    if not isinstance(value, Several):
        value = Several([value], grouped=False)
    parts: set[str | float] = {each for each in value.others if type(each) is float}
    if len(parts) < len(value.others):
        whole = (as_number(each) for each in value.others if type(each) is int)
        parts.update(number for number in whole if not isinstance(number, Spelled))
    parts.update(value.texts)
    return parts


def _has_all(choices: list[set[str | float]], bucket: Bucket) -> bool:
    return all(part in choice for part, choice in zip(bucket.parts, choices, strict=True))
