"""The wire: HTTP as it comes over the socket, before there is a request. What is too long or too slow is refused here.

    the address          at most `LONGEST_ADDRESS` bytes (414)
    all that precedes    at most `LARGEST_HEAD` bytes (431), and there within `HEAD_S` of its first byte, or of the connection (408)
    a body               how large it may be, and how long it may pause, is said at the door
    between requests     a connection may rest for a while (uvicorn's keep-alive)

Every refusal is a problem in words, and ends the connection: where the next request begins is not known any more. Those that came
before it on the same connection are answered first, in order.

Nobody is switched to another protocol: whoever offers HTTP/2 or a WebSocket with a request is answered in HTTP/1.1, as if he had not.
The parser would skip the body of such a request, and Java's client offers HTTP/2 with every first one; so it reads the head again,
without the offer.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import httptools
import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from handlers.api.problem import problem_of
from murmuration.local.web.door import NoHttp, TooSlow
from schemas.errors import MurmurationError

LONGEST_ADDRESS: Final = 16 * 1024
LARGEST_HEAD: Final = 64 * 1024
HEAD_S: Final = 15.0
_OFFERS: Final = frozenset({b"upgrade", b"http2-settings"})


class HeadTooLarge(MurmurationError):
    code = "head-too-large"


class AddressTooLong(MurmurationError):
    code = "address-too-long"


class Wire(HttpToolsProtocol):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._head = self._headers = 0
        self._timer: asyncio.TimerHandle | None = None
        self._between = True
        self._complete = False
        self._wrong: MurmurationError | None = None
        self._last: MurmurationError | None = None
        self._offered = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._time()

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._last is not None:
            return
        if self._between and self._timer is None:
            self._time()
        self._complete = False
        self._feed(data)
        if self._between and not self._complete and not self.transport.is_closing():
            self._head += len(data)
            if self._head > LARGEST_HEAD:
                self._refuse(_head_too_large())

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._stay(data[offer.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("the request is no sound HTTP/1.1")
        else:
            self._unset_keepalive_if_required()

    def _stay(self, rest: bytes) -> None:
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse(NoHttp("this server is no proxy", advice="Ask for what it has itself"))
            return
        lines = [method + b" " + self.url + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in self.headers if name not in _OFFERS]
        self.parser = httptools.HttpRequestParser(self)
        self._offered = False
        self._feed(b"\r\n".join([*lines, b"", b""]) + rest)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._headers = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > LONGEST_ADDRESS:
            told = f"the address has more than {LONGEST_ADDRESS:,} bytes"
            self._stop(AddressTooLong(told, advice="Put what is long into the body"))

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"connection":
            value = b", ".join(one for one in map(bytes.strip, value.split(b",")) if one.lower() not in _OFFERS)
        super().on_header(name, value)
        self._headers += len(name) + len(value) + 4  # what is between them
        if self._headers > LARGEST_HEAD:
            self._stop(_head_too_large())

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            self._offered = True
            return
        self._in_time()
        self._between, self._complete, self._head = False, True, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        if self._offered:
            return
        super().on_message_complete()
        self._between = self._complete = True

    def on_response_complete(self) -> None:
        if self._last is not None and not self.pipeline:
            self._tell(self._last)
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(self._wrong or NoHttp(msg, advice="Send it as RFC 9112 has it"))

    def _time(self) -> None:
        self._timer = self.loop.call_later(HEAD_S, self._too_slow)

    def _in_time(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        told = f"no request has come within {HEAD_S:.0f} s"
        self._refuse(TooSlow(told, advice="Send it in one go"))

    def _stop(self, wrong: MurmurationError) -> None:
        self._wrong = wrong
        raise ValueError(wrong.code)  # out of the parser, to `send_400_response`

    def _refuse(self, wrong: MurmurationError) -> None:
        """Now, or once those before it are answered. Whoever waits for the rest of a body that is none has waited for nothing."""
        if self.transport.is_closing() or self._last is not None:
            return
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self._tell(wrong)
        elif not cycle.more_body:
            self._last = wrong
        elif self.pipeline and self.pipeline[0][0] is cycle:
            self.pipeline.popleft()
            self._last = wrong
        elif cycle.response_started:
            self.transport.close()
        else:
            cycle.disconnected = True
            cycle.message_event.set()
            self._tell(wrong)

    def _tell(self, wrong: MurmurationError) -> None:
        problem = problem_of(wrong)
        content = orjson.dumps(problem.model_dump(mode="json", exclude_defaults=True))
        head = b"content-type: application/problem+json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(
            content
        )
        self.transport.write(STATUS_LINE[problem.status] + head + content)
        self.transport.close()


def _head_too_large() -> HeadTooLarge:
    return HeadTooLarge(f"the headers have more than {LARGEST_HEAD:,} bytes", advice="Put what is large into the body")
