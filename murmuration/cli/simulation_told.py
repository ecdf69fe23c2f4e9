"""A simulation, told: as lines for people, as a document for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

import orjson
from pydantic import JsonValue

from events.hearing import Heard
from events.joins import Decision
from events.rules import Plan
from events.simulation import RUN, Given, Reached, Simulation, Step
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status
from schemas.trigger import RunEnd

_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Told:
    plan: Plan
    heard: Sequence[Heard]
    input: JsonValue
    refusals: Sequence[str]
    simulation: Simulation | None
    """None when no run would start."""

    def lines(self) -> Iterator[str]:
        yield f"{self.plan.version.reference}, {self.plan.kind} plan: {self.plan.why}"
        for one in self.heard:
            verdict = "takes it up" if one.taken else ("refuses it" if one.matches else "does not match")
            run = f", run {one.taken.run}" if one.taken is not None else ""
            yield f"trigger {one.trigger} ({one.kind}) {verdict}{run}{f': {one.why}' if one.why else ''}"
        if self.simulation is None:
            yield f"No run would start: {'; '.join(self.refusals)}"
            return
        yield f"input {_json(self.input)}"
        yield ""
        given = {one.task: one for one in self.simulation.given}
        for number, step in enumerate(self.simulation.steps, 1):
            yield from _step_lines(number, step, given)
        yield ""
        yield from self._end_lines(self.simulation)

    def _end_lines(self, simulation: Simulation) -> Iterator[str]:
        end = simulation.end
        for task in end.skipped:
            into = [edge for edge in self.plan.version.pipeline.edges if edge.to == task]
            dead = [str(edge) for edge in into if end.edges.get(edge.id) is False]
            yield f"{task} is skipped: {'; '.join(f'{edge} is dead' for edge in dead)}"
        if any(one.assumed for one in simulation.given):
            yield "Tasks that --outcomes leaves out are taken to succeed with an output that nobody knows."
        if end.end is RunEnd.FAILED:
            yield f"The run fails: nobody takes up the failure of {', '.join(end.unhandled)}."
        else:
            yield "The run succeeds."

    def document(self) -> JsonObject:
        told: JsonObject = {
            "pipeline": self.plan.version.reference,
            "plan": self.plan.kind.value,
            "triggers": [
                {"trigger": one.trigger, "kind": one.kind, "matches": one.matches, "why": one.why} for one in self.heard
            ],
            "starts": self.simulation is not None,
            "refused": list(self.refusals),
            "input": self.input,
        }
        if self.simulation is not None:
            end = self.simulation.end
            told["run"] = next((one.taken.run for one in self.heard if one.taken is not None), RUN)
            told["steps"] = [_step(step) for step in self.simulation.steps]
            told["tasks"] = {one.task: _given(one) for one in self.simulation.given}
            told["skipped"] = list(end.skipped)
            told["unhandled"] = list(end.unhandled)
            told["end"] = None if end.end is None else end.end.value
        return told


def _step_lines(number: int, step: Step, given: dict[str, Given]) -> Iterator[str]:
    yield f"{number:>3}. {step.says}{f' {step.task}' if step.task else ''}"
    if not step.fired:
        yield "     nobody is to hear of it"
    for fired in step.fired:
        yield f"     rule {fired.rule}: {fired.hears}"
        for reached in fired.reached:
            yield from _reached_lines(reached, given)


def _reached_lines(reached: Reached, given: dict[str, Given]) -> Iterator[str]:
    match reached.decision:
        case None:
            yield f"       -> {reached.task}: its gate has decided already"
        case Decision.WAIT:
            yield f"       -> {reached.task}: waits for more"
        case Decision.SKIP:
            yield f"       -> {reached.task}: is skipped"
        case Decision.RUN:
            task = given[reached.task]
            yield f"       -> {reached.task}: runs with {_json(task.parameters)}"
            ends = "is taken to succeed" if task.assumed else ", then ".join(map(_ending, task.attempts))
            yield f"          {ends}"
        case _:
            assert_never(reached.decision)


def _ending(outcome: Outcome) -> str:
    if outcome.status is Status.SUCCEEDED:
        return f"succeeds with {_json(outcome.output)}"
    assert outcome.error is not None, "a failed outcome has its error"
    return f"fails with {outcome.error.type}"


def _step(step: Step) -> JsonObject:
    return {
        "event": step.says.value,
        "task": step.task,
        "rules": [
            {"rule": fired.rule, "hears": fired.hears, "reached": [_reached(one) for one in fired.reached]}
            for fired in step.fired
        ],
    }


def _reached(reached: Reached) -> JsonObject:
    decision = None if reached.decision is None else reached.decision.value
    return {"task": reached.task, "edges": list(reached.edges), "decision": decision}


def _given(given: Given) -> JsonObject:
    return {
        "parameters": given.parameters,
        "assumed": given.assumed,
        "attempts": [outcome.data() for outcome in given.attempts],
    }


def _json(value: JsonValue) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text):,} characters)"
