"""What people do to runs and pipelines: cancel a run, run one again, pause a pipeline, resume it.

A rerun is a new run of the same version with the same input; nothing of the old one changes. Run again from what failed,
it keeps every outcome that does not follow from something that is done anew:

    done anew   what failed, whether or not somebody took the failure up; what had no outcome;
                what a live edge out of such a task had set going; a settled join with any edge out of one;
                what was skipped, where such a task decides an edge into it
    kept        every other task that succeeded

So a branch that had taken a failure up runs again only if its task fails again. What is kept the new run's view is told
as it was said, and nobody else hears of it again; what it leads to is asked for by the sweeper's look.

What is refused changes nothing: every refusal comes before the first write.
"""

from __future__ import annotations

from collections.abc import Mapping

from events.interpret import Interpretation
from events.ledger import RunRecord, RunState, TaskRecord
from events.ports import Ports
from handlers.ending import EndHandler
from handlers.loaded import Shelf
from handlers.saying import outcome_said
from handlers.start import Started, StartHandler
from handlers.sweeper import Sweeper
from handlers.unknown import NoSuchPipeline, NoSuchRun
from schemas.errors import MurmurationError
from schemas.outcome import Status
from schemas.trigger import RunEnd
from schemas.wiring import Wiring


class RunHasEnded(MurmurationError):
    code = "run-has-ended"


class RunGoesOn(MurmurationError):
    code = "run-goes-on"


class NothingToRerun(MurmurationError):
    code = "nothing-to-rerun"


class Control:
    def __init__(self, ports: Ports, shelf: Shelf, start: StartHandler, ending: EndHandler, sweeper: Sweeper) -> None:
        self._ports = ports
        self._shelf = shelf
        self._start = start
        self._ending = ending
        self._sweeper = sweeper

    def cancel(self, run: str, by: str, reason: str = "") -> RunRecord:
        record = self._run(run)
        if record.state is RunState.ENDED:
            assert record.end is not None, "an ended run has its end"
            raise RunHasEnded(f"{run} has {_spoken(record.end)} already", advice="Nothing is left to cancel")
        told = f"cancelled by {by}{': ' if reason else ''}{reason}"
        self._ending.end(record, RunEnd.CANCELLED, told, {"by": by, "reason": reason})
        return record

    def rerun(self, run: str, request: str) -> Started:
        """The whole of it."""
        return self._start.again(self._run(run), request, {})

    def rerun_failed(self, run: str, request: str) -> Started:
        """From the tasks that failed or never had an outcome, keeping what succeeded."""
        record = self._run(run)
        if record.state is not RunState.ENDED:
            raise RunGoesOn(f"{run} has not ended", advice="Wait for its end, or cancel it first")
        loaded = self._shelf.loaded(record.reference)
        meaning = self._ending.meaning(record)
        records = self._ports.ledger.tasks(run)
        keep = kept(loaded.wiring, meaning, records)
        if not _left(loaded.wiring, meaning, keep):
            raise NothingToRerun(f"nothing failed in {run}", advice="Run all of it again, without --from-failed")
        started = self._start.again(record, request, keep)
        if started.new:
            said = [
                outcome_said(loaded, started.run, name, one.attempt, one.outcome, one.ended, None).event
                for name, one in keep.items()
                if one.outcome is not None
            ]
            self._ports.view.put(said)
        if started.state is RunState.OPEN:
            self._sweeper.look(self._run(started.run), self._ports.clock.now())
        return started

    def pause(self, pipeline: str) -> bool:
        """Triggers start nothing until it is resumed; runs go on. False if it was paused already."""
        return self._set_paused(pipeline, True)

    def resume(self, pipeline: str) -> bool:
        return self._set_paused(pipeline, False)

    def _set_paused(self, pipeline: str, paused: bool) -> bool:
        if self._ports.catalog.active(pipeline) is None:
            raise NoSuchPipeline(
                f"there is no published pipeline {pipeline}", advice="Publish it first: murmur publish"
            )
        if self._ports.catalog.paused(pipeline) == paused:
            return False
        return self._ports.catalog.pause(pipeline, paused)

    def _run(self, run: str) -> RunRecord:
        record = self._ports.ledger.run(run)
        if record is None:
            raise NoSuchRun(f"there is no run {run}", advice="murmur runs shows those there are")
        return record


def kept(wiring: Wiring, meaning: Interpretation, records: Mapping[str, TaskRecord]) -> dict[str, TaskRecord]:
    """The outcomes that a rerun from what failed keeps."""
    keep = {
        name: record
        for name, record in records.items()
        if record.attempt > 0 and record.outcome is not None and record.outcome.status is Status.SUCCEEDED
    }
    anew = [name for name in wiring.tasks if name not in keep and name not in meaning.skipped]
    seen = set(anew)
    while anew:
        for edge in wiring.outgoing[anew.pop()]:
            follows = edge.to not in keep or wiring.tasks[edge.to].join == "settled" or edge.id in keep[edge.to].edges
            if follows and edge.to not in seen:
                seen.add(edge.to)
                keep.pop(edge.to, None)
                anew.append(edge.to)
    return keep


def _left(wiring: Wiring, meaning: Interpretation, keep: Mapping[str, TaskRecord]) -> bool:
    return any(name not in keep and name not in meaning.skipped for name in wiring.tasks)


def _spoken(end: RunEnd) -> str:
    match end:
        case RunEnd.CANCELLED:
            return "been cancelled"
        case RunEnd.TIMED_OUT:
            return "timed out"
        case _:
            return end.value
