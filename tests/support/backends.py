"""The two backends as tests take them: every port, what a test does beside the ports, and a clock that stands still.

    memory      each call is a step of its own, as calls to a remote store are
    sqlite      each call outside `step()` is a transaction of its own; inside it all share one

`forgetful`: after every transaction the file is read anew, as by a process that has just started. Whatever then holds is
held by the file, not by what an adapter remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from events.ledger import Millis
from events.ports import Artifacts, Bus, Catalog, Ledger, Published, Refusal, Refusals, RunView, Said, Timers
from events.router import Routed, Router
from events.rules import Surroundings
from murmuration.local.artifacts import LocalArtifacts
from murmuration.local.bus import LocalBus
from murmuration.local.catalog import LocalCatalog
from murmuration.local.database import Database
from murmuration.local.ledger import LocalLedger
from murmuration.local.timers import LocalTimers
from murmuration.local.view import LocalRefusals, LocalRunView
from murmuration.memory import (
    Heard,
    ManualClock,
    MemoryArtifacts,
    MemoryBus,
    MemoryCatalog,
    MemoryLedger,
    MemoryRefusals,
    MemoryRunView,
    MemoryTimers,
)
from schemas.model import JsonObject


class Step(Protocol):
    def __call__(self) -> AbstractContextManager[None]: ...


@dataclass
class Backend:
    name: str
    atomic: bool
    """A step that fails leaves nothing behind."""
    ledger: Ledger
    timers: Timers
    catalog: Catalog
    view: RunView
    refusals: Refusals
    artifacts: Artifacts
    bus: Bus
    clock: ManualClock
    step: Step
    """All writes inside are done together, or none of them where the backend can undo."""
    publish: Callable[[Published], None]
    ripe: Callable[[Millis], Sequence[Said]]
    """Take the timers that are due."""
    next_timer: Callable[[], Millis | None]
    refused: Callable[[], Sequence[Refusal]]
    rules: Callable[[Sequence[JsonObject]], None]
    """What the bus routes by, from now on."""
    heard: Callable[[], Sequence[Heard]]
    """Take what targets are to hear."""
    close: Callable[[], None]


def memory(folder: Path) -> Backend:
    """Needs no folder: it is asked for like the others."""
    del folder
    timers, catalog, refusals, bus = MemoryTimers(), MemoryCatalog(), MemoryRefusals(), MemoryBus()

    def heard() -> list[Heard]:
        taken, bus.heard = bus.heard, []
        return taken

    return Backend(
        name="memory",
        atomic=False,
        ledger=MemoryLedger(),
        timers=timers,
        catalog=catalog,
        view=MemoryRunView(),
        refusals=refusals,
        artifacts=MemoryArtifacts(),
        bus=bus,
        clock=ManualClock(),
        step=nullcontext,
        publish=catalog.publish,
        ripe=timers.take,
        next_timer=lambda: min((due for due, _ in timers.set_.values()), default=None),
        refused=refusals.listed,
        rules=lambda rules: _load(rules, bus.own, bus.default),
        heard=heard,
        close=lambda: None,
    )


def sqlite(folder: Path, *, forgetful: bool = False) -> Backend:
    database = Database(folder / "state.db", "NORMAL")
    # Whether a power cut is survived is not what these tests ask, and disks are slow.
    database.execute("PRAGMA synchronous = OFF")
    steps = _Steps(database, forgetful)
    clock = ManualClock()
    ledger, timers, catalog = LocalLedger(database), LocalTimers(database), LocalCatalog(database)
    view, refusals = LocalRunView(ledger), LocalRefusals(database)
    projector = Routed("projector", "projector", Surroundings().projector_queue, None)
    bus = LocalBus(database, clock, projector.arn)

    def publish(published: Published) -> None:
        with steps():
            catalog.put(published, [], clock.now())
            catalog.flip(published.version.pipeline.name, published.version.number)

    def heard() -> list[Heard]:
        with steps():
            items = bus.visible(100_000)
            for item in items:
                bus.done(item)
        return [Heard(routed, item.event, item.outside) for item in items for routed in item.told or (projector,)]

    return Backend(
        name="sqlite",
        atomic=True,
        ledger=cast(Ledger, _Alone(ledger, steps)),
        timers=cast(Timers, _Alone(timers, steps)),
        catalog=cast(Catalog, _Alone(catalog, steps)),
        view=cast(RunView, _Alone(view, steps)),
        refusals=cast(Refusals, _Alone(refusals, steps)),
        artifacts=LocalArtifacts(folder / "artifacts"),
        bus=cast(Bus, _Alone(bus, steps)),
        clock=clock,
        step=steps,
        publish=publish,
        ripe=cast(LocalTimers, _Alone(timers, steps)).take,
        next_timer=timers.next_due,
        refused=refusals.listed,
        rules=lambda rules: _load(rules, bus.own, bus.default),
        heard=heard,
        close=database.close,
    )


def _load(rules: Sequence[JsonObject], own: Router, default: Router) -> None:
    for rule in rules:
        (default if rule["Bus"] == "default" else own).add(rule)


class _Steps:
    """One transaction at a time; a step inside a step is part of it."""

    def __init__(self, database: Database, forgetful: bool) -> None:
        self._database = database
        self._forgetful = forgetful
        self._stores = cast(Any, database)._stores
        self._inside = False

    @contextmanager
    def __call__(self) -> Iterator[None]:
        if self._inside:
            yield
            return
        self._inside = True
        try:
            with self._database.transaction():
                yield
        finally:
            self._inside = False
            if self._forgetful:
                for store in self._stores:
                    store.forget()


class _Alone:
    """An adapter whose every call is a step."""

    def __init__(self, adapter: object, step: Step) -> None:
        self._adapter = adapter
        self._step = step

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._adapter, name)

        def called(*args: Any, **kwargs: Any) -> Any:
            with self._step():
                return method(*args, **kwargs)

        return called


def forgetful(folder: Path) -> Backend:
    return sqlite(folder, forgetful=True)
