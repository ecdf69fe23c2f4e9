"""Static rules: what every bus has, whatever is published on it.

One rule for each Lambda carries `task.requested`, by which a task is addressed instead of reached. One leads all that the
system says to the projector, except canaries.
"""

from __future__ import annotations

from collections.abc import Iterable

from events.event import BUS_SOURCE, EventType
from events.rules.rule import Owner, Rule, Target
from events.surroundings import Lambda, Surroundings


def static_rules(functions: Iterable[Lambda], surroundings: Surroundings) -> tuple[Rule, ...]:
    addressed = {function.key: function for function in functions}
    return (*(_addressed(function) for function in addressed.values()), _projector(surroundings))


def _addressed(function: Lambda) -> Rule:
    return Rule(
        owner=Owner.BUS,
        stem=("addressed", function.key),
        hears=f"a task of {function.key} was requested",
        pattern={
            "source": [BUS_SOURCE],
            "detail-type": [EventType.TASK_REQUESTED],
            "detail": {"lambda": [function.key]},
        },
        targets=(Target("task", function.arn, {}, {"pipeline": "$.detail.pipeline", "task": "$.detail.task"}),),
    )


def _projector(surroundings: Surroundings) -> Rule:
    return Rule(
        owner=Owner.BUS,
        stem=("projector",),
        hears="all that the system says",
        pattern={"source": [BUS_SOURCE], "detail": {"canary": [{"exists": False}]}},
        targets=(Target("projector", surroundings.projector_queue),),
    )
