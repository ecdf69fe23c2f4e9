"""Our own events on the bus: CloudEvents inside EventBridge's envelope.

An entry's `Source` is `murmuration`, its `DetailType` the event's type, its `Detail` the whole structured CloudEvent, so
that rules match `detail.pipeline`, `detail.task`, `detail.data.output` and any subscriber reads a CloudEvent. Beside it in
`Detail` lie at most three routing members, which are no part of it: `slots` (the slot plan's counts), `lambda` (whom an
addressed event is for) and `canary` (a rule's hash, while it is being tried). Reading drops them.

Writing is the hot path, thousands a second: the bytes are made at once, and a test holds that the CloudEvents SDK reads
the same event out of them. There is no `datacontenttype` (JSON is the default) and no `subject` (run and task say it).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, NotRequired, TypedDict

import orjson
from pydantic import JsonValue

from events.event import BUS_SOURCE, Event, EventType
from events.mistakes import Mistakes
from schemas.errors import InvalidEvent
from schemas.model import JsonObject

PIPELINE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*/[A-Za-z][A-Za-z0-9_-]*@[A-Za-z0-9_.-]+", re.ASCII)
ROUTING_MEMBERS: Final = ("slots", "canary", "lambda")
CANARY: Final = "rule.canary"
_OPTIONAL: Final = ("cause", "traceparent", "tracestate", "dataref")
_UTC_AS_Z: Final = orjson.OPT_UTC_Z


class Entry(TypedDict):
    """One entry of a PutEvents call; which bus it goes to is the sender's affair."""

    Source: str
    DetailType: str
    Detail: str
    Time: NotRequired[datetime]
    Resources: NotRequired[list[str]]


@dataclass(frozen=True, slots=True)
class Routing:
    """What a rule matches and a reader never sees."""

    slots: JsonObject | None = None
    lambda_: str | None = None

    def __hash__(self) -> int:
        return hash(self.lambda_)


NOWHERE: Final = Routing()


def write_detail(event: Event, routing: Routing = NOWHERE) -> bytes:
    return written(detail(event, routing), event.id)


def detail(event: Event, routing: Routing = NOWHERE) -> JsonObject:
    """What rules match, as JSON values. For reading only."""
    told: JsonObject = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type.value,
        "time": spelled(event.time),
        "pipeline": event.pipeline,
        "run": event.run,
    }
    if event.task is not None:
        told["task"] = event.task
        told["attempt"] = event.attempt
    if event.cause is not None:
        told["cause"] = event.cause
    if event.traceparent is not None:
        told["traceparent"] = event.traceparent
        if event.tracestate is not None:
            told["tracestate"] = event.tracestate
    if event.dataref is not None:
        told["dataref"] = event.dataref
    told["data"] = event.data
    if routing.slots is not None:
        told["slots"] = routing.slots
    if routing.lambda_ is not None:
        told["lambda"] = routing.lambda_
    return told


def written(told: object, id: str) -> bytes:
    """What holds an event's data as its bytes, or `InvalidEvent` when the data is not JSON after all."""
    try:
        return orjson.dumps(told)
    except TypeError as wrong:
        raise InvalidEvent(
            f"the data cannot be written as JSON: {wrong}",
            where=id,
            advice="Give back JSON: numbers within 64 bits, valid text, at most 250 levels",
        ) from None


@lru_cache(maxsize=64)
def spelled(time: datetime) -> str:
    text = time.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def entry(event: Event, routing: Routing = NOWHERE) -> Entry:
    return Entry(Source=BUS_SOURCE, DetailType=event.type.value, Detail=write_detail(event, routing).decode())


def canary(rule: str, time: datetime) -> Entry:
    """What shows that a new rule is awake. It belongs to no run: projector and subscribers drop it."""
    told = {
        "specversion": "1.0",
        "id": f"canary/{rule}",
        "source": f"/{BUS_SOURCE}",
        "type": CANARY,
        "time": time,
        "canary": rule,
    }
    return Entry(Source=BUS_SOURCE, DetailType=CANARY, Detail=orjson.dumps(told, option=_UTC_AS_Z).decode())


def is_canary(detail: Mapping[str, JsonValue]) -> bool:
    return "canary" in detail


def cloud_event(detail: Mapping[str, JsonValue]) -> JsonObject:
    """The structured CloudEvent alone, as a subscriber outside may have it."""
    return {name: value for name, value in detail.items() if name not in ROUTING_MEMBERS}


def read_detail(detail: Mapping[str, JsonValue]) -> Event:
    """The event again. Attributes that this version does not know are passed over: a newer one may have sent it."""
    mistakes = Mistakes()
    if detail.get("specversion") != "1.0":
        mistakes.add(f"specversion is {detail.get('specversion')!r}, not '1.0'")
    kind = _kind(detail, mistakes)
    time = _time(detail, mistakes)
    pipeline = _text(detail, "pipeline", mistakes)
    if pipeline and not PIPELINE.fullmatch(pipeline):
        mistakes.add(f"pipeline is {pipeline[:80]!r}, not project/pipeline@version")
    run = _text(detail, "run", mistakes)
    task, attempt = _task(detail, kind, mistakes)
    optional = {name: _text(detail, name, mistakes) for name in _OPTIONAL if detail.get(name) is not None}
    data = detail.get("data", {})
    if not isinstance(data, dict):
        mistakes.add("data is not an object")
        data = {}
    mistakes.refuse()
    assert kind is not None
    assert time is not None
    event = Event(type=kind, time=time, pipeline=pipeline, run=run, task=task, attempt=attempt, data=data, **optional)
    for name, derived in (("id", event.id), ("source", event.source)):
        if detail.get(name) != derived:
            mistakes.add(f"{name} is {detail.get(name)!r}, and the event's own is {derived!r}")
    mistakes.refuse()
    return event


def read(delivered: Mapping[str, JsonValue]) -> Event:
    """From the EventBridge event that a target receives."""
    detail = delivered.get("detail")
    mistakes = Mistakes()
    if delivered.get("source") != BUS_SOURCE:
        mistakes.add(f"source is {delivered.get('source')!r}, not {BUS_SOURCE!r}")
    if not isinstance(detail, dict):
        mistakes.add("detail is not an object")
    elif detail.get("type") != delivered.get("detail-type"):
        mistakes.add(f"detail-type {delivered.get('detail-type')!r} is not the event's type {detail.get('type')!r}")
    mistakes.refuse()
    assert isinstance(detail, dict)
    return read_detail(detail)


def _text(detail: Mapping[str, JsonValue], name: str, mistakes: Mistakes) -> str:
    value = detail.get(name)
    if isinstance(value, str) and value:
        return value
    mistakes.add(f"{name} is missing" if value is None else f"{name} is not a text")
    return ""


def _kind(detail: Mapping[str, JsonValue], mistakes: Mistakes) -> EventType | None:
    name = _text(detail, "type", mistakes)
    try:
        return EventType(name)
    except ValueError:
        if name:
            mistakes.add(f"type {name[:80]!r} is none of ours")
        return None


def _task(detail: Mapping[str, JsonValue], kind: EventType | None, mistakes: Mistakes) -> tuple[str | None, int]:
    attempt = detail.get("attempt", 0)
    if not isinstance(attempt, int) or isinstance(attempt, bool) or attempt < 0:
        mistakes.add(f"attempt is {attempt!r}, not a count")
        attempt = 0
    if detail.get("task") is None:
        if kind is not None and kind.about_a_task:
            mistakes.add(f"{kind} needs a task")
        return None, attempt
    if kind is not None and not kind.about_a_task:
        mistakes.add(f"{kind} has no task")
    return _text(detail, "task", mistakes), attempt


def _time(detail: Mapping[str, JsonValue], mistakes: Mistakes) -> datetime | None:
    value = detail.get("time")
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        mistakes.add(f"time is {value!r}, not a moment with its zone")
        return None
    return time
