"""Refusals: triggers that matched and started nothing, with the reason, the latest first.

GET /refusals?pipeline=&most=
"""

from __future__ import annotations

from pydantic import JsonValue

from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.paging import Most
from handlers.api.routes import Routes
from handlers.api.seen import pipeline_seen, project_of, projects_seen
from handlers.auth import Operation
from handlers.moments import iso
from handlers.reading import Sought
from schemas.model import Model


class RefusalDocument(Model):
    project: str
    pipeline: str
    trigger: str
    at: str
    why: str
    event: JsonValue
    """What set the trigger off; of a run that was asked for, its input."""


class Page(Model):
    refusals: tuple[RefusalDocument, ...]


class Refusals:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("runs")
        routes.get("/refusals", Operation.RUN_READ, self.list, "Triggers that matched and started nothing, and why")
        return routes

    def list(self, asked: Here, pipeline: str | None = None, most: Most = 50) -> Page:
        reading = self._house.reading
        only = None if pipeline is None else pipeline_seen(asked.caller, pipeline, reading.known())
        among = Sought(pipeline=only, projects=projects_seen(asked.caller)).among(reading.known())
        found = reading.refusals(most, among)
        return Page(
            refusals=tuple(
                RefusalDocument(
                    project=project_of(one.pipeline),
                    pipeline=one.pipeline,
                    trigger=one.trigger,
                    at=iso(one.at),
                    why=one.why,
                    event=one.event,
                )
                for one in found
            )
        )
