"""Listing: runs as people look at them.

It begins at an index, which brings keys alone and may lag; the items themselves, read consistently, say what is so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple

from events.ledger import Millis, RunRecord
from murmuration.aws.records import SHARDS, number, run_of, text
from murmuration.aws.table import Item, Table, Value, key_of


class Listed(NamedTuple):
    """A run's place among all runs: later ones are greater."""

    started: Millis
    run: str


class AwsListing:
    def __init__(self, table: Table) -> None:
        self._table = table

    def runs(self, pipeline: str, most: int = 50, before: Millis | None = None) -> Sequence[RunRecord]:
        """The newest first. The next page is `before` the last one's start: a page never ends within a millisecond, so it
        may be longer than asked for."""
        found: list[Item] = []
        for item in self._newest(pipeline, before, most + 1):
            if len(found) >= most and item["started"] != found[-1]["started"]:
                break
            found.append(item)
        keys = [key_of(item) for item in found]
        there = self._table.get_all(keys)
        return [run_of(there[key]) for key in keys if key in there]

    def keys(self, pipeline: str, page: int, before: Listed | None = None) -> Iterator[Listed]:
        """The newest first, a page at a time, for as long as somebody asks."""
        items = self._newest(pipeline, None if before is None else before.started + 1, page)
        for _, together in groupby(items, lambda item: item["started"]):
            listed = sorted(map(_listed, together), reverse=True)
            yield from (one for one in listed if before is None or one < before)

    def unended(self, most: int) -> list[RunRecord] | None:
        """All that have not ended, in no order; None where they are more. That index is sparse: it is quickly read."""
        keys = [
            key_of(item)
            for shard in range(SHARDS)
            for item in islice(
                self._table.listed("due", "due_shard = :shard", {":shard": f"due#{shard}"}, page=most + 1), most + 1
            )
        ]
        if len(keys) > most:
            return None
        return [run_of(item) for item in self._table.get_all(keys).values()]

    def _newest(self, pipeline: str, before: Millis | None, page: int) -> Iterator[Item]:
        condition = "listed = :pipeline"
        values: dict[str, Value] = {":pipeline": pipeline}
        if before is not None:
            condition, values = f"{condition} AND started < :before", {**values, ":before": before}
        return self._table.listed("runs", condition, values, newest=True, page=page)


def _listed(item: Item) -> Listed:
    return Listed(number(item, "started"), text(item, "pk").partition("#")[2])
