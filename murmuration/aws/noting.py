"""Noting: edges into one item's sets, in one update, the first word on each staying."""

from __future__ import annotations

from collections.abc import Mapping

from murmuration.aws.table import Change, Item, Key, Table, Value


def note(table: Table, key: Key, edges: Mapping[str, bool], expires: int) -> Item:
    """The item with them, as it then is."""
    assert edges, "something has arrived"
    news = dict(edges)
    while True:
        changed = table.change(_adding(key, news, expires))
        if changed.done:
            return changed.item
        # Of some the other was said before.
        live, dead = _ids(changed.item, "live"), _ids(changed.item, "dead")
        news = {edge: is_live for edge, is_live in news.items() if edge not in (dead if is_live else live)}
        if not news:
            return changed.item


def noted(item: Item) -> dict[str, bool]:
    live = dict.fromkeys(sorted(_ids(item, "live")), True)
    return live | dict.fromkeys(sorted(_ids(item, "dead")), False)


def counted(item: Item) -> tuple[int, int]:
    """How many are live, how many dead."""
    return len(_ids(item, "live")), len(_ids(item, "dead"))


def _adding(key: Key, news: Mapping[str, bool], expires: int) -> Change:
    values: dict[str, Value] = {"expires": expires}
    additions: list[str] = []
    conditions: list[str] = []
    for name, other, wanted in (("live", "dead", True), ("dead", "live", False)):
        ids = [edge for edge, is_live in news.items() if is_live is wanted]
        if ids:
            values[name] = frozenset(ids)
            additions.append(f"#{name} :{name}")
        for n, edge in enumerate(ids):
            values[f"{name}{n}"] = edge
            conditions.append(f"NOT contains(#{other}, :{name}{n})")
    return Change(key, f"SET #expires = :expires ADD {', '.join(additions)}", values, " AND ".join(conditions))


def _ids(item: Item, name: str) -> frozenset[str]:
    found = item.get(name, frozenset())
    assert isinstance(found, frozenset), f"{name} is a set"
    return found
