"""The one table: what lies under which key, and the calls that ledger, view and catalog make.

    pk                    sk                        what
    run#RUN               run                       a run's record
                          task#TASK                 a task's record
                          gate#TASK                 a gate, or the root of a wide one
                          gate#TASK#LEVEL-N         a part of a wide gate, at most 1 KB
                          edges#TASK#TOKEN          the live edges of a wide gate, as a claim froze them
    log#RUN               EVENT ID                  an event of a run, as the view keeps it
    pipelines             PIPELINE                  that there is one
    pipeline#PIPELINE     pointer                   active version, pause
                          version#NUMBER            a version
                          queued#STARTED#RUN        a run that waits for a place
                          places                    how many runs are open, where there is a limit
                          ends                      who hears the end of its runs on the bus
    refused#PIPELINE      AT#ID                     a trigger that started nothing
    outside#DAY#SHARD     AT#DIGEST                 an event from outside that a trigger looked at (`murmuration.aws.outside`)
    schedules             PIPELINE/TRIGGER          what a schedule must remember (`murmuration.aws.scheduled`)
    kept#DRAWER           KEY                       a document that people edit (`murmuration.aws.cabinet`)
    kept-part#VERSION     N                         a part of one that is too large for an item

    index   keys                     what                                            projection
    due     due_shard, due_at        runs that the sweeper looks at; sparse          keys
    runs    listed, started          runs of a pipeline, newest first                keys

`expires` (seconds) is the table's time to live; versions and pointers have none.

What must always hold
  1. A conditional write whose reply was lost was done, or was not: its caller puts something of its own into the item (a
     claim's token, `mark`), and where the condition fails it looks whether that is there. `Changed.item` is the item then.
  2. Reads that something is decided on are consistent. An index never is: what is found there is read again by its key.

Values: text, numbers, bytes, booleans, sets of text. A document is bytes: its JSON.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from botocore.exceptions import ClientError

from events.ports import Unavailable
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import code_of, translated

WHERE: Final = "DynamoDB"
GET_AT_ONCE: Final = 100
WRITE_AT_ONCE: Final = 25
_TRIES: Final = 5
_PAUSE: Final = 0.05
"""Seconds before what a batch left undone is asked for again; then twice as many."""
_NAME: Final = re.compile(r"#([A-Za-z_]+)")
_CONDITION: Final = "ConditionalCheckFailedException"
_CANCELLED: Final = "TransactionCanceledException"

Value = str | int | bytes | bool | frozenset[str]
Item = dict[str, Value]


_T = TypeVar("_T")


class Key(NamedTuple):
    pk: str
    sk: str


class Change(NamedTuple):
    """An update of one item. Names in expressions stand there as `#name`, values as `:name`."""

    key: Key
    update: str
    values: Mapping[str, Value]
    condition: str = ""


class Changed(NamedTuple):
    done: bool
    item: Item
    """As it now is; where the condition failed, as it was found (empty: there is none)."""


class Table:
    def __init__(self, clients: Clients, name: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._clients = clients
        self.name = name
        self._pause = pause

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        with translated(WHERE):
            found = self._client.get_item(TableName=self.name, Key=_key(key), ConsistentRead=consistent)
        return item_of(found["Item"]) if "Item" in found else None

    def get_all(self, keys: Iterable[Key], *, consistent: bool = True, only: Sequence[str] = ()) -> dict[Key, Item]:
        """Those that are there. `only` names the attributes to bring, beside the key."""
        found: dict[Key, Item] = {}
        asks: dict[str, Any] = {"ConsistentRead": consistent, **_only(only)}
        for some in batches(dict.fromkeys(keys), GET_AT_ONCE):
            left: dict[str, Any] = {self.name: {"Keys": [_key(key) for key in some], **asks}}
            for turn in range(_TRIES):
                self._wait(turn)
                with translated(WHERE):
                    answer = self._client.batch_get_item(RequestItems=left)
                for raw in answer["Responses"].get(self.name, ()):
                    item = item_of(raw)
                    found[key_of(item)] = item
                left = answer.get("UnprocessedKeys", {})
                if not left:
                    break
            else:
                raise _too_busy()
        return found

    def put(self, item: Item, condition: str = "") -> Changed:
        """Whole. Without a condition it replaces what is there."""
        asks: dict[str, Any] = {"TableName": self.name, "Item": attributes(item)}
        if condition:
            asks |= {"ConditionExpression": condition, **_names(condition)}
            asks["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        with translated(WHERE):
            try:
                self._client.put_item(**asks)
            except ClientError as wrong:
                if code_of(wrong) != _CONDITION:
                    raise
                return Changed(False, item_of(wrong.response.get("Item", {})))
        return Changed(True, item)

    def put_all(self, items: Iterable[Item]) -> None:
        """Whole, without conditions, in any order."""
        for some in batches(items, WRITE_AT_ONCE):
            left: dict[str, Any] = {self.name: [{"PutRequest": {"Item": attributes(item)}} for item in some]}
            for turn in range(_TRIES):
                self._wait(turn)
                with translated(WHERE):
                    left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems", {})
                if not left:
                    break
            else:
                raise _too_busy()

    def change(self, change: Change) -> Changed:
        asks = {**_update(self.name, change), "ReturnValues": "ALL_NEW"}
        if change.condition:
            asks["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        with translated(WHERE):
            try:
                found = self._client.update_item(**asks)
            except ClientError as wrong:
                if code_of(wrong) != _CONDITION:
                    raise
                return Changed(False, item_of(wrong.response.get("Item", {})))
        return Changed(True, item_of(found.get("Attributes", {})))

    def change_together(self, changes: Sequence[Change]) -> bool:
        """All of them or none; at most 100. False where a condition failed. Costs twice: for what must not come apart. Of two
        that meet at one item one is refused: it tries again, which the SDK leaves to us."""
        asks = [{"Update": _update(self.name, change)} for change in changes]
        reasons: set[str] = set()
        for turn in range(_TRIES):
            self._wait(turn)
            with translated(WHERE):
                try:
                    self._client.transact_write_items(TransactItems=asks)
                    return True
                except ClientError as wrong:
                    if code_of(wrong) != _CANCELLED:
                        raise
                    reasons = {str(reason.get("Code")) for reason in wrong.response.get("CancellationReasons", ())}
                    if "ConditionalCheckFailed" in reasons:
                        return False
        raise Unavailable(f"{WHERE} refuses for now: {', '.join(sorted(reasons))}", advice="It will be tried again")

    def remove(self, key: Key) -> None:
        with translated(WHERE):
            self._client.delete_item(TableName=self.name, Key=_key(key))

    def under(
        self,
        pk: str,
        begins: str = "",
        *,
        consistent: bool = True,
        most: int | None = None,
        newest: bool = False,
        only: Sequence[str] = (),
        after: str = "",
        page: int | None = None,
    ) -> Iterator[Item]:
        """Items of one partition, in order of their second key. `only` names the attributes to bring, beside the key. What is
        read is paid for, wanted or not: who may soon have seen enough asks for small pages, and may go on `after` a key."""
        asks: dict[str, Any] = {
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :begins)" if begins else "pk = :pk",
            "ExpressionAttributeValues": attributes({":pk": pk, ":begins": begins} if begins else {":pk": pk}),
            "ConsistentRead": consistent,
            "ScanIndexForward": not newest,
            **_only(only),
        }
        if after:
            asks["ExclusiveStartKey"] = _key(Key(pk, after))
        return self._query(asks, most, page)

    def listed(
        self,
        index: str,
        condition: str,
        values: Mapping[str, Value],
        *,
        most: int | None = None,
        newest: bool = False,
        page: int | None = None,
    ) -> Iterator[Item]:
        """From an index, which may lag behind the table."""
        asks: dict[str, Any] = {
            "IndexName": index,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": attributes(values),
            "ScanIndexForward": not newest,
        }
        return self._query(asks, most, page)

    def _query(self, asks: dict[str, Any], most: int | None, size: int | None = None) -> Iterator[Item]:
        left = most
        if limits := [limit for limit in (left, size) if limit is not None]:
            asks["Limit"] = min(limits)
        while True:
            with translated(WHERE):
                page = self._client.query(TableName=self.name, **asks)
            for raw in page["Items"]:
                yield item_of(raw)
            if left is not None:
                left -= len(page["Items"])
                if left <= 0:
                    return
                asks["Limit"] = left if size is None else min(left, size)
            if "LastEvaluatedKey" not in page:
                return
            asks["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _wait(self, turn: int) -> None:
        if turn:
            self._pause(_PAUSE * 2 ** (turn - 1))

    @property
    def _client(self) -> Any:
        return self._clients.dynamodb


def batches(of: Iterable[_T], size: int) -> Iterator[list[_T]]:
    left = iter(of)
    while some := list(islice(left, size)):
        yield some


def _too_busy() -> Unavailable:
    return Unavailable(f"{WHERE} left a part of a batch undone", advice="It will be tried again")


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def key_of(item: Item) -> Key:
    return Key(str(item["pk"]), str(item["sk"]))


def _update(table: str, change: Change) -> dict[str, Any]:
    asks: dict[str, Any] = {"TableName": table, "Key": _key(change.key), "UpdateExpression": change.update}
    asks |= _names(f"{change.update} {change.condition}")
    if change.condition:
        asks["ConditionExpression"] = change.condition
    if change.values:
        asks["ExpressionAttributeValues"] = attributes({f":{name}": value for name, value in change.values.items()})
    return asks


def _names(expression: str) -> dict[str, Any]:
    """`#state` stands for the attribute `state`: many good names are reserved words."""
    found = set(_NAME.findall(expression))
    return {"ExpressionAttributeNames": {f"#{name}": name for name in sorted(found)}} if found else {}


def _only(names: Sequence[str]) -> dict[str, Any]:
    if not names:
        return {}
    wanted = ("pk", "sk", *names)
    return {
        "ProjectionExpression": ", ".join(f"#{name}" for name in wanted),
        "ExpressionAttributeNames": {f"#{name}": name for name in wanted},
    }


def attributes(item: Mapping[str, Value]) -> dict[str, Any]:
    return {name: _attribute(value) for name, value in item.items()}


def _attribute(value: Value) -> dict[str, Any]:
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case frozenset():
            return {"SS": sorted(value)}


def item_of(raw: Mapping[str, Any]) -> Item:
    return {name: _value(attribute) for name, attribute in raw.items()}


def _value(attribute: Mapping[str, Any]) -> Value:
    [(kind, value)] = attribute.items()
    match kind:
        case "S":
            return str(value)
        case "N":
            return int(value)
        case "BOOL":
            return bool(value)
        case "B":
            return bytes(value)
        case "SS":
            return frozenset(value)
        case _:
            raise AssertionError(f"no item of ours has a {kind}")
