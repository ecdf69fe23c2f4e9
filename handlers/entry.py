"""The Lambda door: one function for each Lambda of the template. `handlers.entry.task` is what Lambda calls.

A Lambda loads its own part and nothing else, and loads it before its first invocation, when the platform gives it a whole
processor (`_HANDLER` names which it is).

What is not handled is raised: Lambda tells its failure destination, SQS delivers again, EventBridge keeps a dead letter.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from murmuration.aws.house import Answering
    from murmuration.aws.invocation import LambdaContext, TaskDoor
    from schemas.model import JsonObject


def task(event: JsonObject, context: LambdaContext) -> JsonObject | None:
    from murmuration.aws import inside

    if isinstance(told := event.get("settle"), dict):
        from murmuration.aws.settling import settle

        with inside.observed(context) as stack:
            return settle(stack.task, told)
    inside.deliver(_task_door(), event, context)
    return None


def start(event: JsonObject, context: LambdaContext) -> JsonObject:
    from murmuration.aws import inside, starting

    with inside.observed(context) as stack:
        return starting.start(stack, event, context.aws_request_id)


def projector(event: JsonObject, context: LambdaContext) -> JsonObject:
    from murmuration.aws import inside, queued

    with inside.observed(context) as stack, stack.bus.telling(stack.projector.hear):
        return _left(queued.project(stack.projector, queued.messages(event)))


def timers(event: JsonObject, context: LambdaContext) -> JsonObject:
    from murmuration.aws import inside, queued

    with inside.observed(context) as stack:
        return _left(stack.timers_function.take(queued.messages(event)))


def sweeper(event: JsonObject, context: LambdaContext) -> JsonObject:
    from murmuration.aws import inside, sweeping

    with inside.observed(context) as stack:
        if isinstance(told := event.get("control"), dict):
            from murmuration.aws.controlling import control

            return control(stack, told)
        return sweeping.sweep(stack, context.get_remaining_time_in_millis)


def undelivered(event: JsonObject, context: LambdaContext) -> JsonObject:
    from murmuration.aws import inside, recovering

    with inside.observed(context) as stack:
        return _left(recovering.recover(stack, event))


def publish(event: JsonObject, context: LambdaContext) -> JsonObject:
    from murmuration.aws import inside
    from murmuration.aws.publish.making import answering

    with inside.observed(context) as stack:
        return answering(stack.environment, stack.clients, stack.clock).answer(event)


def api(event: JsonObject, context: LambdaContext) -> JsonObject:
    from murmuration.aws import inside

    with inside.observed(context):
        return _answering().answer(event, context)


@cache
def _answering() -> Answering:
    from murmuration.aws.house import Answering
    from murmuration.aws.inside import stack

    return Answering(stack(), os.environ)


@cache
def _task_door() -> TaskDoor:
    from murmuration.aws.inside import stack

    return stack().door()


def _left(ids: Sequence[str]) -> JsonObject:
    """Those messages come again; the others are done."""
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in ids]}


_PARTS: Final = {
    "task": ("task", "dynamodb events"),
    "start": ("start", "dynamodb events"),
    "projector": ("projector", "dynamodb"),
    "sweeper": ("sweeper", "dynamodb"),
    "timers": ("timers_function", "events sqs"),
    "undelivered": ("undelivered", "dynamodb"),
    "api": ("environment", "dynamodb lambda_"),
}
"""What an invocation asks for: a part of the stack, and clients, each of which takes tens of milliseconds to make."""


def _load(name: str) -> None:
    from murmuration.aws.inside import stack

    part, clients = _PARTS.get(name, ("environment", ""))
    getattr(stack(), part)
    for client in clients.split():
        getattr(stack().clients, client)
    if name == "task":
        _task_door()
    if name == "api":
        _answering()


if os.environ.get("_HANDLER", "").startswith(f"{__name__}."):
    # All that is made now stays: the collector need not look through it, neither meanwhile nor later.
    gc.disable()
    _load(os.environ["_HANDLER"].rpartition(".")[2])
    gc.freeze()
    gc.enable()
