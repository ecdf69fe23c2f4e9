"""The AsyncAPI 3.0 document of the events: for whoever subscribes to them, and for whoever sends his own.

Operations are told from the system's side, as AsyncAPI wants it: it *sends* its fourteen types, and *receives* whatever
comes from outside, on the bus and over HTTP.
"""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import Final

import orjson
from pydantic import JsonValue

from events.catalog import BUS_SOURCE, DATA, Event, EventType
from events.cloudevents_http import BATCH, STRUCTURED
from events.envelope import write_detail
from events.outside import LARGEST_EVENT, LONGEST_SOURCE, LONGEST_TYPE
from murmuration.json_schemas import data_schema
from schemas.model import JsonObject

_REFS: Final = "#/components/schemas/{model}"
_ABOUT: Final = """Everything that happens in Murmuration is said on an EventBridge bus. Each event of the system has the \
Source `murmuration`, its type as DetailType, and as Detail a whole structured CloudEvent 1.0; the payloads here are that \
Detail. Events from outside come as they are. Delivery is at least once and in no order: an event's id is derived from what \
it says, so an event that comes twice is the same event."""


def asyncapi() -> JsonObject:
    schemas: JsonObject = {"Event": _envelope(), "OutsideEvent": _outside(), "CloudEvent": _cloud_event()}
    messages: JsonObject = {}
    for kind in EventType:
        schemas |= _data(kind)
        messages[_key(kind)] = _message(kind)
    messages |= _outside_messages()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Murmuration's events", "version": "1.0.0", "description": _ABOUT},
        "defaultContentType": "application/json",
        "channels": {
            "bus": {
                "address": BUS_SOURCE,
                "title": "The bus",
                "description": "The project's EventBridge bus; locally a queue that behaves the same.",
                "messages": {key: _ref("messages", key) for key in (*map(_key, EventType), "outsideEvent")},
            },
            "http": {
                "address": "/events",
                "title": "CloudEvents over HTTP",
                "description": f"POST: binary, {STRUCTURED} or {BATCH}.",
                "messages": {"cloudEvent": _ref("messages", "cloudEvent")},
            },
        },
        "operations": {
            "say": _operation("send", "bus", "What happened in a run", list(map(_key, EventType))),
            "hear": _operation("receive", "bus", "Events that set off triggers", ["outsideEvent"]),
            "take": _operation("receive", "http", "CloudEvents that set off triggers", ["cloudEvent"]),
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def _key(kind: EventType) -> str:
    """`taskSucceeded`: keys of AsyncAPI go into pointers and generated code."""
    first, *more = kind.replace(".", "_").split("_")
    return first + "".join(word.capitalize() for word in more)


def _ref(part: str, name: str) -> JsonObject:
    return {"$ref": f"#/components/{part}/{name}"}


def _operation(action: str, channel: str, summary: str, messages: list[str]) -> JsonObject:
    told: list[JsonValue] = [{"$ref": f"#/channels/{channel}/messages/{key}"} for key in messages]
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary, "messages": told}


def _data(kind: EventType) -> JsonObject:
    """The data's schema, and those it refers to."""
    told = data_schema(kind, refs=_REFS)
    definitions = told.pop("$defs", {})
    assert isinstance(definitions, dict)
    return {**definitions, DATA[kind].__name__: told}


def _message(kind: EventType) -> JsonObject:
    data = DATA[kind]
    own: JsonObject = {"type": {"const": kind.value}, "data": _ref("schemas", data.__name__)}
    required: list[JsonValue] = ["task", "attempt"] if kind.about_a_task else []
    return {
        "name": kind.value,
        "title": data.__name__,
        "summary": inspect.getdoc(data) or "",
        "contentType": "application/json",
        "payload": {"allOf": [_ref("schemas", "Event"), {"properties": own, "required": required}]},
        "examples": [{"name": "example", "payload": _example(kind)}],
    }


def _example(kind: EventType) -> JsonValue:
    noon = datetime(2030, 1, 1, 12, tzinfo=UTC)
    event = Event(
        type=kind,
        time=noon,
        pipeline="media/thumbnails@3",
        run="r-4zq2mq3w7p5bqk6ycb3zqxmzqe",
        task="resize" if kind.about_a_task else None,
        attempt=1 if kind.about_a_task else 0,
        data=_EXAMPLES.get(kind, {}),
    )
    told: JsonValue = orjson.loads(write_detail(event))
    return told


_BOOM: Final[JsonObject] = {"type": "ValueError", "message": "not a picture", "detail": {}}
_EXAMPLES: Final[dict[EventType, JsonObject]] = {
    EventType.RUN_REQUESTED: {"trigger": None, "input": {"object": "in/a.png"}, "by": "ada"},
    EventType.RUN_STARTED: {
        "trigger": "uploads",
        "input": {"object": "in/a.png"},
        "origin": {"source": "aws.s3", "id": "17793124-05d4-b198-2fde-7ededc63b103", "type": "Object Created"},
        "deadline": "2030-01-01T13:00:00Z",
    },
    EventType.RUN_SUCCEEDED: {"status": "succeeded"},
    EventType.RUN_FAILED: {"status": "failed", "tasks": ["resize"]},
    EventType.RUN_CANCELLED: {"status": "cancelled", "by": "ada", "reason": "wrong bucket"},
    EventType.RUN_TIMED_OUT: {"status": "timed_out", "tasks": ["resize"]},
    EventType.TASK_REQUESTED: {"reason": "edge", "edges": ["1f0c77aa9b2e"]},
    EventType.TASK_SUCCEEDED: {"status": "succeeded", "output": {"file": "thumb/a.png", "width": 200}},
    EventType.TASK_FAILED: {"status": "failed", "error": _BOOM},
    EventType.TASK_COMPLETED: {"status": "failed", "error": _BOOM},
    EventType.TASK_SKIPPED: {"status": "skipped"},
    EventType.TASK_RETRYING: {"error": _BOOM, "due": "2030-01-01T12:00:02Z"},
    EventType.TASK_WAITING: {"on": "callback", "due": "2030-01-02T12:00:00Z"},
}


def _text(description: str, **more: JsonValue) -> JsonObject:
    return {"type": "string", "description": description, **more}


def _envelope() -> JsonObject:
    return {
        "type": "object",
        "description": "An event of the system: a CloudEvent 1.0 in structured mode.",
        "required": ["specversion", "id", "source", "type", "time", "pipeline", "run", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": _text("`run/task/attempt/type`, or `run/type`: the same fact has the same id."),
            "source": _text("`/murmuration/PROJECT/PIPELINE`, never the version.", format="uri-reference"),
            "type": {"enum": [kind.value for kind in EventType]},
            "time": _text("When it was said.", format="date-time"),
            "pipeline": _text("`PROJECT/PIPELINE@VERSION`."),
            "run": _text("The run's id."),
            "task": _text("The task's name; every `task.*` event has it."),
            "attempt": {"type": "integer", "minimum": 0, "description": "From 1; 0 for a task that never ran."},
            "cause": _text("The id of the event that led to this one."),
            "traceparent": _text("W3C trace context: one trace leads through a whole run."),
            "tracestate": _text("W3C trace context, the vendors' part."),
            "dataref": _text("Where the same data lies, when it is too large to travel.", format="uri-reference"),
            "data": {"type": "object"},
        },
    }


def _outside() -> JsonObject:
    refused: JsonObject = {"pattern": rf"^(aws\.|/*{BUS_SOURCE}(/|$))"}
    return {
        "type": "object",
        "description": f"An entry of PutEvents, at most {LARGEST_EVENT:,} bytes in all.",
        "required": ["Source", "DetailType", "Detail"],
        "properties": {
            "Source": _text(
                f"Who sends it. `{BUS_SOURCE}` and `aws.*` are refused.",
                minLength=1,
                maxLength=LONGEST_SOURCE,
                **{"not": refused},
            ),
            "DetailType": _text("What happened.", minLength=1, maxLength=LONGEST_TYPE),
            "Detail": _text("A JSON object as text.", contentMediaType="application/json"),
            "Time": _text("When it happened; now, when left out.", format="date-time"),
            "Resources": {"type": "array", "items": {"type": "string"}},
        },
    }


def _cloud_event() -> JsonObject:
    """The bus carries it whole: Source and DetailType are its source and type, Detail is the event."""
    return {
        "type": "object",
        "description": inspect.getdoc(_cloud_event) or "",
        "required": ["specversion", "id", "source", "type"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": _text("Tells this event from all others of its source.", minLength=1),
            "source": _text("Who sends it.", minLength=1, maxLength=LONGEST_SOURCE, format="uri-reference"),
            "type": _text("What happened.", minLength=1, maxLength=LONGEST_TYPE),
            "time": _text("When it happened.", format="date-time"),
            "subject": _text("What it happened to.", minLength=1),
            "datacontenttype": _text("What data is; JSON, when left out.", minLength=1),
            "dataschema": _text("What data may hold.", format="uri"),
            "dataref": _text("Where data lies that is too large to travel.", format="uri-reference"),
            "data": True,
            "data_base64": _text("Data that is not JSON.", contentEncoding="base64"),
        },
        "propertyNames": {"pattern": "^([a-z0-9]+|data_base64)$"},
    }


def _outside_messages() -> JsonObject:
    order: JsonObject = {"total": 150}
    entry: JsonObject = {"Source": "shop", "DetailType": "order.created", "Detail": orjson.dumps(order).decode()}
    event: JsonObject = {"specversion": "1.0", "id": "o-1", "source": "/shop", "type": "order.created", "data": order}
    return {
        "outsideEvent": {
            "name": "outside event",
            "title": "OutsideEvent",
            "summary": "Any event on the bus: any source, any detail-type.",
            "contentType": "application/json",
            "payload": _ref("schemas", "OutsideEvent"),
            "examples": [{"name": "example", "payload": entry}],
        },
        "cloudEvent": {
            "name": "CloudEvent",
            "title": "CloudEvent",
            "summary": "Any CloudEvent over HTTP, structured, binary or batched.",
            "contentType": STRUCTURED,
            "payload": _ref("schemas", "CloudEvent"),
            "examples": [{"name": "example", "payload": event}],
        },
    }
