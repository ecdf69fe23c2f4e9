"""Callers: who is behind the tokens of requests that are answered past the API.

Identities belong to the API's thread. Whatever has come while it was asked before is asked together, each token once; nothing is
kept from one time to the next, so a token that was revoked is good for no request that came later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from handlers.auth import NOBODY, Caller, Operation, Unauthenticated

_BEARER: Final = "bearer "
_ADVICE: Final = "Send authorization: Bearer TOKEN; murmur token create makes one"


class Identifying(Protocol):
    def identify(self, token: str) -> Caller: ...


class Callers:
    def __init__(self, identities: Identifying, thread: ThreadPoolExecutor) -> None:
        self._identities = identities
        self._thread = thread
        self._waiting: dict[str, list[asyncio.Future[Caller]]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def bearer(self, authorization: str, operation: Operation) -> Caller:
        """The caller, who may do that."""
        if not authorization.lower().startswith(_BEARER):
            raise Unauthenticated("who asks is not known", advice=_ADVICE)
        caller = await self.identify(authorization[len(_BEARER) :].strip())
        caller.require(operation)
        return caller

    async def identify(self, token: str) -> Caller:
        future: asyncio.Future[Caller] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(token, []).append(future)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await future

    async def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await asyncio.sleep(0)  # whoever has come in the same turn is asked for together
            while self._waiting:
                waiting, self._waiting = self._waiting, {}
                try:
                    found = await loop.run_in_executor(self._thread, self._identified, list(waiting))
                except RuntimeError as over:  # the thread has ended, and with it the server will
                    found = dict.fromkeys(waiting, over)
                for token, futures in waiting.items():
                    _answer(futures, found[token])
        finally:
            self._asking = None

    def _identified(self, tokens: Sequence[str]) -> Mapping[str, Caller | Exception]:
        found: dict[str, Caller | Exception] = {}
        for token in tokens:
            try:
                found[token] = self._identities.identify(token)
            except Exception as wrong:  # whatever it is, it is told to whoever has come with this token
                found[token] = wrong
        return found


def _answer(futures: Sequence[asyncio.Future[Caller]], found: Caller | Exception) -> None:
    assert found is not NOBODY, "a token is somebody's, or refused"
    for future in futures:
        if future.done():
            continue  # whoever asked has gone
        if isinstance(found, Exception):
            future.set_exception(found)
        else:
            future.set_result(found)
