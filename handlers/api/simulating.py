"""Simulating: what would happen, step by step, with nothing executed; and whether a pattern matches an event.

POST /pipelines/<project>/<pipeline>/simulate     of the draft, a text or a version; from an input or an outside event
POST /match                                       {pattern, event}: which clause fails, on which value
"""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field, JsonValue

from events.answers import answers
from events.hearing import Heard, hear
from events.pattern import LONGEST, InvalidPattern, Pattern
from events.pattern.explain import Reason
from events.rules import Choice, Plan, compile_rules
from events.simulation import BY_HAND, RUN, Fired, Simulation, simulate
from events.triggering import TakenUp
from handlers.api.asked import Asked, Here
from handlers.api.checking import Text
from handlers.api.problem import InvalidRequest
from handlers.api.routes import Routes
from handlers.api.workshop import Workshop
from handlers.auth import Operation
from schemas.errors import MurmurationError
from schemas.input import input_mistakes
from schemas.model import JsonObject, Model
from schemas.names import did_you_mean
from schemas.trigger import RunEnd
from schemas.version import Version

MOMENT: JsonObject = {
    "version": "0",
    "id": "simulated-event",
    "account": "000000000000",
    "time": "2026-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {},
}


class Simulate(Model):
    text: Text | None = None
    """In place of the draft's."""
    version: int | None = Field(default=None, ge=1, le=999_999_999)
    input: JsonValue = None
    event: JsonObject | None = None
    """From outside, as EventBridge has it; what it leaves out is filled in."""
    trigger: str | None = Field(default=None, max_length=64)
    """Which one takes the event up, where several match."""
    outcomes: JsonObject = {}
    """How tasks end, by task: succeeded, failed, {output}, {error}, or a list of these, attempt by attempt."""
    plan: Choice = Choice.AUTO


class ReachedTold(Model):
    task: str
    edges: tuple[str, ...]
    decision: Literal["wait", "run", "skip"] | None
    """None: its gate had decided before."""


class FiredTold(Model):
    rule: str
    hears: str
    reached: list[ReachedTold]


class StepTold(Model):
    number: int
    event: str
    task: str | None
    rules: list[FiredTold]


class AttemptTold(Model):
    status: str
    output: JsonValue = None
    error: JsonValue = None


class TaskTold(Model):
    parameters: JsonValue
    assumed: bool
    """Nobody said how it ends: it is taken to succeed."""
    attempts: list[AttemptTold]


class SkippedTold(Model):
    task: str
    dead: list[str]
    """The edges, by id, because of which."""
    why: str


class TriggerTold(Model):
    trigger: str
    kind: str
    matches: bool
    taken: bool
    why: str


class Simulated(Model):
    pipeline: str
    plan: str
    why: str
    triggers: list[TriggerTold]
    """What each made of the event."""
    starts: bool
    refused: list[str]
    """Why no run would start."""
    started_by: str | None
    run: str | None
    input: JsonValue
    steps: list[StepTold]
    tasks: dict[str, TaskTold]
    skipped: list[SkippedTold]
    edges: dict[str, bool]
    """By edge id, of the decided ones: is it live."""
    unhandled: list[str]
    end: RunEnd | None


class Match(Model):
    pattern: JsonObject
    event: JsonObject


class FailureTold(Model):
    branch: int
    reason: Reason
    fields: tuple[str, ...]
    wanted: str
    found: tuple[str, ...]
    what: str


class Matched(Model):
    verdict: Literal["match", "no_match", "invalid"]
    failures: list[FailureTold]
    """Every clause that fails, in each branch."""
    branches: int
    what: str
    """Why the pattern, or the event, cannot be read."""
    advice: str
    longest: int
    """Characters that AWS takes of a pattern."""


class SimulatingApi:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def routes(self) -> Routes:
        routes = Routes("pipelines")
        routes.post(
            "/pipelines/<project>/<pipeline>/simulate",
            Operation.PIPELINE_SIMULATE,
            self.simulate,
            "What would happen, with nothing executed",
        )
        routes.post("/match", Operation.PIPELINE_SIMULATE, self.match, "Does an event match a pattern, and if not, why")
        return routes

    def simulate(self, project: str, pipeline: str, asked: Here, body: Annotated[Simulate, Body()]) -> Simulated:
        if body.event is not None and body.input is not None:
            raise InvalidRequest("an event's trigger makes the input", where="input", advice="Send event or input")
        if body.text is not None and body.version is not None:
            raise InvalidRequest("a version has its own text", where="text", advice="Send text or version")
        name = self._workshop.seen(asked.caller, project, pipeline)
        plan = self._plan(name, asked, body)
        of = plan.version.pipeline
        if body.trigger is not None and body.trigger not in of.triggers:
            advice = did_you_mean(body.trigger, of.triggers)
            raise InvalidRequest(f"{name} has no trigger {body.trigger}", where="trigger", advice=advice)
        outcomes = answers(body.outcomes, of.tasks)
        heard: tuple[Heard, ...] = ()
        started_by = BY_HAND
        input_: JsonValue = {} if body.input is None else body.input
        if body.event is None:
            refused = input_mistakes(of.input, input_)
        else:
            heard = tuple(hear(plan, _event(body.event)))
            started_by, taken = _chosen(heard, body.trigger)
            input_ = None if taken is None else taken.input
            refused = ("no trigger takes it up",) if taken is None else ()
        found = (
            None if refused else simulate(plan, self._workshop.publishing.surroundings(), input_, outcomes, started_by)
        )
        return _told(plan, heard, started_by, input_, refused, found)

    def match(self, asked: Here, body: Annotated[Match, Body()]) -> Matched:
        try:
            pattern = Pattern(body.pattern)
            failed = pattern.explain(body.event)
        except MurmurationError as wrong:
            if not isinstance(wrong, InvalidPattern):
                raise InvalidRequest(wrong.what, where="event", advice=wrong.advice) from None
            return Matched(
                verdict="invalid", failures=[], branches=0, what=wrong.what, advice=wrong.advice, longest=LONGEST
            )
        told = [
            FailureTold(
                branch=one.branch,
                reason=one.reason,
                fields=one.fields,
                wanted=one.wanted,
                found=one.found,
                what=str(one),
            )
            for one in failed
        ]
        verdict: Literal["match", "no_match"] = "no_match" if told else "match"
        return Matched(verdict=verdict, failures=told, branches=len(pattern.plans), what="", advice="", longest=LONGEST)

    def _plan(self, name: str, asked: Asked, body: Simulate) -> Plan:
        shop = self._workshop
        if body.version is not None:
            published = shop.version(name, body.version)
            return compile_rules(published.version, surroundings=shop.publishing.surroundings(), choice=body.plan)
        text = shop.draft(name).text if body.text is None else body.text
        examined = shop.checker.check(text, asked.caller.sees, name=name)
        shared = next((one for one in examined.projects if one.project == name.partition("/")[0]), None)
        number = max((one.number for one in shop.publishing.versions(name)), default=0) + 1
        version = Version(pipeline=examined.require(), number=number)
        own = {} if shared is None else shared.functions
        around = shop.publishing.surroundings(shared)
        return compile_rules(version, project=own, surroundings=around, choice=body.plan)


def _event(given: JsonObject) -> JsonObject:
    event = MOMENT | given
    for name in ("source", "detail-type"):
        if not isinstance(event.get(name), str):
            advice = 'An event looks like {"source": "shop", "detail-type": "order.created", "detail": {}}'
            raise InvalidRequest(f"the event has no {name}", where=f"event.{name}", advice=advice)
    return event


def _chosen(heard: tuple[Heard, ...], trigger: str | None) -> tuple[str, TakenUp | None]:
    takers = ((one.trigger, one.taken) for one in heard if one.taken is not None and trigger in (None, one.trigger))
    return next(takers, ("", None))


def _told(
    plan: Plan,
    heard: tuple[Heard, ...],
    started_by: str,
    input_: JsonValue,
    refused: tuple[str, ...],
    found: Simulation | None,
) -> Simulated:
    run = next((one.taken.run for one in heard if one.taken is not None and one.trigger == started_by), RUN)
    end = None if found is None else found.end
    return Simulated(
        pipeline=plan.version.reference,
        plan=plan.kind.value,
        why=plan.why,
        triggers=[
            TriggerTold(
                trigger=one.trigger, kind=one.kind, matches=one.matches, taken=one.taken is not None, why=one.why
            )
            for one in heard
        ],
        starts=found is not None,
        refused=list(refused),
        started_by=started_by if found is not None else None,
        run=run if found is not None else None,
        input=input_,
        steps=[] if found is None else _steps(found),
        tasks={} if found is None else _tasks(found),
        skipped=[] if found is None else _skipped(plan, found),
        edges={} if end is None else dict(end.edges),
        unhandled=[] if end is None else list(end.unhandled),
        end=None if end is None else end.end,
    )


def _steps(found: Simulation) -> list[StepTold]:
    return [
        StepTold(number=at, event=step.says.value, task=step.task, rules=[_fired(one) for one in step.fired])
        for at, step in enumerate(found.steps, 1)
    ]


def _fired(fired: Fired) -> FiredTold:
    reached = [
        ReachedTold(task=one.task, edges=one.edges, decision=None if one.decision is None else one.decision.value)
        for one in fired.reached
    ]
    return FiredTold(rule=fired.rule, hears=fired.hears, reached=reached)


def _tasks(found: Simulation) -> dict[str, TaskTold]:
    return {
        one.task: TaskTold(
            parameters=one.parameters,
            assumed=one.assumed,
            attempts=[
                AttemptTold(
                    status=attempt.status.value,
                    output=attempt.output,
                    error=None if attempt.error is None else attempt.error.document(),
                )
                for attempt in one.attempts
            ],
        )
        for one in found.given
    }


def _skipped(plan: Plan, found: Simulation) -> list[SkippedTold]:
    told: list[SkippedTold] = []
    for task in found.end.skipped:
        dead = [one for one in plan.version.pipeline.edges if one.to == task and found.end.edges.get(one.id) is False]
        why = "; ".join(f"{edge} is dead" for edge in dead)
        told.append(SkippedTold(task=task, dead=[edge.id for edge in dead], why=why))
    return told
