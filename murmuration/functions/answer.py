"""An output as JSON, or the place in it that is not JSON.

Numbers, text, lists, tuples and objects with text as keys are JSON; dates, times, UUIDs, enums and dataclasses become what
everybody writes them as. NaN and infinity, sets, bytes, cycles, whole numbers beyond 64 bits and objects of other classes are refused.
"""

from __future__ import annotations

import math
from typing import Final

import orjson

_DEEPEST: Final = 200


class BadOutput(Exception):
    """The value is not JSON; says where and why."""

    def __init__(self, place: str, why: str) -> None:
        self.place = place
        super().__init__(f"{place} {why}")


def encode(value: object, name: str = "output") -> bytes:
    try:
        text = orjson.dumps(value)
    except TypeError as error:
        _look(value, name, (), 0)
        raise BadOutput(name, f"is not JSON: {error}") from None
    if b"null" in text:  # orjson writes NaN and infinity as null
        _look(value, name, (), 0)
    return text


def _look(value: object, place: str, above: tuple[int, ...], depth: int) -> None:
    """Raise for the first part of `value` that is not JSON."""
    match value:
        case float():
            if not math.isfinite(value):
                raise BadOutput(place, f"is {value}, which JSON has no word for; use None")
        case bool() | None:
            pass
        case int():
            if not -(2**63) <= value < 2**64:
                raise BadOutput(place, "is a whole number of more than 64 bits; write it as text")
        case str():
            if any("\ud800" <= character <= "\udfff" for character in value):
                raise BadOutput(place, "is text with half a character in it (a lone surrogate)")
        case dict() | list() | tuple():
            if id(value) in above:
                raise BadOutput(place, "contains itself")
            if depth == _DEEPEST:
                raise BadOutput(place, f"lies more than {_DEEPEST} levels deep")
            _look_inside(value, place, (*above, id(value)), depth + 1)
        case set() | frozenset():
            raise BadOutput(place, "is a set; use sorted(...) to make it a list")
        case bytes() | bytearray() | memoryview():
            raise BadOutput(
                place, "is bytes; decode them, or write them with context.artifacts and return the reference"
            )
        case _:
            try:
                orjson.dumps(value)
            except TypeError:
                kind = type(value)
                raise BadOutput(place, f"is a {kind.__module__}.{kind.__qualname__}, which is not JSON") from None


def _look_inside(
    value: dict[object, object] | list[object] | tuple[object, ...], place: str, above: tuple[int, ...], depth: int
) -> None:
    if not isinstance(value, dict):
        for index, item in enumerate(value):
            _look(item, f"{place}[{index}]", above, depth)
        return
    for key, item in value.items():
        if not isinstance(key, str):
            raise BadOutput(place, f"has the key {key!r}, which is not text; use str(...)")
        _look(key, f"{place}: a key", above, depth)
        _look(item, f"{place}.{key}" if key.isidentifier() else f"{place}[{key!r}]", above, depth)
