"""The door: an ASGI app before the API. Who comes in, what goes straight through, and who waits.

    1. only who came for this server: `Host` is its own address, `Origin`, where there is one, is its own page or one that the
       operator let in (no other page reaches it through a browser, also where its name was made to point here)
    2. lanes: what is not for the API itself, such as files of any size
    3. all else becomes an event of API Gateway's, is answered by the one thread that answers, and, where there is nothing to
       tell yet, waits with the others (`waiting`)

What must always hold: the door never blocks its loop; a request is answered once, with its own id, and never with a stack trace.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol

import orjson

from events.ports import Ids
from handlers.api.answers import REQUEST
from handlers.api.app import LARGEST_BODY, Wait
from handlers.api.cors import Cors
from handlers.api.problem import Problem, TooLarge, problem_of, unforeseen
from handlers.auth import Forbidden
from murmuration.local.web.event import event_of, sent
from murmuration.local.web.waiting import Waiting
from schemas.errors import MurmurationError
from schemas.model import JsonObject

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

log = logging.getLogger("murmuration.web")

_BODY_S: Final = 30.0
_DROPPED: Final = 16 * 1024 * 1024
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
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


class TooSlow(MurmurationError):
    code = "too-slow"


class NoHttp(MurmurationError):
    code = "bad-request"


class Answering(Protocol):
    """The API, in the one thread that answers."""

    def ask(self, event: JsonObject, context: Any = None, waited: float = 0.0) -> JsonObject | Wait: ...

    def version(self) -> int:
        """Another one after every change that anybody made."""
        ...


class Lane(Protocol):
    """What goes past the API."""

    def takes(self, scope: Scope) -> bool: ...

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class Door:
    def __init__(
        self,
        answering: Answering,
        thread: ThreadPoolExecutor,
        ids: Ids,
        port: int,
        lanes: Sequence[Lane] = (),
        origins: Iterable[str] = (),
    ) -> None:
        self._answering = answering
        self._thread = thread
        self._ids = ids
        self._lanes = lanes
        self._cors = Cors(origins)
        self._hosts = {f"{name}:{port}" for name in _LOOPBACK} | ({*_LOOPBACK} if port == 80 else set())
        self._origins = {f"http://{host}" for host in self._hosts}
        self._waiting = Waiting(self._again, self._version)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request, began = self._ids.token(), False
        origin = header(scope, b"origin")
        told = {} if origin.lower() in self._origins else self._cors.told({"origin": origin})

        async def guarded(message: dict[str, Any]) -> None:
            """With what a browser must be told of every answer; a lane that says otherwise is left to it."""
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                there = {name for name, _ in message["headers"]}
                own = [(REQUEST.encode(), request.encode()), *_HEADERS]
                own += [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
                message["headers"] = [*message["headers"], *(one for one in own if one[0] not in there)]
            await send(message)

        try:
            await self._served(scope, receive, guarded, request)
        except MurmurationError as wrong:
            await refuse(wrong, guarded)
        except Exception:
            log.exception("%s: the request failed", request)
            if began:
                raise
            await tell(unforeseen(request), guarded)

    def end(self) -> None:
        """Whoever waits is told what there is. From the loop's own thread."""
        self._waiting.end()

    async def _served(self, scope: Scope, receive: Receive, send: Send, request: str) -> None:
        self._check(scope)
        if scope["method"] == "OPTIONS" and (allowed := self._preflight(scope)) is not None:
            await reply(send, 204, allowed, b"")
            return
        for lane in self._lanes:
            if lane.takes(scope):
                await lane.serve(scope, receive, send)
                return
        await self._ask(scope, await body_of(receive, scope=scope), receive, send, request)

    def _check(self, scope: Scope) -> None:
        hosts = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        origin = header(scope, b"origin").lower()
        if len(hosts) != 1:
            told = "the request names no host" if not hosts else f"the request names {len(hosts)} hosts"
            raise NoHttp(told, advice="Send the header host once, with the address that the server told")
        if hosts[0] not in self._hosts:
            raise Forbidden(f"this server is not {hosts[0][:80]}", advice="Ask for it at 127.0.0.1")
        if origin and origin not in self._origins and not self._cors.allows(origin):
            raise Forbidden(
                f"pages of {origin[:80]} may not speak to this server",
                advice="Open the page that it serves; settings.yaml lets others in: web: {origins: [...]}",
            )

    def _preflight(self, scope: Scope) -> Sequence[tuple[bytes, bytes]] | None:
        """Also for the lanes, which have addresses of their own."""
        names = (b"origin", b"access-control-request-method")
        asked = {name.decode(): found for name in names if (found := header(scope, name))}
        allowed = self._cors.preflight(asked, _METHODS)
        return None if allowed is None else [(name.encode(), value.encode()) for name, value in allowed.items()]

    async def _ask(self, scope: Scope, body: bytes, receive: Receive, send: Send, request: str) -> None:
        event = event_of(scope, body, request)
        began = time.monotonic()
        answer, version = await self._again(event, 0.0)
        if isinstance(answer, Wait):
            found = await self._waiting.wait(event, version, began, answer.seconds, gone(receive))
            if found is None:
                return
            answer = found
        status, headers, content = sent(answer)
        await reply(send, status, headers, content)

    async def _again(self, event: JsonObject, waited: float) -> tuple[JsonObject | Wait, int]:
        def asked() -> tuple[JsonObject | Wait, int]:
            version = self._answering.version()
            return self._answering.ask(event, None, waited), version

        return await asyncio.get_running_loop().run_in_executor(self._thread, asked)

    async def _version(self) -> int:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answering.version)


async def gone(receive: Receive) -> None:
    """Once the caller is."""
    while (await receive())["type"] != "http.disconnect":
        continue


def header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def body_of(receive: Receive, largest: int = LARGEST_BODY, scope: Scope | None = None) -> bytes:
    """All of it. What is too large is not kept; a moderate rest of it is read and dropped, since most who send read the answer
    only then. What says that it is far too large is not read at all, and what comes too slowly is given up.
    """
    said = header(scope, b"content-length") if scope is not None else ""
    if said.isdecimal() and int(said[:20]) > largest + _DROPPED:
        raise _too_large(largest)
    parts: list[bytes] = []
    size = 0
    while True:
        try:
            async with asyncio.timeout(_BODY_S):
                message = await receive()
        except TimeoutError:
            raise TooSlow(f"no more of the body has come for {_BODY_S:.0f} s", advice="Send it in one go") from None
        if message["type"] == "http.disconnect":
            return b""
        size += len(message.get("body", b""))
        over = not message.get("more_body")
        if size <= largest:
            parts.append(message.get("body", b""))
        elif over or size > largest + _DROPPED:
            raise _too_large(largest)
        else:
            parts.clear()
        if over:
            return b"".join(parts)


def _too_large(largest: int) -> TooLarge:
    return TooLarge(f"the body has more than {largest:,} bytes", advice="Upload it to a bucket, and name its key")


async def reply(
    send: Send, status: int, headers: Sequence[tuple[bytes, bytes]], content: bytes, *, only_told: bool = False
) -> None:
    """`only_told`: what is answered, without it."""
    told = list(headers)
    if status not in (204, 304) and all(name != b"content-length" for name, _ in told):
        told.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": b"" if only_told else content})


async def refuse(wrong: MurmurationError, send: Send) -> None:
    await tell(problem_of(wrong), send, last=isinstance(wrong, TooLarge | TooSlow))


async def tell(problem: Problem, send: Send, *, last: bool = False) -> None:
    """`last`: nothing more is read on this connection."""
    content = orjson.dumps(problem.model_dump(mode="json", exclude_defaults=True))
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    if problem.status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="murmuration"'))
    await reply(send, problem.status, [*headers, *([(b"connection", b"close")] if last else [])], content)
