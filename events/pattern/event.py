"""An event as the matcher reads it: dicts, lists and values, and nothing that JSON text said is lost.

`orjson` is fast and forgets two things: all but the last of a repeated key, and how a number was spelled. Written out again
its answer equals the text only if there was nothing to forget (white space apart, which may go on both sides: it
carries no structure). Where the two differ the text is read again, faithfully: a repeated key then holds a `Repeated`.
"""

from __future__ import annotations

from collections.abc import Mapping

from orjson import JSONDecodeError, JSONEncodeError, dumps, loads

from events.pattern.number import read_number
from events.pattern.text import NotJson, decoder, read, scrub
from schemas.errors import InvalidEvent

Event = dict[str, object]

_WHITE = b" \t\r\n"


class Repeated(list[object]):
    """All the values that one key of one object was given."""

    __slots__ = ()


def read_event(event: str | bytes | Mapping[str, object]) -> Event:
    if type(event) is bytes:
        raw: bytes = event
    elif type(event) is str:
        raw = event.encode("utf-8", "surrogatepass")
    elif type(event) is dict:
        return event
    else:
        return _read_other(event)
    try:
        found = loads(raw)
        again = dumps(found)
    except (JSONDecodeError, JSONEncodeError):  # not JSON, or it nests too deep to be written
        return read_faithfully(event)
    if type(found) is dict and (again == raw or again.translate(None, _WHITE) == raw.translate(None, _WHITE)):
        return found
    return read_faithfully(event)


def _read_other(event: object) -> Event:
    if isinstance(event, str):
        return read_event(str(event))
    if isinstance(event, bytes | bytearray):
        return read_event(bytes(event))
    if isinstance(event, Mapping):
        return dict(event)
    raise InvalidEvent(f"an event is a JSON object, not {type(event).__name__}")


def read_faithfully(text: str | bytes) -> Event:
    try:
        found = read(text, _FAITHFULLY)
    except NotJson as error:
        raise InvalidEvent(f"the event is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise InvalidEvent("the event is not a JSON object")
    return found


def _object(members: list[tuple[str, object]]) -> Event:
    found: Event = {}
    for name, value in members:
        kept = _scrubbed(value)
        if name not in found:
            found[name] = kept
        elif isinstance(before := found[name], Repeated):
            before.append(kept)
        else:
            found[name] = Repeated([before, kept])
    return found


def _scrubbed(value: object) -> object:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list) and any(isinstance(each, str | list) for each in value):
        return [_scrubbed(each) for each in value]
    return value


_FAITHFULLY = decoder(_object, read_number)
