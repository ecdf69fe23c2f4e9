"""Undelivered: what could not be delivered, and whoever died over it. Nothing is failed by having failed to arrive: ids are
compared first. A queue's letter tells which of these it is:

    failed           Lambda's failure destination: an invocation that died. Of the task that it was for,
                       settled by this delivery     its outcome is said again
                       claimed by this delivery     that attempt died: it has failed, or is retried by its policy
                       claimed by nobody            the same request again, later each time; in the end the task fails
                       anything else                somebody has seen to it
    undelivered      a rule's dead letter: the event and the rule. All targets of the rule with that ARN get it again; claims
                     absorb what they have had. Or a schedule's: the call that it could not make
    projector-dead,  messages that failed too often: back to their queue, later each time
    timers-dead

What must always hold
  1. Nothing is dropped in silence: what has been tried often enough fails its task, is recorded as a refused trigger, or is
     kept in one queue, `undelivered-dead`, where people see it.
  2. A letter that could not be seen to comes again; the others of its batch do not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, Protocol

import orjson
from pydantic import JsonValue

from events.delivery import Delivery
from events.envelope import is_canary
from events.event import Event
from events.ledger import RunRecord, RunState, TaskRecord, TaskState
from events.ports import Ports, Refusal, Unavailable
from events.router import Router
from handlers.died import Death, read_death, unreachable
from handlers.loaded import Loaded, Node, Shelf
from handlers.request import AGAIN, Request, read_request
from handlers.saying import requested
from handlers.task import DEFAULT_TIMEOUT_MS, Given, TaskHandler, Work
from schemas.errors import InvalidEvent, MurmurationError
from schemas.model import JsonObject
from schemas.outcome import Outcome

log = logging.getLogger("murmuration.undelivered")

MOST_AGAIN: Final = 5
MOST_AGAIN_FOR_GOOD: Final = 2
"""Of what cannot start: a deployment may be under way, and then it would."""
_FIRST_WAIT_S: Final = 5
_LONGEST_WAIT_S: Final = 900
DEAD: Final = "-dead"
FAILED: Final = "failed"


class Letter(NamedTuple):
    id: str
    queue: str
    """Its name without the stack's prefix."""
    body: str
    tries: int = 1
    """So often it was received."""
    attributes: Mapping[str, str] = {}


class Post(Protocol):
    """By which things are sent again."""

    def invoke(self, function: str, payload: JsonObject) -> None:
        """Asynchronously. `Unavailable`, or an error where it cannot be invoked at all."""
        ...

    def send(self, queue: str, body: str, *, seconds: int = 0, again: int = 0) -> None:
        """To a queue of ours, by its name without the prefix; `again` comes as an attribute of that name."""
        ...

    def keep(self, letter: Letter, why: str) -> None:
        """For people to see."""
        ...


RuleOf = Callable[[str, str], JsonObject | None]
"""By its bus and its name, a rule as it was rendered: its pattern and its targets."""


class _Case(NamedTuple):
    """A task's delivery that failed."""

    run: RunRecord
    loaded: Loaded
    node: Node
    event: Event
    delivery: Delivery


class Undelivered:
    def __init__(self, ports: Ports, shelf: Shelf, task: TaskHandler, post: Post, rule_of: RuleOf) -> None:
        self._ports = ports
        self._shelf = shelf
        self._task = task
        self._post = post
        self._rule_of = rule_of

    def take(self, letters: Iterable[Letter]) -> list[str]:
        """The ids of those that are to come again."""
        left: list[str] = []
        for letter in letters:
            try:
                self._see_to(letter)
            except Unavailable as wrong:
                log.warning("the letter %s comes again: %s", letter.id, wrong)
                left.append(letter.id)
            except Exception:
                log.exception("the letter %s from %s could not be seen to", letter.id, letter.queue)
                left.append(letter.id)
        return left

    def _see_to(self, letter: Letter) -> None:
        if letter.queue.endswith(DEAD):
            self._back(letter)
            return
        try:
            told: JsonValue = orjson.loads(letter.body)
        except orjson.JSONDecodeError:
            told = None
        if not isinstance(told, dict):
            self._post.keep(letter, "it is no JSON object")
        elif letter.queue == FAILED:
            self._failed(letter, told)
        elif "SCHEDULE_ARN" in letter.attributes:
            self._unscheduled(letter, told)
        else:
            self._unruled(letter, told)

    def _back(self, letter: Letter) -> None:
        again = int(letter.attributes.get(AGAIN, "0")) + 1
        queue = letter.queue.removesuffix(DEAD)
        if again > MOST_AGAIN:
            self._post.keep(letter, f"{queue} could not see to it, {again} times over")
        else:
            self._post.send(queue, letter.body, seconds=_wait(again), again=again)

    # invocations that died

    def _failed(self, letter: Letter, told: JsonObject) -> None:
        match told:
            case {"function": str(function), "payload": dict(payload)}:
                # Our own, held back until now.
                self._post.invoke(function, payload)
                return
        death = read_death(told)
        if death is None:
            self._post.keep(letter, "it does not say what was asked of which function")
        elif "trigger" in death.payload:
            self._again(death, lambda: self._refuse(death))
        else:
            self._task_died(letter, death)

    def _task_died(self, letter: Letter, death: Death) -> None:
        try:
            case = self._case(read_request(death.payload))
        except InvalidEvent as wrong:
            self._post.keep(letter, str(wrong))
            return
        if case is None:
            return
        record = self._ports.ledger.task(case.run.id, case.node.name)
        if record is None:
            self._again(death, lambda: self._give_up(case, death.why))
        elif _by(record, case, death.request):
            self._owner_died(case, record, death.why)
        elif record.state is TaskState.RETRYING:
            # It was to be the next attempt, and had not begun it.
            self._again(death, lambda: self._give_up(case, death.why))

    def _owner_died(self, case: _Case, record: TaskRecord, why: Outcome) -> None:
        match record.state:
            case TaskState.CLAIMED:
                self._task.finish(self._work(case, record), why)
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

    def _again(self, death: Death, give_up: Callable[[], None]) -> None:
        sent = death.payload.get(AGAIN, 0)
        again = (sent if isinstance(sent, int) else 0) + 1
        if again > (MOST_AGAIN_FOR_GOOD if death.for_good else MOST_AGAIN):
            give_up()
            return
        body = orjson.dumps({"function": death.function, "payload": {**death.payload, AGAIN: again}}).decode()
        self._post.send(FAILED, body, seconds=_wait(again))

    def _give_up(self, case: _Case, why: Outcome) -> None:
        """Do in its place what the function would have done, up to the user's code; and that has failed."""
        for work in self._task.deliver(case.event, case.delivery):
            self._task.finish(work, why)

    def _refuse(self, death: Death) -> None:
        pipeline, _, trigger = str(death.payload["trigger"]).rpartition("/")
        assert death.why.error is not None, "who died has failed"
        why = f"the start function died over it: {death.why.error.message}"
        event = {name: value for name, value in death.payload.items() if name != AGAIN}.get("event")
        self._ports.refusals.put(Refusal(pipeline, trigger, self._ports.clock.now(), why, event))

    # what never arrived

    def _unruled(self, letter: Letter, event: JsonObject) -> None:
        detail, target = event.get("detail"), letter.attributes.get("TARGET_ARN", "")
        if isinstance(detail, dict) and is_canary(detail):
            return
        bus, name = _rule_named(letter.attributes.get("RULE_ARN", ""))
        rule = self._rule_of(bus, name)
        if rule is None:
            self._post.keep(letter, f"the rule {name} is gone")
            return
        routed = [one for one in Router([rule]).route(event) if one.arn == target]
        if not routed:
            self._post.keep(letter, f"the rule {name} leads it to no {target} any more")
        for one in routed:
            if _is_queue(one.arn):
                self._post.send(self._queue(one.arn), letter.body)
            else:
                self._invoke(letter, one.arn, {**(one.told or {}), "event": event})

    def _unscheduled(self, letter: Letter, told: JsonObject) -> None:
        target = letter.attributes.get("TARGET_ARN", "")
        if _is_queue(target):
            self._post.send(self._queue(target), letter.body)
        else:
            self._invoke(letter, target, told)

    def _invoke(self, letter: Letter, function: str, payload: JsonObject) -> None:
        try:
            self._post.invoke(function, payload)
        except Unavailable:
            raise
        except MurmurationError:
            if letter.tries <= MOST_AGAIN:
                raise
            log.exception("%s cannot be invoked", function)
            code, message = (letter.attributes.get(name, "") for name in ("ERROR_CODE", "ERROR_MESSAGE"))
            self._beyond_reach(letter, Death(function, "", payload, unreachable(code, message)))

    def _beyond_reach(self, letter: Letter, death: Death) -> None:
        if "trigger" in death.payload:
            self._refuse(death)
            return
        try:
            case = self._case(read_request(death.payload))
        except InvalidEvent as wrong:
            self._post.keep(letter, str(wrong))
            return
        if case is not None:
            self._give_up(case, death.why)

    # what it is about

    def _case(self, request: Request) -> _Case | None:
        """None where there is nothing to do any more."""
        event = request.ours()
        run = self._ports.ledger.run(event.run)
        if run is None or run.state is not RunState.OPEN:
            return None
        loaded = self._shelf.loaded(event.pipeline)
        delivery = request.delivery(event, loaded.slots)
        node = loaded.node(delivery.task)
        return None if node is None else _Case(run, loaded, node, event, delivery)

    def _work(self, case: _Case, record: TaskRecord) -> Work:
        timeout = case.node.task.timeout.ms if case.node.task.timeout is not None else DEFAULT_TIMEOUT_MS
        return Work(
            run=case.run,
            loaded=case.loaded,
            node=case.node,
            attempt=record.attempt,
            token=record.token,
            parameters={},
            cause=case.event,
            timeout=timeout,
            started=record.started,
            settings=Given({}, {}),
        )

    def _queue(self, arn: str) -> str:
        return arn.rpartition(":")[2].removeprefix(f"{self._ports.surroundings.prefix}-")


def _by(record: TaskRecord, case: _Case, request: str) -> bool:
    """Is the record this very invocation's? A claim's log names its request: a repeat of the same delivery has another."""
    return record.delivery == case.delivery.id(case.event) and (not record.log or request in record.log)


def _wait(again: int) -> int:
    """Seconds."""
    return min(_FIRST_WAIT_S * 4 ** (again - 1), _LONGEST_WAIT_S)


def _rule_named(arn: str) -> tuple[str, str]:
    """`…:rule/BUS/NAME`, or `…:rule/NAME` on the default bus."""
    bus, _, name = arn.partition(":rule/")[2].rpartition("/")
    return bus or "default", name


def _is_queue(arn: str) -> bool:
    return arn.split(":")[2:3] == ["sqs"]
