"""One HTTP exchange: over connections that go where `Reach` allows, in bounded time, with bounded redirects.

How it works
  1. The host is resolved and checked by `Reach`; the connection is made to the address that was checked. TLS asks for a
     certificate of the host's name, whatever the address is.
  2. A redirect is a new target and is checked like the first one. To another origin nothing travels that the author
     wrote into the headers, apart from what only describes the content: a token is for whom it was written.
  3. One clock runs over everything, names, handshakes and a body that drips: when the time is over the socket is shut
     down, wherever the exchange stands.
  4. Settings of the environment (proxies, .netrc) play no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

from handlers.actions.action import ActionFailed, Fault
from handlers.actions.addresses import Reach
from handlers.actions.target import Target
from handlers.actions.time_left import TimeLeft
from handlers.actions.watch import watched

if TYPE_CHECKING:
    import ssl

    from urllib3 import BaseHTTPResponse
    from urllib3.connection import HTTPConnection

_CHUNK: Final = 65_536
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_KEEPS_BODY: Final = frozenset({307, 308})
_DESCRIBING: Final = frozenset({"accept", "accept-language", "content-type", "user-agent"})


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: Target
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes | None = None


class Answer:
    """Status and headers; the body comes in chunks, once, while the exchange is open."""

    def __init__(self, response: BaseHTTPResponse, left: TimeLeft, target: Target) -> None:
        self.status: int = response.status
        self.headers: dict[str, str] = {name.lower(): value for name, value in response.headers.items()}
        self.target = target
        self._response = response
        self._left = left

    def chunks(self, limit: int) -> Iterator[bytes]:
        """The body, unpacked. `TooLarge` where there is more than `limit` bytes of it."""
        size = 0
        for chunk in self._pieces(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise ActionFailed(
                    Fault.TOO_LARGE,
                    f"{self.target.origin} answers with more than {limit:,} bytes",
                    advice="Let it go to a bucket with save_to, or ask for less",
                )
            yield chunk

    def read(self, limit: int) -> bytes:
        return b"".join(self.chunks(limit))

    def excerpt(self, limit: int) -> bytes:
        """The first of the body, for a message."""
        taken = b""
        for piece in self._pieces(limit):
            taken += piece
            if len(taken) >= limit:
                break
        return taken[:limit]

    def _pieces(self, size: int) -> Iterator[bytes]:
        """A body that ends because the time was over looks like one that is complete: so the clock has the last word."""
        with _translated(self.target, self._left):
            for piece in self._response.stream(size, decode_content=True):
                self._left.seconds()
                yield piece
            self._left.seconds()


@contextmanager
def exchange(request: Request, reach: Reach, left: TimeLeft, redirects: int) -> Iterator[Answer]:
    """The last answer, after at most `redirects` redirects; with 0 the redirect itself is the answer."""
    for hops in range(redirects + 1):
        with _sent(request, reach, left) as answer:
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or location is None or redirects == 0:
                yield answer
                return
            if hops == redirects:
                raise ActionFailed(
                    Fault.TOO_MANY_REDIRECTS,
                    f"{request.target.origin} is the end of {redirects} redirects, and redirects again",
                )
        request = _redirected(request, answer.status, location)


def _redirected(request: Request, status: int, location: str) -> Request:
    target = request.target.redirected(location)
    headers = dict(request.headers)
    method, body = request.method, request.body
    if status not in _KEEPS_BODY and method not in ("GET", "HEAD") and (status == 303 or method == "POST"):
        method, body = "GET", None
        headers.pop("content-type", None)
    if target.origin != request.target.origin:
        headers = {name: value for name, value in headers.items() if name in _DESCRIBING}
    return replace(request, method=method, target=target, headers=headers, body=body)


@contextmanager
def _sent(request: Request, reach: Reach, left: TimeLeft) -> Iterator[Answer]:
    target = request.target
    with _translated(target, left):
        connection = _connected(target, reach, left)
    assert connection.sock is not None, "it is connected"
    with closing(connection), watched(connection.sock, left):
        with _translated(target, left):
            connection.request(
                request.method,
                target.path,
                body=request.body,
                headers={"host": target.authority, "connection": "close", **request.headers},
                preload_content=False,
            )
            response = connection.getresponse()
        with closing(response):
            yield Answer(response, left, target)


def _connected(target: Target, reach: Reach, left: TimeLeft) -> HTTPConnection:
    """To the first of the host's addresses that answers."""
    import urllib3

    refused: Exception | None = None
    for address in reach.addresses(target.host, target.port):
        connection = _connection(target, address, left.seconds())
        try:
            connection.connect()
            return connection
        except (OSError, urllib3.exceptions.HTTPError) as wrong:
            connection.close()
            refused = wrong
    assert refused is not None, "a host has an address, or is refused"
    raise refused


def _connection(target: Target, address: str, timeout: float) -> HTTPConnection:
    from urllib3.connection import HTTPConnection, HTTPSConnection

    if target.scheme == "http":
        return HTTPConnection(address, target.port, timeout=timeout)
    return HTTPSConnection(address, target.port, timeout=timeout, ssl_context=trusted(), server_hostname=target.host)


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """The machine's authorities, or those that SSL_CERT_FILE names; loading them takes a while."""
    import ssl

    return ssl.create_default_context()


@contextmanager
def _translated(target: Target, left: TimeLeft) -> Iterator[None]:
    """What the client library and the socket raise, as the failures that a pipeline knows."""
    import urllib3

    try:
        yield
    except (urllib3.exceptions.HTTPError, HTTPException, OSError) as wrong:
        refused = isinstance(wrong, urllib3.exceptions.NewConnectionError)
        late = isinstance(wrong, urllib3.exceptions.TimeoutError | TimeoutError) and not refused
        if late or left.ms() == 0:
            raise left.over() from None
        raise ActionFailed(
            Fault.CONNECTION_FAILED, f"{target.origin}: {_reason(wrong)}", advice="Does it answer from this machine?"
        ) from None


def _reason(wrong: Exception) -> str:
    import ssl

    cause: BaseException | None = wrong
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no TLS with it: {cause.reason or 'the handshake broke'}"
        if isinstance(cause, ConnectionRefusedError):
            return "it refuses the connection"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return "the connection broke before the answer was complete"
