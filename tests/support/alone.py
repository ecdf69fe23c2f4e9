"""The handlers on one backend, each called by the test alone: what is said lies on the bus until the test looks."""

from __future__ import annotations

from support.backends import Backend

from events.delivery import delivery
from events.event import Event
from events.ports import Ports, Published
from events.rules import Choice, Surroundings, compile_rules, render_all
from handlers.ending import EndHandler
from handlers.loaded import Shelf
from handlers.start import Started, StartHandler
from handlers.sweeper import Sweeper
from handlers.task import TaskHandler, Work
from murmuration.memory import CountedIds, Heard, MemoryBus, MemoryObserver, MemorySettings
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.version import Version

SURROUNDINGS = Surroundings()


class Alone:
    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.bus = MemoryBus()
        self.rules: dict[tuple[str, str], JsonObject] = {}
        """By bus and name, as rendered."""
        self.ports = Ports(
            bus=self.bus,
            ledger=backend.ledger,
            timers=backend.timers,
            catalog=backend.catalog,
            view=backend.view,
            refusals=backend.refusals,
            artifacts=backend.artifacts,
            clock=backend.clock,
            ids=CountedIds(),
            settings=MemorySettings(),
            observer=MemoryObserver(),
            surroundings=SURROUNDINGS,
        )
        self.shelf = Shelf(backend.catalog)
        self.start = StartHandler(self.ports, self.shelf)
        self.task = TaskHandler(self.ports, self.shelf)
        self.ending = EndHandler(self.ports, self.shelf, self.start.admit)
        self.sweeper = Sweeper(self.ports, self.shelf, self.ending)
        self._versions: dict[str, int] = {}

    def publish(self, pipeline: Pipeline, choice: Choice = Choice.EDGE) -> None:
        number = self._versions[pipeline.name] = self._versions.get(pipeline.name, 0) + 1
        plan = compile_rules(Version(pipeline=pipeline, number=number), surroundings=SURROUNDINGS, choice=choice)
        self.backend.publish(Published(plan.version, plan.table))
        for rule in render_all(plan.all, SURROUNDINGS):
            self.rules[str(rule["Bus"]), str(rule["Name"])] = rule
            (self.bus.default if rule["Bus"] == "default" else self.bus.own).add(rule)

    def run(self, pipeline: str = "p/x", request: str = "one") -> str:
        started = self.start.asked(pipeline, request, {})
        assert isinstance(started, Started), started
        return started.run

    def heard(self) -> list[Heard]:
        """Takes what tasks are to hear."""
        taken, self.bus.heard = self.bus.heard, []
        return [one for one in taken if one.routed.told is not None]

    def deliver(self, event: Event, told: JsonObject, by: str) -> list[Work]:
        loaded = self.shelf.loaded(event.pipeline)
        return self.task.deliver(event, delivery(by, told, event, loaded.slots))
