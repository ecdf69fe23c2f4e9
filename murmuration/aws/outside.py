"""Events from outside that triggers of a deployed stack looked at: EventBridge's archive can be replayed, and not be read.

    pk        outside#DAY#SHARD    of the UTC day on which it came; so many shards that no day has one narrow place
    sk        AT#DIGEST            of source and id: the same event heard by two triggers is one item
    event     as rules match it, as JSON, compressed where it is large
    aside     where the event lies, if it is too large for that
    expires   as a run does

It is written by the function that starts runs, after it has: nothing of a run waits for it. What no trigger matched is nowhere but in
the bus's own archive. `murmuration.aws.archive` reads it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

import orjson

from events.ledger import Millis
from events.ports import Artifacts, Clock, moment
from events.reference import LARGEST_INLINE
from murmuration.aws.packing import packed
from murmuration.aws.table import Item, Table
from murmuration.aws.view import UNIT
from schemas.model import JsonObject

SHARDS: Final = 4
DIGITS: Final = 15


class Outside:
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
            "pk": partition(day_of(at), int(digest[:4], 16) % SHARDS),
            "sk": f"{at:0{DIGITS}d}#{digest[:16]}",
            "expires": at // 1_000 + round(self._keep.total_seconds()),
        }
        content = packed(told, UNIT // 2)
        if len(content) <= LARGEST_INLINE:
            self._table.put({**item, "event": content})
        else:
            self._table.put({**item, "aside": self._artifacts.put(told)})


def day_of(at: Millis) -> datetime:
    return moment(at).replace(hour=0, minute=0, second=0, microsecond=0)


def partition(day: datetime, shard: int) -> str:
    return f"outside#{day:%Y-%m-%d}#{shard}"


def _time(event: JsonObject) -> Millis | None:
    """When EventBridge had it; seconds, mostly."""
    told = event.get("time")
    try:
        return None if not isinstance(told, str) else round(datetime.fromisoformat(told).timestamp() * 1_000)
    except ValueError:
        return None
