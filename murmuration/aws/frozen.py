"""Frozen edges: what a claim found at its gate. Few lie in the task's item; those of a wide gate have an item of their own, so
that the task's stays small however wide its gate is, and are fetched when somebody looks.

That item is written before the claim that names it, and never changes. One whose claim came too late expires.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final, overload

from murmuration.aws.records import of_run
from murmuration.aws.table import Item, Key, Table

FEW: Final = 32
_ELSEWHERE: Final = "@"
"""No edge's id begins so."""


class Frozen(Sequence[str]):
    def __init__(self, fetch: Callable[[], tuple[str, ...]]) -> None:
        self._fetch = fetch

    @cached_property
    def _edges(self) -> tuple[str, ...]:
        return self._fetch()

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...

    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        return self._edges[at]

    def __len__(self) -> int:
        return len(self._edges)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._edges == tuple(other)


class FrozenEdges:
    """As a task's item has them: their ids, or where those are."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, run: str, task: str, by: str, edges: Sequence[str], expires: int) -> str:
        """What stands for them in the task's item. `by` tells one writer from another."""
        if len(edges) <= FEW:
            return " ".join(edges)
        pk, sk = _key(run, task, by)
        self._table.put({"pk": pk, "sk": sk, "ids": " ".join(edges), "expires": expires})
        return f"{_ELSEWHERE}{by}"

    def read(self, run: str, task: str, item: Item) -> Sequence[str]:
        told = str(item.get("edges", ""))
        if not told.startswith(_ELSEWHERE):
            return tuple(told.split())
        key = _key(run, task, told.removeprefix(_ELSEWHERE))
        return Frozen(lambda: self._found(key))

    def _found(self, key: Key) -> tuple[str, ...]:
        item = self._table.get(key)
        assert item is not None, f"{key.sk} was written before the claim that names it"
        return tuple(str(item["ids"]).split())


def _key(run: str, task: str, by: str) -> Key:
    return Key(of_run(run), f"edges#{task}#{by}")
