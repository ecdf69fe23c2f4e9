"""Files in and out of buckets by signed addresses, of any size and in constant memory.

    PUT           piece by piece beside its place, made durable, then renamed: whole, or not there
    GET, HEAD     with ETag, conditions and one range; a file that is written again meanwhile is read to its end as it was

What must always hold: nothing but the address decides (`murmuration.local.signing`); what is fetched is saved by a browser and
never shown: no script in it runs as ours. Disks are slow, so the loop never waits for one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

from handlers.api.app import MethodNotAllowed
from handlers.api.problem import TooLarge
from handlers.buckets import ANY_TYPE, BadContentType, attachment, check_type
from murmuration.local.buckets import LocalBuckets, Opened, Written
from murmuration.local.presigned import told
from murmuration.local.signing import PATH, Grant, Signing
from murmuration.local.web.door import Receive, Scope, Send, TooSlow, gone, header, reply
from murmuration.local.web.lane import Incoming, path_of
from murmuration.local.web.ranges import NoSuchRange, Span, matches, span_of
from schemas.errors import MurmurationError

_CHUNK: Final = 1 << 20
_THREADS: Final = 8
_PAUSE_S: Final = 60.0
_METHODS: Final = ("GET", "HEAD", "PUT")
_T = TypeVar("_T")
_Opened = TypeVar("_Opened")


class ObjectsLane:
    def __init__(self, buckets: LocalBuckets, signing: Signing) -> None:
        self._buckets = buckets
        self._signing = signing
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="objects")

    def takes(self, scope: Scope) -> bool:
        return path_of(scope) == PATH

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(receive)
        try:
            await self._moved(scope, incoming, send)
        except MurmurationError:
            await incoming.drain()
            raise

    async def _moved(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method not in _METHODS:
            raise MethodNotAllowed(f"{PATH} takes no {method[:20]}", advice=f"It takes {', '.join(_METHODS)}")
        grant = self._signing.read(method, scope["query_string"].decode("latin-1"))
        if method == "PUT":
            await self._put(grant, scope, receive, send)
        else:
            await self._get(grant, scope, receive, send)

    # in

    async def _put(self, grant: Grant, scope: Scope, receive: Receive, send: Send) -> None:
        kind = header(scope, b"content-type").strip()
        if kind.lower() != grant.content_type.lower():
            raise BadContentType(
                f"the content type is {kind[:80] or 'missing'}, and {grant.content_type} was signed",
                advice=f"Send content-type: {grant.content_type}",
            )
        announced = header(scope, b"content-length")
        if announced.isdecimal():
            _check_size(int(announced), grant)
        async with _Beside(self._threads, self._buckets.writing(grant.bucket, grant.key, grant.content_type)) as file:
            if not await self._filled(file, grant, receive):
                return  # whoever sent it has gone
            info = await file.do(file.opened.finish)
        headers = [(b"etag", f'"{info.etag}"'.encode()), (b"cache-control", b"no-store")]
        await reply(send, HTTPStatus.OK, headers, b"")

    async def _filled(self, file: _Beside[Written], grant: Grant, receive: Receive) -> bool:
        size = held = 0
        parts: list[bytes] = []
        while True:
            try:
                message = await asyncio.wait_for(receive(), _PAUSE_S)
            except TimeoutError:
                raise TooSlow(f"nothing came for {_PAUSE_S:.0f} s", advice="Send it again") from None
            if message["type"] == "http.disconnect":
                return False
            if part := message.get("body", b""):
                parts.append(part)
                size += len(part)
                held += len(part)
                _check_size(size, grant)
            more = message.get("more_body", False)
            if held >= _CHUNK or (held and not more):
                chunk, parts, held = b"".join(parts), [], 0
                await file.do(partial(file.opened.add, chunk))
            if not more:
                return True

    # out

    async def _get(self, grant: Grant, scope: Scope, receive: Receive, send: Send) -> None:
        async with _Beside(self._threads, self._buckets.reading(grant.bucket, grant.key)) as file:
            found = file.opened
            etag = f'"{found.info.etag}"'
            headers = [
                (b"etag", etag.encode()),
                (b"last-modified", formatdate(found.changed, usegmt=True).encode()),
                (b"accept-ranges", b"bytes"),
                (b"cache-control", b"private, no-cache"),
                (b"content-disposition", attachment(grant.key).encode()),
                (b"content-security-policy", b"sandbox; default-src 'none'"),
            ]
            if (wanted := header(scope, b"if-match")) and not matches(wanted, etag):
                await reply(send, HTTPStatus.PRECONDITION_FAILED, headers, b"")
                return
            if matches(header(scope, b"if-none-match"), etag):
                # Without a length: this would be the file's, and there is nothing of it.
                await send({"type": "http.response.start", "status": HTTPStatus.NOT_MODIFIED, "headers": headers})
                await send({"type": "http.response.body", "body": b""})
                return
            size = found.info.size
            asked = header(scope, b"range") if header(scope, b"if-range") in ("", etag) else ""
            try:
                span = span_of(asked, size)
            except NoSuchRange:
                headers.append((b"content-range", f"bytes */{size}".encode()))
                await reply(send, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers, b"")
                return
            headers.append((b"content-type", _kind(found.info.content_type)))
            headers.append((b"content-length", str(span.size).encode()))
            if span.part:
                headers.append((b"content-range", f"bytes {span.begin}-{span.end - 1}/{size}".encode()))
            status = HTTPStatus.PARTIAL_CONTENT if span.part else HTTPStatus.OK
            await send({"type": "http.response.start", "status": status, "headers": headers})
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b""})
                return
            await self._sent(file, span, receive, send)

    async def _sent(self, file: _Beside[Opened], span: Span, receive: Receive, send: Send) -> None:
        left = asyncio.ensure_future(gone(receive))
        try:
            at = span.begin
            while at < span.end and not left.done():
                most = min(_CHUNK, span.end - at)
                chunk = await file.do(partial(file.opened.chunk, at, most))
                if not chunk:
                    return  # somebody has cut it short: what was announced cannot be sent, so the connection breaks
                at += len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            if at == span.end:
                await send({"type": "http.response.body", "body": b""})
        finally:
            left.cancel()


class _Beside(Generic[_Opened]):
    """What is opened and used in a thread beside the loop. It is closed when the last use is over, whoever gives up when."""

    opened: _Opened

    def __init__(self, threads: ThreadPoolExecutor, context: AbstractContextManager[_Opened]) -> None:
        self._threads = threads
        self._context = context
        self._last: Future[Any] | None = None

    async def __aenter__(self) -> _Beside[_Opened]:
        self.opened = await self.do(self._context.__enter__)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._last is not None and not self._last.done():
            wait([self._last])
        self._context.__exit__(kind, wrong, at)

    async def do(self, what: Callable[[], _T]) -> _T:
        def translated() -> _T:
            with told():
                return what()

        future = self._threads.submit(translated)
        self._last = future
        return await asyncio.wrap_future(future)


def _check_size(size: int, grant: Grant) -> None:
    if size > grant.size:
        raise TooLarge(
            f"the file has more than {grant.size:,} bytes, and that many were signed",
            advice="Ask for an address for its real size",
        )


def _kind(content_type: str) -> bytes:
    """As it was stored, where that is a type at all: anybody may write beside a file of his."""
    try:
        return check_type(content_type).encode()
    except MurmurationError:
        return ANY_TYPE.encode()
