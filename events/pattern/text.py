"""JSON text, read without loss: every member of an object in its order, also under a repeated key, and numbers as spelled.

`Members` is an object, `Digits` a number. Values that come parsed are taken as they are. What is no JSON, or nests deeper
than Python reads (some hundreds of levels), is a `NotJson` with a sentence that says so; the callers know what it should be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

LONGEST_NUMBER = 1_000


class NotJson(ValueError):
    """The text cannot be read; the message says where and why."""


class Members(tuple[tuple[str, object], ...]):
    """An object: its members in order, repeated keys included."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Digits:
    """A number as it was written."""

    text: str


def read(document: str | bytes, decoder: json.JSONDecoder) -> object:
    """The value that the text begins with: what stands behind it, EventBridge does not read."""
    try:
        text = document.decode("utf-8-sig") if isinstance(document, bytes) else document
        return decoder.raw_decode(text, len(text) - len(text.lstrip(" \t\r\n")))[0]
    except UnicodeDecodeError as error:
        raise NotJson(f"the text is not UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"{_decapitalize(error.msg)} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise NotJson("it nests too deep") from None


def decoder(
    of_members: Callable[[list[tuple[str, object]]], object], of_digits: Callable[[str], object]
) -> json.JSONDecoder:
    """A reader that makes its own objects and numbers."""

    def digits(text: str) -> object:
        if len(text) > LONGEST_NUMBER:
            raise NotJson(f"a number of {len(text):,} characters (at most {LONGEST_NUMBER:,})")
        return of_digits(text)

    return json.JSONDecoder(
        object_pairs_hook=of_members, parse_int=digits, parse_float=digits, parse_constant=_no_constant
    )


def members(value: object) -> Iterator[tuple[str, object]]:
    assert isinstance(value, Members | Mapping)
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


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is no JSON number")


def _decapitalize(message: str) -> str:
    return message[:1].lower() + message[1:]


EXACTLY = decoder(Members, Digits)
