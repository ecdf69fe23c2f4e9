"""A pattern: read once, asked often."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from events.pattern.event import read_event
from events.pattern.explain import Failure, failures
from events.pattern.limits import refuse_complex
from events.pattern.match import Plan
from events.pattern.parse import parse


class Pattern:
    """An EventBridge event pattern; an `InvalidPattern` says why EventBridge would refuse it.

    Pattern and event are JSON text or parsed. Text is read with full fidelity; what is parsed is taken as it is.
    """

    __slots__ = ("plans",)

    def __init__(self, document: str | bytes | Mapping[str, object]) -> None:
        self.plans = tuple(Plan(branch) for branch in parse(document))
        refuse_complex(self.plans)

    def without(self, left_out: Callable[[str], bool]) -> Pattern | None:
        """The same branches without the fields at these paths: whatever matches this matches that. None where nothing is left
        of a branch, which is matched by everything."""
        rest = [{path: alternatives for path, alternatives in plan.fields if not left_out(path)} for plan in self.plans]
        if not all(rest):
            return None
        weaker = Pattern.__new__(Pattern)
        weaker.plans = tuple(map(Plan, rest))
        return weaker

    def matches(self, event: str | bytes | Mapping[str, object]) -> bool:
        """An event that is no JSON object, or that cannot be decided in bounded work, is an `InvalidEvent`."""
        found = read_event(event)
        return any(plan.holds(found) for plan in self.plans)

    def explain(self, event: str | bytes | Mapping[str, object]) -> tuple[Failure, ...]:
        """Every clause that fails, in every branch of the pattern; nothing if the event matches."""
        return failures(self.plans, read_event(event))
