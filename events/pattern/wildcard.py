"""Wildcards: `*` is any run of characters, none included; `\\*` and `\\\\` are the only escapes; `**` is refused.

A wildcard never becomes a regular expression. It is a row of literal pieces, and finding each piece at its first chance
from left to right is enough, so a match costs one pass over the value.
"""

from __future__ import annotations

from schemas.errors import InvalidPattern


class Wildcard:
    __slots__ = ("_first", "_inner", "_last", "_least", "pieces", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces = _pieces(text)
        self._first, *inner = self.pieces
        self._last = inner.pop() if inner else None
        self._inner = tuple(inner)
        self._least = sum(map(len, self.pieces))

    def matches(self, value: str) -> bool:
        if self._last is None:
            return value == self._first
        if len(value) < self._least or not value.startswith(self._first) or not value.endswith(self._last):
            return False
        place, end = len(self._first), len(value) - len(self._last)
        for piece in self._inner:
            found = value.find(piece, place, end)
            if found < 0:
                return False
            place = found + len(piece)
        return True


def _pieces(text: str) -> tuple[str, ...]:
    pieces, place = [""], 0
    while place < len(text):
        character, after = text[place], text[place + 1 : place + 2]
        if character == "*":
            if after == "*":
                raise InvalidPattern(
                    f"wildcard {text!r} has two stars in a row at character {place + 1}",
                    advice="One star already stands for any run of characters.",
                )
            pieces.append("")
        elif character == "\\":
            if after not in {"*", "\\"}:
                raise InvalidPattern(
                    f"wildcard {text!r} has a lone backslash at character {place + 1}",
                    advice="A backslash stands only before a star or another backslash.",
                )
            pieces[-1] += after
            place += 1
        else:
            pieces[-1] += character
        place += 1
    return tuple(pieces)
