"""POST /events: CloudEvents in their three modes, by hand and as the official SDK writes them; all of a message, or none of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from support.doors import doors, inputs, outside, started
from support.served import Answered, Served, served
from support.small_api import small

from events.outside import LARGEST_EVENT, OutsideEvent
from handlers.api.events import EventsIn
from handlers.ingest import SMALL, EventTooLarge, read_message
from murmuration.memory import ManualClock
from schemas.errors import InvalidEvent

STRUCTURED = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json"}
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = doors(tmp_path_factory.mktemp("events") / "shop")
    with served(root) as found:
        yield found


def event(id: str, **more: object) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id,
        "source": "/shop",
        "type": "order.placed",
        "data": {"total": 20, "id": id},
        **more,
    }


def send(here: Served, body: object, headers: dict[str, str] = STRUCTURED, **more: Any) -> Answered:
    return here.post("/events", body, headers=headers, **more)


def by_sdk(here: Served, headers: dict[str, str], body: Any) -> Answered:
    """As a program sends what the SDK has written, over a client that is not ours."""
    told = urllib3.request(
        "POST", f"{here.url}/events", body=body, headers={**headers, "authorization": f"Bearer {here.token}"}
    )
    return Answered(told.status, dict(told.headers), told.data)


# the official SDK, in each mode


def written(id: str) -> CloudEvent:
    attributes = {"id": id, "source": "/shop", "type": "order.placed", "time": NOW, "subject": "Zürich"}
    return CloudEvent(attributes, {"total": 20})


def test_the_sdks_structured_event_starts_a_run(here: Served) -> None:
    before = inputs(here, "orders")
    message = to_structured(written("sdk-1"), JSONFormat())
    told = by_sdk(here, message.headers, message.body)
    assert (told.status, told.json) == (202, {"events": ["sdk-1"]})
    [found] = started(here, "orders", before, which=lambda one: one["id"] == "sdk-1")
    assert found["data"] == {"total": 20}
    assert found["subject"] == "Zürich"


def test_the_sdks_binary_event_starts_a_run(here: Served) -> None:
    before = inputs(here, "orders")
    message = to_binary(written("sdk-2"), JSONFormat())
    told = by_sdk(here, message.headers, message.body)
    assert (told.status, told.json) == (202, {"events": ["sdk-2"]})
    [found] = started(here, "orders", before, which=lambda one: one["id"] == "sdk-2")
    assert found["data"] == {"total": 20}
    assert found["subject"] == "Zürich"


def test_the_sdks_events_in_a_batch_start_a_run_each(here: Served) -> None:
    before = inputs(here, "orders")
    whole = [json.loads(JSONFormat().write(written(f"sdk-3-{number}"))) for number in range(5)]
    told = by_sdk(here, BATCH, json.dumps(whole))
    assert (told.status, told.json) == (202, {"events": [one["id"] for one in whole]})
    found = started(here, "orders", before, 5, which=lambda one: one["id"].startswith("sdk-3-"))
    assert {one["id"] for one in found} == {one["id"] for one in whole}


# what an event is


def test_what_is_answered_is_on_the_disk(here: Served) -> None:
    assert send(here, event("durable")).status == 202
    assert [one["id"] for one in outside(here)].count("durable") == 1


def test_the_same_event_twice_starts_one_run(here: Served) -> None:
    before = inputs(here, "orders")
    assert send(here, event("twice")).status == 202
    assert send(here, event("twice")).status == 202
    assert send(here, event("after-twice")).status == 202
    found = started(here, "orders", before, 2, which=lambda one: "twice" in one["id"])
    assert sorted(one["id"] for one in found) == ["after-twice", "twice"]


def test_with_the_prefix_it_is_the_same(here: Served) -> None:
    assert here.post("/api/events", event("prefixed"), headers=STRUCTURED).json == {"events": ["prefixed"]}


def test_an_empty_batch_is_nothing(here: Served) -> None:
    told = send(here, [], BATCH)
    assert (told.status, told.json) == (202, {"events": []})


# what is refused


def test_a_batch_with_a_mistake_is_refused_whole_with_every_mistake(here: Served) -> None:
    wrong = [event("whole-1"), {**event("whole-2"), "specversion": "0.3", "id": ""}, {**event("whole-3"), "time": "x"}]
    told = send(here, wrong, BATCH)
    assert (told.status, told.code) == (400, "bad-event")
    assert "event 2: specversion is '0.3'" in told.json["detail"]
    assert "event 2: id is empty" in told.json["detail"]
    assert "event 3: time" in told.json["detail"]
    assert "whole-1" not in [one["id"] for one in outside(here)]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{", STRUCTURED),
        (b"", STRUCTURED),
        (b"[]", STRUCTURED),
        (b"null", BATCH),
        (b'{"a":1,"a":2}', STRUCTURED),
        (b"\xff\xfe{}", STRUCTURED),
        (b"[" * 5_000, BATCH),
        (b"{}", {"content-type": "application/json"}),
        (b"{}", {"content-type": "application/cloudevents+xml"}),
        (b"{}", {"content-type": "text/plain", "ce-id": "1"}),
        (b"{}", {"content-type": "application/json", "ce-specversion": "1.0", "ce-id": "%FF", "ce-source": "s"}),
    ],
)
def test_what_is_no_event_is_refused_in_words(here: Served, body: bytes, headers: dict[str, str]) -> None:
    told = send(here, body, headers)
    assert (told.status, told.code) == (400, "bad-event")
    assert told.json["detail"]


def test_too_much_is_refused(here: Served) -> None:
    told = send(here, event("large", data="x" * LARGEST_EVENT))
    assert (told.status, told.code) == (413, "too-large")
    assert "dataref" in told.json["advice"]
    told = send(here, b"x" * 1_100_000)
    assert (told.status, told.code) == (413, "too-large")


def test_an_event_of_just_the_largest_size_is_taken() -> None:
    def read(more: int) -> None:
        small = event("edge", data="")
        room = LARGEST_EVENT - read_message(STRUCTURED.items(), json.dumps(small).encode(), NOW)[0].size()
        read_message(STRUCTURED.items(), json.dumps({**small, "data": "x" * (room + more)}).encode(), NOW)

    read(0)
    with pytest.raises(EventTooLarge):
        read(1)


def test_mistakes_are_told_before_sizes() -> None:
    batch = [event("1", data="x" * LARGEST_EVENT), event("2", source="aws.s3")]
    with pytest.raises(InvalidEvent) as told:
        read_message(BATCH.items(), json.dumps(batch).encode(), NOW)
    assert told.value.code == "bad-event"
    assert "event 1: the event has" in told.value.what
    assert "event 2: source 'aws.s3' is reserved for AWS" in told.value.what


# who may


def test_nobody_puts_events_without_a_token(here: Served) -> None:
    assert send(here, event("nobody"), token=None).status == 401
    assert send(here, event("nobody"), token="mm_wrong").status == 401
    assert "nobody" not in [one["id"] for one in outside(here)]


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("operator", 202), ("emitter", 202)])
def test_who_may_put_events(here: Served, role: str, status: int) -> None:
    made = here.post("/tokens", {"name": f"events-{role}", "role": role})
    assert made.status == 201, made.body
    token = made.json["token"]
    assert send(here, event(f"by-{role}"), token=token).status == status
    if role == "emitter":
        assert here.get("/runs", token=token).status == 403
        assert here.get("/buckets", token=token).status == 403


def test_a_token_that_was_revoked_is_good_for_nothing_at_once(here: Served) -> None:
    made = here.post("/tokens", {"name": "short-lived", "role": "emitter"}).json
    assert send(here, event("before"), token=made["token"]).status == 202
    assert here.delete(f"/tokens/{made['id']}").status in (200, 204)
    assert send(here, event("after"), token=made["token"]).status == 401


def test_other_methods_are_not_taken(here: Served) -> None:
    assert here.get("/events").status == 405


def test_numbers_that_grow_when_they_are_written_out_are_counted() -> None:
    """What is too small to be counted cannot become too large."""
    numbers = "[" + ",".join(["1e15"] * (SMALL // 5 - 100)) + "]"
    body = json.dumps(event("grows", data="@")).replace('"@"', numbers).encode()
    assert len(body) <= SMALL
    [read] = read_message(STRUCTURED.items(), body, NOW)
    assert read.size() <= LARGEST_EVENT


class Taken:
    def __init__(self) -> None:
        self.events: list[OutsideEvent] = []

    def accept(self, events: Sequence[OutsideEvent]) -> None:
        self.events += events


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (event("both-1"), STRUCTURED),
        ([event("both-2"), event("both-3")], BATCH),
        ([], BATCH),
        ({"total": 1}, {"content-type": "application/json", "ce-specversion": "1.0", "ce-id": "b", "ce-source": "/s", "ce-type": "t"}),
        (event("both-4", source="murmuration"), STRUCTURED),
        (event("both-5", data="x" * LARGEST_EVENT), STRUCTURED),
        ({}, {"content-type": "application/json"}),
        ([event("both-6"), {"specversion": "1.0"}], BATCH),
    ],
)  # fmt: skip
def test_the_route_that_lambda_answers_says_the_same_as_the_lane(
    here: Served, body: object, headers: dict[str, str]
) -> None:
    taken = Taken()
    clock = ManualClock()
    api = small(EventsIn(SimpleNamespace(ingest=taken, clock=clock)).routes(), clock=clock)
    by_route, by_lane = api.ask("POST", "/events", body, headers=headers), send(here, body, headers)
    assert (by_route.status, by_route.json) == (by_lane.status, by_lane.json)
    assert [one.id for one in taken.events] == (by_route.json["events"] if by_route.status == 202 else [])
