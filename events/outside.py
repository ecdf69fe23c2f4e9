"""An event from outside: any source, any detail-type, as EventBridge carries it.

It comes as PutEvents entries, as CloudEvents over HTTP, or from AWS's own services. A CloudEvent travels whole in `detail`,
so nothing of it is lost, and rules match `detail.data`. Nobody outside may speak as `murmuration`, whichever way he comes.
An event that is too large leaves its data behind and names the place: `dataref`, the CloudEvents claim check.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from pydantic import JsonValue

from events.envelope import Entry
from events.event import BUS_SOURCE
from events.mistakes import Mistakes
from events.strict_json import read_json
from events.trace import Trace
from schemas.errors import InvalidEvent
from schemas.model import JsonObject

LARGEST_EVENT: Final = 262_144
"""What every account takes, with room left for what an input transformer wraps around it."""
LONGEST_SOURCE: Final = 256
LONGEST_TYPE: Final = 128
_TIME_BYTES: Final = 14
_CE_DATA: Final = ("data", "data_base64")


@dataclass(frozen=True, slots=True)
class OutsideEvent:
    id: str
    source: str
    type: str
    """EventBridge's `detail-type`."""
    time: datetime
    detail: JsonObject
    resources: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str]:
        """Source and id, from which run ids are derived. A CloudEvent's own, since the bus gives each put a new id."""
        own = self.detail.get("id")
        return self.source, own if self.is_cloud_event and isinstance(own, str) else self.id

    @property
    def is_cloud_event(self) -> bool:
        return (
            self.detail.get("specversion") == "1.0"
            and self.detail.get("source") == self.source
            and self.detail.get("type") == self.type
        )

    @property
    def dataref(self) -> str | None:
        """Where the data lies, if it did not travel."""
        named = self.detail.get("dataref")
        return named if self.is_cloud_event and isinstance(named, str) else None

    @property
    def trace(self) -> Trace | None:
        named = self.detail.get("traceparent")
        return Trace.read(named) if self.is_cloud_event and isinstance(named, str) else None

    def fields(self, *, account: str = "", region: str = "") -> JsonObject:
        """The event as rules match it and triggers' expressions read it."""
        return {
            "version": "0",
            "id": self.id,
            "detail-type": self.type,
            "source": self.source,
            "account": account,
            "time": _spell(self.time),
            "region": region,
            "resources": list(self.resources),
            "detail": self.detail,
        }

    def entry(self) -> Entry:
        """What PutEvents takes."""
        entry = Entry(Source=self.source, DetailType=self.type, Detail=_written(self.detail), Time=self.time)
        if self.resources:
            entry["Resources"] = list(self.resources)
        return entry

    def size(self) -> int:
        return size_of(self.source, self.type, _written(self.detail), self.resources)

    def claim_check(self, place: str) -> OutsideEvent:
        """The same event with its data left at `place`, a URI reference. What was no CloudEvent becomes one."""
        if self.is_cloud_event:
            kept = {name: value for name, value in self.detail.items() if name not in _CE_DATA}
        else:
            kept = {"specversion": "1.0", "id": self.id, "source": self.source, "type": self.type}
            kept["time"] = _spell(self.time)
        return replace(self, detail={**kept, "dataref": place})


def read_delivered(event: Mapping[str, JsonValue]) -> OutsideEvent:
    """From the EventBridge event that a target receives."""
    mistakes = Mistakes()
    source, kind = _source(event.get("source"), mistakes), _kind(event.get("detail-type"), mistakes)
    id, detail = event.get("id"), event.get("detail")
    time, resources = _time(event.get("time"), mistakes), _resources(event.get("resources", []), mistakes)
    if not isinstance(id, str) or not id:
        mistakes.add("id is missing")
    if not isinstance(detail, dict):
        mistakes.add("detail is not an object")
    mistakes.refuse()
    assert isinstance(id, str)
    assert isinstance(detail, dict)
    assert time is not None
    return OutsideEvent(id, source, kind, time, detail, resources)


def read_entry(entry: Mapping[str, JsonValue], *, id: str, now: datetime, limit: int = LARGEST_EVENT) -> OutsideEvent:
    """From a PutEvents entry, refused where AWS would refuse it. Its `Time` may be left out; its id is the bus's to give."""
    mistakes = Mistakes()
    source, kind = _source(entry.get("Source"), mistakes), _kind(entry.get("DetailType"), mistakes)
    if source.startswith("aws."):
        mistakes.add(f"source {source[:80]!r} is reserved for AWS", "Use a source of your own")
    resources = _resources(entry.get("Resources", []), mistakes)
    time = now if entry.get("Time") is None else _time(entry["Time"], mistakes)
    detail = entry.get("Detail")
    value = read_json(detail, mistakes) if isinstance(detail, str) else None
    if not isinstance(value, dict):
        if not mistakes or not isinstance(detail, str):
            mistakes.add("Detail is not an object", "Write it as the text of a JSON object")
        value = {}
    mistakes.refuse()
    assert time is not None
    assert isinstance(detail, str)
    _check_size(size_of(source, kind, detail, resources), limit)
    return OutsideEvent(id, source, kind, time, value, resources)


def from_cloud_event(event: JsonObject, *, now: datetime, limit: int | None = LARGEST_EVENT) -> OutsideEvent:
    """From a structured CloudEvent that was read strictly (`events.cloudevents_http`). With no limit, `claim_check` it."""
    mistakes = Mistakes()
    source, kind = _source(event.get("source"), mistakes), _kind(event.get("type"), mistakes)
    time = now if event.get("time") is None else _time(event["time"], mistakes)
    mistakes.refuse()
    assert time is not None
    read = OutsideEvent(str(event["id"]), source, kind, time, event)
    if limit is not None:
        _check_size(read.size(), limit)
    return read


def size_of(source: str, type: str, detail: str, resources: Sequence[str] = ()) -> int:
    """As EventBridge counts it: its time, and the bytes of what was sent."""
    return _TIME_BYTES + sum(len(text.encode()) for text in (source, type, detail, *resources))


def speaks_as_us(source: str) -> bool:
    """`murmuration` itself, what it says under names below its own, and whatever a reader could take for either."""
    head = source.strip("/ ").casefold().partition("/")[0]
    return head.partition(".")[0] == BUS_SOURCE


def _source(value: JsonValue, mistakes: Mistakes) -> str:
    if not isinstance(value, str) or not value:
        mistakes.add("source is missing", "Say who sends it: shop, or /shop/orders")
        return ""
    if len(value) > LONGEST_SOURCE:
        mistakes.add(f"source has {len(value)} characters", f"At most {LONGEST_SOURCE} are allowed")
    if speaks_as_us(value):
        mistakes.add(f"source {value[:80]!r} is reserved", "Only the system itself speaks as murmuration; use your own")
    return value


def _kind(value: JsonValue, mistakes: Mistakes) -> str:
    if not isinstance(value, str) or not value:
        mistakes.add("detail-type is missing", "Say what happened: order.created")
        return ""
    if len(value) > LONGEST_TYPE:
        mistakes.add(f"detail-type has {len(value)} characters", f"At most {LONGEST_TYPE} are allowed")
    return value


def _time(value: JsonValue, mistakes: Mistakes) -> datetime | None:
    """RFC 3339, or seconds since 1970 as AWS's SDKs send them."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        time = None
    if time is None or time.tzinfo is None:
        mistakes.add(f"time is {value!r:.80}, not a moment with its zone", "Write 2030-01-31T12:00:00Z")
        return None
    return time


def _resources(value: JsonValue, mistakes: Mistakes) -> tuple[str, ...]:
    named: Sequence[JsonValue] = value if isinstance(value, list) else [None]
    if all(isinstance(one, str) for one in named):
        return tuple(str(one) for one in named)
    mistakes.add("resources is not a list of texts", "Name ARNs, or leave it out")
    return ()


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise InvalidEvent(
            f"the event has {size:,} bytes, and {limit:,} are allowed",
            advice="Store the data, and send an event whose dataref names the place",
        )


def _written(detail: JsonObject) -> str:
    return json.dumps(detail, ensure_ascii=False, separators=(",", ":"))


def _spell(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
