"""Refusals on DynamoDB: triggers that matched and started nothing, by pipeline, until their time is over.

    pk        refused#PIPELINE
    sk        AT#DIGEST, so that the newest is read first, and one that is put twice is one
    refusal   trigger, why and event: a list, as JSON, compressed where it is large
    event     where the event lies, if it is too large for that

The event may have a megabyte: it lies aside from where an object in S3 is cheaper than the write units.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import orjson

from events.ledger import Millis
from events.ports import Artifacts, Refusal
from events.reference import LARGEST_INLINE
from murmuration.aws.packing import at_once, packed, unpacked
from murmuration.aws.table import Item, Table
from murmuration.aws.view import KEPT_MS, UNIT


class AwsRefusals:
    def __init__(self, table: Table, artifacts: Artifacts, keep: Millis = KEPT_MS) -> None:
        self._table = table
        self._artifacts = artifacts
        self._keep = keep

    def put(self, refusal: Refusal) -> None:
        told = orjson.dumps((refusal.trigger, refusal.why, refusal.event))
        item: Item = {
            "pk": f"refused#{refusal.pipeline}",
            "sk": f"{refusal.at:016}#{hashlib.sha256(told).hexdigest()[:16]}",
            "expires": (refusal.at + self._keep) // 1_000,
        }
        content = packed(told, UNIT // 2)
        if len(content) > LARGEST_INLINE:
            content = packed(orjson.dumps((refusal.trigger, refusal.why, None)))
            item["event"] = self._artifacts.put(orjson.dumps(refusal.event))
        self._table.put({**item, "refusal": content})

    def listed(self, pipelines: Iterable[str], most: int = 100, until: Millis | None = None) -> list[Refusal]:
        """The latest first, of all these pipelines, up to that moment."""
        after = "" if until is None else f"{until:016}$"  # which comes after every # of that moment
        items = [
            item
            for pipeline in dict.fromkeys(pipelines)
            for item in self._table.under(f"refused#{pipeline}", most=most, newest=True, after=after)
        ]
        items.sort(key=lambda item: str(item["sk"]), reverse=True)
        return at_once(self._refusal, items[:most])

    def _refusal(self, item: Item) -> Refusal:
        content = item["refusal"]
        assert isinstance(content, bytes), "a refusal is bytes"
        trigger, why, event = orjson.loads(unpacked(content))
        if "event" in item:
            event = orjson.loads(self._artifacts.get(str(item["event"])))
        at = int(str(item["sk"]).partition("#")[0])
        return Refusal(str(item["pk"]).partition("#")[2], trigger, at, why, event)
