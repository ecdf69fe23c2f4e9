"""An event on a bus that holds rendered rules: which targets it reaches, and what each of them is told.

The rules are taken as they would be put, as dictionaries, and matched by the pattern engine; what a target is told is
read out of its transformer, as EventBridge would fill it in. Nothing here knows how the plan was made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from events.envelope import Routing, entry
from events.event import Event, EventType
from events.pattern import RuleIndex
from events.routes import Hears
from events.rules import Plan, Surroundings, render_all
from events.rules.render import EVENT
from events.slots import Slot, SlotTable, reached, slots_for
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
_ENDS = {
    Status.SUCCEEDED: EventType.TASK_SUCCEEDED,
    Status.FAILED: EventType.TASK_FAILED,
    Status.SKIPPED: EventType.TASK_SKIPPED,
}

Told = tuple[str, frozenset[str]]
"""A delivery: the task to run, the ids of the edges that come with it."""


class Bus:
    """One bus of one account: rules by name, each with its targets."""

    def __init__(self, rules: Iterable[JsonObject]) -> None:
        self.index = RuleIndex()
        self.rules = {str(rule["Name"]): rule for rule in rules}
        for name, rule in self.rules.items():
            self.index.add(name, rule["EventPattern"])

    def matched(self, event: JsonObject) -> set[str]:
        return self.index.match(event)

    def inputs(self, event: JsonObject) -> Iterator[tuple[str, JsonObject]]:
        """The ARN of each reached target, and what it is invoked with."""
        for name in sorted(self.matched(event)):
            for target in self.rules[name]["Targets"]:
                if "InputTransformer" in target:
                    yield target["Arn"], transformed(target["InputTransformer"], event)


def transformed(transformer: JsonObject, event: JsonObject) -> JsonObject:
    filled = str(transformer["InputTemplate"]).replace(EVENT, json.dumps(event))
    for placeholder, path in transformer.get("InputPathsMap", {}).items():
        value: object = event
        for step in str(path).removeprefix("$.").split("."):
            assert isinstance(value, dict)
            value = value[step]
        filled = filled.replace(f"<{placeholder}>", json.dumps(value))
    assert not re.search(r":<[a-z]", filled), "a placeholder that nothing fills"
    return json.loads(filled)


def envelope(event: Event, routing: Routing = Routing()) -> JsonObject:  # noqa: B008 (frozen)
    """The event as a target receives it from EventBridge."""
    put = entry(event, routing)
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": put["DetailType"],
        "source": put["Source"],
        "account": "000000000000",
        "time": "2026-01-02T12:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": json.loads(put["Detail"]),
    }


def start_of(plan: Plan, reference: str | None = None) -> JsonObject:
    event = Event(
        type=EventType.RUN_STARTED, time=NOON, pipeline=reference or plan.version.reference, run="r1", data={}
    )
    return envelope(event, _routing(plan.table, None, None))


def end_of(plan: Plan, task: str, outcome: Outcome, reference: str | None = None) -> JsonObject:
    """The event by which a task of this version says how it ended."""
    event = Event(
        type=_ENDS[outcome.status],
        time=NOON,
        pipeline=reference or plan.version.reference,
        run="r1",
        task=task,
        attempt=1,
        data=outcome.data(),
    )
    return envelope(event, _routing(plan.table, task, outcome.status))


def bus_of(plan: Plan) -> Bus:
    surroundings = Surroundings()
    return Bus(rule for rule in render_all(plan.all, surroundings) if rule["Bus"] == surroundings.bus)


def deliveries(plan: Plan, bus: Bus, event: JsonObject) -> list[Told]:
    """What the tasks of this version are told of an event, in whatever plan it is."""
    found: list[Told] = []
    for arn, given in bus.inputs(event):
        told = _told(plan, given)
        pipeline = plan.version.pipeline
        assert arn == Surroundings().function_of(pipeline.tasks[told[0]], pipeline.functions).arn, "another's task"
        found.append(told)
    return found


def _told(plan: Plan, given: JsonObject) -> Told:
    detail = given["event"]["detail"]
    if "slot" not in given:
        return given["task"], frozenset(given["edges"].get(detail.get("task"), ()))
    told = given["slot"]
    assert plan.table is not None, "a slot without a table"
    status = next((status for status, type in _ENDS.items() if type == detail["type"]), None)
    slot = Slot(told["function"], told["at"], told.get("condition", ""))
    found = reached(plan.table, detail.get("task"), status, slot)
    assert found is not None, "a slot that the table does not know"
    return found.task, frozenset(found.edges)


def _routing(table: SlotTable | None, task: str | None, status: Status | None) -> Routing:
    slots = slots_for(table, task, status) if table is not None else {}
    return Routing(slots=slots or None)


__all__ = ["NOON", "Bus", "Hears", "Told", "bus_of", "deliveries", "end_of", "envelope", "start_of", "transformed"]
