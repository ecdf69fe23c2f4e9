"""Has a version a run that has not ended? Asked before its rules are taken away.

Unended runs are in the index of what is due, all of them and hardly anything else. It says which; the items themselves, read
consistently, say of which version and whether they have ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from events.ledger import RunState
from murmuration.aws.records import SHARDS
from murmuration.aws.table import GET_AT_ONCE, Key, Table, key_of


class UnendedRuns:
    def __init__(self, table: Table) -> None:
        self._table = table

    def __call__(self, pipeline: str, number: int) -> bool:
        found = self._open()
        while some := list(islice(found, GET_AT_ONCE)):
            for item in self._table.get_all(some, only=("listed", "version", "state")).values():
                of_it = (item["listed"], item["version"]) == (pipeline, number)
                if of_it and item["state"] != RunState.ENDED.value:
                    return True
        return False

    def _open(self) -> Iterator[Key]:
        for shard in range(SHARDS):
            listed = self._table.listed("due", "due_shard = :shard", {":shard": f"due#{shard}"})
            yield from map(key_of, listed)
