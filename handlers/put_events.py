"""PutEvents as AWS's SDKs speak it: JSON 1.1 over `POST /`, answered as EventBridge answers. Pure: bytes in, bytes out.

    x-amz-target: AWSEvents.PutEvents                what is asked for
    {"Entries": [{"Source": ..., "Detail": "{...}"}]}    1 to 10 of them, 1 MB together
    {"FailedEntryCount": 1, "Entries": [{"EventId": ...}, {"ErrorCode": ..., "ErrorMessage": ...}]}

What is wrong with the request as a whole is an error, `{"__type": ..., "message": ...}`; what is wrong with one entry is told in
its place, and the others are taken. What must always hold: there is one answer for each entry, in order, and none that is given
an `EventId` speaks as the system or as AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

import orjson
from pydantic import JsonValue

from events.mistakes import Mistakes
from events.outside import LONGEST_SOURCE, LONGEST_TYPE, OutsideEvent, size_of, speaks_as_us
from events.strict_json import read_json
from events.surroundings import Surroundings
from handlers.ingest import AWS
from schemas.model import JsonObject

TARGET: Final = "AWSEvents."
TYPE: Final = "application/x-amz-json-1.1"
SERVICE: Final = "events"
MOST: Final = 10
LARGEST_CALL: Final = 1_048_576
"""Bytes of all entries, as EventBridge counts them."""
LARGEST_BODY: Final = 4 * LARGEST_CALL
"""The same as they travel: a detail is a text within a text, and every quote in it is escaped."""
_DEFAULT_BUS: Final = "default"
_TEXTS: Final = ("Source", "DetailType", "Detail", "EventBusName", "TraceHeader")


class AwsError(Exception):  # told in AWS's form, and no problem document
    """What is wrong with the whole request."""

    def __init__(self, type: str, message: str, status: int = 400) -> None:
        self.type = type
        self.message = message
        self.status = status
        super().__init__(message)

    @property
    def body(self) -> bytes:
        return orjson.dumps({"__type": self.type, "message": self.message})


class Failed(NamedTuple):
    """An entry that is not taken."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Buses:
    """What a caller may call the bus."""

    own: str
    default: str
    """Their ARNs."""

    @classmethod
    def of(cls, surroundings: Surroundings) -> Buses:
        one = surroundings
        begin = f"arn:{one.partition}:events:{one.region}:{one.account}:event-bus/"
        return cls(f"{begin}{one.bus}", f"{begin}{_DEFAULT_BUS}")

    def find(self, given: str) -> str | None:
        """The bus's ARN. A name counts, and so does an ARN in any account and region: here are no others."""
        name = given.rpartition("event-bus/")[2] if given.startswith("arn:") else given
        return next((arn for arn in (self.own, self.default) if arn.rpartition("/")[2] == name), None)


def operation(target: str) -> str:
    name = target.removeprefix(TARGET) if target.startswith(TARGET) else ""
    if name not in ("PutEvents", "DescribeEventBus", "ListEventBuses"):
        raise AwsError("UnknownOperationException", f"The operation {name[:80] or target[:80]} is not known here")
    return name


def read_entries(body: bytes) -> list[JsonObject]:
    """The entries, each with values of the right kinds."""
    entries = read_object(body).get("Entries")
    if entries is None:
        raise _invalid("null", "not be null")
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise _serialization("Entries is not a list of structures")
    if not entries:
        raise _invalid("[]", "have length greater than or equal to 1")
    if len(entries) > MOST:
        raise _invalid(f"[{len(entries)} PutEventsRequestEntry]", f"have length less than or equal to {MOST}")
    read = [_typed(one) for one in entries if isinstance(one, dict)]
    if sum(_size(one) for one in read) > LARGEST_CALL:
        raise AwsError("ValidationException", "Total size of the entries in the request is over the limit.")
    return read


def read_object(body: bytes) -> JsonObject:
    try:
        value: JsonValue = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        raise _serialization("the request is not JSON") from None
    if not isinstance(value, dict):
        raise _serialization("the request is not a JSON object")
    return value


def judge(entry: JsonObject, buses: Buses, id: Callable[[], str], now: datetime) -> OutsideEvent | Failed:
    source, kind, detail = (_text(entry, name) for name in ("Source", "DetailType", "Detail"))
    for name, value in (("Source", source), ("DetailType", kind), ("Detail", detail)):
        if not value:
            return _argument(name, f"{name} is a required argument.")
    for name, value, most in (("Source", source, LONGEST_SOURCE), ("DetailType", kind, LONGEST_TYPE)):
        if len(value) > most:
            return _argument(name, f"{name} has more than {most} characters.")
    if source.startswith(AWS) or speaks_as_us(source):
        return Failed("NotAuthorizedForSourceException", "Not authorized for the source.")
    bus = _text(entry, "EventBusName")
    if bus and buses.find(bus) is None:
        return Failed("ResourceNotFoundException", f"Event bus {bus[:256]} does not exist.")
    mistakes = Mistakes()
    read = read_json(detail, mistakes)
    if mistakes or not isinstance(read, dict):
        return Failed("MalformedDetail", "Detail is malformed.")
    time = entry.get("Time")
    resources = entry.get("Resources")
    return OutsideEvent(
        id(),
        source,
        kind,
        now if time is None else _moment(time),
        read,
        tuple(str(one) for one in resources) if isinstance(resources, list) else (),
    )


def told(verdicts: Sequence[OutsideEvent | Failed]) -> bytes:
    entries: list[JsonValue] = [
        {"ErrorCode": one.code, "ErrorMessage": one.message} if isinstance(one, Failed) else {"EventId": one.id}
        for one in verdicts
    ]
    failed = sum(isinstance(one, Failed) for one in verdicts)
    return orjson.dumps({"FailedEntryCount": failed, "Entries": entries})


def describe(body: bytes, buses: Buses) -> bytes:
    given = read_object(body).get("Name")
    arn = buses.find(given if isinstance(given, str) and given else _DEFAULT_BUS)
    if arn is None:
        raise AwsError("ResourceNotFoundException", f"Event bus {str(given)[:256]} does not exist.")
    return orjson.dumps(_bus(arn))


def listed(body: bytes, buses: Buses) -> bytes:
    """In pages, for whoever wants them: the token of the next one is the last name that was told."""
    given = read_object(body)
    prefix, limit, token = given.get("NamePrefix"), given.get("Limit"), given.get("NextToken")
    found = [_bus(arn) for arn in (buses.default, buses.own)]
    found = [one for one in found if not isinstance(prefix, str) or one["Name"].startswith(prefix)]
    if isinstance(token, str):
        found = [one for one in found if one["Name"] > token]
    page = found[:limit] if isinstance(limit, int) and limit > 0 else found
    further = {"NextToken": page[-1]["Name"]} if len(page) < len(found) else {}
    return orjson.dumps({"EventBuses": page, **further})


def _bus(arn: str) -> dict[str, str]:
    return {"Name": arn.rpartition("/")[2], "Arn": arn}


def _typed(entry: JsonObject) -> JsonObject:
    for name in _TEXTS:
        if not isinstance(entry.get(name), str | None):
            raise _serialization(f"{name} is not a string")
    resources = entry.get("Resources")
    if resources is not None and not (isinstance(resources, list) and all(isinstance(one, str) for one in resources)):
        raise _serialization("Resources is not a list of strings")
    if entry.get("Time") is not None:
        _moment(entry["Time"])
    return entry


def _moment(value: JsonValue) -> datetime:
    """Seconds since 1970, as JSON 1.1 has it; some SDKs send a text."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            read = datetime.fromisoformat(value)
            return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise _serialization("Time is not a timestamp")


def _text(entry: JsonObject, name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _size(entry: JsonObject) -> int:
    resources = entry.get("Resources")
    named = [str(one) for one in resources] if isinstance(resources, list) else []
    return size_of(_text(entry, "Source"), _text(entry, "DetailType"), _text(entry, "Detail"), named)


def _argument(name: str, why: str) -> Failed:
    return Failed("InvalidArgument", f"Parameter {name} is not valid. Reason: {why}")


def _invalid(value: str, must: str) -> AwsError:
    told = f"1 validation error detected: Value '{value}' at 'entries' failed to satisfy constraint: Member must {must}"
    return AwsError("ValidationException", told)


def _serialization(why: str) -> AwsError:
    return AwsError("SerializationException", why)
