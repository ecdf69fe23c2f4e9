"""Events from outside: any source and any type, refused where AWS would refuse them, and nobody speaks as us."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from events.outside import (
    LARGEST_EVENT,
    OutsideEvent,
    from_cloud_event,
    read_delivered,
    read_entry,
    size_of,
    speaks_as_us,
)
from schemas.errors import InvalidEvent
from schemas.model import JsonObject

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
PUT: JsonObject = {"Source": "shop", "DetailType": "order.created", "Detail": '{"total": 150}'}
DELIVERED: JsonObject = {
    "version": "0",
    "id": "e-1",
    "detail-type": "Object Created",
    "source": "aws.s3",
    "account": "000000000000",
    "time": "2030-01-01T12:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:s3:::uploads"],
    "detail": {"bucket": {"name": "uploads"}},
}
CLOUD: JsonObject = {
    "specversion": "1.0",
    "id": "o-1",
    "source": "/shop",
    "type": "order.created",
    "time": "2030-01-01T12:00:00Z",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "data": {"total": 150},
}


def test_an_entry_becomes_the_event_that_rules_match() -> None:
    event = read_entry({**PUT, "Resources": ["arn:x"]}, id="b-1", now=NOON)
    assert event.fields(account="0", region="here") == {
        "version": "0",
        "id": "b-1",
        "detail-type": "order.created",
        "source": "shop",
        "account": "0",
        "time": "2030-01-01T12:00:00Z",
        "region": "here",
        "resources": ["arn:x"],
        "detail": {"total": 150},
    }
    assert event.identity == ("shop", "b-1")
    assert (event.trace, event.dataref) == (None, None)


@pytest.mark.parametrize("time", ["2030-01-01T13:00:00+01:00", NOON.timestamp()])
def test_an_entry_may_bring_its_time(time: JsonValue) -> None:
    assert read_entry({**PUT, "Time": time}, id="b-1", now=datetime(2000, 1, 1, tzinfo=UTC)).time == NOON


def test_an_event_goes_out_as_the_entry_it_came_as() -> None:
    plain = read_entry(PUT, id="b-1", now=NOON)
    assert plain.entry() == {"Source": "shop", "DetailType": "order.created", "Detail": '{"total":150}', "Time": NOON}
    assert read_entry({**PUT, "Resources": ["arn:x"]}, id="b-1", now=NOON).entry().get("Resources") == ["arn:x"]


def test_a_delivered_event_is_read() -> None:
    event = read_delivered(DELIVERED)
    assert event == OutsideEvent(
        "e-1", "aws.s3", "Object Created", NOON, {"bucket": {"name": "uploads"}}, ("arn:aws:s3:::uploads",)
    )
    assert event.fields(account="000000000000", region="us-east-1") == DELIVERED


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"Source": None}, "source is missing"),
        ({"Source": ""}, "source is missing"),
        ({"Source": "murmuration"}, "'murmuration' is reserved"),
        ({"Source": "aws.s3"}, "reserved for AWS"),
        ({"Source": "x" * 257}, "source has 257 characters"),
        ({"DetailType": 5}, "detail-type is missing"),
        ({"DetailType": "x" * 129}, "detail-type has 129 characters"),
        ({"Detail": {"total": 150}}, "Detail is not an object"),
        ({"Detail": "[]"}, "Detail is not an object"),
        ({"Detail": "{"}, "not JSON"),
        ({"Detail": '{"a": 1, "a": 2}'}, "'a' is there twice"),
        ({"Detail": '{"a": NaN}'}, "not JSON"),
        ({"Detail": '{"a": ' + "[" * 120 + "]" * 120 + "}"}, "too deep"),
        ({"Time": "soon"}, "time is 'soon'"),
        ({"Time": "2030-01-01T12:00:00"}, "not a moment with its zone"),
        ({"Time": True}, "time is True"),
        ({"Time": 1e300}, "not a moment"),
        ({"Resources": "arn"}, "resources is not a list"),
        ({"Resources": [1]}, "resources is not a list"),
        ({"Detail": '{"a": "' + "x" * LARGEST_EVENT + '"}'}, "bytes, and 262,144 are allowed"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(change: JsonObject, what: str) -> None:
    with pytest.raises(InvalidEvent, match=what.replace("[", r"\[")):
        read_entry({**PUT, **change}, id="b-1", now=NOON)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(InvalidEvent) as refused:
        read_delivered({"time": "never", "resources": 1})
    for part in ("source", "detail-type", "id", "time", "resources", "detail is"):
        assert part in refused.value.what


@pytest.mark.parametrize(
    "source", ["murmuration", "/murmuration/media/x", "Murmuration", " murmuration ", "//murmuration"]
)
def test_nobody_outside_speaks_as_us(source: str) -> None:
    assert speaks_as_us(source)
    with pytest.raises(InvalidEvent):
        read_delivered({**DELIVERED, "source": source})
    with pytest.raises(InvalidEvent):
        from_cloud_event({**CLOUD, "source": source}, now=NOON)


def test_a_name_that_only_begins_like_ours_is_free() -> None:
    assert not speaks_as_us("murmurations")
    assert not speaks_as_us("com.example/murmuration")


def test_a_cloud_event_travels_whole_and_keeps_its_identity() -> None:
    event = from_cloud_event(CLOUD, now=NOON)
    assert event.entry()["Source"] == "/shop"
    assert event.detail == CLOUD
    delivered = read_delivered({**event.fields(), "id": "the bus's own"})
    assert delivered.identity == event.identity == ("/shop", "o-1")
    assert str(delivered.trace) == CLOUD["traceparent"]


def test_a_cloud_event_without_a_time_is_of_now() -> None:
    timeless = {name: value for name, value in CLOUD.items() if name != "time"}
    assert from_cloud_event(timeless, now=NOON).time == NOON


def test_size_is_counted_as_the_bus_counts_it() -> None:
    assert size_of("shop", "order.created", "{}") == 14 + 4 + 13 + 2
    assert size_of("s", "é", "{}", ["arn"]) == 14 + 1 + 2 + 2 + 3
    assert read_entry(PUT, id="b-1", now=NOON).size() == 14 + 4 + 13 + len('{"total":150}')


def test_too_large_is_refused_or_leaves_its_data_behind() -> None:
    large: JsonObject = {**CLOUD, "data": "x" * LARGEST_EVENT}
    with pytest.raises(InvalidEvent, match="dataref"):
        from_cloud_event(large, now=NOON)
    checked = from_cloud_event(large, now=NOON, limit=None).claim_check("artifacts/1f0c")
    assert checked.size() < 1_000
    assert checked.dataref == "artifacts/1f0c"
    assert checked.identity == ("/shop", "o-1")
    assert "data" not in checked.detail


def test_a_plain_event_becomes_a_cloud_event_when_its_data_stays_behind() -> None:
    event = read_entry(PUT, id="b-1", now=NOON)
    checked = event.claim_check("artifacts/1f0c")
    assert checked.dataref == "artifacts/1f0c"
    assert checked.identity == event.identity
    assert checked.detail["time"] == "2030-01-01T12:00:00Z"
