"""Listing: runs of a pipeline as people look at them, and runs of a version that have not ended.

Both begin at an index, which brings keys alone and may lag; the items themselves, read consistently, say what is so.

A version's runs are looked for among all that have not ended: those are few beside those that have, and the index of what is
due holds no others but ends that nobody has heard yet. A run that was opened a moment ago may be missing there, and so may
one whose entry is just being moved by the sweeper. So whoever retires a version has waited longer than an index lags, and
looks twice: before the version is retiring, and again before its rules go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from events.ledger import Millis, RunRecord, RunState
from murmuration.aws.records import SHARDS, run_of
from murmuration.aws.table import GET_AT_ONCE, Item, Key, Table, Value, batches, key_of

_ASKED: Final = ("listed", "version", "state")


class AwsListing:
    def __init__(self, table: Table) -> None:
        self._table = table

    def runs(self, pipeline: str, most: int = 50, before: Millis | None = None) -> Sequence[RunRecord]:
        """The newest first. The next page is `before` the last one's start: a page never ends within a millisecond, so it may be
        longer than asked for."""
        condition = "listed = :pipeline"
        values: dict[str, Value] = {":pipeline": pipeline}
        if before is not None:
            condition, values = f"{condition} AND started < :before", {**values, ":before": before}
        found: list[Item] = []
        for item in self._table.listed("runs", condition, values, newest=True, page=most + 1):
            if len(found) >= most and item["started"] != found[-1]["started"]:
                break
            found.append(item)
        there = self._table.get_all(map(key_of, found))
        return [run_of(there[key]) for key in map(key_of, found) if key in there]

    def unended(self, pipeline: str, number: int, most: int = 5) -> Sequence[str]:
        """Some runs of the version that have not ended: what it waits for before it retires. None: it has none."""
        found: list[str] = []
        for keys in batches(self._due(), GET_AT_ONCE):
            items = self._table.get_all(keys, only=_ASKED)
            found += [key.pk.partition("#")[2] for key, item in items.items() if _goes_on(item, pipeline, number)]
            if len(found) >= most:
                break
        return found[:most]

    def _due(self) -> Iterator[Key]:
        for shard in range(SHARDS):
            for item in self._table.listed("due", "due_shard = :shard", {":shard": f"due#{shard}"}):
                yield key_of(item)


def _goes_on(item: Item, pipeline: str, number: int) -> bool:
    return item["listed"] == pipeline and item["version"] == number and item["state"] != RunState.ENDED.value
