"""The flock: the real handlers on one backend, driven step by step, with whatever can befall them.

What is under way is a heap of deliveries and of work that somebody has begun; each step takes one and lets the handler
see to it, in the order of arrival or in any order that `chance` likes. Where the backend has transactions a step is one.
When all is quiet the clock moves on to the next timer or the sweeper's next look. What every step does to the records and
to what readers see is held against the invariants at once.

    flock = Flock(backend).publish(pipeline)
    run = flock.start({"n": 1})
    flock.fly()
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

from support.backends import Backend
from support.invariants import Facts, hold, never_again, never_taken_back
from support.watched import Died, Fair, Watched, Weather

from events.delivery import delivery
from events.event import Event
from events.ledger import Millis, RunRecord, RunState, TaskRecord
from events.ports import Bus, Ledger, Ports, Published, Said, Unavailable
from events.rules import Choice, Surroundings, compile_rules, render_all
from handlers.control import Control
from handlers.ending import EndHandler
from handlers.loaded import Shelf
from handlers.projector import Projector
from handlers.start import NotStarted, Started, StartHandler
from handlers.sweeper import Sweeper
from handlers.task import Hold, TaskHandler, Work
from murmuration.memory import CountedIds, Heard, MemoryBus, MemoryObserver, MemorySettings
from schemas.model import JsonObject
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline
from schemas.run import Picture
from schemas.version import Version

Answers = Mapping[str, Sequence[Outcome | Hold]]
"""By task, attempt by attempt; the last stands for all that follow. Whoever is not named succeeds."""

SURROUNDINGS = Surroundings()
MOST_STEPS = 20_000
FINE = Outcome.succeeded({"n": 1})


@dataclass
class Ending:
    """Work that somebody has begun, and will end so."""

    work: Work
    result: Outcome | Hold
    brought_by: Heard


Thing = Heard | Ending


@dataclass
class Flock:
    backend: Backend
    answers: Answers = field(default_factory=dict)
    chance: Random | None = None
    copies: Callable[[Heard], int] = lambda _: 1
    """How often a delivery comes; 0 and it is lost."""
    comes_again: bool = True
    """After the process has died over it: does a delivery come again? Else the sweeper finds what is missing."""
    projecting: bool = True
    sweeping: bool = True
    weather: Weather = field(default_factory=Fair)
    seen_by_handlers: Ledger | None = None
    """In place of the backend's, for handlers alone."""

    def __post_init__(self) -> None:
        self.bus = MemoryBus()
        self.settings = MemorySettings()
        self.under_way: list[Thing] = []
        self.unheard: list[Heard] = []
        """What waits for the projector while it is off."""
        self.runs: dict[str, Pipeline] = {}
        self.worked: list[Work] = []
        """Every attempt that began, in order."""
        self.said: list[Said] = []
        self.outside: list[JsonObject] = []
        self.pictures: dict[str, list[Picture]] = {}
        self._records: dict[tuple[str, str], TaskRecord] = {}
        self._versions: dict[str, int] = {}
        self._bring_up()

    def _bring_up(self) -> None:
        """New handlers: nothing that a process remembers is left."""
        backend = self.backend
        self.ports = Ports(
            bus=cast(Bus, self._watch("bus", self.bus)),
            ledger=cast(Ledger, self._watch("ledger", self.seen_by_handlers or backend.ledger)),
            timers=self._watch("timers", backend.timers),
            catalog=self._watch("catalog", backend.catalog),
            view=self._watch("view", backend.view),
            refusals=self._watch("refusals", backend.refusals),
            artifacts=self._watch("artifacts", backend.artifacts),
            clock=backend.clock,
            ids=CountedIds() if not hasattr(self, "ports") else self.ports.ids,
            settings=self.settings,
            observer=MemoryObserver(),
            surroundings=SURROUNDINGS,
        )
        self.shelf = Shelf(backend.catalog)
        self.start_handler = StartHandler(self.ports, self.shelf)
        self.ending = EndHandler(self.ports, self.shelf, self.start_handler.admit)
        self.task = TaskHandler(self.ports, self.shelf)
        self.projector = Projector(self.ports, self.shelf, self.ending)
        self.sweeper = Sweeper(self.ports, self.shelf, self.ending)
        self.control = Control(self.ports, self.shelf, self.start_handler, self.ending, self.sweeper)

    # what a test asks for

    def publish(self, pipeline: Pipeline, choice: Choice = Choice.EDGE) -> Flock:
        number = self._versions[pipeline.name] = self._versions.get(pipeline.name, 0) + 1
        plan = compile_rules(Version(pipeline=pipeline, number=number), surroundings=SURROUNDINGS, choice=choice)
        self.backend.publish(Published(plan.version, plan.table))
        for rule in render_all(plan.all, SURROUNDINGS):
            (self.bus.default if rule["Bus"] == "default" else self.bus.own).add(rule)
        return self

    def start(self, input_: Any = None, request: str = "request-1", pipeline: str = "p/x") -> str:
        """The run's id."""
        started = self.ask(input_, request, pipeline)
        assert isinstance(started, Started), started
        return started.run

    def ask(self, input_: Any = None, request: str = "request-1", pipeline: str = "p/x") -> Started | NotStarted:
        """Whoever asks and gets no answer asks again."""
        while True:
            try:
                with self._step():
                    return self.start_handler.asked(pipeline, request, input_)
            except (Unavailable, Died):
                continue

    def emit(self, *events: JsonObject) -> Flock:
        with self._step():
            self.ports.bus.put_outside(events)
        return self

    def cancel(self, run: str) -> None:
        with self._step():
            self.control.cancel(run, "Ann", "enough")

    def call_back(self, run: str, task: str, token: str, outcome: Outcome) -> bool:
        with self._step():
            return self.task.complete(run, task, token, outcome)

    def fly(self, until: Callable[[], bool] = lambda: False) -> Flock:
        """Until nothing is under way and nothing is due, or until then."""
        for _ in range(MOST_STEPS):
            if self.under_way:
                self.step()
                continue
            due = self.next_time()
            if due is None or until():
                return self
            self.wait_until(due)
        raise AssertionError("it never comes to rest")

    def land(self) -> Flock:
        """Until nothing is under way; the clock stands still."""
        for _ in range(MOST_STEPS):
            if not self.under_way:
                return self
            self.step()
        raise AssertionError("it never comes to rest")

    def step(self, which: int | None = None) -> None:
        at = which if which is not None else self.chance.randrange(len(self.under_way)) if self.chance else 0
        thing = self.under_way.pop(at)
        try:
            with self._step():
                begun = self._see_to(thing)
            for work in begun:
                self._begin(work, thing)
        except Unavailable:
            self._come_again(thing, alive=True)
        except Died:
            self._bring_up()
            self._come_again(thing, alive=False)

    def wait_until(self, at: Millis) -> None:
        clock = self.backend.clock
        clock.at = max(clock.at, at)
        ripe = self.backend.ripe(clock.at)
        self.bus.put(ripe)
        self.said += ripe
        self._gather()
        if self.sweeping:
            self.sweep()

    def sweep(self) -> None:
        try:
            with self._step():
                self.sweeper.sweep()
        except (Unavailable, Died):
            self._bring_up()

    def switch_projector(self, on: bool) -> None:
        self.projecting = on
        if on:
            self.under_way += self.unheard
            self.unheard = []

    # what a test looks at

    def run(self, run: str) -> RunRecord:
        record = self.backend.ledger.run(run)
        assert record is not None, f"there is no run {run}"
        return record

    def record(self, run: str, task: str) -> TaskRecord:
        record = self.backend.ledger.task(run, task)
        assert record is not None, f"{task} has no record"
        return record

    @property
    def swept(self) -> list[str]:
        """The tasks that the sweeper had to ask for."""
        return [str(one.event.task) for one in self.said if one.event.data.get("reason") == "sweep"]

    def facts(self, run: str) -> Facts:
        ledger, view = self.backend.ledger, self.backend.view
        return Facts(self.run(run), self.runs[run], ledger.tasks(run), view.events(run))

    def hold(self) -> Flock:
        """Every invariant, for every run."""
        assert self.runs, "nothing has run"
        for run in self.runs:
            hold(self.facts(run))
        return self

    # steps

    def _see_to(self, thing: Thing) -> list[Work]:
        """The work that begins once the step is done."""
        match thing:
            case Ending(work, result):
                self.task.finish(work, result)
            case Heard(routed, None, dict(outside)):
                assert routed.told is not None
                pipeline, _, trigger = str(routed.told["trigger"]).rpartition("/")
                self.start_handler.triggered(pipeline, trigger, outside, f"{outside['id']}>{routed.by}")
            case Heard(routed, Event() as event) if routed.told is None:
                self._project(thing, event)
            case Heard(routed, Event() as event):
                assert routed.told is not None
                table = self.shelf.loaded(event.pipeline).slots
                return self.task.deliver(event, delivery(routed.by, routed.told, event, table))
            case _:
                raise AssertionError(thing)
        return []

    def _begin(self, work: Work, brought_by: Thing) -> None:
        assert isinstance(brought_by, Heard), "only a delivery starts work"
        assert self.record(work.run.id, work.node.name).token == work.token, "work that is somebody else's"
        self.worked.append(work)
        answers = self.answers.get(work.node.name, (FINE,))
        self.under_way.append(Ending(work, answers[min(work.attempt, len(answers)) - 1], brought_by))

    def _project(self, heard: Heard, event: Event) -> None:
        if not self.projecting:
            self.unheard.append(heard)
            return
        self.projector.hear([event])

    def _look(self, run: str) -> None:
        """As a reader does who looks after every step."""
        picture = self.facts(run).picture
        shown = self.pictures.setdefault(run, [])
        if shown:
            never_taken_back(shown[-1], picture)
        shown.append(picture)

    def _come_again(self, thing: Thing, *, alive: bool) -> None:
        match thing:
            case Ending() if alive:
                self.under_way.append(thing)
            case Ending():
                if self.comes_again:
                    self.under_way.append(thing.brought_by)
            case Heard():
                if self.comes_again or alive:
                    self.under_way.append(thing)

    @contextmanager
    def _step(self) -> Iterator[None]:
        """What is said in it is on its way after it; where the backend undoes a step, that is undone too."""
        self._noted: list[tuple[str, tuple[Any, ...], Any]] = []
        try:
            with self.backend.step():
                yield
        except BaseException:
            if self.backend.atomic:
                self.bus.heard.clear()
                self._noted.clear()
            raise
        finally:
            self._take_note()
            self._gather()

    def _gather(self) -> None:
        heard, self.bus.heard = self.bus.heard, []
        for one in heard:
            self.under_way += [one] * self.copies(one)

    def _take_note(self) -> None:
        looked: dict[str, None] = {}
        for call, args, result in self._noted:
            match call:
                case "ledger.open":
                    pipeline = self.backend.catalog.version(result.reference)
                    assert pipeline is not None
                    self.runs[result.id] = pipeline.version.pipeline
                case "ledger.claim" | "ledger.settle" | "ledger.retry" | "ledger.hold" | "ledger.skip":
                    self._changed(args[0], args[1])
                case "bus.put":
                    self.said += args[0]
                case "bus.put_outside":
                    self.outside += args[0]
                case "view.put":
                    looked.update(dict.fromkeys(event.run for event in args[0]))
        for run in looked:
            self._look(run)

    def _changed(self, run: str, task: str) -> None:
        after = self.backend.ledger.task(run, task)
        if after is not None:
            never_again(self._records.get((run, task)), after)
            self._records[run, task] = after

    def next_time(self) -> Millis | None:
        times = [self.backend.next_timer()]
        if self.sweeping:
            open_ = [record for record in map(self.backend.ledger.run, self.runs) if record is not None]
            times += [record.due for record in open_ if record.due or record.state is not RunState.ENDED]
        return min((time for time in times if time is not None), default=None)

    def _watch(self, name: str, port: object) -> Any:
        return Watched(name, port, lambda: self.weather, lambda *told: self._noted.append(told))
