"""Dying: what becomes of a task's delivery whose function died over it. Ids are compared first: having died fails nothing.

    settled by this delivery     its outcome is said again
    claimed by this delivery     that attempt died: it has failed, or is retried by its policy
    claimed by nobody            the same request again, later each time; in the end the task fails
    anything else                somebody has seen to it

A delivery is named by what brought it: in Lambda, by the invocation's own id. So a repeat that died is not taken for the
attempt that is well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from events.delivery import Delivery, delivery
from events.envelope import read
from events.event import Event
from events.ledger import RunRecord, RunState, TaskRecord, TaskState
from events.ports import Ports
from handlers.died import Death
from handlers.loaded import Loaded, Node, Shelf
from handlers.saying import requested
from handlers.task import DEFAULT_TIMEOUT_MS, Given, TaskHandler, Work
from schemas.errors import InvalidEvent
from schemas.outcome import Outcome

Again = Callable[[Death, Callable[[], None]], None]
"""Send the same request again, or do this where that was done often enough."""


class _Case(NamedTuple):
    run: RunRecord
    loaded: Loaded
    node: Node
    event: Event
    delivery: Delivery


class Dying:
    def __init__(self, ports: Ports, shelf: Shelf, task: TaskHandler) -> None:
        self._ports = ports
        self._shelf = shelf
        self._task = task

    def died(self, death: Death, again: Again) -> None:
        """`InvalidEvent` where it was no delivery of ours."""
        case = self._case(death)
        if case is None:
            return
        record = self._ports.ledger.task(case.run.id, case.node.name)
        if record is not None and record.delivery == case.delivery.id(case.event):
            self._owner_died(case, record, death.why)
        elif record is None or record.state is TaskState.RETRYING:
            # One that is to be tried again is nobody's: this may have been the next attempt, that did not get to begin.
            again(death, lambda: self._give_up(case, death.why))

    def beyond_reach(self, death: Death) -> None:
        """No function could be called. Whoever has claimed the task meanwhile keeps it."""
        case = self._case(death)
        if case is not None:
            self._give_up(case, death.why)

    def _owner_died(self, case: _Case, record: TaskRecord, why: Outcome) -> None:
        match record.state:
            case TaskState.CLAIMED:
                self._task.finish(_work(case, record), why)
            case TaskState.RETRYING:
                self._arm(case, record, "retry")
            case TaskState.WAITING:
                self._arm(case, record, "timer")
            case TaskState.SETTLED:
                self._task.deliver(case.event, case.delivery)

    def _arm(self, case: _Case, record: TaskRecord, reason: str) -> None:
        """It may have died before it set its timer."""
        run, task = case.run, case.node.name
        lambda_ = self._ports.surroundings.function_of(case.node.task, case.loaded.pipeline.functions).key
        said = requested(run.reference, run.id, task, lambda_, record.due, reason, record.attempt)
        self._ports.timers.set(f"{run.id}/{task}/{record.attempt}/due", record.due, said)

    def _give_up(self, case: _Case, why: Outcome) -> None:
        """Do in its place what the function would have done, up to the user's code; and that has failed."""
        for work in self._task.deliver(case.event, case.delivery):
            self._task.finish(work, why)

    def _case(self, death: Death) -> _Case | None:
        """None where there is nothing to do any more."""
        event_ = death.payload.get("event")
        if not isinstance(event_, dict):
            raise InvalidEvent("a function was invoked without an event", advice="Only rules of ours invoke it")
        event = read(event_)
        run = self._ports.ledger.run(event.run)
        if run is None or run.state is not RunState.OPEN:
            return None
        loaded = self._shelf.loaded(event.pipeline)
        brought = delivery(death.request, death.payload, event, loaded.slots)
        node = loaded.node(brought.task)
        return None if node is None else _Case(run, loaded, node, event, brought)


def _work(case: _Case, record: TaskRecord) -> Work:
    timeout = case.node.task.timeout
    return Work(
        run=case.run,
        loaded=case.loaded,
        node=case.node,
        attempt=record.attempt,
        token=record.token,
        parameters={},
        cause=case.event,
        timeout=DEFAULT_TIMEOUT_MS if timeout is None else timeout.ms,
        started=record.started,
        settings=Given({}, {}),
    )
