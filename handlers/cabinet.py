"""The cabinet: small documents that people edit and the API keeps. Drafts, tokens, members, subscriptions, what was done by whom.

A document lies in a drawer under a key and has a version, which changes with every write. A write that names the version it was
made against is conditional: two editors never overwrite each other silently. It is no part of what runs depend on.

One adapter per backend, one contract for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from events.ledger import Millis
from schemas.errors import MurmurationError
from schemas.model import JsonObject

ABSENT: Final = ""
"""Expected of a document that must not be there yet."""


class Changed(MurmurationError):
    """Somebody else wrote it meanwhile. Nothing was written."""

    code = "changed-meanwhile"


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


def changed(drawer: str, key: str, found: Kept | None) -> Changed:
    told = "is gone" if found is None else "was changed by somebody else meanwhile"
    return Changed(f"{key} {told}", where=drawer, advice="Read it again, and decide what is to stay")
