"""The door: an ASGI app before the API. Who comes in, what goes straight through, and who waits.

    1. only who came for this server: `Host` is its own address, `Origin`, where there is one, is its own page (no page elsewhere
       reaches it through a browser, also where its name was made to point here)
    2. lanes: what is not for the API itself, such as files of any size
    3. all else becomes an event of API Gateway's, is answered by the one thread that answers, and, where there is nothing to
       tell yet, asked again whenever something has changed

What must always hold: the door never blocks its loop; a request is answered once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol

import orjson

from events.ports import Ids
from handlers.api.app import LARGEST_BODY
from handlers.api.problem import TooLarge, problem_of
from handlers.auth import Forbidden
from murmuration.local.web.event import event_of, sent
from schemas.errors import MurmurationError
from schemas.model import JsonObject

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_LOOK_S: Final = 0.05
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self'; "
        b"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)


class Answering(Protocol):
    """The API, in the one thread that answers."""

    def answer(self, event: JsonObject, context: Any = None, waited: float = 0.0) -> JsonObject | None: ...

    def version(self) -> int:
        """Another one after every change that anybody made."""
        ...


class Lane(Protocol):
    """What goes past the API."""

    def takes(self, scope: Scope) -> bool: ...

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class Door:
    def __init__(
        self, answering: Answering, thread: ThreadPoolExecutor, ids: Ids, port: int, lanes: Sequence[Lane] = ()
    ) -> None:
        self._answering = answering
        self._thread = thread
        self._ids = ids
        self._lanes = lanes
        self._hosts = {f"{name}:{port}" for name in _LOOPBACK} | ({*_LOOPBACK} if port == 80 else set())
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        guarded = _guarded(send)
        try:
            self._check(scope)
            for lane in self._lanes:
                if lane.takes(scope):
                    await lane.serve(scope, receive, guarded)
                    return
            await self._ask(scope, await body_of(receive), guarded)
        except MurmurationError as wrong:
            await refuse(wrong, guarded)

    def _check(self, scope: Scope) -> None:
        host, origin = header(scope, b"host").lower(), header(scope, b"origin").lower()
        if host not in self._hosts:
            raise Forbidden(f"this server is not {host[:80] or 'without a name'}", advice="Ask for it at 127.0.0.1")
        if origin and origin not in self._origins:
            raise Forbidden(
                f"pages of {origin[:80]} may not speak to this server", advice="Open the page that it serves"
            )

    async def _ask(self, scope: Scope, body: bytes, send: Send) -> None:
        event = event_of(scope, body, self._ids.token())
        began = time.monotonic()
        loop = asyncio.get_running_loop()
        while True:
            waited = time.monotonic() - began
            answer, version = await loop.run_in_executor(self._thread, self._answered, event, waited)
            if answer is not None:
                status, headers, content = sent(answer)
                await reply(send, status, headers, content)
                return
            while await loop.run_in_executor(self._thread, self._answering.version) == version:
                await asyncio.sleep(_LOOK_S)
                if time.monotonic() - began - waited > 1:
                    break

    def _answered(self, event: JsonObject, waited: float) -> tuple[JsonObject | None, int]:
        version = self._answering.version()
        return self._answering.answer(event, None, waited), version


def header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def body_of(receive: Receive, largest: int = LARGEST_BODY) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > largest:
            raise TooLarge(
                f"the body has more than {largest:,} bytes", advice="Upload it to a bucket, and name its key"
            )
        if not message.get("more_body"):
            return b"".join(parts)


async def reply(
    send: Send, status: int, headers: Sequence[tuple[bytes, bytes]], content: bytes, *, only_told: bool = False
) -> None:
    """`only_told`: what is answered, without it."""
    told = [*headers, (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": b"" if only_told else content})


async def refuse(wrong: MurmurationError, send: Send) -> None:
    problem = problem_of(wrong)
    content = orjson.dumps(problem.model_dump(mode="json", exclude_defaults=True))
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    await reply(send, problem.status, headers, content)


def _guarded(send: Send) -> Send:
    """With what a browser must be told of every answer; a lane that says otherwise is left to it."""

    async def guarded(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            there = {name for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(one for one in _HEADERS if one[0] not in there)]
        await send(message)

    return guarded
