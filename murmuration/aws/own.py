"""A Lambda of one's own: a typed function becomes a Lambda that rules call directly.

    from murmuration import Context, lambda_handler

    @lambda_handler
    def handler(file: str, width: int = 200, *, context: Context) -> dict[str, int]:
        ...

It goes by the same protocol as the task functions of the stack: it claims, runs, settles and says. So it has a role, libraries, memory
and a time of its own, and needs what `docs/deploying.md` lists: the stack's variables, rights on its table, bus and bucket.

Called with anything else than a Lambda's event and context, in a test, say, it is the plain function.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import TYPE_CHECKING, Final, Generic, ParamSpec, TypeVar, cast

from murmuration.functions.calling import Handler, of_task
from murmuration.sdk.context import Context
from murmuration.sdk.task import Task

if TYPE_CHECKING:
    from handlers.task import Work
    from murmuration.aws.invocation import LambdaContext, TaskDoor
    from schemas.model import JsonObject

P = ParamSpec("P")
R = TypeVar("R")
_INVOCATION: Final = "get_remaining_time_in_millis"


class OwnLambda(Generic[P, R]):
    def __init__(self, task: Task[P, R]) -> None:
        update_wrapper(self, task)
        self.task = task

    def __call__(self, *args: object, **kwargs: object) -> object:
        if len(args) == 2 and hasattr(args[1], _INVOCATION):
            self._invoked(cast("JsonObject", args[0]), cast("LambdaContext", args[1]))
            return None
        return cast("Callable[..., object]", self.task.function)(*args, **kwargs)

    def _invoked(self, event: JsonObject, context: LambdaContext) -> None:
        from murmuration.aws.inside import deliver

        deliver(self.door, event, context)

    @cached_property
    def door(self) -> TaskDoor:
        from murmuration.aws.inside import stack

        return stack().door(self._call)

    def _call(self, work: Work, context: Context) -> object:
        return self._handler(work.parameters, context)

    @cached_property
    def _handler(self) -> Handler:
        return of_task(self.task)


def lambda_handler(function: Callable[P, R] | Task[P, R]) -> OwnLambda[P, R]:
    found = OwnLambda(function if isinstance(function, Task) else Task(function, None))
    if "_HANDLER" in os.environ:
        # In a Lambda that starts: what its first invocation would wait for.
        _ = found.door
    return found
