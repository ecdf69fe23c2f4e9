"""`murmuration.aws.table.Table` without moto: a hundred times as quick, for joins of ten thousand edges and for properties.

It reads the expressions that the ledger's adapter writes, and no others. That it means the same by them as moto does is held by
the ledger's contract, which runs on both. It counts units as `support.aws_units` does, and whoever sets `before` or `after`
may do, between two writes, what others would do at that moment, or raise.
"""

from __future__ import annotations

import operator
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from math import ceil
from pathlib import Path
from secrets import token_hex
from typing import Any, cast

from support.aws_units import Bill, moves, read_units, size, write_units
from support.backends import Backend, memory

from murmuration.aws.ledger import AwsLedger
from murmuration.aws.table import Change, Changed, Item, Key, Table, Value, attributes, key_of

Test = Callable[[Item, Mapping[str, Value]], bool]
Apply = Callable[[Item, Mapping[str, Value]], Item]

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ATOM = re.compile(
    r"attribute_(?P<exists>exists|not_exists)\(#(?P<of>\w+)\)"
    r"|(?P<no>NOT )contains\(#(?P<set>\w+), :(?P<member>\w+)\)"
    r"|#(?P<left>\w+) (?P<sign><>|<=|>=|=|<|>) :(?P<right>\w+)"
)
_ASSIGNMENT = re.compile(
    r"#(?P<to>\w+) = (?:if_not_exists\(#(?P<unless>\w+), :(?P<else>\w+)\)|#(?P<of>\w+)|:(?P<value>\w+))"
    r"(?: (?P<sign>[+-]) :(?P<by>\w+))?"
)


class QuickTable:
    name = "quick"

    def __init__(self) -> None:
        self.items: defaultdict[str, dict[str, Item]] = defaultdict(dict)
        self.bill = Bill()
        self._weights: dict[Key, int] = {}
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        item = self.items[key.pk].get(key.sk)
        self._charge_read("get", [item or {}], consistent)
        return None if item is None else dict(item)

    def get_all(self, keys: Iterable[Key], *, consistent: bool = True, only: Sequence[str] = ()) -> dict[Key, Item]:
        found = {key: self.get(key, consistent=consistent) for key in dict.fromkeys(keys)}
        return {key: item for key, item in found.items() if item is not None}

    def put(self, item: Item, condition: str = "") -> Changed:
        self.before()
        key = key_of(item)
        there = self.items[key.pk].get(key.sk)
        met = not condition or _test(condition)(there or {}, {})
        return self._write("put", key, there, item if met else None)

    def put_all(self, items: Iterable[Item]) -> None:
        for item in items:
            self.put(item)

    def change(self, change: Change) -> Changed:
        self.before()
        there, after = self._changed(change)
        return self._write("change", change.key, there, after)

    def change_together(self, changes: Sequence[Change]) -> bool:
        self.before()
        both = [(change.key, *self._changed(change)) for change in changes]
        done = all(after is not None for _, _, after in both)
        for key, there, after in both:
            self._keep(key, there, after if done else None, 2)
        self.bill.calls["change_together"] += 1
        self.after()
        return done

    def remove(self, key: Key) -> None:
        self.before()
        self.bill.writes += write_units(_raw(self.items[key.pk].pop(key.sk, None)), None)
        self._weights.pop(key, None)
        self.after()

    def under(
        self, pk: str, begins: str = "", *, consistent: bool = True, after: str = "", page: int | None = None
    ) -> Iterator[Item]:
        keys = iter(sorted(sk for sk in self.items[pk] if sk.startswith(begins) and sk > after))
        while some := [self.items[pk][sk] for sk in islice(keys, page)]:
            self._charge_read("under", some, consistent)
            yield from map(dict, some)

    def listed(
        self, index: str, condition: str, values: Mapping[str, Value], *, most: int | None = None
    ) -> Iterator[Item]:
        assert (index, condition) == ("due", "due_shard = :shard AND due_at <= :at"), "what the ledger asks"
        late: list[tuple[int, Item]] = []
        for items in self.items.values():
            for item in items.values():
                due = item.get("due_at")
                if item.get("due_shard") == values[":shard"] and isinstance(due, int) and due <= values[":at"]:
                    late.append((due, {name: item[name] for name in ("pk", "sk", "due_shard", "due_at")}))
        late.sort(key=lambda one: one[0])
        found = [item for _, item in late][:most]
        self._charge_read("listed", found, False)
        yield from found

    def _changed(self, change: Change) -> tuple[Item | None, Item | None]:
        """As it is there, and as it would be; None where the condition fails."""
        there = self.items[change.key.pk].get(change.key.sk)
        if change.condition and not _test(change.condition)(there or {}, change.values):
            return there, None
        return there, _apply(change.update)(there or {"pk": change.key.pk, "sk": change.key.sk}, change.values)

    def _write(self, call: str, key: Key, there: Item | None, after: Item | None) -> Changed:
        self._keep(key, there, after)
        self.bill.calls[call] += 1
        self.after()
        return Changed(True, dict(after)) if after is not None else Changed(False, dict(there or {}))

    def _keep(self, key: Key, there: Item | None, after: Item | None, times: int = 1) -> None:
        was = is_ = self._weights.get(key, 0)
        if after is not None:
            is_ = self._weights[key] = size(attributes(after))
            self.bill.largest = max(self.bill.largest, is_)
            self.bill.writes += moves(there, after)
            self.items[key.pk][key.sk] = after
        self.bill.writes += times * ceil(max(was, is_, 1) / 1024)

    def _charge_read(self, call: str, items: Sequence[Item], consistent: bool) -> None:
        self.bill.calls[call] += 1
        self.bill.reads += read_units(sum(size(_raw(item) or {}) for item in items), consistent=consistent)


def quick(folder: Path) -> Backend:
    """The aws ledger, and memory for the rest."""
    ledger = AwsLedger(cast(Table, QuickTable()), lambda: token_hex(8), timedelta(days=30))
    return replace(memory(folder), name="the ledger of aws", ledger=ledger)


def _raw(item: Item | None) -> dict[str, Any] | None:
    return None if item is None else attributes(item)


@lru_cache(maxsize=1_000)
def _test(condition: str) -> Test:
    def atom(found: re.Match[str]) -> str:
        if found["of"]:
            return f"({found['of']!r} {'in' if found['exists'] == 'exists' else 'not in'} item)"
        if found["set"]:
            return f"(values[{found['member']!r}] not in item.get({found['set']!r}, ()))"
        return f"compared(item, {found['left']!r}, {found['sign']!r}, values[{found['right']!r}])"

    assert not re.search(r"[#:]", _ATOM.sub("", condition)), f"not a condition that the ledger writes: {condition}"
    told = _ATOM.sub(atom, condition).replace(" AND ", " and ").replace(" OR ", " or ")
    test: Test = eval(f"lambda item, values: {told}", {"compared": _compared})
    return test


def _compared(item: Item, name: str, sign: str, value: Value) -> bool:
    return _SIGNS[sign](item[name], value) if name in item else sign == "<>"


@lru_cache(maxsize=1_000)
def _apply(update: str) -> Apply:
    clauses = re.split(r"(?:^| )(SET|REMOVE|ADD) ", update)[1:]
    named = dict(zip(clauses[::2], clauses[1::2], strict=True))
    assignments = [found.groupdict() for found in _ASSIGNMENT.finditer(named.get("SET", ""))]
    assert len(assignments) == named.get("SET", "").count(" = "), f"not an update that the ledger writes: {update}"
    removed = re.findall(r"#(\w+)", named.get("REMOVE", ""))
    added = re.findall(r"#(\w+) :(\w+)", named.get("ADD", ""))

    def apply(item: Item, values: Mapping[str, Value]) -> Item:
        new = {**item, **{one["to"]: _assigned(one, item, values) for one in assignments}}
        for name in removed:
            new.pop(name, None)
        for name, more in added:
            there, ids = new.get(name, frozenset()), values[more]
            assert isinstance(there, frozenset)
            assert isinstance(ids, frozenset)
            new[name] = there | ids
        return new

    return apply


def _assigned(one: Mapping[str, str | None], item: Item, values: Mapping[str, Value]) -> Value:
    if one["unless"] is not None:
        value = item.get(one["unless"], values[one["else"] or ""])
    else:
        value = item[one["of"]] if one["of"] is not None else values[one["value"] or ""]
    if one["by"] is None:
        return value
    by = values[one["by"]]
    assert isinstance(value, int)
    assert isinstance(by, int)
    return value + by if one["sign"] == "+" else value - by
