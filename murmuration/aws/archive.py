"""The archive of a deployed stack: events from outside that its triggers looked at, by the days on which they came, the newest first.

They are written by `murmuration.aws.outside`, which says under which keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Final

import orjson

from events.ledger import Millis
from events.ports import Artifacts, Clock
from handlers.archive import Came, Wanted
from handlers.letters import NoPlace
from murmuration.aws.outside import DIGITS, SHARDS, day_of, partition
from murmuration.aws.packing import at_once, unpacked
from murmuration.aws.records import text
from murmuration.aws.table import Item, Table
from schemas.model import JsonObject

_LOOKED_AT: Final = 1_000
"""Events, for one page: whoever wants to see further asks for the next."""
_DAYS: Final = 40
"""Looked through for one page: a day without events costs a question to each shard, too."""
_PAGE: Final = 100


class AwsArchive:
    kept = "events from outside that a trigger's rule matched, for as long as runs are kept; the bus's own archive has all, unread"

    def __init__(self, table: Table, artifacts: Artifacts, clock: Clock, keep: timedelta) -> None:
        self._table = table
        self._artifacts = artifacts
        self._clock = clock
        self._keep = keep

    def search(self, wanted: Wanted, *, after: str | None = None, most: int = 50) -> tuple[Sequence[Came], str | None]:
        now = self._clock.now()
        oldest = max(wanted.since or 0, now - round(self._keep.total_seconds() * 1_000))
        newest = now + 86_400_000 if wanted.until is None else wanted.until
        place = f"{newest + 1:0{DIGITS}d}" if after is None else _place(after)
        found: list[Came] = []
        looked = 0
        day = day_of(min(newest, _at(place)))
        for _ in range(_DAYS):
            items = self._ofday_of(day, place)
            while some := list(islice(items, _PAGE)):
                for item, event in zip(some, at_once(self._event, some), strict=True):
                    place, at = text(item, "sk"), _at(text(item, "sk"))
                    if at < oldest:
                        return found, None
                    looked += 1
                    if wanted.fits(event, at):
                        found.append(Came(place, at, event))
                    if len(found) == most or looked == _LOOKED_AT:
                        return found, place
            place = f"{_begins(day):0{DIGITS}d}"
            if _begins(day) <= oldest:
                return found, None
            day -= timedelta(days=1)
        return found, place

    def _ofday_of(self, day: datetime, before: str) -> Iterator[Item]:
        """The newest first, of all shards together."""
        shards = [
            self._table.under(partition(day, shard), newest=True, after=before, page=_PAGE) for shard in range(SHARDS)
        ]
        return merge(*shards, key=lambda item: str(item["sk"]), reverse=True)

    def _event(self, item: Item) -> JsonObject:
        content = self._artifacts.get(text(item, "aside")) if "aside" in item else item["event"]
        assert isinstance(content, bytes), "an event is bytes"
        event: JsonObject = orjson.loads(unpacked(content))
        return event


def _begins(day: datetime) -> Millis:
    return round(day.timestamp() * 1_000)


def _place(given: str) -> str:
    if not given[:DIGITS].isascii() or not given[:DIGITS].isdecimal() or len(given) > 2 * DIGITS + 2:
        raise NoPlace(f"{given[:80]!r} is no place in the archive", advice="Send the `next` of the page before")
    return given


def _at(place: str) -> Millis:
    return min(int(place[:DIGITS]), round(datetime(9000, 1, 1, tzinfo=UTC).timestamp() * 1_000))
