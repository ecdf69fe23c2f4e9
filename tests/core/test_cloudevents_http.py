"""CloudEvents over HTTP, both ways, in all three modes; read strictly, every mistake at once."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from cloudevents.core.bindings.http import from_http_event
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples

from events.catalog import Event, EventType
from events.cloudevents_http import (
    BATCH,
    STRUCTURED,
    CloudEvent,
    HTTPMessage,
    as_json,
    read,
    to_cloud_event,
    to_event,
    write_batch,
    write_binary,
    write_structured,
)
from schemas.errors import InvalidEvent

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
ORDER = {"specversion": "1.0", "id": "o-1", "source": "/shop", "type": "order.created"}
RESIZED = Event(
    type=EventType.TASK_SUCCEEDED,
    time=NOON,
    pipeline="media/thumbnails@3",
    run="r-1",
    task="resize",
    attempt=1,
    cause="r-1/validate/1/task.succeeded",
    data={"status": "succeeded", "output": {"width": 200}},
)


def _read(message: HTTPMessage) -> list[CloudEvent]:
    return list(read(message.headers.items(), message.body))


def _structured(event: object) -> HTTPMessage:
    return HTTPMessage({"Content-Type": STRUCTURED}, json.dumps(event).encode())


def _binary(body: bytes = b"", **headers: str) -> HTTPMessage:
    attributes = {f"ce-{name}": value for name, value in ORDER.items()}
    return HTTPMessage({**attributes, **{name.replace("_", "-"): value for name, value in headers.items()}}, body)


json_data = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
attribute_text = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=8)


@st.composite
def cloud_events(draw: st.DrawFn) -> CloudEvent:
    attributes: dict[str, Any] = {**ORDER, "id": draw(attribute_text), "type": draw(attribute_text), "time": NOON}
    attributes |= draw(
        st.dictionaries(st.sampled_from(["tenant", "partitionkey", "subject"]), attribute_text, max_size=2)
    )
    kind, data = draw(
        st.one_of(
            st.tuples(st.sampled_from([None, "application/json", "application/vnd.shop+json; v=1"]), json_data),
            st.tuples(st.just("text/plain"), st.text(min_size=1, max_size=6)),
            st.tuples(st.just("image/png"), st.binary(min_size=1, max_size=6)),
            st.tuples(st.none(), st.none()),
        )
    )
    return CloudEvent(attributes | ({"datacontenttype": kind} if kind else {}), data)


@examples(25)
@given(st.lists(cloud_events(), max_size=3))
def test_what_is_written_is_read_again_in_every_mode(events: list[CloudEvent]) -> None:
    assert [as_json(event) for event in _read(write_batch(events))] == [as_json(event) for event in events]
    for event in events:
        assert [as_json(one) for one in _read(write_structured(event))] == [as_json(event)]
        (binary,) = _read(write_binary(event))
        assert (binary.get_data(), binary.get_id(), binary.get_time()) == (event.get_data(), event.get_id(), NOON)
        for name in ("tenant", "partitionkey", "subject"):
            assert binary.get_extension(name) == event.get_extension(name)


@examples(15)
@given(cloud_events())
def test_the_sdk_reads_what_is_written(event: CloudEvent) -> None:
    assert as_json(from_http_event(write_structured(event))) == as_json(event)
    assert from_http_event(write_binary(event)).get_id() == event.get_id()


@pytest.mark.parametrize("write", [write_structured, write_binary, lambda event: write_batch([event])])
def test_our_own_events_go_out_and_come_back(write: Any) -> None:
    (event,) = _read(write(to_cloud_event(RESIZED)))
    assert to_event(event) == RESIZED
    assert event.get_source() == "/murmuration/media/thumbnails"


def test_a_flag_is_spelt_as_the_standard_spells_it() -> None:
    message = write_binary(CloudEvent({**ORDER, "time": NOON, "sampled": True, "paid": False, "rank": 7}))
    assert (message.headers["ce-sampled"], message.headers["ce-paid"], message.headers["ce-rank"]) == (
        "true",
        "false",
        "7",
    )


def test_attributes_and_data_in_the_binary_mode() -> None:
    (event,) = _read(
        _binary(b'{"total": 1}', Content_Type="application/json", ce_tenant="Z%C3%BCrich", ce_note='"a \\"b\\""')
    )
    assert event.get_data() == {"total": 1}
    assert event.get_datacontenttype() == "application/json"
    assert event.get_extension("tenant") == "Zürich"
    assert event.get_extension("note") == 'a "b"'


@pytest.mark.parametrize(
    ("content_type", "body", "data"),
    [
        ("text/plain", b"hello", "hello"),
        ("text/plain", b"\xff", b"\xff"),
        ("image/png", b"\x89PNG", b"\x89PNG"),
        ("Application/Problem+JSON; charset=utf-8", b"[1]", [1]),
    ],
)
def test_a_body_is_read_by_its_content_type(content_type: str, body: bytes, data: object) -> None:
    (event,) = _read(_binary(body, Content_Type=content_type))
    assert event.get_data() == data


def test_bytes_travel_in_base64() -> None:
    encoded = base64.b64encode(b"\x00\xff").decode()
    (event,) = _read(_structured({**ORDER, "datacontenttype": "image/png", "data_base64": encoded}))
    assert event.get_data() == b"\x00\xff"
    assert as_json(event)["data_base64"] == encoded


def test_null_is_as_if_it_were_not_there() -> None:
    (event,) = _read(_structured({**ORDER, "subject": None, "tenant": None, "data": None}))
    assert "subject" not in event.get_attributes()
    assert event.get_data() is None


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"specversion": "0.3"}, "specversion is '0.3'"),
        ({"specversion": None}, "specversion is missing"),
        ({"id": ""}, "id is empty"),
        ({"id": 7}, "id is not a text"),
        ({"id": "a\nb"}, "id holds control characters"),
        ({"source": None}, "source is missing"),
        ({"source": "my shop"}, "source 'my shop' is no URI reference"),
        ({"source": "/100%"}, "is no URI reference"),
        ({"type": ["order"]}, "type is not a text"),
        ({"time": "2030-01-01"}, "time '2030-01-01' is no RFC 3339 time"),
        ({"time": "2030-02-30T12:00:00Z"}, "is no RFC 3339 time"),
        ({"time": 1893499200}, "time is not a text"),
        ({"subject": ""}, "subject is empty"),
        ({"dataschema": "order.json"}, "is no absolute URI"),
        ({"dataref": "a b"}, "dataref 'a b' is no URI reference"),
        ({"datacontenttype": "json"}, "is no media type"),
        ({"Tenant": "x"}, "'Tenant' is no attribute's name"),
        ({"tenant_id": "x"}, "'tenant_id' is no attribute's name"),
        ({"": "x"}, "'' is no attribute's name"),
        ({"rank": 1.5}, "rank is no attribute's value"),
        ({"rank": 2**31}, "rank is no attribute's value"),
        ({"rank": {"a": 1}}, "rank is no attribute's value"),
        ({"data": 1, "data_base64": "AA=="}, "data and data_base64 are both there"),
        ({"data_base64": "not base64"}, "data_base64 is not base64"),
        ({"data_base64": "AAA"}, "data_base64 is not base64"),
        ({"data_base64": 1}, "data_base64 is not base64"),
        ({"data": {"a": 1}, "datacontenttype": "text/plain"}, "data is JSON, and datacontenttype says 'text/plain'"),
    ],
)
def test_an_event_that_breaks_the_standard_is_refused(change: dict[str, object], what: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        _read(_structured({**ORDER, **change}))
    assert what in refused.value.what
    assert refused.value.advice


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'{"id": NaN}', "not JSON"),
        (b'{"id": "\\ud800"}', "not JSON"),
        (b'{"id": "a", "data": {"b": 1, "b": 2}, "id": "b"}', "'id' is there twice"),
        (b"[" * 500 + b"]" * 500, "nests too deep"),
        (b"[]", "an event is an object"),
    ],
)
def test_a_body_that_is_no_event_is_refused(body: bytes, what: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        read([("content-type", STRUCTURED + "; charset=UTF-8")], body)
    assert what in refused.value.what


@pytest.mark.parametrize(
    ("headers", "body", "what"),
    [
        ({"Content-Type": "application/json"}, b"{}", "the message is no CloudEvent"),
        ({}, b"", "the message is no CloudEvent"),
        ({"Content-Type": "application/cloudevents+xml"}, b"<a/>", "no format this server reads"),
        ({"Content-Type": STRUCTURED + "; charset=latin-1"}, orjson.dumps(ORDER), "is not UTF-8"),
        ({"Content-Type": BATCH}, orjson.dumps(ORDER), "a batch is a list"),
        ({"Content-Type": BATCH}, b"[", "not JSON"),
    ],
)
def test_a_message_that_holds_no_events_is_refused(headers: dict[str, str], body: bytes, what: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        read(headers.items(), body)
    assert what in refused.value.what


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (_binary(b"{", Content_Type="application/json"), "not JSON"),
        (_binary(b"plain text"), "not JSON"),
        (_binary(ce_time="noon"), "no RFC 3339 time"),
        (_binary(ce_datacontenttype="text/plain"), "Content-Type says it"),
        (_binary(ce_tenant="%FF"), "not percent-encoded UTF-8"),
        (_binary(ce_tenant="Zürich"), "not percent-encoded UTF-8"),
        (HTTPMessage({"ce-id": "1"}, b""), "specversion is missing; source is missing; type is missing"),
    ],
)
def test_a_binary_message_that_breaks_the_standard_is_refused(message: HTTPMessage, what: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        _read(message)
    assert what in refused.value.what + refused.value.advice


def test_a_header_that_is_there_twice_is_refused() -> None:
    headers = [(f"ce-{name}", value) for name, value in ORDER.items()]
    with pytest.raises(InvalidEvent, match="ce-id is there twice"):
        read([*headers, ("CE-ID", "o-2")], b"")
    assert read([*headers, ("accept", "a"), ("accept", "b")], b"")[0].get_id() == "o-1"


def test_every_mistake_of_every_event_in_a_batch_is_told() -> None:
    batch = [ORDER, {**ORDER, "time": "noon", "Bad": 1}, 7, {**ORDER, "id": None}]
    with pytest.raises(InvalidEvent) as refused:
        read([("content-type", BATCH)], orjson.dumps(batch))
    for part in ("event 2: time 'noon'", "event 2: 'Bad'", "event 3: an event is an object", "event 4: id is missing"):
        assert part in refused.value.what
    assert "event 1:" not in refused.value.what


def test_too_large_a_message_is_told_to_leave_its_data_behind() -> None:
    with pytest.raises(InvalidEvent, match="dataref"):
        read([("content-type", STRUCTURED)], b"x" * 101, limit=100)


def test_no_time_is_made_up_for_an_event_that_has_none() -> None:
    (event,) = _read(_structured(ORDER))
    assert as_json(event) == ORDER
    assert "ce-time" not in write_binary(event).headers


def test_an_empty_batch_holds_no_events() -> None:
    assert _read(write_batch([])) == []
