"""The quota: what a bus holds, what a plan asks of it, and what to do where that is too much.

EventBridge: 300 rules on a bus unless AWS raised it, at most 30 of them with a wildcard and never more, and a pattern of
at most 2,048 characters. Rules of versions that still drain count: they are on the bus.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from events.rules.edge_plan import PATTERN_LENGTH
from events.rules.render import pattern_length
from events.rules.rule import Bus, Rule
from schemas.errors import CompileError
from schemas.model import JsonObject
from schemas.problem import Code, Problem

RULES: Final = 300
WILDCARDS: Final = 30


@dataclass(frozen=True, slots=True)
class Room:
    """What is on the bus already, beside the rules that the plan asks for itself; versions that drain count."""

    rules: int = 0
    wildcards: int = 0
    quota: int = RULES

    def holds(self, rules: int) -> bool:
        return self.rules + rules <= self.quota


@dataclass(frozen=True, slots=True)
class Quota:
    """What the bus would hold with the plan on it."""

    rules: int
    wildcards: int
    of: int
    too_long: tuple[Rule, ...] = ()

    def problems(self) -> Iterator[Problem]:
        if self.rules > self.of:
            yield Problem(
                Code.AWS_LIMIT,
                f"the bus would have {self.rules:,} rules and may have {self.of:,}",
                "Ask AWS for a higher quota of rules per bus, retire a version that still drains, give edges equal "
                "conditions, or move the pipeline to a stack of its own",
            )
        if self.wildcards > WILDCARDS:
            yield Problem(
                Code.AWS_LIMIT,
                f"the bus would have {self.wildcards} rules with a wildcard and may have {WILDCARDS}; AWS does not raise this",
                "Write prefix or suffix instead of wildcard where it says the same",
            )
        for rule in self.too_long:
            yield Problem(
                Code.AWS_LIMIT,
                f"the pattern for {rule.hears} has {pattern_length(rule):,} characters and may have {PATTERN_LENGTH:,}",
                "Shorten the condition, or let the task say in one field of its output what the condition asks",
            )

    def require(self) -> None:
        """Raise what is wrong, all of it."""
        found = tuple(self.problems())
        if found:
            raise CompileError(
                "; ".join(problem.message for problem in found),
                advice=". ".join(problem.advice for problem in found),
            )


def quota_of(rules: Iterable[Rule], room: Room) -> Quota:
    asked = tuple(rules)
    own = [rule for rule in asked if rule.bus is Bus.OWN]
    return Quota(
        rules=room.rules + len(own),
        wildcards=room.wildcards + sum(has_wildcard(rule.pattern) for rule in own),
        of=room.quota,
        too_long=tuple(rule for rule in asked if pattern_length(rule) > PATTERN_LENGTH),
    )


def has_wildcard(pattern: JsonObject) -> bool:
    """Is the operator used on any field, also inside `anything-but`? A field of that name is no operator."""
    return any(_uses_wildcard(key, value) for key, value in pattern.items())


def _uses_wildcard(key: str, value: JsonValue) -> bool:
    if isinstance(value, dict):
        return has_wildcard(value)
    below = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    if key == "$or":
        return any(has_wildcard(branch) for branch in below)
    return any("wildcard" in operator or "wildcard" in _inner(operator) for operator in below)


def _inner(operator: JsonObject) -> JsonObject:
    inside = operator.get("anything-but")
    return inside if isinstance(inside, dict) else {}
