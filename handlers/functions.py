"""Functions: what a stack has of its users' code, to be read, described and, where that is so, edited. One adapter per backend.

A function's files are told by their paths, with `/`. What is no text (a model, a picture) is listed and never sent; what is hidden or
made by machines (`__pycache__`) is no part of it. Its version is a hash of all its files.

What must always hold: a path that is written is plain (`checked`): it stays below the function's folder on every system.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from schemas.errors import MurmurationError
from schemas.model import JsonObject, Model
from schemas.names import did_you_mean

HANDLER: Final = "handler.py"
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
MOST_FILES: Final = 200
LARGEST_FILE: Final = 1024 * 1024
LARGEST: Final = 4 * 1024 * 1024
DEEPEST: Final = 6
LEFT_OUT: Final = frozenset({"__pycache__", "node_modules"})
_PART: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", re.ASCII)
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
)


class NoSuchFunction(MurmurationError):
    code = "no-such-function"


class BadFile(MurmurationError):
    code = "bad-file"


class FunctionInUse(MurmurationError):
    code = "function-in-use"


class File(NamedTuple):
    path: str
    size: int
    text: str | None
    """None of what is no text, or is too long to be sent."""


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    version: str
    files: tuple[File, ...]

    @property
    def handler(self) -> str:
        return next((file.text or "" for file in self.files if file.path == HANDLER), "")


@dataclass(frozen=True, slots=True)
class Told:
    """What a function says of itself. Its own code was asked, apart from whoever asks."""

    text: str = ""
    input: JsonObject | None = None
    """JSON Schema of its parameters; None for one that takes anything."""
    output: JsonObject | None = None
    problem: str = ""
    """Why it could not be told: it cannot be loaded, say."""


class Mistake(Model):
    """In the text of a file, by its place, counted from 1."""

    file: str
    line: int
    column: int
    what: str


class Functions(Protocol):
    def project(self, name: str) -> str:
        """In whose name it is called where no pipeline does."""
        ...

    def names(self) -> Sequence[str]: ...

    def source(self, name: str) -> Source | None: ...

    def told(self, name: str) -> Told | None:
        """None where it is being asked: look again."""
        ...

    def write(self, name: str, files: Mapping[str, str]) -> None:
        """These are its texts from now on, all at once: an attempt sees what was there, or what is. `checked` before."""
        ...

    def remove(self, name: str) -> None: ...


def no_such(name: str, known: Iterable[str]) -> NoSuchFunction:
    near = did_you_mean(name, known)
    return NoSuchFunction(f"there is no function {name[:80]}", advice=near or "GET /functions lists those there are")


def version_of(files: Iterable[tuple[str, bytes]]) -> str:
    told = hashlib.sha256()
    for path, content in sorted(files):
        told.update(f"{path}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return told.hexdigest()[:32]


def docstring(source: Source) -> str:
    """Of its `handler`, or of the file; nothing of it is run."""
    try:
        tree = ast.parse(source.handler)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "handler":
            return ast.get_docstring(node) or ast.get_docstring(tree) or ""
    return ast.get_docstring(tree) or ""


def summary(source: Source) -> str:
    return docstring(source).partition("\n")[0]


def mistakes(source: Source) -> tuple[Mistake, ...]:
    """What Python would not read. It is saved all the same: nobody loses what he has typed."""
    found: list[Mistake] = []
    for file in source.files:
        if not file.path.endswith(".py") or file.text is None:
            continue
        try:
            ast.parse(file.text)
        except SyntaxError as wrong:
            place = (max(wrong.lineno or 1, 1), max(wrong.offset or 1, 1))
            found.append(Mistake(file=file.path, line=place[0], column=place[1], what=wrong.msg))
        except (ValueError, RecursionError, MemoryError) as wrong:
            found.append(Mistake(file=file.path, line=1, column=1, what=str(wrong) or "it is nested too deeply"))
    return tuple(found)


def checked(name: str, files: Mapping[str, str]) -> None:
    """`BadFile` for a function's name or file that cannot be written here, or on somebody else's system."""
    if not NAME.fullmatch(name) or name.lower() in _DEVICES:
        raise BadFile(
            f"{name[:80]!r} is no name of a function", advice="Letters, digits, - and _, beginning with a letter"
        )
    if HANDLER not in files:
        raise BadFile(f"there is no {HANDLER}", where=name, advice=f"A function is called in its {HANDLER}")
    if len(files) > MOST_FILES:
        raise BadFile(
            f"there are {len(files)} files, and {MOST_FILES} are taken", where=name, advice="Put data into a bucket"
        )
    size = 0
    for path, text in files.items():
        _check_path(path)
        size += _size(path, text)
    if size > LARGEST:
        advice = "Put data into a bucket, and libraries into requirements.txt"
        raise BadFile(f"the files have {size:,} bytes, and {LARGEST:,} are taken", where=name, advice=advice)
    _check_apart(files)


def _check_path(path: str) -> None:
    parts = path.split("/")
    shown = repr(path[:120])
    if len(parts) > DEEPEST:
        raise BadFile(f"{shown} lies {len(parts)} folders deep, and {DEEPEST} are taken", advice="Flatten it")
    for part in parts:
        if part in LEFT_OUT:
            raise BadFile(f"{shown}: {part} is made by machines, and is no part of a function", advice="Leave it out")
        if not _PART.fullmatch(part) or part.endswith("."):
            advice = "Each part has ASCII letters, digits, _, - and dots, and begins with no dot"
            raise BadFile(f"{shown} is no plain path within the function's folder", advice=advice)
        if part.partition(".")[0].lower() in _DEVICES:
            raise BadFile(f"{shown}: {part} is the name of a device on some systems", advice="Call it otherwise")


def _size(path: str, text: str) -> int:
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise BadFile(f"{path} has half a character in it, and is no UTF-8", advice="Send whole characters") from None
    if "\0" in text:
        raise BadFile(f"{path} has a zero byte in it, and is no text", advice="Put what is no text into a bucket")
    if len(content) > LARGEST_FILE:
        raise BadFile(
            f"{path} has {len(content):,} bytes, and {LARGEST_FILE:,} are taken", advice="Put data into a bucket"
        )
    return len(content)


def _check_apart(paths: Iterable[str]) -> None:
    """No two of them are one where case does not count, and none is a folder of another."""
    seen: dict[str, str] = {}
    for path in paths:
        other = seen.setdefault(path.lower(), path)
        if other != path:
            raise BadFile(f"{other} and {path} are one file on some systems", advice="Call one of them otherwise")
    for folded, path in seen.items():
        above = folded
        while "/" in above:
            above = above.rpartition("/")[0]
            if above in seen:
                raise BadFile(
                    f"{seen[above]} would be a file, and the folder of {path}", advice="Call one of them otherwise"
                )
