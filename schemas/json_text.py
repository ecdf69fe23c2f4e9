"""JSON, as RFC 8259 has it, with the place of every part. The standard library's reader knows no places.

Written without recursion, so that depth is a limit and never a crash.
"""

from __future__ import annotations

import json
import re

from pydantic import JsonValue

from schemas.numbers import NUMBER_OR_TEXT, Unfit, real, whole
from schemas.problem import Code
from schemas.source import Builder, Entry, Refused
from schemas.text import Lines, Place

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*|-Infinity")
_WORDS = {"true": True, "false": False, "null": None}
_NOT_FINITE = frozenset(["NaN", "Infinity", "-Infinity"])
_DECODER = json.JSONDecoder()

_MORE_OF_A_NUMBER = re.compile(r"[0-9A-Za-z_.+-]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HALF_A_PAIR, _BOTH_HALVES = "half a surrogate pair is no character", "Write both halves, or neither"

# How the standard library's message begins, and ours.
_BROKEN_TEXT = (
    ("Unterminated", "a text does not end", "Close it with a double quote"),
    ("Invalid control", "a text goes on over the end of the line, or holds a tab", "Write \\n or \\t"),
    ("Invalid", "this escape does not exist", "Write a backslash as \\\\"),
)

_ADVICE = {
    "'": "JSON quotes text with double quotes",
    "/": "JSON has no comments: remove it, or use YAML",
    "#": "JSON has no comments: remove it, or use YAML",
    "": "The text ends too early: close what is open",
}


def read_json(text: str, builder: Builder) -> None:
    _Reader(text, builder).read()


class _Reader:
    def __init__(self, text: str, builder: Builder) -> None:
        self._text = text
        self._lines = Lines(text)
        self._at = 0
        self._builder = builder
        self._open: list[str] = []
        """The closing bracket of each container that is open."""
        self._first = False
        """Nothing stands yet in the innermost of them."""

    def read(self) -> None:
        self._value()
        while self._open:
            self._next_entry()
        if self._peek():
            raise self._refuse("something stands after the end of the document", "Remove it")

    def _peek(self) -> str:
        found = _SPACE.match(self._text, self._at)
        assert found is not None, "nothing at all is space too"
        self._at = found.end()
        return self._text[self._at : self._at + 1]

    def _place(self) -> Place:
        return self._lines.place(self._at)

    def _next_entry(self) -> None:
        """After an opening bracket or a value: a comma and the next entry, or the closing bracket."""
        closing, sign = self._open[-1], self._peek()
        if sign == closing:
            self._close()
            return
        if not self._first:
            if sign != ",":
                raise self._refuse(f'a comma or "{closing}" is missing here', _ADVICE.get(sign, ""))
            self._at += 1
            if self._peek() == closing:
                raise self._refuse("a comma stands before the closing bracket", "Remove the comma")
        self._first = False
        if closing == "}":
            self._key()
        self._value()

    def _key(self) -> None:
        sign, place = self._peek(), self._place()
        if sign != '"':
            raise self._refuse("a key in double quotes is missing here", _ADVICE.get(sign, "Put the key in quotes"))
        key = self._string()
        if _SURROGATE.search(key):
            raise Refused(Code.UNREADABLE, f"this is not JSON: {_HALF_A_PAIR}", _BOTH_HALVES, place)
        self._builder.key(Entry(key, place))
        if self._peek() != ":":
            raise self._refuse("a colon is missing after the key", 'Write "key": value')
        self._at += 1

    def _value(self) -> None:
        sign, place = self._peek(), self._place()
        if sign == "{":
            self._start(dict, "}")
        elif sign == "[":
            self._start(list, "]")
        elif sign == '"':
            text = self._string()
            if _SURROGATE.search(text):
                self._builder.damage(Code.BAD_VALUE, _HALF_A_PAIR, _BOTH_HALVES, place)
            else:
                self._builder.scalar(text, place)
        elif found := _NUMBER.match(self._text, self._at):
            self._number(found, place)
        else:
            self._word(sign, place)

    def _start(self, kind: type[dict[str, JsonValue]] | type[list[JsonValue]], closing: str) -> None:
        self._builder.open(kind, self._place())
        self._open.append(closing)
        self._at += 1
        self._first = True

    def _close(self) -> None:
        self._builder.close()
        self._open.pop()
        self._at += 1
        self._first = False

    def _string(self) -> str:
        try:
            text, self._at = _DECODER.raw_decode(self._text, self._at)
        except json.JSONDecodeError as wrong:
            self._at = wrong.pos
            what, advice = next(told for sign, *told in _BROKEN_TEXT if wrong.msg.startswith(sign))
            raise self._refuse(what, advice) from None
        assert isinstance(text, str)
        return text

    def _number(self, found: re.Match[str], place: Place) -> None:
        self._at = found.end()
        if more := _MORE_OF_A_NUMBER.match(self._text, self._at):
            told = (found[0] + more[0])[:30]
            raise self._refuse(f"{told} is not a number in JSON", "Write it as 12, -0.5 or 1e9, without leading zeros")
        digits, fraction, exponent = found.groups()
        try:
            self._builder.scalar(real(found[0]) if fraction or exponent else whole(digits), place)
        except Unfit as wrong:
            self._builder.damage(Code.BAD_NUMBER, wrong.what, wrong.advice, place)

    def _word(self, sign: str, place: Place) -> None:
        found = _WORD.match(self._text, self._at)
        word = found[0] if found else ""
        if word in _NOT_FINITE:
            self._at += len(word)
            self._builder.damage(Code.BAD_NUMBER, f"{word} is not a number that JSON knows", NUMBER_OR_TEXT, place)
        elif word in _WORDS:
            self._at += len(word)
            self._builder.scalar(_WORDS[word], place)
        else:
            advice = _ADVICE.get(sign, "Text goes in double quotes" if word else "")
            raise self._refuse("a value is missing here" if not word else f"{word[:30]} is not a JSON value", advice)

    def _refuse(self, what: str, advice: str) -> Refused:
        return Refused(Code.UNREADABLE, f"this is not JSON: {what}", advice, self._place())
