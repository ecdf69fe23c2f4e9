"""What is too long, too slow or no HTTP at all is refused in words, before it costs anything; and a server that ends answers first."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.murmur import shop
from support.served import Served, served

from handlers.api.app import LARGEST_BODY
from murmuration.local.web import wire

PATIENCE_S = 20.0
WAITING = {"project": "shop", "pipeline": "later", "tasks": {"rest": {"action": "wait", "with": {"duration": "10m"}}}}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("limits") / "shop"
    shop(root)
    with served(root) as found:
        yield found


class Raw:
    """A connection, byte by byte."""

    def __init__(self, here: Served) -> None:
        self.host = here.url.removeprefix("http://")
        name, _, port = self.host.partition(":")
        self._socket = socket.create_connection((name, int(port)), PATIENCE_S)
        self._head = f"host: {self.host}\r\nauthorization: Bearer {here.token}\r\n".encode()

    def send(self, content: bytes) -> None:
        self._socket.sendall(content)

    def request(self, line: bytes, headers: bytes = b"", body: bytes = b"") -> None:
        self.send(line + b" HTTP/1.1\r\n" + self._head + headers + b"\r\n" + body)

    def answer(self) -> tuple[int, bytes]:
        """Up to the end of the connection."""
        parts = []
        while part := self._socket.recv(65_536):
            parts.append(part)
        head, _, body = b"".join(parts).partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), body

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def raw(here: Served) -> Iterator[Raw]:
    made = Raw(here)
    yield made
    made.close()


def test_what_says_that_it_is_too_large_is_not_read(raw: Raw) -> None:
    raw.request(b"POST /runs", b"content-type: application/json\r\ncontent-length: 99999999999\r\n")
    status, body = raw.answer()
    assert (status, json.loads(body)["code"]) == (413, "too-large")


@pytest.mark.parametrize("end", [b"0\r\n\r\n", b""], ids=["sent in full", "never ending"])
def test_what_does_not_say_how_large_it_is_is_read_so_far(here: Served, raw: Raw, end: bytes) -> None:
    raw.request(b"POST /runs", b"content-type: application/json\r\ntransfer-encoding: chunked\r\n")
    part = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    if end:
        raw.send(part * (LARGEST_BODY // 0x100000 + 2) + end)
        status, body = raw.answer()
        assert (status, json.loads(body)["code"]) == (413, "too-large")
    else:
        with pytest.raises(ConnectionError):
            raw.send(part * 60)
    assert here.get("/runs").status == 200


def test_the_largest_body_is_taken(here: Served) -> None:
    padding = " " * (LARGEST_BODY - 2)
    assert here.post("/check", f"{{{padding}}}".encode()).code == "invalid-request"


def test_an_address_that_is_too_long(raw: Raw, here: Served) -> None:
    assert here.get("/" + "a" * 5_000).status == 414
    raw.request(b"GET /" + b"a" * wire.LONGEST_ADDRESS)
    status, body = raw.answer()
    assert (status, json.loads(body)["code"]) == (414, "address-too-long")


@pytest.mark.parametrize("headers", [b"x: " + b"y" * wire.LARGEST_HEAD + b"\r\n", b"x: y\r\n" * 20_000])
def test_headers_that_are_too_large(raw: Raw, headers: bytes) -> None:
    raw.request(b"GET /runs", headers)
    status, body = raw.answer()
    assert (status, json.loads(body)["code"]) == (431, "head-too-large")


def test_headers_that_never_end(raw: Raw) -> None:
    raw.send(b"GET /runs HTTP/1.1\r\nx: " + b"y" * (wire.LARGEST_HEAD + 1))
    assert raw.answer()[0] == 431


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/1.1\r\nhost : x\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_no_http(raw: Raw, sent: bytes) -> None:
    raw.send(sent)
    status, body = raw.answer()
    assert 400 <= status < 500
    assert json.loads(body)["code"] in {"bad-request", "forbidden"}


EVENT = b'{"specversion": "1.0", "id": "w", "source": "tests", "type": "t"}'
KIND = b"content-type: application/cloudevents+json\r\n"


@pytest.mark.parametrize(
    "offer",
    [
        b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n",
        b"connection: keep-alive, upgrade\r\nupgrade: websocket\r\n",
    ],
)
@pytest.mark.parametrize("apart", [True, False])
def test_who_offers_another_protocol_is_answered_in_this_one(raw: Raw, offer: bytes, apart: bool) -> None:
    # As Java's client does with its first request, whatever it sends.
    length = b"content-length: %d\r\n" % len(EVENT)
    if apart:
        raw.request(b"POST /events", KIND + offer + length)
        time.sleep(0.05)
        raw.send(EVENT)
    else:
        raw.request(b"POST /events", KIND + offer + length, EVENT)
    raw.request(b"POST /events", KIND + length + b"connection: close\r\n", EVENT)
    status, rest = raw.answer()
    assert (status, rest.count(b'{"events":["w"]}'), rest.count(b" 202 ")) == (202, 2, 1)


def test_this_server_is_no_proxy(raw: Raw) -> None:
    raw.send(b"CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\r\n\r\n")
    assert raw.answer()[0] == 400


def test_a_body_that_is_none_is_refused_at_once(raw: Raw) -> None:
    raw.request(b"POST /events", KIND + b"transfer-encoding: chunked\r\n", b"zz\r\n")
    status, body = raw.answer()
    assert (status, json.loads(body)["code"]) == (400, "bad-request")


@pytest.mark.parametrize(
    "bad", [b"nonsense\r\n\r\n", b"POST /events HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"]
)
def test_whoever_came_before_it_on_the_connection_is_answered_first(raw: Raw, bad: bytes) -> None:
    asked = b"GET /auth/config HTTP/1.1\r\nhost: " + raw.host.encode() + b"\r\n\r\n"
    raw.send(asked + asked + bad)
    status, rest = raw.answer()
    assert (status, rest.count(b" 200 "), rest.count(b" 400 "), rest.count(b'"target"')) == (200, 1, 1, 2)
    assert rest.endswith(b"}")


@pytest.mark.parametrize("hosts", [b"", b"host: 127.0.0.1\r\nhost: evil.example\r\n"])
def test_a_request_is_for_one_host(raw: Raw, hosts: bytes) -> None:
    own = b"host: " + raw.host.encode() + b"\r\n"
    raw.send(b"GET /auth/config HTTP/1.1\r\nconnection: close\r\n" + (own + hosts if hosts else b"") + b"\r\n")
    status, body = raw.answer()
    assert (status, json.loads(body)["code"]) == (400, "bad-request")


@pytest.mark.parametrize(("path", "kind"), [("/runs", "application/json"), ("/events", "application/cloudevents+json")])
def test_what_is_encoded_is_not_unpacked(here: Served, path: str, kind: str) -> None:
    told = here.post(path, EVENT, headers={"content-encoding": "gzip", "content-type": kind})
    assert (told.status in (400, 415), "gzip" in told.json["detail"]) == (True, True)
    assert (
        here.post(
            "/events", EVENT, headers={"content-encoding": "identity", "content-type": KIND.decode()[14:-2]}
        ).status
        == 202
    )


def test_a_sender_that_dawdles_does_not_hold_up_others(here: Served) -> None:
    slow = [Raw(here) for _ in range(50)]
    for one in slow:
        one.send(b"GET /runs HTTP/1.1\r\nx")
    assert here.get("/runs").status == 200
    for one in slow:
        one.close()


def test_every_answer_has_its_requests_id_and_none_says_what_serves_it(here: Served) -> None:
    answers = [
        here.get("/runs"),
        here.get("/nowhere"),
        here.get("/runs", token=None),
        here.get("/runs", headers={"host": "evil.example"}),
        here.get("/"),
    ]
    assert len({one.headers["x-request-id"] for one in answers}) == len(answers)
    assert not any("server" in one.headers for one in answers)


def waits(here: Served) -> Raw:
    """Somebody who waits for news of a run that has none."""
    run = here.post("/runs", {"definition": WAITING}).json["run"]
    until = time.monotonic() + PATIENCE_S
    seen = 0
    while True:  # until nothing more is said of it
        page = here.get(f"/runs/{run}/events").json
        if len(page["events"]) == seen > 0:
            break
        seen = len(page["events"])
        assert time.monotonic() < until
        time.sleep(0.2)
    one = Raw(here)
    one.request(f"GET /runs/{run}/events?wait=25&after={page['next']}".encode(), b"connection: close\r\n")
    return one


def test_a_server_that_ends_answers_who_waits_and_lets_nobody_in(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shop(root)
    with served(root) as here:
        waiting, resting = waits(here), Raw(here)
        resting.request(b"GET /auth/verify")
        time.sleep(0.3)
        began = time.monotonic()
        here.process.terminate()
        status, body = waiting.answer()
        assert (status, json.loads(body)["events"]) == (200, [])
        assert resting.answer()[0] == 200
        here.process.wait(PATIENCE_S)
        assert time.monotonic() - began < 20, "nobody waited for the 25 seconds of whoever waits"
        assert not (root / ".murmuration" / "url").exists()
        with pytest.raises(ConnectionError):
            Raw(here)
        waiting.close()
        resting.close()
