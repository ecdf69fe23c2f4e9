"""The sweeper: no run is pending for ever. It looks at unended runs by due time and sends again what got lost.

For each: end it at its deadline, naming what was missing; end it if all is decided; else send `task.requested` for roots
that nobody claimed, for gates that are satisfied and unclaimed, for claims whose lease is over, for retries and waits that
are overdue. Live edges that were never noted are noted first. What is due is decided from the ledger alone; the view
is told what it has not heard, and an end that may be unsaid is said again.

Doubling is harmless, given the claim. Looks grow rarer while nothing changes.
"""

from __future__ import annotations

import logging
from typing import Final

from events.interpret import Interpretation
from events.joins import Decision, decide_by_count
from events.ledger import GateState, Millis, RunRecord, RunState, TaskRecord, TaskState
from events.ports import Arriving, Happening, Ports, Said, Unavailable
from handlers.ending import EndHandler
from handlers.loaded import Loaded, Node, Shelf
from handlers.operations import Slas, next_look, no_slas
from handlers.saying import outcome_said, requested
from schemas.outcome import Outcome
from schemas.trigger import RunEnd

log = logging.getLogger("murmuration.sweeper")

MOST_PER_SWEEP = 200
SHORTEST_MS: Millis = 60_000
LONGEST_MS: Millis = 3_600_000
_DOING: Final = {
    TaskState.CLAIMED: "was running",
    TaskState.RETRYING: "was to be tried again",
    TaskState.WAITING: "was waiting",
    TaskState.SETTLED: "had ended",
}


class Sweeper:
    def __init__(self, ports: Ports, shelf: Shelf, ending: EndHandler, slas: Slas = no_slas) -> None:
        self._ports = ports
        self._shelf = shelf
        self._ending = ending
        self._slas = slas

    def sweep(self) -> int:
        """How many runs were looked at; as many as `MOST_PER_SWEEP` means that there may be more."""
        now = self._ports.clock.now()
        late = self._ports.ledger.due(now, MOST_PER_SWEEP)
        for run in late:
            self._look_alone(run, now)
        return len(late)

    def _look_alone(self, run: RunRecord, now: Millis) -> None:
        """One run that cannot be looked at holds up no other; only where the store refuses nothing can be done for any."""
        try:
            self.look(run, now)
        except Unavailable:
            raise
        except Exception:
            log.exception("the run %s of %s could not be looked at", run.id, run.reference)
            self._postpone(run, now)

    def look(self, run: RunRecord, now: Millis) -> None:
        if run.state is RunState.ENDED:
            self._ending.say_again(run)
            self._postpone(run, now)
            return
        if run.deadline <= now:
            self._time_out(run)
            return
        self._ending.say_late(run, run.due - _pause(run.sweeps - 1) if run.sweeps else 0, now)
        if run.state is RunState.QUEUED:
            self._ending.make_room(run.pipeline)
            self._postpone(run, now)
            return
        if self._ending.conclude(run):
            return
        self._ending.tell_view(run)
        said = self._owed(run, self._ending.meaning(run), now)
        self._ports.bus.put(said)
        self._postpone(run, now)

    def _time_out(self, run: RunRecord) -> None:
        loaded = self._shelf.loaded(run.reference)
        found = self._ending.meaning(run)
        records = self._ports.ledger.tasks(run.id)
        undecided = [name for name in loaded.pipeline.tasks if name not in found.outcomes]
        told = "; ".join(_late(name, records.get(name), found, loaded) for name in undecided[:5])
        more = f"; and {len(undecided) - 5} more" if len(undecided) > 5 else ""
        reason = f"the deadline of {loaded.pipeline.deadline} came first: {told}{more}"
        self._ending.end(run, RunEnd.TIMED_OUT, reason, {"tasks": list(undecided)})

    def _owed(self, run: RunRecord, found: Interpretation, now: Millis) -> list[Said]:
        loaded = self._shelf.loaded(run.reference)
        records, gates = self._ports.ledger.tasks(run.id), self._ports.ledger.gates(run.id)
        said: list[Said] = []
        for name in loaded.pipeline.tasks:
            node = loaded.node(name)
            assert node is not None, "a version has its own tasks"
            record = records.get(name)
            if record is None:
                gate = self._gate(run, node, found, gates.get(name) or GateState())
                if decide_by_count(node.task.join, len(node.incoming), gate.live, gate.dead) is Decision.RUN:
                    said.append(self._request(run, loaded, node, now))
                elif name in found.skipped and node.tells_skip and self._ports.ledger.skip(run.id, name, now):
                    said.append(outcome_said(loaded, run.id, name, 0, Outcome.skipped(), now, None))
            elif _overdue(record, now):
                said.append(self._request(run, loaded, node, now))
        return said

    def _gate(self, run: RunRecord, node: Node, found: Interpretation, gate: GateState) -> GateState:
        """The gate, with what the outcomes say should have arrived."""
        owed = {
            edge: found.edges[edge]
            for edge in node.incoming
            if edge not in gate.noted and edge in found.edges and (found.edges[edge] or node.hears_everything)
        }
        if len(node.incoming) > 1:
            arriving = Arriving(node.name, owed, node.places, node.needs)
            return self._ports.ledger.arrive(run.id, [arriving])[0] if owed else gate
        return GateState(owed)

    def _request(self, run: RunRecord, loaded: Loaded, node: Node, now: Millis) -> Said:
        self._ports.observer.tell(Happening.SWEPT, run.reference, run=run.id, task=node.name)
        lambda_ = self._ports.surroundings.function_of(node.task, loaded.pipeline.functions).key
        return requested(run.reference, run.id, node.name, lambda_, now, "sweep")

    def _postpone(self, run: RunRecord, now: Millis) -> None:
        next_ = now + _pause(run.sweeps)
        if run.state is not RunState.ENDED:
            next_ = next_look(run, self._slas(run.pipeline), now, min(next_, run.deadline))
        self._ports.ledger.postpone(run.id, next_, run.sweeps + 1)


def _pause(sweeps: int) -> Millis:
    return min(SHORTEST_MS << min(sweeps, 10), LONGEST_MS)


def _overdue(record: TaskRecord, now: Millis) -> bool:
    match record.state:
        case TaskState.CLAIMED:
            return record.lease <= now
        case TaskState.RETRYING | TaskState.WAITING:
            return record.due <= now
        case TaskState.SETTLED:
            return False


def _late(name: str, record: TaskRecord | None, found: Interpretation, loaded: Loaded) -> str:
    if record is not None:
        return f"{name} {_DOING[record.state]} in attempt {record.attempt}"
    if name in found.runs:
        return f"{name} had not started"
    missing = [edge for edge in loaded.wiring.incoming[name] if edge.id not in found.edges]
    return f"{name} waited for {' and '.join(str(edge) for edge in missing[:3])}"
