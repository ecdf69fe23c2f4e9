"""Waiting: those whose request has nothing to tell yet. One look for all of them, and one answer for all who ask the same.

    every `_LOOK_S`, while anybody waits:
        has somebody written since?     one question to the database, however many wait
        then each who waits is asked again, one after the other, and so is whoever has waited for long enough

What must always hold:
  1. Whoever does not wait comes first: there is never more than one question of those who wait in the queue, and after a round of
     them it is others' turn for as long as the round took.
  2. Nobody waits for a server that ends: they are told what there is, at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from handlers.api.answers import REQUEST
from handlers.api.app import Wait
from schemas.model import JsonObject

_LOOK_S: Final = 0.05
_FOR_EVER_S: Final = 1e9
_Key = tuple[object, ...]


@dataclass(eq=False)
class _Waiter:
    event: JsonObject
    key: _Key
    seen: int
    began: float
    until: float
    answer: asyncio.Future[JsonObject] = field(default_factory=asyncio.Future)


class Waiting:
    """`ask` asks the API again, and tells the version that it looked at; `version` is the look."""

    def __init__(
        self,
        ask: Callable[[JsonObject, float], Awaitable[tuple[JsonObject | Wait, int]]],
        version: Callable[[], Awaitable[int]],
    ) -> None:
        self._ask = ask
        self._version = version
        self._waiters: list[_Waiter] = []
        self._looking: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiters)

    async def wait(
        self, event: JsonObject, seen: int, began: float, seconds: float, gone: Awaitable[object]
    ) -> JsonObject | None:
        """What it is told in the end; None where the caller is gone."""
        waiter = _Waiter(event, _key(event), seen, began, time.monotonic() + seconds)
        self._waiters.append(waiter)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        leaving = asyncio.ensure_future(gone)
        try:
            both: set[asyncio.Future[Any]] = {waiter.answer, leaving}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            return waiter.answer.result() if waiter.answer.done() else None
        finally:
            self._waiters.remove(waiter)
            leaving.cancel()

    def end(self) -> None:
        self._ending.set()

    async def _look(self) -> None:
        took = 0.0
        while self._waiters:
            if not self._ending.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ending.wait(), max(_LOOK_S, took))
            began = time.monotonic()
            try:
                await self._round(await self._version())
            except Exception as wrong:
                for waiter in self._waiters:
                    if not waiter.answer.done():
                        waiter.answer.set_exception(wrong)
            took = time.monotonic() - began
            if all(waiter.answer.done() for waiter in self._waiters):
                await asyncio.sleep(0)  # they take themselves off

    async def _round(self, version: int) -> None:
        told: dict[_Key, tuple[JsonObject | Wait, int]] = {}
        for waiter in list(self._waiters):
            now = time.monotonic()
            last = self._ending.is_set() or now >= waiter.until
            if waiter.answer.done() or (waiter.seen == version and not last):
                continue
            if last or waiter.key not in told:
                answer, seen = await self._ask(waiter.event, _FOR_EVER_S if last else now - waiter.began)
                if not last:
                    told[waiter.key] = answer, seen
            else:
                answer, seen = told[waiter.key]
                answer = _told_to(waiter, answer)
            waiter.seen = seen
            if not isinstance(answer, Wait) and not waiter.answer.done():
                waiter.answer.set_result(answer)


def _told_to(waiter: _Waiter, answer: JsonObject | Wait) -> JsonObject | Wait:
    """What somebody else was told, under this one's own id."""
    if isinstance(answer, Wait):
        return answer
    context, headers = waiter.event["requestContext"], answer["headers"]
    assert isinstance(context, dict), "an event has its context"
    assert isinstance(headers, dict), "an answer has its headers"
    return {**answer, "headers": {**headers, REQUEST: context["requestId"]}}


def _key(event: JsonObject) -> _Key:
    """Whoever has the same asks the same: his token is among the headers."""
    headers = event["headers"]
    assert isinstance(headers, dict), "an event has its headers"
    context = event["requestContext"]
    assert isinstance(context, dict), "an event has its context"
    http = context["http"]
    method = http["method"] if isinstance(http, dict) else ""
    return (
        method,
        event["rawPath"],
        event["rawQueryString"],
        event["body"],
        *sorted((k, str(v)) for k, v in headers.items()),
    )
