"""Hearing: what each trigger of a pipeline makes of an outside event. For people who ask before it happens.

The verdict is the bus's own: the rules that publishing would put are matched, and then the start handler's own part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from events.pattern import Pattern
from events.rules import Plan
from events.rules.rule import Bus
from events.triggering import PassedBy, Refused, TakenUp, take_up
from schemas.model import JsonObject


@dataclass(frozen=True, slots=True)
class Heard:
    trigger: str
    kind: str
    matches: bool
    why: str = ""
    """Why not, or why nothing comes of it."""
    taken: TakenUp | None = None


def hear(plan: Plan, event: JsonObject) -> Iterator[Heard]:
    """Every trigger, in document order. An AWS service's own events come on the default bus and no other."""
    pipeline = plan.version.pipeline
    bus = Bus.DEFAULT if str(event["source"]).startswith("aws.") else Bus.OWN
    patterns = {rule.stem[-1]: Pattern(rule.pattern) for rule in plan.triggers if rule.bus is bus}
    for name, trigger in pipeline.triggers.items():
        pattern = patterns.get(name)
        if pattern is None:
            yield Heard(name, trigger.kind, False, f"its kind, {trigger.kind}, does not hear this bus")
        elif failures := pattern.explain(event):
            yield Heard(name, trigger.kind, False, "; ".join(map(str, failures)))
        else:
            taken_up = take_up(pipeline, name, event)
            match taken_up:
                case TakenUp() as taken:
                    yield Heard(name, trigger.kind, True, taken=taken)
                case PassedBy(why):
                    yield Heard(name, trigger.kind, False, why)
                case Refused(why):
                    yield Heard(name, trigger.kind, True, why)
                case _:
                    assert_never(taken_up)
