"""Runs: listed, newest first, and shown."""

from __future__ import annotations

from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.routes import Routes
from handlers.auth import Operation
from handlers.reading import run_state
from schemas.model import Model
from schemas.run import RunState


class Listed(Model):
    run: str
    pipeline: str
    version: int
    state: RunState


class Page(Model):
    runs: list[Listed]
    next: str | None


class Runs:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("runs")
        routes.get("/runs", Operation.RUN_READ, self.list, "Runs, the newest first")
        return routes

    def list(self, asked: Here, after: str | None = None) -> Page:
        found = self._house.reading.page(before=after)
        listed = [
            Listed(run=one.id, pipeline=one.pipeline, version=one.version, state=run_state(one))
            for one in found.runs
            if asked.caller.sees(one.pipeline.partition("/")[0])
        ]
        return Page(runs=listed, next=found.more)
