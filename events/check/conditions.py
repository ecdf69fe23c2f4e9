"""Conditions: each `when` is a pattern, and one that can match something its edge will ever see.

What an edge sees is known in part. A failure is an error, which has a `type`, a `message` and a `detail`. A completion is
an outcome: a status that is `succeeded` (then there is an output) or `failed` (then there is an error).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from events.check.subject import Subject
from events.pattern import Pattern, never_matches
from events.pattern.match import may_be_absent
from events.pattern.operators import Between, Equal, Literal, Operator
from events.pattern.parse import Branch, parse
from schemas.errors import InvalidPattern
from schemas.model import JsonObject
from schemas.outcome import Status
from schemas.pipeline import EdgeKind
from schemas.problem import Code

ERROR_FIELDS = ("type", "message", "detail")
_ALWAYS_TEXT = frozenset(["status", "error.type", "error.message"])


def check_conditions(subject: Subject) -> None:
    for at, edge in enumerate(subject.pipeline.edges):
        if edge.when is None:
            continue
        path = subject.edge_path(at, "when")
        try:
            pattern = Pattern(orjson.dumps(edge.when))
        except InvalidPattern as wrong:
            subject.dead_conditions.add(at)
            subject.add(Code.BAD_PATTERN, path, wrong.what, wrong.advice)
            continue
        found = read_condition(edge.on, edge.when)
        if why := found.why_never or never_matches(pattern):
            subject.dead_conditions.add(at)
            subject.add(Code.NEVER_MATCHES, path, f"this condition can never match: {why}", found.advice)


@dataclass(frozen=True, slots=True)
class Case:
    """One way for an edge to be live: the status its task must have, and what must hold of `detail.data`."""

    status: Status
    asks: Branch


@dataclass(frozen=True, slots=True)
class Condition:
    cases: tuple[Case, ...]
    why: str = ""
    """Of a way that is none."""
    advice: str = ""

    @property
    def why_never(self) -> str:
        return "" if self.cases else self.why


def read_condition(on: EdgeKind, when: JsonObject | None) -> Condition:
    """Every way in which an edge can be live. Expects a pattern without mistake."""
    branches: Sequence[Branch] = parse(orjson.dumps(when)) if when is not None else ({},)
    found: list[Case] = []
    reasons: list[_Never] = []
    for status in _statuses(on):
        for branch in branches:
            asks = {_placed(on, path): operators for path, operators in branch.items()}
            never = next(_nevers(status, asks), None)
            if never is None:
                found.append(Case(status, asks))
            else:
                reasons.append(never)
    first = reasons[-1] if reasons else _Never("")
    return Condition(tuple(found), first.why, first.advice)


@dataclass(frozen=True, slots=True)
class _Never:
    why: str
    advice: str = ""


def _statuses(on: EdgeKind) -> tuple[Status, ...]:
    return {
        EdgeKind.SUCCESS: (Status.SUCCEEDED,),
        EdgeKind.FAILURE: (Status.FAILED,),
        EdgeKind.COMPLETION: (Status.SUCCEEDED, Status.FAILED),
    }[on]


def _placed(on: EdgeKind, path: str) -> str:
    part = {EdgeKind.SUCCESS: "output.", EdgeKind.FAILURE: "error.", EdgeKind.COMPLETION: ""}[on]
    return part + path


def _nevers(status: Status, asks: Branch) -> Iterator[_Never]:
    """Why this can never hold of an outcome with this status."""
    for path, operators in asks.items():
        if may_be_absent(operators):
            continue
        part, _, field = path.partition(".")
        if part == "status":
            yield from _status(status, field, operators)
        elif part == "output":
            if status is not Status.SUCCEEDED:
                yield _Never("only a task that succeeded has an output")
        elif part == "error":
            yield from _error(status, path, field, operators)
        else:
            yield _Never(f'an outcome has no "{part}"', "It has status, output and error")


def _status(status: Status, field: str, operators: Sequence[Operator]) -> Iterator[_Never]:
    if field:
        yield _Never("a status is text, with nothing in it", "Write status: [succeeded] or status: [failed]")
    elif not any(operator.accepts(status.value) for operator in operators):
        yield _Never("the status is succeeded or failed", "Write status: [succeeded] or status: [failed]")


def _error(status: Status, path: str, field: str, operators: Sequence[Operator]) -> Iterator[_Never]:
    name, _, below = field.partition(".")
    if status is not Status.FAILED:
        yield _Never("only a task that failed has an error")
    elif name not in ERROR_FIELDS:
        told = f'an error has no "{name}"' if name else "an error is a mapping, not a value"
        yield _Never(told, "It has type, message and detail; what a task adds stands in detail")
    elif name != "detail" and below:
        yield _Never(f"an error's {name} is text, with nothing in it", f"Write {name}: [...]")
    elif path in _ALWAYS_TEXT and all(isinstance(operator, Between | Equal | Literal) for operator in operators):
        yield _Never(f"an error's {name} is text", "Put the value in quotes")
    elif field == "detail":
        yield _Never("an error's detail is a mapping, not a value", "Write detail: {FIELD: [...]}")
