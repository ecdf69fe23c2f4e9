"""Calling a function: what `handler` may look like, and the errors of those that look otherwise."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from murmuration.sdk.context import Context
from murmuration.sdk.task import Task

if TYPE_CHECKING:
    from pydantic import JsonValue

    from schemas.model import JsonObject


P = ParamSpec("P")
R = TypeVar("R")


class InvalidFunction(Exception):
    """The file handler.py loads, but there is no function in it that can be called."""


Handler = Callable[["JsonValue", Context], object]


def handler(module: ModuleType) -> Handler:
    """How this module's function is called with parameters and context; awaits what must be awaited."""
    found = _find(module)
    if isinstance(found, Task):
        return of_task(found)
    takes = _takes(found, module)
    if takes == 2:
        return _awaiting(found, found)
    return _awaiting(lambda *given: found(*given[:takes]), found)


def of_task(task: Task[P, R]) -> Handler:
    return _awaiting(task.run, task.function)


def schema(module: ModuleType) -> JsonObject:
    """The schemas of a typed function; of a plain one only the description."""
    found = _find(module)
    if isinstance(found, Task):
        return found.schema()
    _takes(found, module)
    return {"description": inspect.getdoc(found) or inspect.getdoc(module) or "", "input": None, "output": None}


def _find(module: ModuleType) -> Callable[..., object]:
    """`handler`, or the only `@task` of the file."""
    found = getattr(module, "handler", None)
    if found is None:
        typed = [
            it for it in vars(module).values() if isinstance(it, Task) and it.function.__module__ == module.__name__
        ]
        if len(typed) != 1:
            also = f" ({len(typed)} functions are decorated with @task; name one of them handler)" if typed else ""
            raise InvalidFunction(
                f"{module.__file__} has no function `handler`{also}. Write: def handler(event, context): ..."
            )
        found = typed[0]
    if not callable(found):
        raise InvalidFunction(f"`handler` in {module.__file__} is a {type(found).__name__}, not a function.")
    called: Callable[..., object] = found
    return called


def _takes(found: Callable[..., object], module: ModuleType) -> int:
    """With how many positional arguments it is called: event and context, the event alone, or none."""
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError):  # some written in C do not say
        return 2
    for count in (2, 1, 0):
        try:
            signature.bind(*[None] * count)
        except TypeError:
            continue
        return count
    where = f"{module.__file__}:{_line(found)}"
    raise InvalidFunction(
        f"{where}: handler{signature} is called with (event, context). Write: def handler(event, context): ..."
    )


def _line(found: Callable[..., object]) -> int:
    code = getattr(found, "__code__", None)
    return code.co_firstlineno if code is not None else 1


def _awaiting(call: Callable[..., object], function: Callable[..., object]) -> Handler:
    """`call`, run in an event loop when the function is asynchronous."""
    if not inspect.iscoroutinefunction(function) and not inspect.iscoroutinefunction(type(function).__call__):
        return call

    def run(event: JsonValue, context: Context) -> object:
        import asyncio

        async def main() -> object:
            result = call(event, context)
            return await result if inspect.isawaitable(result) else result

        return asyncio.run(main())

    return run
