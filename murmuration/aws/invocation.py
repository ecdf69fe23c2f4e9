"""An invocation of a task function: from what a rule's target is given to outcomes that are settled and said.

    {"task": ..., "edges": {...}, "event": ...}      a rule of the edge plan
    {"slot": {...}, "event": ...}                    a slot rule
    {"task": ..., "pipeline": ..., "event": ...}     the addressed rule

What must always hold
  1. A delivery is named by its invocation: the failure destination tells which request died, and that is what a claim holds.
  2. An error is raised, never swallowed: Lambda tells its failure destination, and that decides by the claim what to do.
  3. What a function says itself goes out after its outcome is settled, and only then.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from events.delivery import delivery
from events.envelope import is_canary, read
from events.ledger import Millis
from handlers.loaded import Shelf
from handlers.task import TaskHandler, Work
from murmuration.aws.effects import Effects
from murmuration.aws.runtime import Done
from schemas.errors import InvalidEvent
from schemas.model import JsonObject


class LambdaContext(Protocol):
    """What Lambda tells of an invocation."""

    aws_request_id: str
    log_group_name: str
    log_stream_name: str

    def get_remaining_time_in_millis(self) -> int: ...


class Invocation(NamedTuple):
    request: str
    log: str
    """Where its output is found: log group, stream and request. None of them holds a colon."""
    ends: Millis

    @classmethod
    def of(cls, context: LambdaContext, now: Millis) -> Invocation:
        request = context.aws_request_id
        log = f"{context.log_group_name}:{context.log_stream_name}:{request}"
        return cls(request, log, now + context.get_remaining_time_in_millis())


class Runs(Protocol):
    def run(self, work: Work, invocation_ends: Millis) -> Done: ...


class TaskDoor:
    def __init__(self, handler: TaskHandler, shelf: Shelf, runtime: Runs, effects: Effects) -> None:
        self._handler = handler
        self._shelf = shelf
        self._runtime = runtime
        self._effects = effects

    def take(self, told: JsonObject, invocation: Invocation) -> None:
        """`told` holds no canary."""
        event = read(_event(told))
        loaded = self._shelf.loaded(event.pipeline)
        self._handler.log = invocation.log
        for work in self._handler.deliver(event, delivery(invocation.request, told, event, loaded.slots)):
            self._work(work, invocation)

    def _work(self, work: Work, invocation: Invocation) -> None:
        done = self._runtime.run(work, invocation.ends)
        if not done.effects:
            self._handler.finish(work, done.result)
            return
        effects = self._effects.keep(work, done.effects)
        if self._handler.finish(work, done.result):
            self._effects.send(work, effects)
        else:
            self._effects.drop(work)


def holds_canary(told: JsonObject) -> bool:
    event = told.get("event")
    detail = event.get("detail") if isinstance(event, dict) else None
    return isinstance(detail, dict) and is_canary(detail)


def _event(told: JsonObject) -> JsonObject:
    event = told.get("event")
    if not isinstance(event, dict):
        raise InvalidEvent("a delivery has no event", advice="Only rules of a published version call this function")
    return event
