"""Text as people number it: lines and columns from 1, and which bytes are text at all."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

# As YAML breaks lines. JSON knows fewer breaks, but no place in a JSON document is read off by a program.
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_BOMS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32"))


class Place(NamedTuple):
    line: int
    column: int


class Lines:
    """Where each line of a text begins."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]

    def place(self, offset: int) -> Place:
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)

    def __getitem__(self, line: int) -> str:
        """The text of a line, without its break; nothing for a line that is not there."""
        if not 1 <= line <= len(self._starts):
            return ""
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        return self._text[self._starts[line - 1] : end].rstrip("\r\n\x85\u2028\u2029")


class NotText(Exception):
    """Bytes that are no text in UTF-8, and where they stop being it."""

    def __init__(self, what: str, advice: str, place: Place) -> None:
        self.what, self.advice, self.place = what, advice, place
        super().__init__(what)


def decode(data: bytes) -> str:
    """UTF-8, with or without its byte order mark, and with nothing in it that no editor shows."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            raise NotText(f"the file is {name}", "Save it as UTF-8", Place(1, 1))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        before = data[: wrong.start].decode("utf-8").removeprefix("\ufeff")
        place = Lines(before).place(len(before))
        raise NotText(
            f"the file is not UTF-8 text: byte 0x{data[wrong.start]:02x} cannot stand here", "Save it as UTF-8", place
        ) from None
    text = text.removeprefix("\ufeff")
    if odd := _NOT_TEXT.search(text):
        raise NotText(
            f"the character U+{ord(odd[0]):04X} cannot stand in a document",
            "Remove it, or write it with an escape in a quoted text",
            Lines(text).place(odd.start()),
        )
    return text
