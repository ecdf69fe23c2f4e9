"""Events in, as CloudEvents over HTTP: structured, binary, or a batch.

POST /events     the events of the message, all or none; answered once they are durable
"""

from __future__ import annotations

from events.ports import moment
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.routes import Routes
from handlers.auth import Operation
from handlers.ingest import read_message
from schemas.model import Model


class Accepted(Model):
    events: tuple[str, ...]
    """Their own ids, in order."""


class EventsIn:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("events")
        routes.post("/events", Operation.EVENT_EMIT, self.accept, "CloudEvents, in any of their modes", status=202)
        return routes

    def accept(self, asked: Here) -> Accepted:
        asked.caller.require(Operation.EVENT_EMIT)
        events = read_message(asked.headers.items(), asked.body, moment(self._house.clock.now()))
        if events:
            self._house.ingest.accept(events)
        return Accepted(events=tuple(one.id for one in events))
