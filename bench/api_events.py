"""Events in by HTTP while runs execute: POST /events and PutEvents, each event answered once it is on the disk.

50 connections each send their next request when the last one is answered. One event in ten starts a run of two tasks. The server, its
workers and what sends all share this machine. F is one fdatasync on this disk, measured in this very run.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.stack import fdatasync

TITLE = "events in by HTTP, durable when answered, while runs execute: 50 connections"
CONNECTIONS = 50
SECONDS = 8.0
WARM_UP = 1.0
STARTING = 10
"""One event in so many starts a run."""
_PATIENCE_S = 60.0
_PIPELINE = """
project: bench
pipeline: orders
triggers: {placed: {event: {source: [shop], detail-type: [order.placed]}, input: "${detail}"}}
tasks: {check: {function: noop}, deliver: {function: noop}}
edges: [{from: check, to: deliver}]
"""

Request = Callable[[int], bytes]
"""The n-th one, as it goes over the wire."""


class Found(NamedTuple):
    answered: int
    """Requests."""
    seconds: float
    took: list[float]

    def share(self, of: float) -> float:
        """Milliseconds within which that share was answered."""
        return sorted(self.took)[min(len(self.took) - 1, int(of * len(self.took)))] * 1e3


def run() -> Iterator[tuple[str, str]]:
    yield "F, one fdatasync", f"{fdatasync() * 1e3:.2f} ms"
    with _served() as (host, port, token):
        for what, request, events in (
            ("POST /events", _cloud_event(host, port, token), 1),
            ("PutEvents, 1 entry", _put_events(host, port, token, 1), 1),
            ("PutEvents, 10 entries", _put_events(host, port, token, 10), 10),
        ):
            found = asyncio.run(_load(host, port, request))
            rate = found.answered * events / found.seconds
            yield what, f"{rate:,.0f} events/s, median {found.share(0.5):.1f} ms, p99 {found.share(0.99):.1f} ms"


def _cloud_event(host: str, port: int, token: str) -> Request:
    head = _head("/events", host, port, token, "application/cloudevents+json")

    def request(n: int) -> bytes:
        kind = "order.placed" if n % STARTING == 0 else "order.looked-at"
        event = {
            "specversion": "1.0",
            "id": f"e-{n}",
            "source": "shop",
            "type": kind,
            "data": {"order": n, "total": 12.5},
        }
        return _whole(head, json.dumps(event).encode())

    return request


def _put_events(host: str, port: int, token: str, entries: int) -> Request:
    head = _head("/", host, port, token, "application/x-amz-json-1.1", "x-amz-target: AWSEvents.PutEvents\r\n")

    def entry(n: int) -> dict[str, str]:
        kind = "order.placed" if n % STARTING == 0 else "order.looked-at"
        return {"Source": "shop", "DetailType": kind, "Detail": json.dumps({"order": n, "total": 12.5})}

    def request(n: int) -> bytes:
        return _whole(head, json.dumps({"Entries": [entry(n * entries + one) for one in range(entries)]}).encode())

    return request


def _head(path: str, host: str, port: int, token: str, kind: str, more: str = "") -> bytes:
    told = f"POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\nauthorization: Bearer {token}\r\ncontent-type: {kind}\r\n{more}"
    return f"{told}content-length: ".encode()


def _whole(head: bytes, body: bytes) -> bytes:
    return b"%s%d\r\n\r\n%s" % (head, len(body), body)


class _Connection(asyncio.Protocol):
    """Sends, waits for the answer, sends the next."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._held = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, found, rest = self._held.partition(b"\r\n\r\n")
        if not found or len(rest) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        assert head.startswith((b"HTTP/1.1 202", b"HTTP/1.1 200")), self._held
        self._held = b""
        self._load.answered(self._sent)
        self._next()

    def _next(self) -> None:
        request = self._load.next()
        if request is None:
            self._transport.close()
        else:
            self._sent = time.perf_counter()
            self._transport.write(request)

    def connection_lost(self, wrong: Exception | None) -> None:
        self._load.over()


class _Load:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._began = time.perf_counter() + WARM_UP
        self._until = self._began + SECONDS
        self._number = 0
        self._open = CONNECTIONS
        self.took: list[float] = []
        self.done = asyncio.Event()

    def next(self) -> bytes | None:
        self._number += 1
        return None if time.perf_counter() >= self._until else self._request(self._number)

    def answered(self, sent: float) -> None:
        now = time.perf_counter()
        if self._began <= sent and now < self._until:
            self.took.append(now - sent)

    def over(self) -> None:
        self._open -= 1
        if not self._open:
            self.done.set()


async def _load(host: str, port: int, request: Request) -> Found:
    load = _Load(request)
    loop = asyncio.get_running_loop()
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: _Connection(load), host, port)
    await asyncio.wait_for(load.done.wait(), _PATIENCE_S)
    return Found(len(load.took), SECONDS, load.took)


@contextmanager
def _served() -> Iterator[tuple[str, int, str]]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("functions/noop", "pipelines", "buckets"):
            (root / name).mkdir(parents=True)
        (root / "functions/noop/handler.py").write_text("def handler(event, context):\n    return {'i': 1}\n")
        (root / "project.yaml").write_text("project: bench\n")
        (root / "pipelines/orders.yaml").write_text(_PIPELINE)
        murmur = Path(sys.executable).with_name("murmur")
        process = subprocess.Popen(
            [murmur, "up", "--port", "0", "--no-browser", "-C", folder], stdout=subprocess.DEVNULL
        )
        try:
            until = time.monotonic() + _PATIENCE_S
            while not (root / ".murmuration/url").exists():
                assert process.poll() is None, "it has ended"
                assert time.monotonic() < until, "it is not served"
                time.sleep(0.05)
            time.sleep(1)
            there = urlsplit((root / ".murmuration/url").read_text())
            assert there.hostname is not None
            assert there.port is not None
            yield there.hostname, there.port, (root / ".murmuration/token").read_text()
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)
