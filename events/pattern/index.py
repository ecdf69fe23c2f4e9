"""Many rules, one event."""

from __future__ import annotations

from collections.abc import Mapping

from events.pattern.event import read_event
from events.pattern.pattern import Pattern


class RuleIndex:
    def __init__(self) -> None:
        self._rules: dict[str, Pattern] = {}

    def add(self, name: str, pattern: Pattern | str | bytes | Mapping[str, object]) -> None:
        self._rules[name] = pattern if isinstance(pattern, Pattern) else Pattern(pattern)

    def remove(self, name: str) -> None:
        del self._rules[name]

    def match(self, event: str | bytes | Mapping[str, object]) -> set[str]:
        found = read_event(event)
        return {name for name, rule in self._rules.items() if any(plan.holds(found) for plan in rule.plans)}
