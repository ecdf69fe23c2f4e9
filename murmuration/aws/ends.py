"""Who hears the end of a pipeline's runs on the bus: what the emitter asks before it pays for an event.

    pk                    sk       by
    pipeline#PIPELINE     ends     the names of those who listen; of all pipelines for `*`

Whoever puts a rule that matches the end of another pipeline's runs says so first, and takes it back once the rule is gone:
so there is no moment in which a rule listens and is not told. Asked with a consistent read, a quarter of an event's price.
"""

from __future__ import annotations

from typing import Final

from murmuration.aws.table import Change, Key, Table

ALL: Final = "*"


class Ends:
    def __init__(self, table: Table) -> None:
        self._table = table

    def heard(self, pipeline: str) -> bool:
        found = self._table.get_all([_key(pipeline), _key(ALL)])
        return any(item.get("by") for item in found.values())

    def listeners(self, pipeline: str) -> frozenset[str]:
        found = (self._table.get(_key(pipeline)) or {}).get("by", frozenset())
        assert isinstance(found, frozenset), "who listens is a set"
        return found

    def listen(self, pipeline: str, by: str) -> None:
        self._change("ADD", pipeline, by)

    def forget(self, pipeline: str, by: str) -> None:
        self._change("DELETE", pipeline, by)

    def _change(self, how: str, pipeline: str, by: str) -> None:
        self._table.change(Change(_key(pipeline), f"{how} #by :by", {"by": frozenset({by})}))


def _key(pipeline: str) -> Key:
    return Key(f"pipeline#{pipeline}", "ends")
