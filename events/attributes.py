"""The context attributes of a CloudEvent from outside, by the letter of CloudEvents 1.0, every mistake at once.

The SDK checks that the required ones are there; what a name, a time, a URI or an integer may look like is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from events.mistakes import Mistakes

Attribute = str | int | bool | datetime

_REQUIRED: Final = ("id", "source", "type")
_TEXTS: Final = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "dataref"}
)
_NAME: Final = re.compile(r"[a-z0-9]+", re.ASCII)
_URI: Final = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+", re.ASCII)
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.+", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_MEDIA_TYPE: Final = re.compile(
    r"[\w!#$&^.+\-]+/[\w!#$&^.+\-]+(?:\s*;\s*[\w!#$&^.+\-]+=(?:[\w!#$&^.+\-]+|\"[^\"]*\"))*", re.ASCII
)
_FORBIDDEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def check_attributes(given: Mapping[str, JsonValue], mistakes: Mistakes) -> dict[str, Attribute]:
    """The attributes as the SDK takes them; what is null is as if it were not there."""
    read: dict[str, Attribute] = {}
    _check_version(given.get("specversion"), mistakes)
    for name in _REQUIRED:
        if given.get(name) is None:
            mistakes.add(f"{name} is missing", "A CloudEvent has specversion, id, source and type")
    for name, value in given.items():
        if not _NAME.fullmatch(name) or name == "data":
            mistakes.add(
                f"{name[:80]!r} is no attribute's name",
                "Names are lower-case letters and digits; the rest goes into data",
            )
        elif value is not None:
            checked = _checked(name, value, mistakes)
            if checked is not None:
                read[name] = checked
    return read


def _check_version(version: JsonValue, mistakes: Mistakes) -> None:
    if version is None:
        mistakes.add("specversion is missing", "A CloudEvent has specversion, id, source and type")
    elif version != "1.0":
        mistakes.add(f"specversion is {version!r:.40}", 'Send specversion "1.0"')


def _checked(name: str, value: JsonValue, mistakes: Mistakes) -> Attribute | None:
    if isinstance(value, str):
        return _checked_text(name, value, mistakes)
    if name in _TEXTS:
        mistakes.add(f"{name} is not a text", f"Write {name} in quotes")
    elif isinstance(value, int) and -(2**31) <= value < 2**31:
        return value
    else:
        mistakes.add(
            f"{name} is no attribute's value",
            "Attributes are texts, booleans or 32-bit integers; the rest goes into data",
        )
    return None


def _checked_text(name: str, text: str, mistakes: Mistakes) -> Attribute | None:
    if not text and name in _TEXTS:
        needed = name in (*_REQUIRED, "specversion")
        mistakes.add(f"{name} is empty", "Fill it in" if needed else f"Leave {name} out, or fill it in")
    elif _FORBIDDEN.search(text):
        mistakes.add(f"{name} holds control characters", "Leave them out, or put the text into data")
    elif name in ("source", "dataref") and not _URI.fullmatch(text):
        mistakes.add(f"{name} {text[:80]!r} is no URI reference", "Write /shop/orders or https://example.com/orders")
    elif name == "dataschema" and not (_URI.fullmatch(text) and _ABSOLUTE.fullmatch(text)):
        mistakes.add(f"dataschema {text[:80]!r} is no absolute URI", "Write it with its scheme: https://... or urn:...")
    elif name == "datacontenttype" and not _MEDIA_TYPE.fullmatch(text):
        mistakes.add(f"datacontenttype {text[:80]!r} is no media type", "Write application/json or text/plain")
    elif name == "time":
        return _moment(text, mistakes)
    else:
        return text
    return None


def _moment(text: str, mistakes: Mistakes) -> datetime | None:
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text.upper())
    except ValueError:
        pass
    mistakes.add(f"time {text[:80]!r} is no RFC 3339 time", "Write 2030-01-31T12:00:00Z")
    return None
