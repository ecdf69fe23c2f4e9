"""Slots: what an emitter writes into an event of the slot plan, and what a task function reads out of it again.

    emit      slots_for(table, task, status)         the event's `slots`: how many deliveries each Lambda is to get
    the bus   the slot rules                         hand the event to that many targets, each told its slot
    receive   reached(table, task, slot)            what the slot means: the task to run, the edges it delivers

Deliveries of one outcome to one Lambda are numbered from 0 in the order of the table. Full blocks of five come first:
block b (from 1) is slots 5b-5 to 5b-1. The rest, 1 to 4 of them, is counted from the end, because a rule that knows
the rest does not know the blocks: of a rest of 2 the slots are -2 and -1, which is 5 * blocks and 5 * blocks + 1.

    {"mm-task": {"blocks": [1, 2], "rest": 2, "9b2e77aa01c4": {"rest": 1}}}

is twelve deliveries and, where the bus finds that condition 9b2e77aa01c4 holds, a thirteenth. `slots` is there for the
bus alone: whoever reads an event takes it off first (docs/decisions/022-slots-in-detail.md).

What must always hold: emitter, rules and reader count the same routes in the same order; the table alone decides it.
Only what settles a
task, and `run.started`, carries slots: an announcement beside it would deliver twice. The virtual root of a run is the task None. Its deliveries beyond what the rules reach are sent by address (`beyond`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import PrivateAttr

from events.routes import HEARD, Hears
from schemas.model import JsonObject, Model
from schemas.outcome import Status

BLOCK: Final = 5
_ROOT: Final = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """What a target of a slot rule is told."""

    function: str
    """The Lambda's key."""
    at: int
    condition: str = ""
    """Its hash; empty for deliveries without a condition."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a slot means: the task to run, and the edges that are delivered to it."""

    task: str
    edges: tuple[str, ...]


class Row(Model):
    """One route, as the table keeps it: short names, since a version may have many thousands."""

    to: str
    on: Hears
    fn: int = 0
    """Which of the table's functions."""
    when: str = ""
    edges: tuple[str, ...] = ()


_Asked = tuple[str | None, Status | None, str, str]
"""Task, status, function, condition."""


class SlotTable(Model):
    """Stored with the version."""

    functions: tuple[str, ...]
    reach: tuple[int, ...]
    """For each function, how many slots the rules reach at the start of a run."""
    rows: dict[str, tuple[Row, ...]]
    """By the task that emits; the virtual root has no name."""
    _numbered: dict[_Asked, tuple[Reached, ...]] = PrivateAttr(default_factory=dict)
    """Deliveries in the order of their slots, once they were asked for: a fan of thousands asks thousands of times."""

    def heard(self, task: str | None, status: Status | None) -> Iterator[Row]:
        """The routes that an outcome takes, in order. A start has no status."""
        ends = frozenset({Hears.START}) if status is None else HEARD[status]
        return (row for row in self.rows.get(task or _ROOT, ()) if row.on in ends)

    def numbered(self, asked: _Asked) -> tuple[Reached, ...]:
        """The deliveries of one outcome to one Lambda under one condition, by slot."""
        known = self._numbered.get(asked)
        if known is None:
            task, status, function, condition = asked
            known = self._numbered[asked] = tuple(
                Reached(row.to, row.edges)
                for row in self.heard(task, status)
                if row.when == condition and self.functions[row.fn] == function
            )
        return known


def slots_for(table: SlotTable, task: str | None, status: Status | None) -> JsonObject:
    """What the emitter writes under `slots`; empty when nobody is to hear of it."""
    counts: dict[tuple[str, str], int] = {}
    for row in table.heard(task, status):
        key = table.functions[row.fn], row.when
        counts[key] = counts.get(key, 0) + 1
    slots: dict[str, JsonObject] = {}
    for (function, condition), count in counts.items():
        told = _blocks_and_rest(min(count, _reach(table, function)) if task is None else count)
        if condition:
            slots.setdefault(function, {})[condition] = told
        else:
            slots.setdefault(function, {}).update(told)
    return dict(slots)


def reached(table: SlotTable, task: str | None, status: Status | None, slot: Slot) -> Reached | None:
    """What a slot means. None when there is no such slot: the event is not of this table."""
    found = table.numbered((task, status, slot.function, slot.condition))
    if task is None:
        found = found[: _reach(table, slot.function)]
    return found[slot.at] if -len(found) <= slot.at < len(found) else None


def beyond(table: SlotTable) -> tuple[Reached, ...]:
    """The roots that no rule reaches: whoever starts the run sends each a `task.requested`."""
    return tuple(
        left
        for function, reach in zip(table.functions, table.reach, strict=True)
        for left in table.numbered((None, None, function, ""))[reach:]
    )


def table_of(rows: Iterable[tuple[str | None, Row]], reach: Mapping[str, int]) -> SlotTable:
    """`reach` has every function."""
    kept: dict[str, list[Row]] = {}
    for task, row in rows:
        kept.setdefault(task or _ROOT, []).append(row)
    return SlotTable(
        functions=tuple(reach),
        reach=tuple(reach.values()),
        rows={task: tuple(some) for task, some in kept.items()},
    )


def _reach(table: SlotTable, function: str) -> int:
    return dict(zip(table.functions, table.reach, strict=True)).get(function, 0)


def _blocks_and_rest(count: int) -> JsonObject:
    blocks, rest = divmod(count, BLOCK)
    told: JsonObject = {}
    if blocks:
        told["blocks"] = list(range(1, blocks + 1))
    if rest:
        told["rest"] = rest
    return told
