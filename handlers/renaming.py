"""Renaming: a text that becomes another pipeline's, with its comments and all else as they are."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Final

import orjson

from schemas.document import read
from schemas.source import Source

_SCALAR: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,{}\[\]#]+""")


def renamed(text: str, name: str) -> str:
    """With `project` and `pipeline` of that name: in place, or at the beginning where it says none. A text that is no document is
    left as it is; its problems say what it lacks."""
    for key, value in zip(("pipeline", "project"), reversed(name.split("/")), strict=True):
        text = _with(text, key, value)
    return text


def _with(text: str, key: str, value: str) -> str:
    source = read(text)
    if source.root is None or not isinstance(source.root.children, dict):
        return text
    if source.text != text:  # a byte order mark: places are those without it
        text = source.text
    spelled = value if _plain(value) else orjson.dumps(value).decode()
    child = source.root.children.get(key)
    if child is None:
        at = _offset(source, source.root.place.line, 1)
        return text if text[at:].lstrip().startswith("{") else f"{text[:at]}{key}: {spelled}\n{text[at:]}"
    if child.children is not None:
        return text
    start = _offset(source, child.place.line, child.place.column)
    length = _length(text, start)
    mark = text[start : start + 1]
    written = f"{mark}{value}{mark}" if mark in ('"', "'") else spelled
    return f"{text[:start]}{written}{text[start + length :]}"


def _plain(value: str) -> bool:
    """YAML takes it for a text."""
    root = read(f"a: {value}").root
    return root is not None and isinstance(root.value, dict) and root.value.get("a") == value


def _offset(source: Source, line: int, column: int) -> int:
    ends = list(accumulate((len(one) for one in source.text.splitlines(keepends=True)), initial=0))
    return ends[line - 1] + column - 1


def _length(text: str, start: int) -> int:
    """Of the scalar that begins there."""
    found = _SCALAR.match(text, start)
    return 0 if found is None else len(found[0])
