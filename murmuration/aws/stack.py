"""The stack: the one place where every AWS adapter and every handler is made and put together.

Each part is made when it is first asked for, and so is what it imports: a function pays at its start for what it does.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from events.ports import Clock, Observer, Ports
from handlers.loaded import Shelf
from murmuration.aws.clients import Clients
from murmuration.aws.environment import Environment
from murmuration.aws.table import Table
from murmuration.system import RandomIds, SystemClock

if TYPE_CHECKING:
    from handlers.control import Control
    from handlers.ending import EndHandler
    from handlers.projector import Projector
    from handlers.start import StartHandler
    from handlers.sweeper import Sweeper
    from handlers.task import TaskHandler
    from handlers.undelivered import Undelivered
    from murmuration.aws.actions import Actions
    from murmuration.aws.artifacts import AwsArtifacts
    from murmuration.aws.bundles import Bundles
    from murmuration.aws.bus import AwsBus
    from murmuration.aws.cabinet import AwsCabinet
    from murmuration.aws.catalog import AwsCatalog
    from murmuration.aws.effects import Effects
    from murmuration.aws.files import Files
    from murmuration.aws.invocation import TaskDoor
    from murmuration.aws.outside import Outside
    from murmuration.aws.progress import Progress
    from murmuration.aws.runtime import Call
    from murmuration.aws.scheduled import Scheduled
    from murmuration.aws.slas import AwsSlas
    from murmuration.aws.timers import AwsTimers, TimersFunction

FOLDER: Final = Path(tempfile.gettempdir()) / "murmuration"
"""What is fetched lies here; in a Lambda nothing else can be written."""


class Stack:
    def __init__(
        self,
        environment: Environment,
        clients: Clients,
        observer: Observer,
        clock: Clock | None = None,
        folder: Path = FOLDER,
    ) -> None:
        self.environment = environment
        self.clients = clients
        self.clock: Clock = clock or SystemClock()
        self.ids = RandomIds()
        self.table = Table(clients, environment.table)
        self._observer = observer
        self._folder = folder

    @cached_property
    def ports(self) -> Ports:
        from murmuration.aws.ledger import AwsLedger
        from murmuration.aws.refused import AwsRefusals
        from murmuration.aws.settings import AwsSettings
        from murmuration.aws.view import AwsRunView

        environment, clients, clock, table = self.environment, self.clients, self.clock, self.table
        artifacts = self.artifacts
        kept = timedelta(days=environment.run_days)
        return Ports(
            bus=self.bus,
            ledger=AwsLedger(table, self.ids.token, kept),
            timers=self.timers,
            catalog=self.catalog,
            view=AwsRunView(table, artifacts, clock),
            refusals=AwsRefusals(table, artifacts),
            artifacts=artifacts,
            clock=clock,
            ids=self.ids,
            settings=AwsSettings(clients, environment.parameters, clock),
            observer=self._observer,
            surroundings=environment.surroundings,
        )

    @cached_property
    def artifacts(self) -> AwsArtifacts:
        from murmuration.aws.artifacts import AwsArtifacts

        return AwsArtifacts(self.clients, self.environment.artifacts, self.clock)

    @cached_property
    def bus(self) -> AwsBus:
        from murmuration.aws.bus import AwsBus
        from murmuration.aws.ends import Ends

        environment = self.environment
        ends = Ends(self.table)
        return AwsBus(self.clients, environment.prefix, environment.projector_queue, self.artifacts, ends.heard)

    @cached_property
    def outside(self) -> Outside:
        from murmuration.aws.outside import Outside

        return Outside(self.table, self.artifacts, self.clock, timedelta(days=self.environment.run_days))

    @cached_property
    def catalog(self) -> AwsCatalog:
        from murmuration.aws.artifacts import VERSIONS, AwsArtifacts
        from murmuration.aws.catalog import AwsCatalog

        documents = AwsArtifacts(self.clients, self.environment.artifacts, self.clock, VERSIONS)
        return AwsCatalog(self.table, documents, self.clock)

    @cached_property
    def timers(self) -> AwsTimers:
        from murmuration.aws.timers import AwsTimers

        return AwsTimers(self.clients, self.environment, self.clock)

    @cached_property
    def shelf(self) -> Shelf:
        return Shelf(self.catalog)

    @cached_property
    def slas(self) -> AwsSlas:
        """No function that starts runs asks: the sweeper comes every minute, and does."""
        from murmuration.aws.slas import AwsSlas

        return AwsSlas(lambda: self.cabinet, self.clock)

    @cached_property
    def cabinet(self) -> AwsCabinet:
        from murmuration.aws.cabinet import AwsCabinet

        return AwsCabinet(self.table, self.clock)

    # who reacts

    @cached_property
    def start(self) -> StartHandler:
        from handlers.start import StartHandler

        return StartHandler(self.ports, self.shelf)

    @cached_property
    def scheduled(self) -> Scheduled:
        from murmuration.aws.scheduled import Scheduled

        return Scheduled(self.table, self.ports, self.start)

    @cached_property
    def ending(self) -> EndHandler:
        from handlers.ending import EndHandler

        return EndHandler(self.ports, self.shelf, self.start.admit, self.slas)

    @cached_property
    def task(self) -> TaskHandler:
        from handlers.task import TaskHandler

        return TaskHandler(self.ports, self.shelf)

    @cached_property
    def projector(self) -> Projector:
        from handlers.projector import Projector

        return Projector(self.ports, self.shelf, self.ending)

    @cached_property
    def sweeper(self) -> Sweeper:
        from handlers.sweeper import Sweeper

        return Sweeper(self.ports, self.shelf, self.ending, self.slas)

    @cached_property
    def control(self) -> Control:
        from handlers.control import Control

        return Control(self.ports, self.shelf, self.start, self.ending, self.sweeper)

    @cached_property
    def timers_function(self) -> TimersFunction:
        from murmuration.aws.timers import TimersFunction

        return TimersFunction(self.ports.bus, self.timers, self.clock)

    @cached_property
    def undelivered(self) -> Undelivered:
        from handlers.dying import Dying
        from handlers.undelivered import Undelivered
        from murmuration.aws.post import AwsPost

        post = AwsPost(self.clients, self.environment.prefix)
        return Undelivered(self.ports, Dying(self.ports, self.shelf, self.task), post, post.rule_of)

    # where a task's own code runs

    def door(self, call: Call | None = None) -> TaskDoor:
        """`call` is what a Lambda of somebody's own runs; else functions come in bundles, and actions are built in."""
        from murmuration.aws.invocation import TaskDoor
        from murmuration.aws.runtime import Runtime

        runtime = Runtime(call or self._call, self.files, self.clock, self.progress.tell)
        return TaskDoor(self.task, self.shelf, runtime, self.effects)

    @cached_property
    def _call(self) -> Call:
        from murmuration.aws.calling import calling

        return calling(self)

    @cached_property
    def effects(self) -> Effects:
        from murmuration.aws.effects import Effects

        ports = self.ports
        return Effects(self.table, ports.bus, ports.ledger, ports.artifacts, self.clock, ports.surroundings)

    @cached_property
    def progress(self) -> Progress:
        from murmuration.aws.progress import Progress

        return Progress(self.table, self.clock)

    @cached_property
    def files(self) -> Files:
        from murmuration.aws.files import Files

        bucket = self.environment.surroundings.bucket
        return Files(self.clients, self.environment.artifacts, bucket, self._folder / "files")

    @cached_property
    def bundles(self) -> Bundles:
        from murmuration.aws.bundles import Bundles

        return Bundles(self.clients, self.environment.artifacts, self.clock, self._folder / "bundles")

    @cached_property
    def actions(self) -> Actions:
        from murmuration.aws.actions import Actions

        return Actions(
            self.clients,
            self.environment,
            self.ports.artifacts,
            self.files,
            self.bundles,
            self.clock,
            self.ids,
            self._folder,
        )
