"""A run without anybody in the lead: tasks that react to what reaches them, and nothing that does not travel reaches them.

It delivers what the rules carry and no more (live edges; edges into the closure for success, failure and skip), in random
order and often twice. Each task knows its own gate and nothing else. Out come the events that were said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from pydantic import JsonValue

from events.edges import is_live
from events.event import Event, EventType
from events.joins import Decision, Gate
from schemas.closure import Choreography, choreography
from schemas.outcome import Outcome, Status
from schemas.pipeline import Edge, Pipeline
from schemas.wiring import Wiring

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Flock:
    pipeline: Pipeline
    answers: Mapping[str, Outcome]
    chance: Random
    steps: Choreography
    """What travels. Given, so that a test can show what happens when less does."""
    events: list[Event] = field(default_factory=list)
    inputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By task that ran: the edges that its gate had frozen."""

    def __post_init__(self) -> None:
        self.wiring = Wiring(self.pipeline)
        self.gates = {
            name: Gate(task.join, [edge.id for edge in self.wiring.incoming[name]])
            for name, task in self.pipeline.tasks.items()
        }
        self.said_skipped: set[str] = set()
        self.under_way: list[tuple[str, Edge | None, Outcome | None]] = []

    def fly(self) -> Flock:
        self.say(EventType.RUN_REQUESTED, input={"n": 1})
        self.say(EventType.RUN_STARTED, input={"n": 1})
        self.under_way = [(root, None, None) for root in self.wiring.roots]
        while self.under_way:
            at = self.chance.randrange(len(self.under_way))
            # At least once: one delivery in four comes again, now or much later.
            delivery = self.under_way[at] if self.chance.random() < 0.25 else self.under_way.pop(at)
            self.deliver(*delivery)
        return self

    def deliver(self, task: str, edge: Edge | None, outcome: Outcome | None) -> None:
        decision = Decision.RUN
        if edge is not None and outcome is not None:
            decision = self.gates[task].arrive(edge.id, is_live(edge, outcome))
        if decision is Decision.RUN and task not in self.inputs:
            self.inputs[task] = self.gates[task].input
            self.run(task)
        if decision is Decision.SKIP and task in self.steps.tells_skip and task not in self.said_skipped:
            self.said_skipped.add(task)
            self.say(EventType.TASK_SKIPPED, task, status="skipped")
            self.emit(task, Outcome.skipped())

    def run(self, task: str) -> None:
        answer = self.answers[task]
        attempts = self.chance.choice([1, 1, 2, 3])
        for attempt in range(1, attempts + 1):
            if self.chance.random() < 0.5:
                self.say(EventType.TASK_STARTED, task, attempt)
            if self.chance.random() < 0.3:
                self.say(EventType.TASK_WAITING, task, attempt, on="timer")
            if attempt < attempts:
                self.say(EventType.TASK_RETRYING, task, attempt, error={"type": "Timeout"}, due=START.isoformat())
                if self.chance.random() < 0.5:
                    self.say(EventType.TASK_REQUESTED, task, attempt + 1, reason="retry")
        succeeded = answer.status is Status.SUCCEEDED
        self.say(EventType.TASK_SUCCEEDED if succeeded else EventType.TASK_FAILED, task, attempts, **answer.data())
        if self.chance.random() < 0.3:
            self.say(EventType.TASK_COMPLETED, task, attempts, **answer.data())
        self.emit(task, answer)

    def emit(self, task: str, outcome: Outcome) -> None:
        for edge in self.wiring.outgoing[task]:
            if self.steps.hears_everything(edge) or is_live(edge, outcome):
                self.under_way.append((edge.to, edge, outcome))

    def say(self, type: EventType, task: str | None = None, attempt: int = 0, **data: JsonValue) -> None:
        time = START + timedelta(seconds=len(self.events))
        self.events.append(
            Event(type=type, time=time, pipeline="p/x@1", run="r", task=task, attempt=attempt, data=data)
        )


def fly(pipeline: Pipeline, answers: Mapping[str, Outcome], seed: int, steps: Choreography | None = None) -> Flock:
    return Flock(pipeline, answers, Random(seed), steps or choreography(Wiring(pipeline))).fly()
