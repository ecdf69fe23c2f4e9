"""A delivery: what a task function is given. Three kinds of rules give it, and each says otherwise which task is meant.

    a rule of the edge plan    {"task": "resize", "pipeline": ..., "edges": {"validate": ["1f0c..."]}, "event": ...}
    a slot rule                {"slot": {"function": "mm-task", "at": -1, "condition"?: ...}, "event": ...}
    the addressed rule         {"task": "resize", "pipeline": ..., "event": a task.requested}

What must always hold: the same event means the same task and edges, whichever plan carried it.
"""

from __future__ import annotations

from typing import NamedTuple

from pydantic import JsonValue

from events.ends import TASK_ENDS
from events.event import Event, EventType
from events.slots import Slot, SlotTable, reached
from schemas.errors import InvalidEvent
from schemas.model import JsonObject


class Delivery(NamedTuple):
    """What an event means to one target. To the same target the next event of its kind means the same."""

    by: str
    """What brings it: the same event by the same target is the same delivery."""
    task: str
    edges: tuple[str, ...] = ()
    """The ids of the edges it delivers."""
    addressed: bool = False

    def id(self, event: Event) -> str:
        return f"{event.id}>{self.by}"


def delivery(by: str, told: JsonObject, event: Event, table: SlotTable | None) -> Delivery:
    """Read what a target was told; `table` is the one of the event's version."""
    slot = told.get("slot")
    if isinstance(slot, dict):
        return _slotted(by, slot, event, table)
    task, edges = told.get("task"), told.get("edges", {})
    if not isinstance(task, str) or not isinstance(edges, dict):
        raise InvalidEvent("a delivery names neither a task nor a slot", where=event.id)
    if event.type is EventType.TASK_REQUESTED:
        named = event.data.get("edges", [])
        return Delivery(by, task, _texts(named), addressed=True)
    return Delivery(by, task, _texts(edges.get(event.task or "", [])))


def _slotted(by: str, slot: JsonObject, event: Event, table: SlotTable | None) -> Delivery:
    function, at, condition = slot.get("function"), slot.get("at"), slot.get("condition", "")
    if table is None or not isinstance(function, str) or not isinstance(at, int) or not isinstance(condition, str):
        raise InvalidEvent("a delivery names a slot, and its version has no slots", where=event.id)
    found = reached(table, event.task, TASK_ENDS.get(event.type), Slot(function, at, condition))
    if found is None:
        raise InvalidEvent(f"slot {at} for {function} is none of its version's", where=event.id)
    return Delivery(by, found.task, found.edges)


def _texts(values: JsonValue) -> tuple[str, ...]:
    return tuple(str(value) for value in values) if isinstance(values, list) else ()
