"""The engine: the loop of the embedded stack. One thread, one writer.

    gather   what workers finished, what was asked, what is due, what the queue holds
    handle   all of it through the handlers, in one transaction: outcomes, events, deliveries, the next claims
    commit   once
    hand out the jobs that the claims stand for

So a hop costs one commit, and under load many hops share one. When a step fails it is undone and each part of it is
tried alone; what fails alone is left alone for a while that grows, and nothing else is held up by it.

What must always hold: no job starts before its claim is committed; nothing is acknowledged before it is committed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple, Protocol, assert_never

from events.delivery import delivery
from events.envelope import spelled
from events.event import Event, EventType
from events.ledger import Millis
from events.ports import Said, moment
from events.router import Routed
from handlers.gates import Arrivals
from handlers.loaded import Shelf
from handlers.reading import Line
from handlers.task import Hold, Work
from murmuration.local.asking import Asking, name_of
from murmuration.local.backoff import Backoff
from murmuration.local.bus import Item, To
from murmuration.local.source import Source
from murmuration.local.stack import Stack
from schemas.model import JsonObject
from schemas.outcome import Outcome

log = logging.getLogger("murmuration.engine")

QUEUE_BATCH: Final = 500
MEANT: Final = 50_000
"""So many deliveries are kept prepared, half a kilobyte each."""
_EARLY: Final = frozenset({EventType.RUN_CANCELLED, EventType.RUN_TIMED_OUT})
"""A run may end so while its tasks are at work."""
_LOGS: Final = "logs"
_TIMERS: Final = "timers"
_QUEUE: Final = "the queue"
_WORKERS: Final = "the workers"
_OUTCOMES: Final = "outcomes"


class Answer(NamedTuple):
    """How a job ended, in the ledger's words."""

    job: int
    result: Outcome | Hold
    effects: tuple[JsonObject, ...] = ()
    """Events of the task's own, said if this attempt counts."""


class Runner(Protocol):
    """Where work is done. It never blocks."""

    def start(self, job: int, work: Work) -> None: ...

    def stop(self, run: str) -> None:
        """End what still runs for a run that has ended."""
        ...

    def finished(self) -> Sequence[Answer]: ...

    def lines(self) -> list[Line]:
        """What was printed since the last call."""
        ...


class _Ended(NamedTuple):
    work: Work
    answer: Answer


_Input = _Ended | Item
_Said = tuple[int, str, str | None, str]
"""Which targets, and whose event of which type."""


class Engine:
    def __init__(self, stack: Stack, runner: Runner) -> None:
        self._stack = stack
        self._runner = runner
        self._shelf = Shelf(stack.catalog)
        self._jobs: dict[int, Work] = {}
        self._claimed: list[Work] = []
        self._heard: list[Event] = []
        self._ended_early: list[str] = []
        self._last_job = 0
        self._meanings: dict[_Said, tuple[tuple[Routed, ...], Arrivals]] = {}
        self._meant = 0
        self._again: list[tuple[Millis, _Input]] = []
        """Outcomes that could not be recorded, by when each is tried again: alone, so that nobody is undone with it."""
        self._backoff = Backoff()
        self._asking = Asking(self._backoff)
        self._projecting = False
        self.projecting = True
        self.sources: list[Source] = []
        self.heard: list[Source] = []
        """Sources whose descriptor is readable."""

    @property
    def busy(self) -> bool:
        """Are there jobs out, or inputs that wait for another try?"""
        return bool(self._jobs or self._again)

    @property
    def projecting(self) -> bool:
        """Off, every task still runs; views and the ends of runs wait until it is on again, across processes, too."""
        return self._projecting

    @projecting.setter
    def projecting(self, on: bool) -> None:
        if on and not self._projecting:
            with self._stack.database.transaction():
                self._stack.bus.let_go()
        self._projecting = on

    def step(self, quiet_until: Millis = 0) -> bool:
        """One round. False when there was nothing to do. Before `quiet_until` nothing is due, and only workers and those
        who were heard are asked."""
        now = self._stack.clock.now()
        inputs = self._ended(now)
        lines = self._runner.lines()
        ripe: list[Source] = []
        due = False
        if self.heard or quiet_until <= now:
            inputs += self._waiting(now)
            ripe = [source for source in self.sources if self._is_ripe(source, now)]
            due = self._due(now)
            self.heard.clear()
            if self._again and self._once_more(now) and not (inputs or due or lines or ripe):
                return True
        if not (inputs or due or lines or ripe):
            return False
        try:
            with self._stack.database.transaction():
                if lines:
                    self._stack.logs.put(lines)
                if due:
                    self._stack.bus.put(self._stack.timers.take(now))
                for source in ripe:
                    source.take(now)
                for input_ in inputs:
                    self._take(input_)
                self._drain()
        except Exception:
            log.exception("a step failed; its parts are tried one by one")
            self._reset()
            self._one_by_one(lines, due, ripe, inputs)
        else:
            if self._backoff:
                for who in (*ripe, *([_TIMERS] if due else []), *([_QUEUE] if inputs else [])):
                    self._backoff.went_well(who)
        self._hand_out()
        return True

    def next_due(self, now: Millis) -> Millis | None:
        """When there is something to do, if nobody calls before."""
        stack = self._stack
        dues = [self._asking.due(source, partial(source.next_due, now), now) for source in self.sources]
        dues.append(self._asking.due(_TIMERS, stack.timers.next_due, now))
        dues.append(self._asking.due(_QUEUE, stack.bus.next_visible, now))
        dues.append(self._asking.again(_WORKERS, now))
        if self._again:
            dues.append(min(at for at, _ in self._again))
        return min((one for one in dues if one is not None), default=None)

    def rests(self, source: Source, now: Millis) -> bool:
        """It failed, and is left alone for a while."""
        return self._backoff.rests(source, now)

    def transact(self, *said: Said) -> None:
        """Say something in a transaction of its own, and see to all that follows at once."""
        with self._stack.database.transaction():
            self._stack.bus.put(said)
            self._drain()
        self._hand_out()

    def handle_pending(self) -> None:
        """Inside a transaction: see to what the bus holds."""
        self._drain()

    def hand_out(self) -> None:
        self._hand_out()

    # gather

    def _ended(self, now: Millis) -> list[_Input]:
        inputs: list[_Input] = []
        nothing: Sequence[Answer] = ()
        for answer in self._asking.asked(_WORKERS, self._runner.finished, nothing, now):
            work = self._jobs.pop(answer.job, None)
            if work is not None:
                inputs.append(_Ended(work, answer))
        return inputs

    def _waiting(self, now: Millis) -> list[_Input]:
        if self._backoff.rests(_QUEUE, now):
            return []
        nothing: Sequence[Item] = ()
        return list(self._asking.asked(_QUEUE, partial(self._visible, now), nothing, now))

    def _visible(self, now: Millis) -> Sequence[Item]:
        visible = self._stack.bus.next_visible()
        return self._stack.bus.visible(QUEUE_BATCH) if visible is not None and visible <= now else ()

    def _due(self, now: Millis) -> bool:
        due = self._asking.asked(_TIMERS, self._stack.timers.next_due, None, now)
        return due is not None and due <= now and not self._backoff.rests(_TIMERS, now)

    def _is_ripe(self, source: Source, now: Millis) -> bool:
        due = self._asking.asked(source, partial(source.next_due, now), None, now)
        return (source in self.heard or (due is not None and due <= now)) and not self._backoff.rests(source, now)

    # handle

    def _take(self, input_: _Input) -> None:
        match input_:
            case _Ended(work, answer):
                if self._stack.task.finish(work, answer.result) and answer.effects:
                    self._stack.bus.put_outside([self._effect(work, at, one) for at, one in enumerate(answer.effects)])
            case Item():
                if self._deliver(input_):
                    self._stack.bus.done(input_)
            case _:
                assert_never(input_)

    def _effect(self, work: Work, at: int, effect: JsonObject) -> JsonObject:
        """As EventBridge would have it. Its id is derived, so that it is the same event in a second attempt."""
        stamp: JsonObject = {
            "version": "0",
            "id": f"{work.idempotency_key}/{at}",
            "account": self._stack.surroundings.account,
            "time": spelled(moment(self._stack.clock.now())),
            "region": self._stack.surroundings.region,
            "resources": [],
        }
        return stamp | effect

    def _drain(self) -> None:
        bus = self._stack.bus
        heard = self._heard
        while True:
            while item := bus.take():
                self._deliver(item)
            if not heard:
                return
            events, self._heard = heard, []
            heard = self._heard
            self._stack.projector.hear(events)

    def _deliver(self, item: Item) -> bool:
        """False where it is kept for later."""
        match item.to:
            case To.TASK:
                assert item.event is not None, "a task hears our own events"
                self._claimed += self._stack.task.hear(item.event, self._arrivals(item, item.event))
            case To.PROJECTOR:
                assert item.event is not None, "the projector hears our own events"
                if item.event.type in _EARLY:
                    self._ended_early.append(item.event.run)
                if not self._projecting:
                    self._stack.bus.hold(item)
                    return False
                self._heard.append(item.event)
            case To.START:
                assert item.outside is not None, "a trigger hears an event as it came"
                [routed] = item.told
                assert routed.told is not None, "a trigger's target is told which"
                pipeline, _, trigger = str(routed.told["trigger"]).rpartition("/")
                self._stack.start.triggered(pipeline, trigger, item.outside, item.id)
            case _:
                assert_never(item.to)
        return True

    def _arrivals(self, item: Item, event: Event) -> Arrivals:
        """The same targets hear the same of the same task's outcome every time, so it is read once."""
        # By identity: the router gives the very same answer for the same rules, and the entry keeps it alive.
        key = (id(item.told), event.pipeline, event.task, event.type)
        known = self._meanings.get(key)
        if known is not None:
            return known[1]
        loaded = self._shelf.loaded(event.pipeline)
        found = [delivery(routed.by, routed.told or {}, event, loaded.slots) for routed in item.told]
        arrivals = Arrivals(loaded, found)
        if not found[0].addressed:
            self._meant += len(found)
            if self._meant > MEANT:
                self._meanings.clear()
                self._meant = len(found)
            self._meanings[key] = (item.told, arrivals)
        return arrivals

    # when it fails

    def _one_by_one(self, lines: list[Line], due: bool, ripe: Sequence[Source], inputs: Sequence[_Input]) -> None:
        """What these lead to waits in the queue, where each of it is on its own."""
        stack, now = self._stack, self._stack.clock.now()
        if lines:
            self._apart(_LOGS, lambda: stack.logs.put(lines))
        if due:
            self._apart(_TIMERS, lambda: stack.bus.put(stack.timers.take(now)))
        for source in ripe:
            self._apart(source, partial(source.take, now))
        for input_ in inputs:
            if not (isinstance(input_, Item) and self._backoff.rests(_QUEUE, now)):
                self._alone(input_)

    def _once_more(self, now: Millis) -> bool:
        """Outcomes that failed. True if any was due."""
        due = [input_ for at, input_ in self._again if at <= now]
        self._again = [(at, input_) for at, input_ in self._again if at > now]
        for input_ in due:
            self._alone(input_)
        return bool(due)

    def _apart(self, who: Source | str, take: Callable[[], object]) -> None:
        try:
            with self._stack.database.transaction():
                take()
                self._stack.bus.spill()
        except Exception as wrong:
            self._reset()
            wait = self._backoff.failed(who, self._stack.clock.now())
            log.warning("%s failed, and is left alone for %d ms: %s", name_of(who), wait, wrong)
        else:
            self._backoff.went_well(who)

    def _alone(self, input_: _Input) -> None:
        try:
            with self._stack.database.transaction():
                self._take(input_)
                if self._heard:
                    self._stack.projector.hear(self._heard)
                    self._heard = []
                self._stack.bus.spill()
        except Exception as wrong:
            self._reset()
            self._failed(input_, wrong)
        else:
            self._hand_out()
            if self._backoff and isinstance(input_, _Ended):
                self._backoff.went_well(_OUTCOMES)

    def _failed(self, input_: _Input, wrong: Exception) -> None:
        if isinstance(input_, Item):
            log.warning("the delivery %s failed: %s", input_.id, wrong)
            try:
                with self._stack.database.transaction():
                    self._stack.bus.failed(input_, f"{type(wrong).__name__}: {wrong}")
                self._backoff.went_well(_QUEUE)
            except Exception as worse:
                wait = self._backoff.failed(_QUEUE, self._stack.clock.now())
                log.warning("and could not be put back: %s. The queue is left alone for %d ms", worse, wait)
            return
        now = self._stack.clock.now()
        if not self._backoff.rests(_OUTCOMES, now):
            wait = self._backoff.failed(_OUTCOMES, now)
            log.warning("outcomes cannot be recorded, and are tried again in %d ms: %s", wait, wrong)
        self._again.append((self._backoff.due(_OUTCOMES, None, now) or now, input_))

    def _reset(self) -> None:
        self._claimed.clear()
        self._heard.clear()
        self._ended_early.clear()

    # hand out

    def _hand_out(self) -> None:
        for work in self._claimed:
            self._last_job += 1
            self._jobs[self._last_job] = work
            self._runner.start(self._last_job, work)
        self._claimed.clear()
        for run in self._ended_early:
            self._runner.stop(run)
        self._ended_early.clear()
