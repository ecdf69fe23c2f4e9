"""What is edited: its version as an ETag, so that two editors never overwrite each other silently.

    def show(self, ...) -> Response[Draft]:
        kept = self._found(...)
        return edited.answer(Draft(...), kept.version)                    ETag: "version"; 304 where the caller has that one

    def save(self, ..., asked: Here) -> Response[Draft]:
        kept = cabinet.put(DRAWER, key, body, expect=edited.wanted(asked))
        return edited.answer(Draft(...), kept.version)

    caller sends                 `wanted` is                              what comes of it
    If-Match: "version"          that version                             written, or 412 `changed-meanwhile` with the current ETag
    If-None-Match: *             `ABSENT`                                 created, or 412
    neither, or *, or several    428 `version-wanted`

`wanted` is what `Cabinet.put` and `delete` expect; the 412 is raised there and told with its ETag by itself. For what is kept
elsewhere (a function's source, say) `agree(wanted(asked), current, name)` compares and raises the same. What may be created
without being edited says `edited.wanted(asked, otherwise=None)`: nothing named is nothing expected.

A version stands for a state, not for the bytes that tell of it: an ETag that a proxy made weak (W/) is taken as the same.
The 304 is the app's doing, for every GET whose answer has an ETag.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar, overload

from aws_lambda_powertools.event_handler import Response

from handlers.api.asked import Asked
from handlers.api.problem import InvalidRequest
from handlers.cabinet import ABSENT, Changed, happened
from schemas.errors import MurmurationError

JSON: Final = "application/json"
_TAG: Final = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_TAGS: Final = re.compile(rf"\s*{_TAG.pattern}\s*(?:,\s*{_TAG.pattern}\s*)*")
_ADVICE: Final = "Send if-match with the ETag that reading it gave, or if-none-match: * to create it"

T = TypeVar("T")


class VersionWanted(MurmurationError):
    """A write that does not say what it was made against."""

    code = "version-wanted"


def tag(version: str) -> str:
    return f'"{version}"'


def answer(body: T, version: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[T]:
    """What is edited, as it stands at this version."""
    return Response(status, JSON, body, headers={"etag": tag(version), "cache-control": "no-cache", **(headers or {})})


_NONE: Final[Any] = object()


@overload
def wanted(asked: Asked) -> str: ...
@overload
def wanted(asked: Asked, *, otherwise: T) -> str | T: ...
def wanted(asked: Asked, *, otherwise: Any = _NONE) -> Any:
    """The version that a write was made against; `ABSENT` of what is to be created."""
    match, none = asked.headers.get("if-match"), asked.headers.get("if-none-match")
    if match is not None and none is not None:
        raise InvalidRequest("if-match and if-none-match are sent together", where="headers", advice="Send one of them")
    if none is not None:
        if none.strip() != "*":
            raise VersionWanted("if-none-match names a version, and a write takes only *", advice=_ADVICE)
        return ABSENT
    if match is None:
        if otherwise is not _NONE:
            return otherwise
        raise VersionWanted("the write does not say which version it was made against", advice=_ADVICE)
    found = _TAG.fullmatch(match.strip())
    if found is None or not found[1]:
        raise VersionWanted(f"if-match is not one quoted version: {match[:80]}", advice=_ADVICE)
    return found[1]


def agree(expected: str | None, current: str, name: str) -> None:
    """`Changed` where another version is there than the one expected; `current` is `ABSENT` where there is none."""
    if expected is not None and expected != current:
        wrong = Changed(f"{name} {happened(expected, current)}", advice="Read it again, and decide what is to stay")
        wrong.current = current
        raise wrong


def has(none_match: str, etag: str) -> bool:
    """If-None-Match of a read: the caller has it already."""
    if none_match.strip() == "*":
        return True
    mine = etag.removeprefix("W/")
    return _TAGS.fullmatch(none_match) is not None and mine in {tag(one[1]) for one in _TAG.finditer(none_match)}
