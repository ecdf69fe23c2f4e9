"""JSON text, read without loss: every member of an object in its order, also under a repeated key, and numbers as spelled.

`Members` is an object, `Digits` a number. Values that come parsed are taken as they are. What is no JSON, or nests deeper
than EventBridge reads, is a `NotJson` with a sentence that says so; the callers know what it was meant to be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

DEEPEST = 1_000
LONGEST_NUMBER = 1_000


class NotJson(ValueError):
    """The text cannot be read; the message says where and why."""


class Members(tuple[tuple[str, "Node"], ...]):
    """An object: its members in order, repeated keys included."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Digits:
    """A number as it was written."""

    text: str


Node = Members | list["Node"] | Digits | str | bool | int | float | None
Parsed = Mapping[str, object]


def read(document: str | bytes) -> Node:
    """The value that the text begins with: what stands behind it, EventBridge does not read."""
    try:
        text = document.decode("utf-8-sig") if isinstance(document, bytes) else document
        node: Node = _DECODER.raw_decode(text, _start(text))[0]
    except UnicodeDecodeError as error:
        raise NotJson(f"the text is not UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"{_decapitalize(error.msg)} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise NotJson(f"it nests deeper than {DEEPEST} levels") from None
    return node


def members(value: Members | Parsed) -> Iterator[tuple[str, object]]:
    return iter(value) if isinstance(value, Members) else iter(value.items())


def is_object(value: object) -> bool:
    return isinstance(value, Members | Mapping)


def is_array(value: object) -> bool:
    return isinstance(value, list) or (isinstance(value, tuple) and not isinstance(value, Members))


def scrub(text: str) -> str:
    """Half of a surrogate pair has no UTF-8 and counts as `?`, as it does to EventBridge."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _start(text: str) -> int:
    return len(text) - len(text.lstrip(" \t\r\n"))


def _digits(text: str) -> Digits:
    if len(text) > LONGEST_NUMBER:
        raise NotJson(f"a number of {len(text)} characters (at most {LONGEST_NUMBER})")
    return Digits(text)


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is no JSON number")


def _decapitalize(message: str) -> str:
    return message[:1].lower() + message[1:]


_DECODER = json.JSONDecoder(
    object_pairs_hook=Members, parse_int=_digits, parse_float=_digits, parse_constant=_no_constant
)
