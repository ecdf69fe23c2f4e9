"""The archive: events from outside, as they came, to be looked through and to be replayed (`Acting.ask("replay")`). One adapter
per backend; what each keeps, it says itself (`kept`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import orjson

from events.ledger import Millis
from schemas.model import JsonObject, Model


class Wanted(Model):
    """Every one that is given must fit."""

    source: str | None = None
    type: str | None = None
    since: Millis | None = None
    until: Millis | None = None
    q: str | None = None
    """Anywhere in the event, whatever its case."""

    def fits(self, event: JsonObject, at: Millis) -> bool:
        return (
            self.source in (None, event.get("source"))
            and self.type in (None, event.get("detail-type"))
            and (self.since is None or at >= self.since)
            and (self.until is None or at <= self.until)
            and (self.q is None or self.q.casefold() in orjson.dumps(event).decode().casefold())
        )


class Came(NamedTuple):
    place: str
    """Where it lies, for the next page."""
    at: Millis
    event: JsonObject
    """As rules match it."""


class Archive(Protocol):
    kept: str
    """What is looked through, for people."""

    def search(self, wanted: Wanted, *, after: str | None = None, most: int = 50) -> tuple[Sequence[Came], str | None]:
        """The newest first, and where to go on; None at the end. So many are looked at for one page that it may be short, or
        empty, and not be the last."""
        ...
