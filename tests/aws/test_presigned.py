"""Buckets on S3 by signed addresses, and events and webhooks on their way to the functions that take them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import pytest
from support.aws import ACCOUNT, STAGE, Cloud, cloud

from events.outside import OutsideEvent
from events.ports import Unavailable
from handlers.buckets import NoSuchBucket, attachment
from handlers.webhook import Answer, Call
from murmuration.aws.ingest import AwsIngest, AwsWebhooks, called
from murmuration.aws.presigned import PresignedBuckets
from schemas.model import JsonObject

REAL = f"murmur-{STAGE}-uploads-{ACCOUNT}"


@pytest.fixture
def here() -> Iterator[Cloud]:
    with cloud() as found:
        yield found


@pytest.fixture
def buckets(here: Cloud) -> PresignedBuckets:
    return PresignedBuckets(here.clients, ["uploads", "gone"], lambda name: REAL if name == "uploads" else "not-there")


def test_they_are_known_by_their_logical_names(buckets: PresignedBuckets) -> None:
    assert buckets.names() == ("gone", "uploads")
    with pytest.raises(NoSuchBucket):
        buckets.page("gone", "", "", 10)


def test_objects_in_pages(here: Cloud, buckets: PresignedBuckets) -> None:
    for key in ("a/1", "a/2", "a/3", "b"):
        here.clients.s3.put_object(Bucket=REAL, Key=key, Body=b"abc")
    first = buckets.page("uploads", "a/", "", 2)
    assert [one.key for one in first.objects] == ["a/1", "a/2"]
    assert first.objects[0].etag == "900150983cd24fb0d6963f7d28e17f72"
    assert first.more == "a/2"
    rest = buckets.page("uploads", "a/", first.more, 2)
    assert ([one.key for one in rest.objects], rest.more) == (["a/3"], None)
    assert buckets.delete("uploads", "b") is True
    assert buckets.delete("uploads", "b") is False
    assert buckets.head("uploads", "b") is None


def test_an_address_to_write_at(buckets: PresignedBuckets) -> None:
    signed = buckets.upload("uploads", "in/a b.png", "image/png", 3, 60)
    address = urlsplit(signed.address)
    asked = parse_qs(address.query)
    assert REAL in signed.address
    assert address.path.endswith("/in/a%20b.png")
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert asked["X-Amz-Expires"] == ["60"]
    assert asked["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    assert "checksum" not in address.query.lower()
    assert (signed.method, signed.headers) == ("PUT", {"content-type": "image/png", "content-length": "3"})


def test_an_address_to_read_at(buckets: PresignedBuckets) -> None:
    signed = buckets.download("uploads", "ü.html", 60)
    asked = parse_qs(urlsplit(signed.address).query)
    assert (signed.method, signed.headers) == ("GET", {})
    assert asked["response-content-disposition"] == [attachment("ü.html")]


class Bus:
    def __init__(self) -> None:
        self.put: list[JsonObject] = []
        self.wrong: Exception | None = None

    def put_outside(self, events: list[JsonObject]) -> None:
        if self.wrong is not None:
            raise self.wrong
        self.put += events


def test_events_go_on_the_bus_whole_and_a_failure_is_told() -> None:
    bus = Bus()
    event = OutsideEvent("1", "shop", "order.placed", datetime(2030, 1, 1, tzinfo=UTC), {"a": 1})
    AwsIngest(bus).accept([event])  # type: ignore[arg-type]  # a list is a sequence
    assert [(one["id"], one["detail"]) for one in bus.put] == [("1", {"a": 1})]
    bus.wrong = Unavailable("not now")
    with pytest.raises(Unavailable):
        AwsIngest(bus).accept([event])  # type: ignore[arg-type]


def test_a_webhook_reaches_its_handler_as_it_came() -> None:
    heard: list[tuple[str, str, Call]] = []

    class Handler:
        def call(self, pipeline: str, trigger: str, call: Call) -> Answer:
            heard.append((pipeline, trigger, call))
            return Answer(HTTPStatus.ACCEPTED, run="r-1")

    def start(request: JsonObject) -> JsonObject:
        """As an invocation does: over JSON."""
        [(kind, body)] = json.loads(json.dumps(request)).items()
        assert kind == "webhook"
        return called(Handler(), body)  # type: ignore[arg-type]  # what it calls of one

    body = bytes(range(256))
    answer = AwsWebhooks(start).call("p/x", "t", Call(body, [("a", "é"), ("a", "2")], "q=1&q=2"))
    assert answer == Answer(HTTPStatus.ACCEPTED, run="r-1")
    assert heard == [("p/x", "t", Call(body, (("a", "é"), ("a", "2")), "q=1&q=2"))]
