"""A pattern: read once, asked often."""

from __future__ import annotations

from collections.abc import Mapping

from events.pattern.event import read_event
from events.pattern.limits import refuse_complex
from events.pattern.match import Plan
from events.pattern.parse import parse


class Pattern:
    """An EventBridge event pattern; an `InvalidPattern` says why EventBridge would refuse it."""

    __slots__ = ("plans",)

    def __init__(self, document: str | bytes | Mapping[str, object]) -> None:
        self.plans = tuple(Plan(branch) for branch in parse(document))
        refuse_complex(self.plans)

    def matches(self, event: str | bytes | Mapping[str, object]) -> bool:
        found = read_event(event)
        return any(plan.holds(found) for plan in self.plans)
