"""Listing: runs of a pipeline as people look at them.

It begins at an index, which brings keys alone and may lag; the items themselves, read consistently, say what is so.
"""

from __future__ import annotations

from collections.abc import Sequence

from events.ledger import Millis, RunRecord
from murmuration.aws.records import run_of
from murmuration.aws.table import Item, Table, Value, key_of


class AwsListing:
    def __init__(self, table: Table) -> None:
        self._table = table

    def runs(self, pipeline: str, most: int = 50, before: Millis | None = None) -> Sequence[RunRecord]:
        """The newest first. The next page is `before` the last one's start: a page never ends within a millisecond, so it
        may be longer than asked for."""
        condition = "listed = :pipeline"
        values: dict[str, Value] = {":pipeline": pipeline}
        if before is not None:
            condition, values = f"{condition} AND started < :before", {**values, ":before": before}
        found: list[Item] = []
        for item in self._table.listed("runs", condition, values, newest=True, page=most + 1):
            if len(found) >= most and item["started"] != found[-1]["started"]:
                break
            found.append(item)
        keys = [key_of(item) for item in found]
        there = self._table.get_all(keys)
        return [run_of(there[key]) for key in keys if key in there]
