"""Parts of a file, as HTTP asks for them (RFC 9110, 13 and 14): one range, and conditions by ETag. Pure.

Several ranges at once are answered with the whole, which is allowed; so is a range that nobody can read.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_RANGE: Final = re.compile(r"bytes=\s*(\d{0,19})-(\d{0,19})\s*", re.ASCII | re.IGNORECASE)


class NoSuchRange(Exception):  # told by its status
    """It begins behind the end."""


class Span(NamedTuple):
    begin: int
    end: int
    """Not part of it."""
    part: bool

    @property
    def size(self) -> int:
        return self.end - self.begin


def span_of(asked: str, size: int) -> Span:
    whole = Span(0, size, False)
    found = _RANGE.fullmatch(asked)
    if found is None or not (found[1] or found[2]):
        return whole
    if not found[1]:
        last = int(found[2])
        if last == 0 or size == 0:
            raise NoSuchRange
        return Span(max(0, size - last), size, True)
    begin = int(found[1])
    end = int(found[2]) + 1 if found[2] else size
    if end <= begin:
        if found[2]:
            return whole
        raise NoSuchRange
    if begin >= size:
        raise NoSuchRange
    return Span(begin, min(end, size), True)


def matches(condition: str, etag: str) -> bool:
    """Does one of the tags name it? `*` does."""
    named = [one.strip().removeprefix("W/") for one in condition.split(",")]
    return "*" in named or etag in named
