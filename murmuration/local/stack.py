"""The stack: the one place where every local adapter and every handler is made and put together."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from events.ledger import Millis
from events.ports import Clock, Ports
from events.surroundings import Surroundings
from handlers.control import Control
from handlers.ending import EndHandler
from handlers.loaded import Shelf
from handlers.observing import LoggingObserver
from handlers.operations import slas_of
from handlers.projector import Projector
from handlers.start import StartHandler
from handlers.sweeper import Sweeper
from handlers.task import TaskHandler
from murmuration.local.artifacts import LocalArtifacts
from murmuration.local.bus import LocalBus
from murmuration.local.catalog import LocalCatalog
from murmuration.local.database import Database, Synchronous
from murmuration.local.ledger import LocalLedger
from murmuration.local.logs import LocalLogs
from murmuration.local.timers import LocalTimers
from murmuration.local.view import LocalRefusals, LocalRunView
from murmuration.system import RandomIds, SystemClock
from schemas.model import JsonObject


class ProjectSettings:
    """Variables and secrets by project, as the workspace and people give them; and how long runs may take before somebody is told."""

    def __init__(self) -> None:
        self.variables_of: dict[str, JsonObject] = {}
        self.secrets_of: dict[str, JsonObject] = {}
        self.slas_of: Mapping[str, list[tuple[frozenset[str], Millis]]] = {}

    def variables(self, project: str) -> JsonObject:
        return self.variables_of.get(project, {})

    def secrets(self, project: str) -> JsonObject:
        return self.secrets_of.get(project, {})

    def slas(self, pipeline: str) -> list[Millis]:
        return slas_of(self.slas_of, pipeline) if self.slas_of else []


class Stack:
    def __init__(
        self,
        state: Path,
        *,
        synchronous: Synchronous = "FULL",
        surroundings: Surroundings | None = None,
        clock: Clock | None = None,
    ) -> None:
        state.mkdir(parents=True, exist_ok=True)
        surroundings = surroundings or Surroundings()
        self.clock: Clock = clock or SystemClock()
        self.surroundings = surroundings
        self.database = Database(state / "state.db", synchronous)
        self.catalog = LocalCatalog(self.database)
        self.ledger = LocalLedger(self.database)
        self.view = LocalRunView(self.ledger)
        self.refusals = LocalRefusals(self.database)
        self.logs = LocalLogs(self.database)
        self.timers = LocalTimers(self.database)
        self.artifacts = LocalArtifacts(state / "artifacts")
        self.settings = ProjectSettings()
        # Last: what it still holds when a transaction ends becomes rows.
        self.bus = LocalBus(self.database, self.clock, surroundings.projector_queue)
        self.ports = Ports(
            bus=self.bus,
            ledger=self.ledger,
            timers=self.timers,
            catalog=self.catalog,
            view=self.view,
            refusals=self.refusals,
            artifacts=self.artifacts,
            clock=self.clock,
            ids=RandomIds(),
            settings=self.settings,
            observer=LoggingObserver(logging.getLogger("murmuration.handlers")),
            surroundings=surroundings,
        )
        shelf = Shelf(self.catalog)
        slas = self.settings.slas
        self.start = StartHandler(self.ports, shelf, slas)
        self.ending = EndHandler(self.ports, shelf, self.start.admit, slas)
        self.task = TaskHandler(self.ports, shelf)
        self.projector = Projector(self.ports, shelf, self.ending)
        self.sweeper = Sweeper(self.ports, shelf, self.ending, slas)
        self.control = Control(self.ports, shelf, self.start, self.ending, self.sweeper)
        self.load_rules()

    def load_rules(self) -> None:
        """The bus hears by the rules that the catalog holds, no more and no fewer."""
        wanted = {str(rule["Name"]): rule for rule in self.catalog.rules()}
        for router, bus in ((self.bus.own, self.surroundings.bus), (self.bus.default, "default")):
            mine = {name: rule for name, rule in wanted.items() if rule["Bus"] == bus}
            for name in router.names - mine.keys():
                router.remove(name)
            for name in mine.keys() - router.names:
                router.add(mine[name])

    def close(self) -> None:
        self.database.close()
