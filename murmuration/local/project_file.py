"""The project's file, edited in place: a field's text is replaced, or put in below the project's name; everything else, comments
too, stays as it was written. What does not read back as what was wanted is not written.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson
import yaml

from schemas.errors import MurmurationError
from schemas.model import JsonObject

_NAME: Final = "project"


class CannotEdit(MurmurationError):
    """The file is written in a way that only a person can edit."""

    code = "cannot-edit"


def edited(text: str, fields: Mapping[str, str | None]) -> str:
    """The document with these top-level fields; None: without it."""
    try:
        wanted = {**_read(text), **fields}
        for name, value in fields.items():
            text = _with(text, name, value)
        found = _read(text)
    except yaml.YAMLError:
        found, wanted = {}, {}
    if not found or any(found.get(name) != wanted.get(name) for name in wanted.keys() | found.keys()):
        told = "the file cannot be edited from here"
        raise CannotEdit(told, advice=f"Write {', '.join(fields)} there yourself")
    return text


def write(path: Path, text: str) -> None:
    """Whole, or not at all; who may read it stays as it was."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("w", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _with(text: str, name: str, value: str | None) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise CannotEdit("the file holds no mapping", advice="Begin it with project: NAME")
    pairs = {str(key.value): (key, node) for key, node in root.value}
    if name in pairs:
        key, node = pairs[name]
        if value is None:
            return _without(text, root, key, node)
        # A block scalar's end lies behind its last line break.
        broken = node.style in ("|", ">")
        start, end = node.start_mark.index, node.end_mark.index
        space = " " if text[start - 1] == ":" else ""
        return text[:start] + space + _spelled(value) + ("\n" if broken else "") + text[end:]
    if value is None:
        return text
    if _NAME not in pairs:
        raise CannotEdit("the file does not name its project", advice="Begin it with project: NAME")
    key, node = pairs[_NAME]
    end = node.end_mark.index
    if root.flow_style:
        return f'{text[:end]}, "{name}": {_spelled(value)}{text[end:]}'
    line = text.find("\n", end)
    head, tail = (text, "") if line < 0 else (text[:line], text[line:])
    return f"{head}\n{' ' * key.start_mark.column}{name}: {_spelled(value)}{tail}"


def _without(text: str, root: yaml.MappingNode, key: yaml.Node, node: Any) -> str:
    """With null in its place where taking it out would touch its neighbours."""
    start, end = key.start_mark.index, node.end_mark.index
    line = text.rfind("\n", 0, start) + 1
    after = text.find("\n", end)
    rest = text[end:] if after < 0 else text[end:after]
    if root.flow_style or text[line:start].strip() or (rest.strip() and not rest.strip().startswith("#")):
        return f"{text[: node.start_mark.index]}null{text[end:]}"
    if node.style in ("|", ">"):
        return text[:line] + text[end:]
    return text[:line] + ("" if after < 0 else text[after + 1 :])


def _read(text: str) -> JsonObject:
    document = yaml.safe_load(text)
    if not isinstance(document, dict):
        raise CannotEdit("the file holds no mapping", advice="Write project: NAME into it")
    return document


def _spelled(value: str) -> str:
    """JSON's texts are YAML's, too."""
    return orjson.dumps(value).decode()
