"""YAML, as version 1.2 means it: the C parser's events, and our own reading of what a plain word is.

`on`, `off`, `yes` and `no` are text, `0o17` and `0x1F` are numbers, a date is text. Keys are text as they are written.
Anchors, aliases and merge keys (`<<: *anchor`) work; an alias counts as if it were written out. Tags are refused, and a
second document in one file. Limits hold while the events come in, so a bomb or a deep nest is refused where it begins.
"""

from __future__ import annotations

import re

from pydantic import JsonValue
from yaml import CBaseLoader, MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from schemas.numbers import Unfit, real, whole
from schemas.problem import Code
from schemas.source import Builder, Entry, Node, Refused
from schemas.text import Lines, Place

_NULL = frozenset(["", "~", "null", "Null", "NULL"])
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAY_BE_NUMBER = frozenset("+-.0123456789")

# What libyaml says, and what a person can do about it. The first fragment that is found is the one.
_ADVICE = (
    ("tab character", "YAML is indented with spaces: replace the tab"),
    ("mapping values are not allowed", 'Put text that holds ": " in quotes, and check the indentation'),
    ("block sequence entries are not allowed", "Begin the list on a line of its own"),
    ("cannot start any token", "Put text that begins with this character in quotes"),
    ("unexpected end of stream", "Close the quote"),
    ("unknown escape character", "Write the backslash twice, or use single quotes"),
    ("',' or ']'", "Close the list with ], and put a comma between its items"),
    ("',' or '}'", "Close the mapping with }, and put a comma between its entries"),
    ("expected node content", "Write a value here, or remove what stands before it"),
    ("expected ':'", 'Write "key: value", with a space after the colon'),
    ("expected key", "Give every key of this mapping the same indentation"),
    ("'-' indicator", "Give every item of this list the same indentation, with - before it"),
    ("<document start>", "Only one mapping stands at the top: check the quotes and the indentation"),
    ("Unicode character escape", "Write the character itself"),
)


def read_yaml(text: str, builder: Builder) -> None:
    parser = CBaseLoader(text)
    reader = _Reader(builder)
    while True:
        try:
            event = parser.get_event()
        except YAMLError as wrong:
            raise _syntax(wrong, text) from None
        if event is None:
            return
        reader.read(event)


class _Reader:
    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._anchors: dict[str, Node | None] = {}
        self._opened: list[str | None] = []
        self._documents = 0

    def read(self, event: Event) -> None:
        match event:
            case ScalarEvent():
                self._untagged(event)
                self._scalar(event)
            case AliasEvent():
                self._alias(event)
            case StreamStartEvent() | StreamEndEvent() | DocumentEndEvent():
                pass
            case DocumentStartEvent():
                self._document(_place(event))
            case CollectionStartEvent():
                self._untagged(event)
                self._start(event)
            case _:
                assert isinstance(event, CollectionEndEvent), f"an event nobody knows: {event}"
                self._name(self._opened.pop(), self._builder.close())

    def _document(self, place: Place) -> None:
        self._documents += 1
        if self._documents > 1:
            raise Refused(
                Code.UNREADABLE, "a second document begins here", "Put each document in a file of its own", place
            )

    def _alias(self, event: AliasEvent) -> None:
        name, place = event.anchor or "", _place(event)
        if self._builder.wants_key:
            raise _bad_key(place)
        node = self._anchors.get(name)
        if node is None:
            what = "stands inside what it names" if name in self._anchors else "names nothing above"
            raise Refused(Code.UNREADABLE, f"the alias *{name} {what}", f"Write &{name} before a value above", place)
        self._builder.share(node, place)

    def _scalar(self, event: ScalarEvent) -> None:
        builder, place, plain = self._builder, _place(event), event.style in ("", None)
        if builder.wants_key:
            builder.key(Entry(event.value, place, merge=plain and event.value == "<<"))
            return
        try:
            value = _plain(event.value) if plain and event.tag is None else event.value
        except Unfit as wrong:
            node = builder.damage(Code.BAD_NUMBER, wrong.what, wrong.advice, place)
        else:
            node = builder.scalar(value, place)
        self._name(event.anchor, node)

    def _start(self, event: CollectionStartEvent) -> None:
        if self._builder.wants_key:
            raise _bad_key(_place(event))
        self._builder.open(dict if isinstance(event, MappingStartEvent) else list, _place(event))
        self._opened.append(event.anchor)
        if event.anchor is not None:
            self._anchors[event.anchor] = None

    def _name(self, anchor: str | None, node: Node) -> None:
        if anchor is not None:
            self._anchors[anchor] = node

    def _untagged(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.tag is not None:
            told = event.tag.replace("tag:yaml.org,2002:", "!!")[:60]
            self._builder.complain(
                Code.BAD_VALUE, f"the tag {told} means nothing here", "Leave it out; text goes in quotes", _place(event)
            )


def _place(event: Event) -> Place:
    assert event.start_mark is not None, "the parser marks every event"
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


def _syntax(wrong: YAMLError, text: str) -> Refused:
    mark = wrong.problem_mark if isinstance(wrong, MarkedYAMLError) else None
    what = (wrong.problem if isinstance(wrong, MarkedYAMLError) else None) or "it breaks off"
    context = wrong.context_mark if isinstance(wrong, MarkedYAMLError) else None
    place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
    began = f" (begun on line {context.line + 1})" if context and context.line + 1 < place.line else ""
    told = what.replace("\t", "a tab")
    advice = next((advice for sign, advice in _ADVICE if sign in what), "Check the indentation and the quotes")
    if what.endswith("cannot start any token") and _character(text, place) == "\t":
        advice = "YAML is indented with spaces: replace the tab"
    if _character(text, Place(place.line, place.column - 1)) == "$":
        advice = 'Put ${...} in quotes: "${input.id}"'
    return Refused(Code.UNREADABLE, f"this is not YAML: {told}{began}", advice, place)


def _character(text: str, place: Place) -> str:
    return Lines(text)[place.line][place.column - 1 : place.column]


def _bad_key(place: Place) -> Refused:
    return Refused(Code.UNREADABLE, "a key must be text, and this one is not", "Put it in quotes", place)


def _plain(word: str) -> JsonValue:
    """The core schema of YAML 1.2."""
    if word in _NULL:
        return None
    if word in _BOOL:
        return _BOOL[word]
    if word[0] not in _MAY_BE_NUMBER:
        return word
    if _INT.fullmatch(word):
        base = {"0o": 8, "0x": 16}.get(word[:2], 10)
        return whole(word, base)
    if _FLOAT.fullmatch(word):
        return real(word)
    if _NOT_FINITE.fullmatch(word):
        raise Unfit(f"{word} is not a number that JSON knows")
    return word
