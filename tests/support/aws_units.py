"""What DynamoDB charges, counted by what items weigh: moto says 0.5 to everything.

    with charged(here) as bill:
        ...
    bill.writes, bill.reads, bill.calls

A write costs a unit per KB of the item, before or after, whichever is larger, also where its condition fails; twice that in a
transaction; and a unit for each entry of an index that it makes, takes away or moves (a move is both). A consistent read costs a
unit per 4 KB of what is read, an eventual one half of that.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from support.aws import ACCOUNT, REGION, TABLE, Cloud

Raw = Mapping[str, Mapping[str, Any]]

INDEXES = {
    index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
    for index in TABLE["GlobalSecondaryIndexes"]
}
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
_READS = ("GetItem", "BatchGetItem", "Query", "TransactGetItems")


@dataclass
class Bill:
    writes: int = 0
    reads: float = 0
    kept: float = 0
    """Reads beside these: of what people edit, which a function looks at now and then and keeps."""
    calls: Counter[str] = field(default_factory=Counter)
    largest: int = 0
    """Bytes of the largest item that was written."""


def size(item: Raw) -> int:
    return sum(len(name.encode()) + _weight(value) for name, value in item.items())


def _weight(value: Mapping[str, Any]) -> int:
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return ceil(len(str(content).lstrip("-")) / 2) + 1
        case "B":
            return len(base64.b64decode(content) if isinstance(content, str) else content)
        case "BOOL":
            return 1
        case "SS":
            return 3 + sum(len(one.encode()) + 1 for one in content)
        case _:
            raise AssertionError(f"no item of ours has a {kind}")


def write_units(before: Raw | None, after: Raw | None, times: int = 1) -> int:
    weight = max(size(before or {}), size(after or {}), 1)
    return times * ceil(weight / 1024) + moves(before, after)


def moves(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> int:
    """Entries of indexes that are made and taken away."""
    moved = 0
    for keys in INDEXES.values():
        was, is_ = (_entry(item, keys) for item in (before, after))
        if was != is_:
            moved += (was is not None) + (is_ is not None)
    return moved


def read_units(weight: int, *, consistent: bool) -> float:
    return max(1, ceil(weight / 4096)) * (1 if consistent else 0.5)


def _entry(item: Mapping[str, Any] | None, keys: tuple[str, ...]) -> list[Any] | None:
    return None if item is None or any(key not in item for key in keys) else [item[key] for key in keys]


@contextmanager
def charged(here: Cloud) -> Iterator[Bill]:
    bill = Bill()
    client, table = here.clients.dynamodb, here.environment.table

    def before(context: dict[str, Any], params: Any = None, **_: Any) -> None:
        context["asked"] = params

    def sent(model: Any, context: dict[str, Any], **_: Any) -> None:
        if model.name in _WRITES:
            written = list(_written(model.name, context["asked"], table))
            context["before"] = [(key, _there(table, key)) for key in written]

    def after(model: Any, parsed: Any, context: dict[str, Any], **_: Any) -> None:
        bill.calls[model.name] += 1
        times = 2 if model.name.startswith("Transact") else 1
        for key, was in context.get("before", ()):
            is_ = _there(table, key)
            bill.writes += write_units(was, is_, times)
            bill.largest = max(bill.largest, size(is_ or {}))
        if model.name in _READS:
            units = _read(model.name, context["asked"], parsed, table)
            if _edited(context["asked"]):
                bill.kept += units
            else:
                bill.reads += units

    hooks = {"provide-client-params": before, "before-call": sent, "after-call": after}
    for event, hook in hooks.items():
        client.meta.events.register(f"{event}.dynamodb", hook)
    try:
        yield bill
    finally:
        for event, hook in hooks.items():
            client.meta.events.unregister(f"{event}.dynamodb", hook)


def _written(name: str, asked: Any, table: str) -> Iterator[Raw]:
    match name:
        case "PutItem":
            yield _key(asked["Item"])
        case "UpdateItem" | "DeleteItem":
            yield asked["Key"]
        case "BatchWriteItem":
            for one in asked["RequestItems"][table]:
                put = one.get("PutRequest")
                yield _key(put["Item"]) if put else one["DeleteRequest"]["Key"]
        case _:
            for one in asked["TransactItems"]:
                [change] = one.values()
                yield change["Key"] if "Key" in change else _key(change["Item"])


def _read(name: str, asked: Any, parsed: Any, table: str) -> float:
    match name:
        case "GetItem":
            return read_units(size(parsed.get("Item", {})), consistent=asked.get("ConsistentRead", False))
        case "BatchGetItem":
            consistent = asked["RequestItems"][table].get("ConsistentRead", False)
            return sum(
                read_units(size(_there(table, key) or {}), consistent=consistent)
                for key in asked["RequestItems"][table]["Keys"]
            )
        case "Query":
            items = parsed.get("Items", ())
            if "IndexName" not in asked:
                items = [_there(table, _key(item)) or {} for item in items]
            return read_units(sum(map(size, items)), consistent=asked.get("ConsistentRead", False))
        case _:
            return 2.0 * len(asked["TransactItems"])


def _edited(asked: Any) -> bool:
    values = asked.get("ExpressionAttributeValues", {}).values()
    places = [*asked.get("Key", {}).values(), *(values if "KeyConditionExpression" in asked else ())]
    return any(str(one.get("S", "")).startswith("kept#") for one in places)


def _key(item: Raw) -> Raw:
    return {name: item[name] for name in ("pk", "sk")}


def _there(table: str, key: Raw) -> Raw | None:
    """Past every hook."""
    item = dynamodb_backends[ACCOUNT][REGION].get_item(table, key)
    found: Raw | None = None if item is None else item.to_json()["Attributes"]
    return found
