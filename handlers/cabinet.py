"""The cabinet: small documents that people edit and the API keeps. Drafts, tokens, members, subscriptions, what was done by whom.

A document lies in a drawer under a key and has a version, which changes with every write. A write that names the version it was
made against is conditional: two editors never overwrite each other silently. It is no part of what runs depend on.

Keys are in the order of their bytes in UTF-8. What has expired is gone for whoever looks, wherever it may still lie. A write whose
reply was lost on the way, and which the adapter therefore makes again, is one write: it is never told that it is `Changed`.

One adapter per backend, one contract for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import orjson

from events.ledger import Millis
from schemas.errors import MurmurationError
from schemas.model import JsonObject

ABSENT: Final = ""
"""Expected of a document that must not be there yet."""
LARGEST: Final = 1024 * 1024
"""Bytes of a document, as JSON."""
LONGEST_KEY: Final = 1024
"""Bytes of a key: what DynamoDB takes."""


class Changed(MurmurationError):
    """Somebody else wrote it meanwhile. Nothing was written."""

    code = "changed-meanwhile"
    current: str = ABSENT
    """The version that is there now."""


class CannotBeKept(MurmurationError):
    """A key that no store takes, or a document that is none."""

    code = "cannot-be-kept"


class TooLargeToKeep(MurmurationError):
    code = "too-large-to-keep"


class Kept(NamedTuple):
    key: str
    body: JsonObject
    version: str
    at: Millis


class Cabinet(Protocol):
    def get(self, drawer: str, key: str) -> Kept | None: ...

    def put(
        self, drawer: str, key: str, body: JsonObject, *, expect: str | None = None, expires: Millis | None = None
    ) -> Kept:
        """Conditional where a version is expected (`ABSENT`: none): `Changed` if it is another one. After `expires` it is gone."""
        ...

    def delete(self, drawer: str, key: str, *, expect: str | None = None) -> bool:
        """False where it was not there."""
        ...

    def list(
        self, drawer: str, *, prefix: str = "", after: str = "", most: int = 100, newest: bool = False
    ) -> Sequence[Kept]:
        """In the order of their keys, or the other way round; `after` is the last key of the page before."""
        ...


def happened(expected: str | None, current: str) -> str:
    """What stands in the way of a write that was made against another version, in words."""
    if current == ABSENT:
        return "is gone, or never was"
    return "is there already" if expected == ABSENT else "was changed by somebody else meanwhile"


def changed(drawer: str, key: str, found: Kept | None, expected: str | None = None) -> Changed:
    told = happened(expected, ABSENT if found is None else found.version)
    wrong = Changed(f"{key} {told}", where=drawer, advice="Read it again, and decide what is to stay")
    wrong.current = ABSENT if found is None else found.version
    return wrong


def takes(key: str) -> bool:
    """Every store takes the same keys."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return False
    return 0 < size <= LONGEST_KEY and "\0" not in key


def written(drawer: str, key: str, body: JsonObject) -> bytes:
    """The document as every store takes it, under a key that every store takes."""
    if not takes(key):
        advice = f"A key is text of 1 to {LONGEST_KEY:,} bytes, with no NUL among them"
        raise CannotBeKept(f"nothing is kept under {key[:80]!r}", where=drawer, advice=advice)
    try:
        content = orjson.dumps(body)
    except orjson.JSONEncodeError as wrong:
        raise CannotBeKept(f"{key} is no JSON: {wrong}", where=drawer, advice="Numbers have 64 bits") from wrong
    if len(content) > LARGEST:
        told = f"{key} has {len(content):,} bytes, and {LARGEST:,} are kept"
        raise TooLargeToKeep(told, where=drawer, advice="Make it smaller; files belong in a bucket")
    return content
