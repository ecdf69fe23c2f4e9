"""Our events in EventBridge's envelope: what rules match is where rules look, and any CloudEvents reader can read it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue
from support.examples import examples

from events.catalog import Event, EventType
from events.envelope import Routing, canary, cloud_event, entry, is_canary, read, read_detail, write_detail
from schemas.errors import InvalidEvent

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
RESIZED = Event(
    type=EventType.TASK_SUCCEEDED,
    time=NOON,
    pipeline="media/thumbnails@3",
    run="r-1",
    task="resize",
    attempt=1,
    cause="r-1/validate/1/task.succeeded",
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    tracestate="rojo=1",
    data={"status": "succeeded", "output": {"width": 200}},
)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
times = st.integers(0, 10**16).map(lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))
texts = st.none() | st.text(min_size=1, max_size=10)


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(EventType))
    about = {"task": draw(st.text(min_size=1, max_size=8)), "attempt": draw(st.integers(0, 99))}
    traceparent = draw(texts)
    return Event(
        type=kind,
        time=draw(times),
        pipeline=draw(st.from_regex(r"\A[A-Za-z][a-z0-9_-]{0,5}/[A-Za-z][a-z0-9_-]{0,5}@[0-9]{1,3}\Z")),
        run=draw(st.text(min_size=1, max_size=8)),
        cause=draw(texts),
        traceparent=traceparent,
        tracestate=draw(texts) if traceparent else None,
        dataref=draw(texts),
        data=draw(st.dictionaries(st.text(max_size=5), values, max_size=3)),
        **(about if kind.about_a_task else {}),
    )


def test_an_entry_lies_where_rules_look() -> None:
    put = entry(RESIZED, Routing(slots={"success": {"rest": 2}}, lambda_="mm-task"))
    detail = json.loads(put["Detail"])
    assert (put["Source"], put["DetailType"]) == ("murmuration", "task.succeeded")
    assert (detail["pipeline"], detail["run"], detail["task"], detail["attempt"]) == (
        "media/thumbnails@3",
        "r-1",
        "resize",
        1,
    )
    assert detail["data"]["output"] == {"width": 200}
    assert detail["slots"] == {"success": {"rest": 2}}
    assert detail["lambda"] == "mm-task"


def test_a_reader_of_cloudevents_sees_no_routing() -> None:
    detail = orjson.loads(write_detail(RESIZED, Routing(slots={"success": {"rest": 2}}, lambda_="mm-task")))
    assert cloud_event(detail) == orjson.loads(write_detail(RESIZED))
    assert read_detail(detail) == RESIZED


@examples(30)
@given(events())
def test_what_is_written_is_what_the_sdk_reads(event: Event) -> None:
    written = write_detail(event)
    sdk = JSONFormat().read(None, written)
    assert sdk.get_id() == event.id
    assert sdk.get_source() == event.source
    assert sdk.get_type() == event.type
    assert sdk.get_time() == event.time
    assert sdk.get_data() == event.data
    for name in ("pipeline", "run", "task", "cause", "traceparent", "tracestate", "dataref"):
        assert sdk.get_extension(name) == getattr(event, name)
    assert orjson.loads(JSONFormat().write(sdk)) == orjson.loads(written)
    assert read_detail(orjson.loads(written)) == event


@pytest.mark.parametrize("value", [2**70, "\ud800"])
def test_data_that_json_cannot_hold_is_refused_by_the_events_name(value: JsonValue) -> None:
    with pytest.raises(InvalidEvent) as refused:
        write_detail(replace(RESIZED, data={"output": value}))
    assert refused.value.where == RESIZED.id


def test_a_delivered_event_is_read_from_its_detail() -> None:
    put = entry(RESIZED)
    delivered: dict[str, JsonValue] = {
        "source": put["Source"],
        "detail-type": put["DetailType"],
        "detail": json.loads(put["Detail"]),
    }
    assert read(delivered) == RESIZED


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"source": "shop"}, "source is 'shop'"),
        ({"detail-type": "task.failed"}, "detail-type 'task.failed' is not the event's type"),
        ({"detail": "text"}, "detail is not an object"),
    ],
)
def test_an_envelope_that_contradicts_itself_is_refused(change: dict[str, JsonValue], what: str) -> None:
    detail = json.loads(entry(RESIZED)["Detail"])
    with pytest.raises(InvalidEvent, match=what):
        read({"source": "murmuration", "detail-type": "task.succeeded", "detail": detail, **change})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"specversion": "0.3"}, "specversion is '0.3'"),
        ({"type": "task.exploded"}, "type 'task.exploded' is none of ours"),
        ({"type": None}, "type is missing"),
        ({"time": "yesterday"}, "time is 'yesterday'"),
        ({"time": "2030-01-01T12:00:00"}, "not a moment with its zone"),
        ({"time": 5}, "time is 5"),
        ({"pipeline": "media"}, "pipeline is 'media'"),
        ({"pipeline": 7}, "pipeline is not a text"),
        ({"run": ""}, "run is not a text"),
        ({"attempt": "1"}, "attempt is '1'"),
        ({"attempt": True}, "attempt is True"),
        ({"attempt": -1}, "attempt is -1"),
        ({"task": None}, "task.succeeded needs a task"),
        ({"task": 1}, "task is not a text"),
        ({"type": "run.started"}, "run.started has no task"),
        ({"cause": 1}, "cause is not a text"),
        ({"data": []}, "data is not an object"),
        ({"id": "r-2/resize/1/task.succeeded"}, "the event's own is"),
        ({"source": "/shop"}, "source is '/shop'"),
    ],
)
def test_a_detail_that_is_none_of_ours_is_refused(change: dict[str, JsonValue], what: str) -> None:
    with pytest.raises(InvalidEvent, match=what):
        read_detail({**orjson.loads(write_detail(RESIZED)), **change})


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(InvalidEvent) as refused:
        read_detail({"type": "nonsense", "attempt": None, "data": 1})
    for part in ("specversion", "nonsense", "time", "pipeline", "run", "attempt", "data"):
        assert part in refused.value.what


def test_unknown_attributes_come_from_newer_versions() -> None:
    assert read_detail({**orjson.loads(write_detail(RESIZED)), "mood": "fine"}) == RESIZED


def test_a_time_keeps_its_moment_in_any_zone() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    moved = Event(type=EventType.RUN_STARTED, time=east, pipeline="p/x@1", run="r-1")
    assert read_detail(orjson.loads(write_detail(moved))).time == NOON


def test_a_canary_is_no_event_of_a_run() -> None:
    put = canary("1f0c", NOON)
    detail = json.loads(put["Detail"])
    assert put["Source"] == "murmuration"
    assert detail["canary"] == "1f0c"
    assert is_canary(detail)
    assert not is_canary(orjson.loads(write_detail(RESIZED)))
    with pytest.raises(InvalidEvent):
        read_detail(detail)


def test_equal_routings_are_found_by_each_other() -> None:
    routings = {Routing(slots={"mm-task": {"rest": 1}}): "one", Routing(lambda_="mm-task"): "other"}
    assert routings[Routing(slots={"mm-task": {"rest": 1}})] == "one"
    assert Routing(slots={"mm-task": {"rest": 2}}) not in routings
