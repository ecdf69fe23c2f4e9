"""Simulation: what would happen, told step by step, with nothing executed.

The events that a run would say are put through the very rules that publishing would put on the bus, so that what is shown
is which rule fires for whom. Gates decide as in a run. What a task would answer is given, or taken to be a success whose
output nobody knows: parameters that read it are shown as they are written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson
from pydantic import JsonValue

from events.delivery import Delivery, delivery
from events.edges import is_live
from events.ends import TASK_ENDS
from events.envelope import Routing, entry
from events.event import Event, EventType
from events.expressions import Template
from events.interpret import Interpretation, interpret
from events.joins import Decision, Gate
from events.retries import again
from events.router import Router
from events.rules import Plan, render_all
from events.slots import beyond, slots_for
from events.surroundings import Surroundings
from schemas.closure import choreography
from schemas.errors import ExpressionFailed
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status
from schemas.pipeline import Retry
from schemas.wiring import Wiring

MOMENT: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When all of it happens; a simulation has no clock."""

RUN: Final = "simulated"
BY_HAND: Final = "manual"
"""The trigger of a run that a person starts."""

_SAYS: Final = {
    Status.SUCCEEDED: EventType.TASK_SUCCEEDED,
    Status.FAILED: EventType.TASK_FAILED,
    Status.SKIPPED: EventType.TASK_SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Reached:
    """A delivery, and what the task's gate made of it."""

    task: str
    edges: tuple[str, ...]
    decision: Decision | None
    """None when the gate had decided before."""


@dataclass(frozen=True, slots=True)
class Fired:
    rule: str
    hears: str
    reached: tuple[Reached, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One event, and the rules it matches."""

    says: EventType
    task: str | None
    fired: tuple[Fired, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A task that runs: what it is given, and how each attempt is taken to end."""

    task: str
    parameters: JsonValue
    attempts: tuple[Outcome, ...]
    assumed: bool
    """Nobody said how it would end."""

    @property
    def outcome(self) -> Outcome:
        return self.attempts[-1]


@dataclass(frozen=True, slots=True)
class Simulation:
    steps: tuple[Step, ...]
    given: tuple[Given, ...]
    end: Interpretation


def simulate(
    plan: Plan,
    surroundings: Surroundings,
    input_: JsonValue,
    answers: Mapping[str, Sequence[Outcome]],
    trigger: str = BY_HAND,
) -> Simulation:
    """`answers` says, attempt by attempt, how tasks would end."""
    run: JsonObject = {
        "id": RUN,
        "pipeline": plan.version.pipeline.name,
        "version": plan.version.number,
        "trigger": trigger,
    }
    played = _Play(plan, surroundings, {"input": input_, "run": run, "trigger": {"name": trigger}}, answers)
    played.play()
    told = {given.task: given.outcome for given in played.given}
    return Simulation(tuple(played.steps), tuple(played.given), interpret(plan.version.pipeline, told))


class _Play:
    def __init__(
        self, plan: Plan, surroundings: Surroundings, known: JsonObject, answers: Mapping[str, Sequence[Outcome]]
    ) -> None:
        pipeline = plan.version.pipeline
        wiring = Wiring(pipeline)
        rules = [rule for rule in (*plan.rules, *plan.shared) if rule.targets[0].told is not None]
        rendered = render_all(rules, surroundings)
        self.plan = plan
        self.tasks = pipeline.tasks
        self.edges = {edge.id: edge for edge in pipeline.edges}
        self.gates = {name: Gate(task.join, [e.id for e in wiring.incoming[name]]) for name, task in self.tasks.items()}
        self.tells_skip = choreography(wiring).tells_skip
        self.router = Router(rendered)
        self.hears = {str(told["Name"]): rule.hears for told, rule in zip(rendered, rules, strict=True)}
        self.known = known
        """What expressions may read from the start: input, run, trigger."""
        self.answers = answers
        self.decided: set[str] = set()
        self.outcomes: dict[str, Outcome] = {}
        self.unknown: set[str] = set()
        self.said: deque[Event] = deque()
        self.steps: list[Step] = []
        self.given: list[Given] = []

    def play(self) -> None:
        started: JsonObject = {"input": self.known["input"]}
        self.said.append(Event(type=EventType.RUN_STARTED, time=MOMENT, pipeline=self._name, run=RUN, data=started))
        while self.said:
            self._hear(self.said.popleft())
        if self.plan.table is not None:
            for root in beyond(self.plan.table):
                self._run(root.task)
                while self.said:
                    self._hear(self.said.popleft())

    @property
    def _name(self) -> str:
        return self.plan.version.reference

    def _hear(self, event: Event) -> None:
        fired: dict[str, list[Reached]] = {}
        for routed in self.router.route(self._on_the_bus(event)):
            found = delivery(routed.target, routed.told or {}, event, self.plan.table)
            fired.setdefault(routed.rule, []).append(Reached(found.task, found.edges, self._arrive(event, found)))
        rules = tuple(Fired(rule, self.hears[rule], tuple(all_)) for rule, all_ in fired.items())
        self.steps.append(Step(event.type, event.task, rules))

    def _on_the_bus(self, event: Event) -> JsonObject:
        table, status = self.plan.table, TASK_ENDS.get(event.type)
        slots = None if table is None else slots_for(table, event.task, status)
        put = entry(event, Routing(slots=slots))
        return {"source": put["Source"], "detail-type": put["DetailType"], "detail": orjson.loads(put["Detail"])}

    def _arrive(self, event: Event, found: Delivery) -> Decision | None:
        gate = self.gates[found.task]
        if not found.edges:
            self._run(found.task)
            return Decision.RUN
        assert event.task is not None, "only the start delivers no edges"
        if found.task in self.decided:
            return None
        for edge in found.edges:
            gate.arrive(edge, is_live(self.edges[edge], self.outcomes[event.task]))
        if gate.decision is not Decision.WAIT:
            self.decided.add(found.task)
        if gate.decision is Decision.RUN:
            self._run(found.task)
        elif gate.decision is Decision.SKIP and found.task in self.tells_skip:
            self._say(found.task, Outcome.skipped(), 0)
        return gate.decision

    def _run(self, task: str) -> None:
        answers = self.answers.get(task)
        if answers is None:
            self.unknown.add(task)
        attempts = _attempts(self.tasks[task].retry, answers or (Outcome.succeeded(),))
        self.given.append(Given(task, self._parameters(task), attempts, answers is None))
        self._say(task, attempts[-1], len(attempts))

    def _say(self, task: str, outcome: Outcome, attempt: int) -> None:
        self.outcomes[task] = outcome
        type_ = _SAYS[outcome.status]
        told = outcome.data()
        self.said.append(
            Event(type=type_, time=MOMENT, pipeline=self._name, run=RUN, task=task, attempt=attempt, data=told)
        )

    def _parameters(self, task: str) -> JsonValue:
        tasks: JsonObject = {name: outcome.data() for name, outcome in self.outcomes.items()}
        return self._shown(self.tasks[task].with_, {**self.known, "tasks": tasks})

    def _shown(self, value: JsonValue, scope: JsonObject) -> JsonValue:
        """The value filled in, except what nobody knows yet: that stays as it is written."""
        if isinstance(value, dict):
            return {key: self._shown(member, scope) for key, member in value.items()}
        if isinstance(value, list):
            return [self._shown(item, scope) for item in value]
        if not isinstance(value, str):
            return value
        template = Template.parse(value)
        if any(read.root not in scope or read.task in self.unknown for read in template.references()):
            return value
        try:
            return template.evaluate(scope)
        except ExpressionFailed as wrong:
            return f"{value} fails: {wrong.what}"


def _attempts(retry: Retry | None, answers: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """The attempts that would be made; the last answer stands for all that follow it."""
    made = [answers[0]]
    while again(retry, made[-1], len(made)):
        made.append(answers[min(len(made), len(answers) - 1)])
    return tuple(made)
