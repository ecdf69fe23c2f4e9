"""A request: what a function of ours is invoked with, read. The same wherever it is looked at: by the function that is to do
it, and by whoever finds that the function died over it.

    {"task" or "slot" or "trigger": ..., "event": the EventBridge event}     from a rule; what is told beside the event varies
    {"trigger": ..., "scheduled": ..., "execution": ...}                     from a schedule
    "again": n                                                               beside it, where it was sent again
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

import orjson

from events.delivery import Delivery, delivery
from events.envelope import read
from events.event import Event
from events.slots import SlotTable
from schemas.errors import InvalidEvent
from schemas.model import JsonObject

AGAIN: Final = "again"
_EVENT: Final = "event"


class Request(NamedTuple):
    told: JsonObject
    """Beside the event."""
    event: JsonObject
    again: int = 0
    """So often it was sent again."""

    @property
    def by(self) -> str:
        """What brings the event. Each target of each rule is told something else, so this names the target; and is short."""
        return hashlib.sha256(orjson.dumps(self.told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]

    def ours(self) -> Event:
        """The event, where the system said it."""
        return read(self.event)

    def delivery(self, event: Event, table: SlotTable | None) -> Delivery:
        return delivery(self.by, self.told, event, table)


def read_request(payload: JsonObject) -> Request:
    event, again = payload.get(_EVENT), payload.get(AGAIN, 0)
    if not isinstance(event, dict) or not isinstance(again, int):
        raise InvalidEvent(
            "a function was invoked without an event", advice="Only rules and schedules of ours invoke it"
        )
    return Request({name: value for name, value in payload.items() if name not in (_EVENT, AGAIN)}, event, again)
