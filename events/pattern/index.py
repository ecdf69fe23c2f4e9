"""Many rules, one event: ten thousand rules at the price of ten.

A rule's branch is filed under what is quickest to tell. Fields that must equal a value (or one of a few) make a *key*:
all branches that read the same fields for theirs share one table, and one lookup with the event's own values finds those
whose key it has, however many there are. What else such a branch asks is asked of these candidates alone. A branch
that fixes no value is filed under one of its fields, and that field's check is what makes it a candidate.

The quick way is for plain values; what stands in arrays or under ambiguous names goes to `asked`. Rules never touch each
other: a candidate's answer depends on its own clauses and the event alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from events.pattern.asked import Asked, Odd
from events.pattern.check import Clause
from events.pattern.event import Event, read_event
from events.pattern.filing import Bucket, Member, Parts, Question, Table, key_fields, keys_of
from events.pattern.match import Ambiguous, Plan, refuse_dots
from events.pattern.number import as_number
from events.pattern.parse import Alternatives
from events.pattern.pattern import Pattern
from events.pattern.reach import MISSING, Reach, Sweep

Pick = Callable[[Sequence[object]], object]
BucketOf = Callable[[object], Bucket | None]
Asking = tuple[int, str, list[Question]]


class RuleIndex:
    """Rules by name. `match` answers with the names of all that match an event."""

    def __init__(self) -> None:
        self._rules: dict[str, list[tuple[Member, Table | Question, list[Parts]]]] = {}
        self._tables: dict[tuple[str, ...], Table] = {}
        self._questions: dict[str, dict[Alternatives, Question]] = {}
        self._uses: dict[str, int] = {}
        self._rare: set[tuple[str, ...]] = set()
        self._stale = True
        self._reach = Reach(())
        self._sweep = Sweep(self._reach, ())
        self._looking: list[tuple[Pick, BucketOf, Table]] = []
        self._asking: list[Asking] = []

    def __len__(self) -> int:
        return len(self._rules)

    def __contains__(self, name: object) -> bool:
        return name in self._rules

    def add(self, name: str, pattern: Pattern | str | bytes | Mapping[str, object]) -> None:
        """A name that is there already gets the new pattern in place of its old one."""
        read = pattern if isinstance(pattern, Pattern) else Pattern(pattern)
        if name in self._rules:
            self.remove(name)
        self._rules[name] = [self._file(name, plan) for plan in read.plans]

    def remove(self, name: str) -> None:
        for member, place, keys in self._rules.pop(name):
            for path, _ in member.plan.fields:
                self._count(path, -1)
            if isinstance(place, Table):
                for parts in keys:
                    place.remove(parts, member)
                if not place.buckets:
                    del self._tables[place.paths]
                    self._stale = True
            elif place.bucket.remove(member):
                alike = self._questions[place.clause.path]
                del alike[place.clause.alternatives]
                if not alike:
                    del self._questions[place.clause.path]
                self._stale = True

    def match(self, event: str | bytes | Mapping[str, object]) -> set[str]:
        found = read_event(event)
        if self._stale:
            self._prepare()
        try:
            row: list[object] = [found]
            for place, deep, dotted, grasp, rare, nothing in self._sweep.parts:
                part = row[place]
                if type(part) is dict:
                    if deep and not (dotted and part.keys().isdisjoint(dotted)):
                        refuse_dots(deep, part)
                    row += grasp(part)
                    if rare:
                        row += [part.get(name, MISSING) for name in rare]
                elif isinstance(part, list):
                    return self._carefully(found)
                else:
                    row += nothing
            names: set[str] = set()
            for pick, bucket_of, table in self._looking:
                bucket = bucket_of(pick(row))
                if bucket is not None:
                    if bucket.sure:
                        names.update(bucket.names)
                    elif not bucket.numeric or _same(bucket, table, row):
                        _take(bucket, names, Asked(found, self._reach))
            if self._asking:
                self._ask(found, row, names)
        except (KeyError, TypeError, Ambiguous) as problem:
            return self._otherwise(found, problem)
        return names

    def _otherwise(self, event: Event, problem: KeyError | TypeError | Ambiguous) -> set[str]:
        """The quick way is not for this event: it lacks a field that all had so far, has an array or an object where a value
        is looked up (neither can be a key), or names a field in two ways."""
        if isinstance(problem, KeyError):
            asked = Asked(event, self._reach)
            self._rare |= {names for names in self._sweep.places if not asked.has(names)}
            self._prepare()
        return self._everything(Odd(event, self._reach)) if isinstance(problem, Ambiguous) else self._carefully(event)

    def _ask(self, event: Event, row: list[object], names: set[str]) -> None:
        asked = Asked(event, self._reach)
        for place, path, questions in self._asking:
            value = row[place]
            if type(value) is str:
                hits = [question.bucket for question in questions if question.clause.text(value)]
            elif value is MISSING:
                hits = [question.bucket for question in questions if question.clause.absent]
            elif isinstance(value, dict | list):
                for question in questions:
                    asked.ask(question, asked.value(path), names)
                continue
            else:
                hits = [question.bucket for question in questions if question.clause.other(value)]
            for bucket in hits:
                _take(bucket, names, asked)

    def _carefully(self, event: Event) -> set[str]:
        try:
            return self._everything(Asked(event, self._reach))
        except Ambiguous:
            return self._everything(Odd(event, self._reach))

    def _everything(self, asked: Asked) -> set[str]:
        return asked.everything(self._tables.values(), self._asking)

    def _file(self, name: str, plan: Plan) -> tuple[Member, Table | Question, list[Parts]]:
        for path, _ in plan.fields:
            self._count(path, 1)
        key = key_fields(plan)
        if not key:
            return self._file_question(name, plan)
        rest = tuple(Clause(path, alternatives) for path, alternatives in plan.fields if path not in key)
        member = Member(name, plan, rest)
        paths = tuple(key)
        table = self._tables.get(paths)
        if table is None:
            table = self._tables[paths] = Table(paths)
            self._stale = True
        keys = list(keys_of(key))
        for parts in keys:
            table.add(parts, member)
        return member, table, keys

    def _file_question(self, name: str, plan: Plan) -> tuple[Member, Question, list[Parts]]:
        clauses = [Clause(path, alternatives) for path, alternatives in plan.fields]
        clause = next((clause for clause in clauses if not clause.absent), clauses[0])
        alike = self._questions.setdefault(clause.path, {})
        if clause.alternatives not in alike:
            alike[clause.alternatives] = Question(clause)
            self._stale = True
        question = alike[clause.alternatives]
        member = Member(name, plan, tuple(other for other in clauses if other is not clause))
        question.bucket.add(member)
        return member, question, []

    def _count(self, path: str, change: int) -> None:
        uses = self._uses.get(path, 0) + change
        if uses:
            self._stale = self._stale or path not in self._uses
            self._uses[path] = uses
        else:
            del self._uses[path]
            self._stale = True

    def _prepare(self) -> None:
        self._reach = Reach(self._uses)
        paths = dict.fromkeys(path for table in self._tables.values() for path in table.paths)
        self._sweep = Sweep(self._reach, paths | dict.fromkeys(self._questions), self._rare)
        places = {".".join(names): place for names, place in self._sweep.places.items()}
        for table in self._tables.values():
            table.sweep(places)
        self._looking = [(table.pick, table.buckets.get, table) for table in self._tables.values()]
        self._asking = [(places[path], path, list(alike.values())) for path, alike in self._questions.items()]
        self._stale = False


def _take(bucket: Bucket, names: set[str], asked: Asked) -> None:
    names.update(bucket.names)
    if bucket.members:
        names.update(member.name for member in bucket.members if asked.rest_holds(member))


def _same(bucket: Bucket, table: Table, row: list[object]) -> bool:
    """Whether the values that found the bucket are what its key says: to a dict, True is 1, and so is what only looks alike."""
    for place, part in zip(table.places, bucket.parts, strict=True):
        value = row[place]
        if isinstance(value, bool) or (type(value) is int and as_number(value) != part):
            return False
    return True
