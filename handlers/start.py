"""The start handler: from an event, a schedule, a call or a person to a run.

    1. read the active version; it must still have the trigger, and the pipeline must not be paused
    2. take the event up: suffix, input, key, the run's derived id (`events.triggering`)
    3. put the run's record, if it is not there: that pins the version
    4. queue it where the pipeline is full, or say `run.started`, which the roots hear

What must always hold: a doubled trigger is one run; a trigger that should start a run and cannot is recorded; whoever
finds the record there says nothing, unless the delivery is the one that made it and may have died before it spoke.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue

from events.event import EventType
from events.ids import asked_run
from events.ledger import Millis, RunRecord, RunState, TaskRecord
from events.ports import Happening, Ports, Refusal
from events.slots import beyond
from events.triggering import PassedBy, Refused, TakenUp, take_up
from handlers import chain
from handlers.loaded import Loaded, Shelf
from handlers.operations import Slas, first_look, no_slas
from handlers.outputs import Outputs
from handlers.saying import requested, run_said, started_said
from schemas.input import input_mistakes
from schemas.model import JsonObject
from schemas.trigger import RunEnd

SWEEP_FIRST_MS: Millis = 60_000
"""A healthy run needs no sweep; the first look is late enough for most to have ended."""

_NOTHING: Final[Mapping[str, TaskRecord]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Started:
    run: str
    new: bool
    state: RunState


@dataclass(frozen=True, slots=True)
class NotStarted:
    why: str


class StartHandler:
    def __init__(self, ports: Ports, shelf: Shelf, slas: Slas = no_slas) -> None:
        self._ports = ports
        self._shelf = shelf
        self._slas = slas
        self._outputs = Outputs(ports.artifacts)

    def triggered(
        self, pipeline: str, trigger: str, event: JsonObject, delivery: str, *, replay: str | None = None
    ) -> Started | NotStarted:
        """An outside event has matched a trigger's rule."""
        published = self._ports.catalog.active(pipeline)
        if published is None or trigger not in published.version.pipeline.triggers:
            return NotStarted(f"{pipeline} has no trigger {trigger} any more")
        if self._ports.catalog.paused(pipeline):
            return self._refuse(pipeline, trigger, event, f"{pipeline} is paused; resume it and replay the event")
        match take_up(published.version.pipeline, trigger, event, replay=replay):
            case PassedBy(why):
                return NotStarted(why)
            case Refused(why):
                return self._refuse(pipeline, trigger, event, why)
            case TakenUp(run, input_, _):
                if chain.length(self._ports.ledger, delivery) == chain.MOST:
                    why = f"{chain.MOST} runs have started each other one after the other: this goes round"
                    return self._refuse(pipeline, trigger, event, why)
                loaded = self._shelf.loaded(published.version.reference)
                return self._open(loaded, run, input_, trigger=trigger, delivery=delivery, event=event)

    def asked(
        self, pipeline: str, request: str, input_: JsonValue, *, trigger: str = "manual", version: int | None = None
    ) -> Started | NotStarted:
        """A person, a program, a schedule: `request` is its own id, so that asking twice is asking once."""
        published = self._ports.catalog.active(pipeline)
        if version is not None:
            published = self._ports.catalog.version(f"{pipeline}@{version}")
        if published is None:
            return NotStarted(f"{pipeline} has no {'such' if version else 'published'} version")
        if mistakes := input_mistakes(published.version.pipeline.input, input_):
            why = f"the input does not fit the pipeline's schema: {'; '.join(mistakes)}"
            return self._refuse(pipeline, trigger, input_, why)
        loaded = self._shelf.loaded(published.version.reference)
        return self._open(loaded, asked_run(pipeline, request), input_, trigger=trigger, delivery=request)

    def admit(self, run: RunRecord) -> bool:
        """Open a queued run if there is room now."""
        loaded = self._shelf.loaded(run.reference)
        concurrency = loaded.pipeline.concurrency
        if concurrency is not None and not self._ports.ledger.admit(run.id, concurrency.limit):
            return False
        self.say_started(loaded, run)
        if run.rerun_of:
            # What its kept outcomes lead to is said by the sweeper, who then looks at once.
            self._ports.ledger.postpone(run.id, self._ports.clock.now(), 0)
        return True

    def again(self, of: RunRecord, request: str, keep: Mapping[str, TaskRecord]) -> Started:
        """A new run of the same version and input. It has the outcomes in `keep` before anybody hears that it started."""
        loaded = self._shelf.loaded(of.reference)
        id_ = asked_run(of.pipeline, request)
        return self._open(loaded, id_, of.input, trigger=of.trigger, delivery=request, rerun_of=of.id, keep=keep)

    def say_started(self, loaded: Loaded, run: RunRecord) -> None:
        self._ports.observer.tell(Happening.STARTED, run.reference, run=run.id, trigger=run.trigger)
        said = [started_said(loaded, run)]
        for root in () if loaded.slots is None else beyond(loaded.slots):
            node = loaded.node(root.task)
            assert node is not None, "a version's slots lead to its own tasks"
            lambda_ = self._ports.surroundings.function_of(node.task, loaded.pipeline.functions).key
            said.append(requested(run.reference, run.id, root.task, lambda_, run.started, "edge"))
        self._ports.bus.put(said)

    def _open(
        self,
        loaded: Loaded,
        id_: str,
        input_: JsonValue,
        *,
        trigger: str,
        delivery: str,
        event: JsonObject | None = None,
        rerun_of: str = "",
        keep: Mapping[str, TaskRecord] = _NOTHING,
    ) -> Started:
        now = self._ports.clock.now()
        concurrency = loaded.pipeline.concurrency
        wanted = RunRecord(
            id=id_,
            pipeline=loaded.pipeline.name,
            version=loaded.version.number,
            state=RunState.OPEN if concurrency is None else RunState.QUEUED,
            started=now,
            deadline=now + loaded.pipeline.deadline.ms,
            # A rerun has what the run before it was given, as it stands there.
            input=input_ if rerun_of else self._outputs.small_input(input_),
            trigger=trigger,
            origin=delivery,
            rerun_of=rerun_of,
            due=first_look(
                now, self._slas(loaded.pipeline.name), now + min(SWEEP_FIRST_MS, loaded.pipeline.deadline.ms)
            ),
        )
        run = self._ports.ledger.open(wanted)
        new = run == wanted
        if not new and run.origin != delivery:
            return Started(run.id, False, run.state)
        # Also when it comes again: it may have died in between.
        self._ports.ledger.keep(run.id, keep)
        return Started(run.id, new, self._set_going(run, event))

    def _set_going(self, run: RunRecord, event: JsonObject | None) -> RunState:
        """The state in which the run then is. By the limit of its own version: another may be active by now."""
        loaded = self._shelf.loaded(run.reference)
        if run.state is RunState.OPEN:
            self.say_started(loaded, run)
        if run.state is not RunState.QUEUED:
            return run.state
        if self.admit(run):
            return RunState.OPEN
        concurrency = loaded.pipeline.concurrency
        assert concurrency is not None, "only a limit makes a run wait"
        if concurrency.full == "queue":
            return RunState.QUEUED
        why = f"{run.pipeline} has {concurrency.limit} open run{'' if concurrency.limit == 1 else 's'}, its limit"
        self._refuse(run.pipeline, run.trigger, event, why)
        self._drop(run, why)
        return RunState.ENDED

    def _drop(self, run: RunRecord, why: str) -> None:
        now = self._ports.clock.now()
        if self._ports.ledger.end(run.id, RunEnd.CANCELLED, now, why):
            data: JsonObject = {"status": RunEnd.CANCELLED.value, "reason": why}
            self._ports.bus.put([run_said(run, EventType.RUN_CANCELLED, now, data)])

    def _refuse(self, pipeline: str, trigger: str, event: JsonValue, why: str) -> NotStarted:
        self._ports.observer.tell(Happening.REFUSED, pipeline, trigger=trigger)
        self._ports.refusals.put(Refusal(pipeline, trigger, self._ports.clock.now(), why, event))
        return NotStarted(why)
