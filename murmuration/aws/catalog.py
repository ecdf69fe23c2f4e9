"""The catalog on DynamoDB: versions, which one is active, their rules, and whether a pipeline is paused.

    pipelines            PIPELINE           that there is one: its name, to be listed
    pipeline#PIPELINE    pointer            active, paused, turn
                         version#NUMBER     state, since, digest; document and rules, compressed

    put             (none) -> PUBLISHED
    flip            PUBLISHED, DRAINING -> LIVE, and what was live -> DRAINING
    take_out        LIVE -> DRAINING, and none is active
    drain           PUBLISHED, DRAINING -> DRAINING: it has runs, or is about to, and is not live
    retiring        PUBLISHED, DRAINING -> RETIRING, after it has been idle for long
    retired         RETIRING -> RETIRED
    wake            RETIRED -> DRAINING, without rules; and RETIRING, when whoever was at them is gone

What must always hold
  1. A version's document, slots and rules never change, and its number is never given to another.
  2. At most one version of a pipeline is live, and it is the one that the pointer names: a flip changes the pointer and both states
     in one transaction, and only if nobody has changed the pointer since the caller read it (`turn` counts its flips).
  3. A write that finds itself done already, by the same caller or by another with the same wish, says that it was done.
  4. A version's rules are taken away only while it is retiring. It is woken only when nobody can be at that any more.

A version is read once and kept while the process lives. The pointer is kept for `fresh` milliseconds: so old may be what a
start acts on.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Final, NamedTuple

import orjson

from events.ledger import Millis
from events.ports import Artifacts, Clock, Published
from events.slots import SlotTable
from murmuration.aws.packing import packed, unpacked
from murmuration.aws.table import Change, Item, Key, Table, Value
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.version import Version, VersionState

FRESH_MS: Millis = 1_000
KEPT: Final = 256
"""Versions in memory; the one used longest ago makes room."""
LARGEST: Final = 300_000
"""What document and rules may take of an item, which may have 400 KB."""
IDLE_MS: Millis = 15 * 60_000
"""Longer than a start or a publish may take: each is one invocation of a function."""
RETIRING_MS: Millis = 15 * 60_000
"""Whoever has been at it for so long is gone: that is the longest a function may run."""

_POINTER: Final = "pointer"
_VERSION: Final = "version#"
_NAMES: Final = "pipelines"


class Pointer(NamedTuple):
    active: int | None = None
    paused: bool = False
    turn: int = 0
    """How often the active version has changed."""


class Standing(NamedTuple):
    """Where a version stands, and since when."""

    number: int
    state: VersionState
    since: Millis


class AwsCatalog:
    """`documents` holds what is too large for an item, and never removes it."""

    def __init__(self, table: Table, documents: Artifacts, clock: Clock, fresh: Millis = FRESH_MS) -> None:
        self._table = table
        self._documents = documents
        self._clock = clock
        self._fresh = fresh
        self._versions: OrderedDict[str, Published] = OrderedDict()
        self._pointers: dict[str, tuple[Millis, Pointer]] = {}

    # what starts and tasks ask

    def version(self, reference: str) -> Published | None:
        found = self._versions.get(reference)
        if found is None:
            found = self._read(reference)
            if found is None:
                return None
            self._versions[reference] = found
            if len(self._versions) > KEPT:
                self._versions.popitem(last=False)
        else:
            self._versions.move_to_end(reference)
        return found

    def active(self, pipeline: str) -> Published | None:
        number = self._recent(pipeline).active
        return None if number is None else self.version(f"{pipeline}@{number}")

    def paused(self, pipeline: str) -> bool:
        return self._recent(pipeline).paused

    def pause(self, pipeline: str, paused: bool) -> bool:
        self._pointers.pop(pipeline, None)
        change = Change(
            _pointer_key(pipeline), "SET #paused = :paused", {"paused": paused}, "attribute_exists(#active)"
        )
        return self._table.change(change).done

    # what publish asks

    def names(self) -> list[str]:
        return [str(item["sk"]) for item in self._table.under(_NAMES)]

    def pointer(self, pipeline: str) -> Pointer:
        """As it is now, whatever was read before."""
        item = self._table.get(_pointer_key(pipeline)) or {}
        active = item.get("active")
        pointer = Pointer(
            None if active is None else _number(active), bool(item.get("paused", False)), _number(item.get("turn", 0))
        )
        self._pointers[pipeline] = (self._clock.now(), pointer)
        return pointer

    def last_number(self, pipeline: str) -> int:
        """0 where there is none. The next one is free until somebody has `put` it."""
        newest = self._table.under(_partition(pipeline), _VERSION, most=1, newest=True, only=("state",))
        return max((_number_of(item) for item in newest), default=0)

    def versions(self, pipeline: str) -> list[Standing]:
        """The newest first."""
        items = self._table.under(_partition(pipeline), _VERSION, newest=True, only=("state", "since"))
        return [_standing(item) for item in items]

    def standing(self, pipeline: str, number: int) -> Standing | None:
        item = self._table.get(_version_key(pipeline, number))
        return None if item is None else _standing(item)

    def rules_of(self, pipeline: str, number: int) -> list[JsonObject]:
        item = self._table.get(_version_key(pipeline, number))
        found: list[JsonObject] = [] if item is None else orjson.loads(self._content(item["rules"]))
        return found

    def put(self, published: Published, rules: list[JsonObject], at: Millis) -> bool:
        """False where its number is another's already: the caller takes the next one."""
        version = published.version
        document, told = packed(_document(published)), packed(orjson.dumps(rules))
        digest = hashlib.sha256(document + told).hexdigest()
        large = len(document) + len(told) > LARGEST
        key = _version_key(version.pipeline.name, version.number)
        item: Item = {
            "pk": key.pk,
            "sk": key.sk,
            "state": VersionState.PUBLISHED.value,
            "since": at,
            "digest": digest,
            "document": self._documents.put(document) if large else document,
            "rules": self._documents.put(told) if large else told,
        }
        # First: a name without a version harms nobody.
        self._table.put({"pk": _NAMES, "sk": version.pipeline.name})
        put = self._table.put(item, "attribute_not_exists(pk)")
        return put.done or put.item.get("digest") == digest

    def flip(self, pipeline: str, number: int, expected: Pointer, at: Millis) -> bool:
        """The version goes live, in place of the one that `expected` names. False where somebody else was first, or where the
        version is neither published nor draining."""
        if expected.active == number:
            return self.pointer(pipeline) == expected
        changes = [
            Change(
                _pointer_key(pipeline),
                "SET #active = :number, #turn = :next",
                {"number": number, "next": expected.turn + 1, **({"turn": expected.turn} if expected.turn else {})},
                "#turn = :turn" if expected.turn else "attribute_not_exists(#turn)",
            ),
            _to(pipeline, number, VersionState.LIVE, at, VersionState.PUBLISHED, VersionState.DRAINING),
        ]
        if expected.active is not None:
            changes.append(_to(pipeline, expected.active, VersionState.DRAINING, at, VersionState.LIVE))
        if self._table.change_together(changes):
            self._pointers.pop(pipeline, None)
            return True
        found = self.pointer(pipeline)
        return (found.active, found.turn) == (number, expected.turn + 1)

    def take_out(self, pipeline: str, expected: Pointer, at: Millis) -> bool:
        """No version is active any more, and the one that was drains. False where somebody else was first."""
        if expected.active is None:
            return self.pointer(pipeline) == expected
        changes = [
            Change(
                _pointer_key(pipeline),
                "REMOVE #active SET #turn = :next",
                {"next": expected.turn + 1, "turn": expected.turn},
                "#turn = :turn",
            ),
            _to(pipeline, expected.active, VersionState.DRAINING, at, VersionState.LIVE),
        ]
        if self._table.change_together(changes):
            self._pointers.pop(pipeline, None)
            return True
        found = self.pointer(pipeline)
        return (found.active, found.turn) == (None, expected.turn + 1)

    def drain(self, pipeline: str, number: int, at: Millis) -> bool:
        """A version that is not live, and may have runs from now on: it is not idle before it has been so anew."""
        froms = VersionState.PUBLISHED, VersionState.DRAINING
        return self._turn(_to(pipeline, number, VersionState.DRAINING, at, *froms))

    def retiring(self, pipeline: str, number: int, at: Millis, idle: Millis = IDLE_MS) -> bool:
        """From now on its rules may be taken away. The caller has found no unended run of it (`AwsListing.unended`). Also true of one that is retiring already: whoever was at it may be gone."""
        published, draining, retiring = VersionState.PUBLISHED, VersionState.DRAINING, VersionState.RETIRING
        change = _to(pipeline, number, retiring, at, published, draining)
        condition = f"({change.condition} AND #since <= :before) OR #state = :state"
        return self._table.change(
            change._replace(condition=condition, values={**change.values, "before": at - idle})
        ).done

    def retired(self, pipeline: str, number: int, at: Millis) -> bool:
        """All its rules are gone."""
        return self._turn(_to(pipeline, number, VersionState.RETIRED, at, VersionState.RETIRING))

    def wake(self, pipeline: str, number: int, at: Millis) -> bool:
        """It is wanted again, and drains until it is flipped. Its rules are to be put again, and tried. False where it is not
        retired, or where somebody may yet be taking its rules away."""
        change = _to(pipeline, number, VersionState.DRAINING, at, VersionState.RETIRED)
        condition = f"{change.condition} OR (#state = :retiring AND #since <= :before)"
        values = {**change.values, "retiring": VersionState.RETIRING.value, "before": at - RETIRING_MS}
        return self._turn(change._replace(condition=condition, values=values))

    def _turn(self, change: Change) -> bool:
        """Done by this call, or by the one whose reply was lost."""
        changed = self._table.change(change)
        wanted = {name: change.values[name] for name in ("state", "since")}
        return changed.done or all(changed.item.get(name) == value for name, value in wanted.items())

    def _recent(self, pipeline: str) -> Pointer:
        read = self._pointers.get(pipeline)
        if read is not None and self._clock.now() - read[0] < self._fresh:
            return read[1]
        return self.pointer(pipeline)

    def _read(self, reference: str) -> Published | None:
        pipeline, _, number = reference.rpartition("@")
        item = self._table.get(_version_key(pipeline, int(number))) if number.isdecimal() else None
        if item is None:
            return None
        told = orjson.loads(self._content(item["document"]))
        version = Version(pipeline=Pipeline.read(told["document"]), number=int(number))
        slots = None if told["slots"] is None else SlotTable.read(told["slots"])
        return Published(version, slots, {task: tuple(fields) for task, fields in told["inline"].items()})

    def _content(self, value: Value) -> bytes:
        content = self._documents.get(value) if isinstance(value, str) else value
        assert isinstance(content, bytes), "a document is bytes"
        return unpacked(content)


def _document(published: Published) -> bytes:
    slots = published.slots
    return orjson.dumps(
        {
            "document": published.version.pipeline.document(),
            "slots": None if slots is None else slots.document(),
            "inline": {task: list(fields) for task, fields in published.inline.items()},
        }
    )


def _to(pipeline: str, number: int, state: VersionState, at: Millis, *froms: VersionState) -> Change:
    values: dict[str, Value] = {"state": state.value, "since": at}
    values |= {f"from{n}": one.value for n, one in enumerate(froms)}
    condition = f"#state IN ({', '.join(f':from{n}' for n in range(len(froms)))})"
    return Change(_version_key(pipeline, number), "SET #state = :state, #since = :since", values, condition)


def _partition(pipeline: str) -> str:
    return f"pipeline#{pipeline}"


def _pointer_key(pipeline: str) -> Key:
    return Key(_partition(pipeline), _POINTER)


def _version_key(pipeline: str, number: int) -> Key:
    """Its digits are as many as a number's can be, so that keys are in the order of numbers."""
    return Key(_partition(pipeline), f"{_VERSION}{number:09}")


def _standing(item: Item) -> Standing:
    return Standing(_number_of(item), VersionState(str(item["state"])), _number(item["since"]))


def _number_of(item: Item) -> int:
    return int(str(item["sk"]).removeprefix(_VERSION))


def _number(value: Value) -> int:
    assert isinstance(value, int), "a number is a number"
    return value
