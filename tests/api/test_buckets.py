"""Buckets over the API and by signed addresses: any size, conditions and ranges, nothing that runs, and the event that S3 sends."""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import urllib3
from support.doors import doors, inputs, outside, started
from support.served import Answered, Served, served

from handlers.auth import Forbidden
from handlers.buckets import attachment
from murmuration.local.buckets import LocalBuckets
from murmuration.local.signing import FILE, Grant, Signing
from murmuration.local.web.ranges import NoSuchRange, Span, matches, span_of


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = doors(tmp_path_factory.mktemp("buckets") / "shop")
    with served(root) as found:
        yield found


def upload(here: Served, key: str, size: int, kind: str = "application/octet-stream", **more: Any) -> dict[str, Any]:
    told = here.post("/buckets/uploads/uploads", {"key": key, "size": size, "content_type": kind}, **more)
    assert told.status == 200, told.body
    found: dict[str, Any] = told.json
    return found


def put(address: dict[str, Any], body: bytes, **headers: str) -> Answered:
    sent = {**address["headers"], **headers}
    told = urllib3.request(address["method"], address["url"], body=body, headers=sent, retries=False, timeout=30)
    return Answered(told.status, {name.lower(): value for name, value in told.headers.items()}, told.data)


def download(here: Served, key: str) -> str:
    told = here.post("/buckets/uploads/downloads", {"key": key})
    assert told.status == 200, told.body
    return str(told.json["url"])


def fetch(url: str, method: str = "GET", **headers: str) -> Answered:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    told = urllib3.request(method, url, headers=sent, retries=False, timeout=30)
    return Answered(told.status, {name.lower(): value for name, value in told.headers.items()}, told.data)


def stored(here: Served, key: str, body: bytes, kind: str = "application/octet-stream") -> str:
    """And where to fetch it."""
    told = put(upload(here, key, len(body), kind), body)
    assert told.status == 200, told.body
    return download(here, key)


# there and back


def test_a_file_goes_in_and_comes_out_and_starts_a_run(here: Served) -> None:
    before = inputs(here, "files")
    body = os.urandom(100_000)
    told = put(upload(here, "in/a.bin", len(body)), body)
    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    assert (told.status, told.headers["etag"]) == (200, f'"{etag}"')
    found = fetch(download(here, "in/a.bin"))
    assert (found.status, found.body, found.headers["etag"]) == (200, body, f'"{etag}"')
    [given] = started(here, "files", before, which=lambda one: one["object"]["key"] == "in/a.bin")
    assert given["bucket"] == {"name": "uploads"}
    assert given["reason"] == "PutObject"
    assert {name: given["object"][name] for name in ("key", "size", "etag")} == {
        "key": "in/a.bin",
        "size": len(body),
        "etag": etag,
    }


def test_it_is_listed_in_pages_and_taken_away(here: Served) -> None:
    for key in ("list/a", "list/b", "list/c"):
        stored(here, key, b"x")
    first = here.get("/buckets/uploads/objects", prefix="list/", most=2).json
    assert [one["key"] for one in first["objects"]] == ["list/a", "list/b"]
    rest = here.get("/buckets/uploads/objects", prefix="list/", most=2, after=first["next"]).json
    assert ([one["key"] for one in rest["objects"]], rest["next"]) == (["list/c"], None)
    assert here.delete("/buckets/uploads/objects", key="list/b").status == 204
    told = here.delete("/buckets/uploads/objects", key="list/b")
    assert (told.status, told.code) == (404, "no-such-object")
    until = time.monotonic() + 20
    while not [one for one in outside(here) if one["detail-type"] == "Object Deleted"]:
        assert time.monotonic() < until, "nobody hears that it is gone"
        time.sleep(0.02)
    assert here.get("/buckets").json == {"buckets": ["uploads"]}


def test_an_empty_file(here: Served) -> None:
    found = fetch(stored(here, "empty", b""))
    assert (found.status, found.body, found.headers["content-length"]) == (200, b"", "0")


def test_a_file_of_any_size_in_constant_memory(here: Served) -> None:
    size = 160 << 20
    resident = _memory(here)
    there = urlsplit(upload(here, "large", size)["url"])
    block = os.urandom(1 << 20)
    connection = http.client.HTTPConnection(there.netloc, timeout=60)
    headers = {"content-type": "application/octet-stream", "content-length": str(size)}
    connection.request("PUT", f"{there.path}?{there.query}", body=(block for _ in range(size >> 20)), headers=headers)
    assert connection.getresponse().status == 200
    connection.close()
    told = urllib3.request("GET", download(here, "large"), preload_content=False, timeout=60)
    length = 0
    hashed = hashlib.md5(usedforsecurity=False)
    for chunk in told.stream(1 << 20):
        length += len(chunk)
        hashed.update(chunk)
    assert length == size
    assert told.headers["etag"] == f'"{hashed.hexdigest()}"'
    assert _memory(here) - resident < 64 << 20
    assert here.delete("/buckets/uploads/objects", key="large").status == 204


def _memory(here: Served) -> int:
    """The most that the server ever had, in bytes."""
    status = Path(f"/proc/{here.process.pid}/status")
    if not status.exists():
        pytest.skip("no /proc here")
    [line] = [one for one in status.read_text().splitlines() if one.startswith("VmHWM")]
    return int(line.split()[1]) << 10


def test_what_breaks_off_is_not_there(here: Served) -> None:
    address = upload(here, "broken/off", 10_000_000)
    there = urlsplit(address["url"])
    connection = http.client.HTTPConnection(there.netloc, timeout=10)
    connection.putrequest("PUT", f"{there.path}?{there.query}")
    connection.putheader("content-type", "application/octet-stream")
    connection.putheader("content-length", "10000000")
    connection.endheaders(b"x" * 3_000_000)
    connection.close()
    folder = here.root / "buckets/uploads/broken"
    until = time.monotonic() + 10
    while not folder.exists() or list(folder.iterdir()):
        assert time.monotonic() < until, "the half of it is still there"
        time.sleep(0.02)
    assert here.post("/buckets/uploads/downloads", {"key": "broken/off"}).status == 404


def test_a_reader_sees_one_file_to_its_end(here: Served) -> None:
    old, new = b"o" * 8_000_000, b"n" * 8_000_000
    url = stored(here, "swapped", old)
    told = urllib3.request("GET", url, preload_content=False, timeout=30)
    began = told.read(1000)
    stored(here, "swapped", new)
    assert began + told.read() == old
    assert fetch(url).body == new


def test_uploads_at_once_leave_one_whole_file(here: Served) -> None:
    bodies = [bytes([65 + number]) * 500_000 for number in range(6)]
    address = upload(here, "raced", 500_000)
    threads = [threading.Thread(target=put, args=(address, body)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetch(download(here, "raced")).body in bodies


# HTTP


def test_head_conditions_and_ranges(here: Served) -> None:
    url = stored(here, "parts", b"0123456789")
    head = fetch(url, "HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, "10", b"")
    etag = head.headers["etag"]
    assert fetch(url, if_none_match=etag).status == 304
    assert fetch(url, if_none_match='"another"').status == 200
    assert fetch(url, if_match='"another"').status == 412
    part = fetch(url, range="bytes=2-4")
    assert (part.status, part.body, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    assert fetch(url, range="bytes=-3").body == b"789"
    assert fetch(url, range="bytes=7-").body == b"789"
    assert fetch(url, range="bytes=2-4", if_range=etag).status == 206
    assert fetch(url, range="bytes=2-4", if_range='"another"').body == b"0123456789"
    beyond = fetch(url, range="bytes=10-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */10")


@pytest.mark.parametrize(
    ("asked", "size", "span"),
    [
        ("", 10, Span(0, 10, False)),
        ("bytes=0-0", 10, Span(0, 1, True)),
        ("bytes=0-99", 10, Span(0, 10, True)),
        ("bytes=-99", 10, Span(0, 10, True)),
        ("bytes=0-1,3-4", 10, Span(0, 10, False)),
        ("bytes=5-2", 10, Span(0, 10, False)),
        ("bytes=-", 10, Span(0, 10, False)),
        ("lines=1-2", 10, Span(0, 10, False)),
        (f"bytes=0-{'9' * 30}", 10, Span(0, 10, False)),
    ],
)
def test_spans(asked: str, size: int, span: Span) -> None:
    assert span_of(asked, size) == span


@pytest.mark.parametrize(("asked", "size"), [("bytes=10-", 10), ("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-1", 0)])
def test_spans_that_are_none(asked: str, size: int) -> None:
    with pytest.raises(NoSuchRange):
        span_of(asked, size)


def test_conditions() -> None:
    assert matches('"a", W/"b"', '"b"')
    assert matches("*", '"b"')
    assert not matches("", '"b"')


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "text/html; charset=utf-8", "application/xhtml+xml"])
def test_nothing_that_is_fetched_runs_as_ours(here: Served, kind: str) -> None:
    found = fetch(stored(here, "page.html", b"<script>alert(1)</script>", kind))
    assert found.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert found.headers["content-disposition"].startswith("attachment")
    assert found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("key", ['a/quote".txt', "a/semi;colon=x.txt", "a/Zürich 漢.txt", "a/100%.txt", "a/'.txt"])
def test_a_name_in_a_header(here: Served, key: str) -> None:
    found = fetch(stored(here, key, b"x"))
    told = found.headers["content-disposition"]
    assert told == attachment(key)
    assert told.isascii()
    assert told.count('"') == 2


# addresses


def test_an_address_is_good_for_what_was_signed_and_nothing_else(here: Served) -> None:
    address = upload(here, "signed", 5, "text/plain")
    there = urlsplit(address["url"])
    assert put(address, b"12345").status == 200
    larger = put(address, b"123456")
    assert (larger.status, larger.code) == (413, "too-large")
    other = put(address, b"12345", **{"content-type": "text/html"})
    assert (other.status, other.code) == (422, "bad-content-type")
    assert fetch(address["url"]).status == 403
    assert fetch(address["url"], "DELETE").status == 405
    assert put({**address, "url": download(here, "signed")}, b"12345").status == 403
    for name, value in (
        ("key", "other"),
        ("bucket", "other"),
        ("size", "50"),
        ("type", "text/html"),
        ("expires", "9999999999"),
        ("signature", "0" * 64),
        ("do", "GET"),
    ):
        fields = dict(one.split("=", 1) for one in there.query.split("&"))
        changed = {
            **address,
            "url": f"{there.scheme}://{there.netloc}{there.path}?{urlencode({**fields, name: value})}",
        }
        told = put(changed, b"12345")
        assert (name, told.status, told.code) == (name, 403, "forbidden")


def test_a_length_that_is_not_said_is_counted(here: Served) -> None:
    address = upload(here, "counted", 100_000)
    body = io.BytesIO(b"x" * 3_000_000)
    told = urllib3.request(
        "PUT", address["url"], body=body, headers={**address["headers"], "transfer-encoding": "chunked"}
    )
    assert told.status == 413
    assert here.post("/buckets/uploads/downloads", {"key": "counted"}).status == 404


def test_addresses_in_process(tmp_path: Path) -> None:
    now = [1_000.0]
    signing = Signing(tmp_path, lambda: now[0])
    query = signing.address(Grant("GET", "uploads", "a b/ü", 1_010)).partition("?")[2]
    assert signing.read("GET", query).key == "a b/ü"
    assert signing.read("HEAD", query).bucket == "uploads"
    assert Signing(tmp_path, lambda: now[0]).read("GET", query), "the key stays"
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    for wrong in (
        f"{query}&key=a",
        query.replace("key=", "Key="),
        query + "&more=1",
        query.replace("expires=1010", "expires=01010"),
        query.replace("a+b%2F%C3%BC", "a+b%2Fu%CC%88"),
        query.replace("%C3%BC", "%FC"),
        "",
        "&" * 50,
    ):
        with pytest.raises(Forbidden):
            signing.read("GET", wrong)
    now[0] = 1_010.0
    with pytest.raises(Forbidden, match="over"):
        signing.read("GET", query)


def test_half_a_key_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"half")
    signing = Signing(tmp_path, lambda: 0.0)
    assert signing.read("GET", signing.address(Grant("GET", "b", "k", 10)).partition("?")[2])


# who may


def test_who_may_move_files(here: Served) -> None:
    viewer, emitter = (
        here.post("/tokens", {"name": f"files-{role}", "role": role}).json["token"] for role in ("viewer", "emitter")
    )
    stored(here, "seen", b"x")
    assert here.get("/buckets/uploads/objects", token=viewer).status == 200
    assert here.post("/buckets/uploads/downloads", {"key": "seen"}, token=viewer).status == 200
    assert here.post("/buckets/uploads/uploads", {"key": "seen", "size": 1}, token=viewer).status == 403
    assert here.delete("/buckets/uploads/objects", key="seen", token=viewer).status == 403
    assert here.get("/buckets/uploads/objects", token=emitter).status == 403


def test_a_bucket_that_is_not_there(here: Served) -> None:
    told = here.get("/buckets/nowhere/objects")
    assert (told.status, told.code) == (404, "no-such-bucket")
    assert here.post("/buckets/nowhere/uploads", {"key": "a", "size": 1}).code == "no-such-bucket"
    assert not (here.root / "buckets/nowhere").exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"key": "a"},
        {"key": "a", "size": -1},
        {"key": "a", "size": "1"},
        {"key": "a", "size": 1, "more": 1},
        {"key": "a", "size": 1, "seconds": 10**9},
    ],
)
def test_what_is_asked_for_wrongly(here: Served, body: dict[str, Any]) -> None:
    assert here.post("/buckets/uploads/uploads", body).status == 422


def test_pages_are_in_the_order_of_keys_whatever_the_folders(tmp_path: Path) -> None:
    buckets = LocalBuckets(tmp_path)
    buckets.make(["odd"])
    keys = ["a", "b-c", "b.d/x", "b/a", "b/é/z", "b0", "é", "z/y/x/w"]
    for key in keys:
        if not any(other != key and other.startswith(f"{key}/") for other in keys):
            buckets.write("odd", key, b"x", "")
    listed = sorted(keys)
    assert [one.key for one in buckets.list("odd")] == listed
    for number, after in enumerate(["", *listed]):
        assert [one.key for one in buckets.list("odd", after=after, most=2)] == listed[number : number + 2]
    assert [one.key for one in buckets.list("odd", "b/")] == ["b/a", "b/é/z"]
    assert [one.key for one in buckets.list("odd", "b", "b.")] == ["b.d/x", "b/a", "b/é/z", "b0"]
