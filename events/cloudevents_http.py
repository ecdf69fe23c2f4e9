"""CloudEvents over HTTP: structured, binary and batched, written and read.

The SDK holds the event and writes both single modes. It has no batches, and it reads leniently (a broken JSON body
becomes text, any date becomes a time), so reading what strangers send is done here: `read` gives events that the SDK
accepts too, or one `InvalidEvent` that tells every mistake in every event of the message.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import orjson
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.http import HTTPMessage, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import JsonValue

from events.attributes import check_attributes
from events.envelope import read_detail, write_detail
from events.event import Event
from events.mistakes import Mistakes
from events.strict_json import read_json
from schemas.errors import InvalidEvent
from schemas.model import JsonObject

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
LARGEST_BODY: Final = 1_048_576
_JSON: Final = re.compile(r"[a-z]+/(?:[a-z0-9.\-]+\+)?json", re.IGNORECASE)
_UTF_8: Final = re.compile(r"charset\s*=\s*\"?utf-?8\"?", re.IGNORECASE)
_ATTRIBUTE: Final = "ce-"
_FORMAT: Final = JSONFormat()


def as_json(event: BaseCloudEvent) -> JsonObject:
    """The structured event as a value."""
    written: JsonObject = orjson.loads(_FORMAT.write(event))
    return written


def to_cloud_event(event: Event) -> CloudEvent:
    """One of our own, as the SDK holds it."""
    attributes: dict[str, Any] = orjson.loads(write_detail(event))
    data = attributes.pop("data")
    return CloudEvent({**attributes, "time": event.time}, data)


def to_event(event: BaseCloudEvent) -> Event:
    """One of our own again. In the headers of the binary mode every attribute is a text, `attempt` too."""
    detail = as_json(event)
    attempt = detail.get("attempt")
    if isinstance(attempt, str) and attempt.isdecimal():
        detail["attempt"] = int(attempt)
    return read_detail(detail)


def write_structured(event: BaseCloudEvent) -> HTTPMessage:
    return to_structured(event, _FORMAT)


def write_binary(event: BaseCloudEvent) -> HTTPMessage:
    """Data as the body. The SDK would spell lists and texts as Python does, so they become JSON before it sees them."""
    attributes = {
        name: ("true" if value else "false") if isinstance(value, bool) else value
        for name, value in event.get_attributes().items()
    }
    data: Any = event.get_data()
    kind = attributes.get("datacontenttype")
    if data is not None and not isinstance(data, bytes) and (kind is None or is_json(kind)):
        attributes["datacontenttype"] = kind or "application/json"
        data = orjson.dumps(data)
    return to_binary(_event(attributes, data), _FORMAT)


def write_batch(events: Iterable[BaseCloudEvent]) -> HTTPMessage:
    return HTTPMessage({"content-type": BATCH}, b"[" + b",".join(map(_FORMAT.write, events)) + b"]")


def read(headers: Iterable[tuple[str, str]], body: bytes, *, limit: int = LARGEST_BODY) -> Sequence[CloudEvent]:
    """The events of a message: one, or as many as its batch holds."""
    if len(body) > limit:
        raise InvalidEvent(
            f"the message has {len(body):,} bytes, and {limit:,} are allowed",
            advice="Store the data, and send an event whose dataref names the place",
        )
    mistakes = Mistakes()
    fields = _headers(headers, mistakes)
    kind = fields.get("content-type", "").partition(";")[0].strip().lower()
    if kind in (STRUCTURED, BATCH):
        _check_charset(fields["content-type"], mistakes)
        read = _read_structured(body, mistakes) if kind == STRUCTURED else _read_batch(body, mistakes)
    elif kind.startswith("application/cloudevents"):
        raise InvalidEvent(f"{kind} is no format this server reads", advice=f"Send {STRUCTURED} or {BATCH}")
    elif any(name.startswith(_ATTRIBUTE) for name in fields):
        read = [_read_binary(fields, body, mistakes)]
    else:
        raise InvalidEvent(
            "the message is no CloudEvent",
            advice=f"Send {STRUCTURED}, or the attributes as headers: ce-id, ce-source, ...",
        )
    mistakes.refuse()
    return [_event(attributes, data) for attributes, data in read]


def _event(attributes: Mapping[str, object], data: Any) -> CloudEvent:
    """Without a time, where none was sent: the SDK would look at the clock and make one up."""
    event = CloudEvent(dict(attributes), data)
    if "time" not in attributes:
        del event.get_attributes()["time"]
    return event


_Read = tuple[Mapping[str, object], Any]


def _headers(headers: Iterable[tuple[str, str]], mistakes: Mistakes) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if lower in fields and (lower.startswith(_ATTRIBUTE) or lower == "content-type"):
            mistakes.add(f"the header {lower} is there twice", "Send each attribute once")
        fields[lower] = value
    return fields


def _check_charset(content_type: str, mistakes: Mistakes) -> None:
    if "charset" in content_type.lower() and not _UTF_8.search(content_type):
        mistakes.add(f"{content_type!r:.80} is not UTF-8", "Send JSON in UTF-8")


def _read_structured(body: bytes, mistakes: Mistakes) -> list[_Read]:
    value = read_json(body, mistakes)
    return [] if mistakes else [_read_object(value, mistakes)]


def _read_batch(body: bytes, mistakes: Mistakes) -> list[_Read]:
    value = read_json(body, mistakes)
    if mistakes:
        return []
    if not isinstance(value, list):
        mistakes.add("a batch is a list of events", f"Write [...], or send one event as {STRUCTURED}")
        return []
    events: list[_Read] = []
    for number, event in enumerate(value, 1):
        own = Mistakes(f"event {number}")
        events.append(_read_object(event, own))
        mistakes.take(own)
    return events


def _read_object(value: JsonValue, mistakes: Mistakes) -> _Read:
    if not isinstance(value, dict):
        mistakes.add("an event is an object", 'Write {"specversion": "1.0", ...}')
        return {}, None
    attributes = check_attributes(
        {name: one for name, one in value.items() if name not in ("data", "data_base64")}, mistakes
    )
    data, encoded = value.get("data"), value.get("data_base64")
    if encoded is not None and data is not None:
        mistakes.add("data and data_base64 are both there", "Send one of them")
    if encoded is not None:
        return attributes, _decoded(encoded, mistakes)
    kind = attributes.get("datacontenttype")
    if isinstance(kind, str) and not is_json(kind) and data is not None and not isinstance(data, str):
        mistakes.add(f"data is JSON, and datacontenttype says {kind!r}", "Send it as a text, or as data_base64")
    return attributes, data


def _decoded(encoded: JsonValue, mistakes: Mistakes) -> bytes | None:
    try:
        if isinstance(encoded, str):
            return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        pass
    mistakes.add("data_base64 is not base64", "Encode the bytes by RFC 4648, with its padding")
    return None


def _read_binary(fields: Mapping[str, str], body: bytes, mistakes: Mistakes) -> _Read:
    given: dict[str, JsonValue] = {}
    for name, value in fields.items():
        if name == "ce-datacontenttype":
            mistakes.add("ce-datacontenttype is no header", "Content-Type says it")
        elif name.startswith(_ATTRIBUTE):
            given[name.removeprefix(_ATTRIBUTE)] = _header_text(name, value, mistakes)
    kind = fields.get("content-type")
    if kind is not None:
        given["datacontenttype"] = kind
    attributes = check_attributes(given, mistakes)
    if not body:
        return attributes, None
    if kind is None or is_json(kind):
        return attributes, read_json(body, mistakes)
    return attributes, _text_or_bytes(kind, body)


def _header_text(name: str, value: str, mistakes: Mistakes) -> str:
    """As the HTTP binding says: unquote, then decode percent signs, then UTF-8."""
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    try:
        return unquote_to_bytes(value.encode("ascii")).decode()
    except UnicodeError:
        mistakes.add(f"the header {name} is not percent-encoded UTF-8", "Encode what is not ASCII as %C3%A9")
        return "?"


def _text_or_bytes(kind: str, body: bytes) -> str | bytes:
    if kind.strip().lower().startswith("text/"):
        try:
            return body.decode()
        except UnicodeDecodeError:
            return body
    return body


def is_json(content_type: str) -> bool:
    return _JSON.fullmatch(content_type.partition(";")[0].strip()) is not None
