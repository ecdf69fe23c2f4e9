"""Undelivered: what could not be delivered, and whoever died over it. Its letters come from several queues:

    failed           Lambda's failure destination: an invocation that died (`handlers.dying`). Or a request of our own that
                     was held back, and is now made again
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

from events.envelope import is_canary
from events.ports import Ports, Refusal, Unavailable
from events.router import Router
from handlers.died import Death, read_death, unreachable
from handlers.dying import Dying
from handlers.operations import dead
from schemas.errors import InvalidEvent, MurmurationError
from schemas.model import JsonObject

log = logging.getLogger("murmuration.undelivered")

MOST_AGAIN: Final = 5
MOST_AGAIN_FOR_GOOD: Final = 2
"""Of what cannot start: a deployment may be under way, and then it would."""
RECEIVED: Final = 3
"""So often a letter comes before what it asks for is given up. The queues' own limit must be higher."""
_FIRST_WAIT_S: Final = 5
_LONGEST_WAIT_S: Final = 900
DEAD: Final = "-dead"
FAILED: Final = "failed"
AGAIN: Final = "again"


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


class Undelivered:
    def __init__(self, ports: Ports, dying: Dying, post: Post, rule_of: RuleOf) -> None:
        self._ports = ports
        self._dying = dying
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
            self._keep(letter, "it is no JSON object")
        elif letter.queue == FAILED:
            self._failed(letter, told)
        elif "SCHEDULE_ARN" in letter.attributes:
            self._unscheduled(letter, told)
        else:
            self._unruled(letter, told)

    def _keep(self, letter: Letter, why: str) -> None:
        """Whoever wants to know of it is told first: what cannot be told now comes again."""
        event = _event_of(letter.body)
        at = self._ports.clock.now()
        told = dead(letter.id, _pipeline_of(event), at, to=letter.queue, why=why, event=event)
        if told is not None:
            self._ports.bus.put_operations([told])
        self._post.keep(letter, why)

    def _back(self, letter: Letter) -> None:
        again = int(letter.attributes.get(AGAIN, "0")) + 1
        queue = letter.queue.removesuffix(DEAD)
        if again > MOST_AGAIN:
            self._keep(letter, f"{queue} could not see to it, {again} times over")
        else:
            self._post.send(queue, letter.body, seconds=_wait(again), again=again)

    # invocations that died

    def _failed(self, letter: Letter, told: JsonObject) -> None:
        match told:
            case {"function": str(function), "payload": dict(payload)}:
                # Our own, held back until now.
                self._invoke(letter, function, payload)
                return
        death = read_death(told)
        if death is None:
            self._keep(letter, "it does not say what was asked of which function")
        elif _starts(death.payload):
            self._again(death, lambda: self._refuse(death))
        elif not _holds_canary(death.payload.get("event")):
            try:
                self._dying.died(death, self._again)
            except InvalidEvent as wrong:
                self._keep(letter, str(wrong))

    def _again(self, death: Death, give_up: Callable[[], None]) -> None:
        sent = death.payload.get(AGAIN, 0)
        again = (sent if isinstance(sent, int) else 0) + 1
        if again > (MOST_AGAIN_FOR_GOOD if death.for_good else MOST_AGAIN):
            give_up()
            return
        body = orjson.dumps({"function": death.function, "payload": {**death.payload, AGAIN: again}}).decode()
        self._post.send(FAILED, body, seconds=_wait(again))

    def _refuse(self, death: Death) -> None:
        match death.payload:
            case {"asked": {"pipeline": str(pipeline)}}:
                trigger = "manual"
            case _:
                pipeline, _, trigger = str(death.payload.get("trigger")).rpartition("/")
        assert death.why.error is not None, "who died has failed"
        why = f"the run could not be started: {death.why.error.message}"
        called: JsonObject = {name: value for name, value in death.payload.items() if name != AGAIN}
        event = called.get("event", called)
        self._ports.refusals.put(Refusal(pipeline, trigger, self._ports.clock.now(), why, event))

    # what never arrived

    def _unruled(self, letter: Letter, event: JsonObject) -> None:
        if _holds_canary(event):
            return
        target = letter.attributes.get("TARGET_ARN", "")
        bus, name = _rule_named(letter.attributes.get("RULE_ARN", ""))
        rule = self._rule_of(bus, name)
        if rule is None:
            self._keep(letter, f"the rule {name} is gone")
            return
        routed = [one for one in Router([rule]).route(event) if one.arn == target]
        if not routed:
            self._keep(letter, f"the rule {name} leads it to no {target} any more")
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
        except MurmurationError as wrong:
            if letter.tries < RECEIVED:
                raise
            log.exception("%s cannot be invoked", function)
            why = unreachable(letter.attributes.get("ERROR_CODE", ""), str(wrong))
            self._beyond_reach(letter, Death(function, f"undelivered/{letter.id}", payload, why))

    def _beyond_reach(self, letter: Letter, death: Death) -> None:
        if _starts(death.payload):
            self._refuse(death)
            return
        try:
            self._dying.beyond_reach(death)
        except InvalidEvent as wrong:
            self._keep(letter, str(wrong))

    def _queue(self, arn: str) -> str:
        return arn.rpartition(":")[2].removeprefix(f"{self._ports.surroundings.prefix}-")


def _wait(again: int) -> int:
    """Seconds."""
    return min(int(_FIRST_WAIT_S * 4 ** (again - 1)), _LONGEST_WAIT_S)


def _rule_named(arn: str) -> tuple[str, str]:
    """`…:rule/BUS/NAME`, or `…:rule/NAME` on the default bus."""
    bus, _, name = arn.partition(":rule/")[2].rpartition("/")
    return bus or "default", name


def _starts(payload: JsonObject) -> bool:
    """It was for the start function."""
    return "trigger" in payload or "asked" in payload


def _holds_canary(event: JsonValue) -> bool:
    detail = event.get("detail") if isinstance(event, dict) else None
    return isinstance(detail, dict) and is_canary(detail)


def _is_queue(arn: str) -> bool:
    return arn.split(":")[2:3] == ["sqs"]


def _event_of(body: str) -> JsonObject:
    """What could not be delivered: as the bus had it, or within a call of ours."""
    try:
        told: JsonValue = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    match told:
        case {"requestPayload": dict(payload)} | {"payload": dict(payload)}:
            return payload
        case dict():
            return told
        case _:
            return {}


def _pipeline_of(event: JsonObject) -> str:
    """Empty where it is nobody's."""
    match event:
        case {"trigger": str(trigger)} if trigger.count("/") == 2:
            return trigger.rpartition("/")[0]
        case {"asked": {"pipeline": str(pipeline)}} | {"detail": {"pipeline": str(pipeline)}}:
            return pipeline
        case {"event": {"detail": {"pipeline": str(pipeline)}}} | {"pipeline": str(pipeline)}:
            return pipeline
        case _:
            return ""
