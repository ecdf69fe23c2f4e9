"""Events of a run: all that was said of it, in the order in which it was heard.

GET /runs/<run>/events?after=&wait=&most=      each is the structured CloudEvent

`next` is where to go on, whoever asks and whenever: an event that comes later is behind it. On AWS an event may be told twice
around such a place; its id says that it is the same. With `wait` the answer comes as soon as there is something after it. `ended`
says that the run has, and that this was all.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from events.envelope import cloud_event, detail
from handlers.api.asked import LONGEST_WAIT_S, Here
from handlers.api.house import House
from handlers.api.routes import Routes
from handlers.api.seen import run_seen
from handlers.auth import Operation
from schemas.model import JsonObject, Model

Wait = Annotated[
    float, Query(description="So many seconds the answer may wait for something to tell", ge=0, le=LONGEST_WAIT_S)
]


class Page(Model):
    events: tuple[JsonObject, ...]
    next: str
    """Where to go on, also after the end."""
    ended: bool


class RunEvents:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("runs")
        routes.get("/runs/<run>/events", Operation.RUN_READ, self.list, "What was said of a run, as it comes")
        return routes

    def list(
        self,
        asked: Here,
        run: str,
        after: Annotated[
            str, Query(description="The `next` of the answer before", pattern=r"^([0-9]{1,19}\.[0-9]{1,9})?$")
        ] = "",
        wait: Wait = 0,
        most: Annotated[int, Query(description="How many at most", ge=1, le=1_000)] = 500,
    ) -> Page:
        run_seen(self._house, asked, run, Operation.RUN_READ)
        heard = self._house.reading.heard(run, after, most)
        if not heard.events and not heard.over:
            asked.wait(wait)
        told = tuple(cloud_event(detail(event)) for event in heard.events)
        return Page(events=told, next=heard.after, ended=heard.over)
