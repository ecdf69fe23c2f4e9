"""The end of a run: one conditional write on its record. The first of derived end, cancel and deadline wins.

The derived end is made from the ledger's outcomes, never from what the view has heard. Once it is written nothing of the
run changes, its event is said, and the next run that waits for a place gets it. Until the projector has heard of it the
sweeper says it again, so an end is never lost with whoever wrote it. Before it is written the view is told every outcome that it has not
heard: nobody looks for those afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from events.event import Event, EventType, event_id
from events.interpret import Interpretation, interpret
from events.ledger import Millis, RunRecord, RunState, TaskRecord
from events.ports import Happening, Ports
from handlers.loaded import Shelf
from handlers.operations import Slas, late_at, no_slas
from handlers.saying import ENDS, SAYS, outcome_said, run_said, started_said
from schemas.model import JsonObject
from schemas.outcome import Status
from schemas.trigger import RunEnd

Admit = Callable[[RunRecord], bool]


class EndHandler:
    def __init__(self, ports: Ports, shelf: Shelf, admit: Admit, slas: Slas = no_slas) -> None:
        self._ports = ports
        self._shelf = shelf
        self._admit = admit
        self._slas = slas

    def conclude(self, run: RunRecord) -> bool:
        """End the run if all of it is decided."""
        if self._all_succeeded(run):
            return self.end(run, RunEnd.SUCCEEDED, "", {})
        found = self.meaning(run)
        match found.end:
            case None:
                return False
            case RunEnd.FAILED:
                reason = f"nobody took up the failure of {', '.join(found.unhandled)}"
                return self.end(run, RunEnd.FAILED, reason, {"tasks": list(found.unhandled)})
            case _:
                return self.end(run, found.end, "", {})

    def _all_succeeded(self, run: RunRecord) -> bool:
        """The plain case, told without a look at the graph."""
        records = self._ports.ledger.tasks(run.id)
        if len(records) < len(self._shelf.loaded(run.reference).pipeline.tasks):
            return False
        return all(
            record.outcome is not None and record.outcome.status is Status.SUCCEEDED for record in records.values()
        )

    def meaning(self, run: RunRecord) -> Interpretation:
        records = self._ports.ledger.tasks(run.id)
        answered = {
            name: record.outcome
            for name, record in records.items()
            if record.outcome is not None and record.attempt > 0
        }
        return interpret(self._shelf.loaded(run.reference).pipeline, answered)

    def end(self, run: RunRecord, end: RunEnd, reason: str, data: JsonObject) -> bool:
        now = self._ports.clock.now()
        self.tell_view(run)
        if not self._ports.ledger.end(run.id, end, now, reason):
            return False
        self._ports.observer.tell(Happening.ENDED, run.reference, run=run.id, end=end.value)
        self._say_ended(run, end, now, data)
        # That it took too long is told by whoever looked meanwhile, if anybody did; once more is the same.
        self.say_late(run, run.started, now)
        return True

    def say_late(self, run: RunRecord, after: Millis, until: Millis) -> None:
        """To those who want to know of a run that takes as long as that."""
        slas = self._slas(run.pipeline)
        if slas and (said := late_at(run, slas, after, until)):
            self._ports.bus.put_operations(said)

    def say_again(self, run: RunRecord) -> None:
        """Whoever ended it may be gone since, and its end unsaid."""
        assert run.end is not None, "an ended run has its end"
        match run.end:
            case RunEnd.SUCCEEDED:
                data: JsonObject = {}
            case RunEnd.FAILED:
                data = {"tasks": list(self.meaning(run).unhandled)}
            case RunEnd.CANCELLED:
                data = {"reason": run.reason}
            case RunEnd.TIMED_OUT:
                outcomes = self.meaning(run).outcomes
                tasks = self._shelf.loaded(run.reference).pipeline.tasks
                data = {"tasks": [name for name in tasks if name not in outcomes]}
            case _:
                assert_never(run.end)
        self._say_ended(run, run.end, run.ended, data)

    def tell_view(self, run: RunRecord) -> None:
        """What is recorded and was not heard: it was lost on its way, or whoever recorded it was gone before he said so."""
        loaded = self._shelf.loaded(run.reference)
        owed: dict[str, tuple[str, TaskRecord]] = {}
        for name, record in self._ports.ledger.tasks(run.id).items():
            if record.outcome is not None:
                owed[event_id(run.id, SAYS[record.outcome.status], name, record.attempt)] = (name, record)
        started = event_id(run.id, EventType.RUN_STARTED)
        ids = [started, *owed] if run.state is RunState.OPEN else [*owed]
        events: list[Event] = []
        for unheard in self._ports.view.unheard(run.id, ids):
            if unheard == started:
                events.append(started_said(loaded, run).event)
            else:
                name, record = owed[unheard]
                assert record.outcome is not None, "only an outcome is owed"
                said = outcome_said(loaded, run.id, name, record.attempt, record.outcome, record.ended, None)
                events.append(said.event)
        if events:
            self._ports.view.put(events)

    def _say_ended(self, run: RunRecord, end: RunEnd, at: int, data: JsonObject) -> None:
        self._ports.bus.put([run_said(run, ENDS[end], at, {"status": end.value, **data})])
        if self._shelf.loaded(run.reference).pipeline.concurrency is not None:
            self.make_room(run.pipeline)

    def make_room(self, pipeline: str) -> None:
        for waiting in self._ports.ledger.queued(pipeline):
            record = self._ports.ledger.run(waiting)
            if record is None or record.state is not RunState.QUEUED or not self._admit(record):
                return
