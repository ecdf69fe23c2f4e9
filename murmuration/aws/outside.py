"""Events from outside that triggers of a deployed stack looked at: EventBridge's archive can be replayed, and not be read.

    pk        outside#DAY#SHARD    of the UTC day on which it came; so many shards that no day has one narrow place
    sk        AT#DIGEST            of source and id: the same event heard by two triggers is one item
    event     as rules match it, as JSON, compressed where it is large
    aside     where the event lies, if it is too large for that
    expires   as a run does

It is written by the function that starts runs, after it has: nothing of a run waits for it. What no trigger matched is nowhere but in
the bus's own archive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Final

import orjson

from events.ledger import Millis
from events.ports import Artifacts, Clock, moment
from events.reference import LARGEST_INLINE
from handlers.archive import Came, Wanted
from handlers.letters import NoPlace
from murmuration.aws.packing import at_once, packed, unpacked
from murmuration.aws.records import text
from murmuration.aws.table import Item, Table
from murmuration.aws.view import UNIT
from schemas.model import JsonObject

SHARDS: Final = 4
_LOOKED_AT: Final = 1_000
"""Events, for one page: whoever wants to see further asks for the next."""
_DAYS: Final = 40
"""Looked through for one page: a day without events costs a question to each shard, too."""
_PAGE: Final = 100
_DIGITS: Final = 15


class Outside:
    kept = "events from outside that a trigger's rule matched, for as long as runs are kept; the bus's own archive has all, unread"

    def __init__(self, table: Table, artifacts: Artifacts, clock: Clock, keep: timedelta) -> None:
        self._table = table
        self._artifacts = artifacts
        self._clock = clock
        self._keep = keep

    def put(self, event: JsonObject) -> None:
        """Again is once: its own time says where it lies."""
        at = _time(event) or self._clock.now()
        told = orjson.dumps(event)
        digest = hashlib.sha256(orjson.dumps([event.get("source"), event.get("id")])).hexdigest()
        item: Item = {
            "pk": _partition(_day(at), int(digest[:4], 16) % SHARDS),
            "sk": f"{at:0{_DIGITS}d}#{digest[:16]}",
            "expires": at // 1_000 + round(self._keep.total_seconds()),
        }
        content = packed(told, UNIT // 2)
        if len(content) <= LARGEST_INLINE:
            self._table.put({**item, "event": content})
        else:
            self._table.put({**item, "aside": self._artifacts.put(told)})

    def search(self, wanted: Wanted, *, after: str | None = None, most: int = 50) -> tuple[Sequence[Came], str | None]:
        now = self._clock.now()
        oldest = max(wanted.since or 0, now - round(self._keep.total_seconds() * 1_000))
        newest = now + 86_400_000 if wanted.until is None else wanted.until
        place = f"{newest + 1:0{_DIGITS}d}" if after is None else _place(after)
        found: list[Came] = []
        looked = 0
        day = _day(min(newest, _at(place)))
        for _ in range(_DAYS):
            items = self._of_day(day, place)
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
            place = f"{_begins(day):0{_DIGITS}d}"
            if _begins(day) <= oldest:
                return found, None
            day -= timedelta(days=1)
        return found, place

    def _of_day(self, day: datetime, before: str) -> Iterator[Item]:
        """The newest first, of all shards together."""
        shards = [
            self._table.under(_partition(day, shard), newest=True, after=before, page=_PAGE) for shard in range(SHARDS)
        ]
        return merge(*shards, key=lambda item: str(item["sk"]), reverse=True)

    def _event(self, item: Item) -> JsonObject:
        content = self._artifacts.get(text(item, "aside")) if "aside" in item else item["event"]
        assert isinstance(content, bytes), "an event is bytes"
        event: JsonObject = orjson.loads(unpacked(content))
        return event


def _time(event: JsonObject) -> Millis | None:
    """When EventBridge had it; seconds, mostly."""
    told = event.get("time")
    try:
        return None if not isinstance(told, str) else round(datetime.fromisoformat(told).timestamp() * 1_000)
    except ValueError:
        return None


def _day(at: Millis) -> datetime:
    return moment(at).replace(hour=0, minute=0, second=0, microsecond=0)


def _begins(day: datetime) -> Millis:
    return round(day.timestamp() * 1_000)


def _partition(day: datetime, shard: int) -> str:
    return f"outside#{day:%Y-%m-%d}#{shard}"


def _place(given: str) -> str:
    if not given[:_DIGITS].isascii() or not given[:_DIGITS].isdecimal() or len(given) > 2 * _DIGITS + 2:
        raise NoPlace(f"{given[:80]!r} is no place in the archive", advice="Send the `next` of the page before")
    return given


def _at(place: str) -> Millis:
    return min(int(place[:_DIGITS]), round(datetime(9000, 1, 1, tzinfo=UTC).timestamp() * 1_000))
