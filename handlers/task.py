"""The task handler: a task runs because an event reached it, says what happened, and forgets.

    deliver   note what arrived on the gate; wait, skip, or claim the task with a conditional write
    (run)     whoever called runs the user's code
    finish    settle with a write that our claim's token fences; then say the outcome

What must always hold:
  1. One claim at a time: a second delivery never runs a task that is claimed or settled.
  2. A settled outcome never changes. A late owner loses, silently.
  3. A delivery that finds the task claimed is done with, not bounced: it would only run out of tries.
  4. An outcome is said again only to the delivery whose claim it was, and once: that one heals its own crash. Were it said
     to every repeat, repeats would multiply down the graph.
  5. A retry's timer is set before the delivery is done with; a repeated delivery sets it again.
  6. Nothing starts in a run that has ended, and an attempt that ends after it changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pydantic import JsonValue

from events.delivery import Delivery
from events.envelope import spelled
from events.event import Event, EventType
from events.joins import Decision
from events.ledger import LOSSES, Claim, Millis, RunRecord, RunState, TaskRecord, TaskState
from events.ports import Happening, Ports, Said, moment
from events.retries import again, wait
from handlers.gates import Arrivals, Gates, Heard
from handlers.loaded import Loaded, Node, Shelf
from handlers.outputs import Outputs
from handlers.saying import outcome_said, requested
from schemas.errors import ExpressionFailed
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status

SKEW_MS: Final = 60_000
"""Clocks differ, and a platform takes a moment to kill: a lease lasts so much longer than the task may."""

DEFAULT_TIMEOUT_MS: Final = 15 * 60_000

_SETTLED: Final = {Status.SUCCEEDED: Happening.SUCCEEDED, Status.FAILED: Happening.FAILED}


class Given(NamedTuple):
    """What the project gives its tasks."""

    variables: JsonObject
    secrets: JsonObject


NOTHING: Final = Given({}, {})
"""For an action whose parameters say nothing of either: it has no other way to ask."""


@dataclass(slots=True)
class Work:
    """A claimed task: what to run, and what is needed to say how it ended."""

    run: RunRecord
    loaded: Loaded
    node: Node
    attempt: int
    token: str
    parameters: JsonObject
    cause: Event
    timeout: Millis
    started: Millis
    settings: Given

    @property
    def idempotency_key(self) -> str:
        """Stable over attempts."""
        return f"{self.run.id}/{self.node.name}"


@dataclass(frozen=True, slots=True)
class Hold:
    """The attempt ends later: by a callback, or when it is due."""

    due: Millis
    on: str


class TaskHandler:
    def __init__(self, ports: Ports, shelf: Shelf) -> None:
        self._ports = ports
        self._shelf = shelf
        self._outputs = Outputs(ports.artifacts)
        self._gates = Gates(ports)
        self.log = ""
        """Where what is claimed from now on leaves its output."""

    def deliver(self, event: Event, *deliveries: Delivery) -> list[Work]:
        """The work to do: that of deliveries that start a task. All of them bring this event."""
        return self.hear(event, Arrivals(self._shelf.loaded(event.pipeline), deliveries))

    def hear(self, event: Event, arrivals: Arrivals) -> list[Work]:
        """`deliver`, prepared."""
        run = self._ports.ledger.run(event.run)
        if run is None or run.state is not RunState.OPEN:
            return []
        heard = Heard(run, arrivals.loaded, event)
        started: list[Work] = []
        for (node, delivery), decision, edges in self._gates.arrive(heard, arrivals):
            if decision is Decision.SKIP:
                self._skip(heard, node, delivery)
                continue
            work = self._claim(heard, node, delivery, edges)
            if work is not None:
                started.append(work)
        return started

    def finish(self, work: Work, result: Outcome | Hold, said: Sequence[Said] = ()) -> bool:
        """Record how the attempt ended and say so, with what the task said itself. False for an owner that is too late."""
        ledger, now = self._ports.ledger, self._ports.clock.now()
        run, task = work.run.id, work.node.name
        stands = ledger.run(run)
        if stands is None or stands.state is RunState.ENDED:
            return False
        if work.node.task.callback and isinstance(result, Outcome) and result.status is Status.SUCCEEDED:
            result = Hold(now + work.timeout, "callback")
        if isinstance(result, Hold):
            if not ledger.hold(run, task, work.token, result.due):
                return False
            said_then = self._request(work, "timer")
            self._ports.timers.set(f"{run}/{task}/{work.attempt}/due", result.due, said_then)
            self._say_attempt(work, EventType.TASK_WAITING, {"on": result.on}, now)
            return True
        retry = work.node.task.retry
        if again(retry, result, work.attempt):
            assert retry is not None, "only a task with retries is tried again"
            return self._retry(work, result, now + wait(retry, work.attempt, self._ports.ids.chance()), now)
        result = self._outputs.small(work.loaded, task, result)
        if not ledger.settle(run, task, work.token, result, now):
            self._tell(work, Happening.TOO_LATE)
            return False
        self._tell(work, _SETTLED[result.status], now - work.started)
        outcome = outcome_said(work.loaded, run, task, work.attempt, result, now, work.cause)
        self._ports.bus.put([outcome, *said])
        return True

    def complete(self, run_id: str, task: str, token: str, outcome: Outcome) -> bool:
        """A callback: settle a running or a waiting task by its attempt's token."""
        run = self._ports.ledger.run(run_id)
        record = self._ports.ledger.task(run_id, task)
        if run is None or run.state is not RunState.OPEN or record is None or record.token != token:
            return False
        loaded = self._shelf.loaded(run.reference)
        return self._complete(run, loaded, record, task, self._outputs.small(loaded, task, outcome))

    def _complete(
        self,
        run: RunRecord,
        loaded: Loaded,
        record: TaskRecord,
        task: str,
        outcome: Outcome,
        cause: Event | None = None,
    ) -> bool:
        now = self._ports.clock.now()
        if not self._ports.ledger.settle(run.id, task, record.token, outcome, now):
            return False
        self._ports.bus.put([outcome_said(loaded, run.id, task, record.attempt, outcome, now, cause)])
        return True

    def _skip(self, heard: Heard, node: Node, delivery: Delivery) -> None:
        if not node.tells_skip:
            return
        (run, loaded, event), now = heard, self._ports.clock.now()
        if self._ports.ledger.skip(run.id, node.name, now, delivery.id(event)):
            self._ports.bus.put([outcome_said(loaded, run.id, node.name, 0, Outcome.skipped(), now, event)])
            return
        record = self._ports.ledger.task(run.id, node.name)
        if record is not None:
            self._say_again(heard, node, delivery, record)

    def _claim(self, heard: Heard, node: Node, delivery: Delivery, edges: tuple[str, ...]) -> Work | None:
        (run, loaded, event), now = heard, self._ports.clock.now()
        timeout = node.task.timeout.ms if node.task.timeout is not None else DEFAULT_TIMEOUT_MS
        # Before the claim: many who start at once ask more than a parameter store answers, and whom it refuses has claimed nothing.
        given = self._given(loaded, node)
        claim = Claim(self._ports.ids.token(), delivery.id(event), now, now + timeout + SKEW_MS, edges, self.log)
        record = self._ports.ledger.claim(run.id, node.name, claim)
        if record.token != claim.token:
            self._heal(heard, node, delivery, record)
            return None
        work = Work(run, loaded, node, record.attempt, record.token, {}, event, timeout, now, given)
        if record.losses >= LOSSES:
            self._tell(work, Happening.LOST)
            lost = f"its owner vanished {record.losses} times without a word; the last claim was {record.delivery}"
            self.finish(work, Outcome.failed("TaskLost", lost))
            return None
        return self._filled_in(work, record)

    def _given(self, loaded: Loaded, node: Node) -> Given:
        if node.plain is not None and node.task.action is not None:
            return NOTHING
        project = loaded.pipeline.project
        return Given(self._ports.settings.variables(project), self._ports.settings.secrets(project))

    def _filled_in(self, work: Work, record: TaskRecord) -> Work | None:
        if work.node.plain is not None:
            work.parameters = work.node.plain
            return work
        if absent := sorted(work.node.secrets - work.settings.secrets.keys()):
            told = f"no value is there for the secret {', '.join(absent)}"
            self._settle_without_retry(work, Outcome.failed("MissingSecret", told))
            return None
        try:
            parameters = work.node.parameters.evaluate(self._scope(work, record))
        except ExpressionFailed as wrong:
            self._settle_without_retry(work, Outcome.failed(wrong.code, str(wrong)))
            return None
        assert isinstance(parameters, dict), "`with` is an object"
        work.parameters = parameters
        return work

    def _settle_without_retry(self, work: Work, outcome: Outcome) -> None:
        """The same parameters would fail alike every time."""
        now = self._ports.clock.now()
        if self._ports.ledger.settle(work.run.id, work.node.name, work.token, outcome, now):
            told = outcome_said(work.loaded, work.run.id, work.node.name, work.attempt, outcome, now, work.cause)
            self._ports.bus.put([told])

    def _heal(self, heard: Heard, node: Node, delivery: Delivery, record: TaskRecord) -> None:
        """The task is somebody's already. If this same delivery was that somebody, say again what it may not have said."""
        run, loaded, event = heard
        if record.state is TaskState.WAITING and delivery.addressed and record.due <= self._ports.clock.now():
            self._complete(run, loaded, record, node.name, _overdue(node, record), event)
            return
        if record.state is TaskState.RETRYING:
            again_ = requested(
                run.reference, run.id, node.name, self._lambda(loaded, node), record.due, "retry", record.attempt
            )
            self._ports.timers.set(f"{run.id}/{node.name}/{record.attempt}/due", record.due, again_)
        else:
            self._say_again(heard, node, delivery, record)

    def _say_again(self, heard: Heard, node: Node, delivery: Delivery, record: TaskRecord) -> None:
        """Once, and only to the delivery that settled the task."""
        run, loaded, event = heard
        if record.outcome is None or record.delivery != delivery.id(event):
            return
        if self._ports.ledger.heals(run.id, node.name, record.delivery):
            told = outcome_said(loaded, run.id, node.name, record.attempt, record.outcome, record.ended, event)
            self._ports.bus.put([told])

    def _retry(self, work: Work, failed: Outcome, due: Millis, now: Millis) -> bool:
        run, task = work.run.id, work.node.name
        if not self._ports.ledger.retry(run, task, work.token, due):
            self._tell(work, Happening.TOO_LATE)
            return False
        self._tell(work, Happening.RETRYING, now - work.started)
        again_ = requested(
            work.loaded.reference, run, task, self._lambda(work.loaded, work.node), due, "retry", work.attempt + 1
        )
        self._ports.timers.set(f"{run}/{task}/{work.attempt + 1}/due", due, again_)
        error: JsonValue = failed.data()["error"]
        self._say_attempt(work, EventType.TASK_RETRYING, {"error": error, "due": moment(due).isoformat()}, now)
        return True

    def _tell(self, work: Work, happening: Happening, ms: int | None = None) -> None:
        run, task = work.run.id, work.node.name
        self._ports.observer.tell(happening, work.loaded.reference, ms, run=run, task=task, attempt=work.attempt)

    def _say_attempt(self, work: Work, type_: EventType, data: JsonObject, now: Millis) -> None:
        event = Event(
            type=type_,
            time=moment(now),
            pipeline=work.loaded.reference,
            run=work.run.id,
            task=work.node.name,
            attempt=work.attempt,
            cause=work.cause.id,
            data=data,
        )
        self._ports.bus.put([Said(event)])

    def _request(self, work: Work, reason: str) -> Said:
        now = self._ports.clock.now()
        lambda_ = self._lambda(work.loaded, work.node)
        return requested(work.loaded.reference, work.run.id, work.node.name, lambda_, now, reason, work.attempt)

    def _lambda(self, loaded: Loaded, node: Node) -> str:
        return self._ports.surroundings.function_of(node.task, loaded.pipeline.functions).key

    def _scope(self, work: Work, record: TaskRecord) -> JsonObject:
        """What the parameters may name. The event brings one outcome along; others are read from the ledger."""
        tasks: JsonObject = {}
        event = work.cause
        if event.type is EventType.TASK_SUCCEEDED and event.task in work.node.reads:
            tasks[event.task] = self._outputs.whole(event.data)
        missing = work.node.reads - tasks.keys()
        if missing:
            for name, other in self._ports.ledger.tasks(work.run.id, missing).items():
                if other.outcome is not None and other.ended <= record.opened:
                    tasks[name] = self._outputs.whole(other.outcome.data())
        run = work.run
        return {
            "input": self._outputs.value(run.input),
            "tasks": tasks,
            "run": {"id": run.id, "pipeline": run.pipeline, "version": run.version, "trigger": run.trigger},
            "trigger": {"name": run.trigger},
            "secrets": work.settings.secrets,
            "variables": work.settings.variables,
        }


def _overdue(node: Node, record: TaskRecord) -> Outcome:
    """What a wait ends with: a callback that did not come has failed, a time that has come was waited for."""
    if node.task.callback:
        return Outcome.failed("Timeout", "nobody settled it in time")
    return Outcome.succeeded({"waited_until": spelled(moment(record.due))})
