"""Accepting: events of many requests, handed to the engine together. They share a transaction, and its fsync.

    requests come           their events wait
    the engine is free      takes all that wait; answers once they are on the disk
    meanwhile               more requests come

What must always hold: a request is answered after the commit that holds all of its events; what the engine refuses of one request
is no other's affair.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

from events.outside import OutsideEvent
from murmuration.local.ingest import KIND, together
from schemas.model import JsonObject

Ask = Callable[[str, JsonObject], Future[JsonObject]]
_MOST: Final = 2_000
"""Events at once: a step of the engine's stays short."""

_Waiting = tuple[Sequence[OutsideEvent], "asyncio.Future[None]"]


class Accepting:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._waiting: list[_Waiting] = []
        self._handing: asyncio.Task[None] | None = None

    async def accept(self, events: Sequence[OutsideEvent]) -> None:
        """Returns once they are durable."""
        if not events:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((events, future))
        if self._handing is None:
            self._handing = asyncio.create_task(self._hand())
        await future

    async def _hand(self) -> None:
        try:
            await asyncio.sleep(0)  # whoever has come in the same turn goes along
            while self._waiting:
                some = self._some()
                wrong = await self._asked([event for events, _ in some for event in events])
                if wrong is None or len(some) == 1:
                    for _, future in some:
                        _answer(future, wrong)
                else:
                    for events, future in some:
                        _answer(future, await self._asked(events))
        finally:
            self._handing = None

    def _some(self) -> list[_Waiting]:
        held = taken = 0
        for events, _ in self._waiting:
            held += len(events)
            if taken and held > _MOST:
                break
            taken += 1
        some, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return some

    async def _asked(self, events: Sequence[OutsideEvent]) -> Exception | None:
        try:
            await asyncio.wrap_future(self._ask(KIND, together(events)))
        except Exception as wrong:
            return wrong
        return None


def _answer(future: asyncio.Future[None], wrong: Exception | None) -> None:
    if future.done():
        return  # whoever asked has gone
    if wrong is None:
        future.set_result(None)
    else:
        future.set_exception(wrong)
