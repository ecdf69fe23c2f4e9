"""Runs in the table: one item each, and what it costs in its life.

    open        the item, and an entry in each of both indexes      3 write units
    end         the item                                            1
    told        the item, and no entry among what is due any more   2
    postpone    the item, and its entry at another place            3, each time the sweeper looks

Whoever ends a run puts a mark of its own into the item, and knows by it that it was itself that ended it, when the reply was
lost and the write comes again. Where the pipeline has a limit a run has a place, which it gives back when it ends
(`murmuration.aws.places`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import timedelta
from heapq import nsmallest
from typing import Final

from events.ledger import Millis, RunRecord, RunState
from murmuration.aws.places import Places
from murmuration.aws.records import SHARDS, number, run_item, run_key, run_of, text
from murmuration.aws.table import Change, Key, Table, Value
from schemas.trigger import RunEnd

REMEMBERED: Final = 10_000
"""Deadlines in memory: what is written of a run expires with it, and its deadline never changes."""
_END: Final = "SET #state = :ended, #end = :end, #ended = :at, #reason = :reason, #mark = :mark"


class Runs:
    def __init__(self, table: Table, mark: Callable[[], str], retention: timedelta) -> None:
        self._table = table
        self._mark = mark
        self._retention = int(retention.total_seconds())
        self._places = Places(table)
        self._expires: OrderedDict[str, int] = OrderedDict()

    def open(self, run: RunRecord) -> RunRecord:
        item = run_item(run, self._expiring(run))
        if run.state is not RunState.QUEUED:
            changed = self._table.put(item, "attribute_not_exists(#pk)")
            return run if changed.done else run_of(changed.item)
        there = self.run(run.id)
        if there is not None:
            return there
        # First the entry: a run that nobody finds in the queue would wait for ever, an entry without a run is passed over.
        self._places.queue(run, self._expiring(run))
        changed = self._table.put(item | {"queued": True}, "attribute_not_exists(#pk)")
        return run if changed.done else run_of(changed.item)

    def run(self, run: str) -> RunRecord | None:
        item = self._table.get(run_key(run))
        if item is None:
            return None
        record = run_of(item)
        self._expiring(record)
        return record

    def expires(self, run: str) -> int:
        """When what is written of it may go, in seconds."""
        if run not in self._expires:
            record = self.run(run)
            assert record is not None, f"nothing is written of {run} before its record"
        return self._expires[run]

    def admit(self, run: str, limit: int) -> bool:
        record = self.run(run)
        assert record is not None, f"nothing is written of {run} before its record"
        return self._places.admit(record, limit)

    def queued(self, pipeline: str) -> Sequence[str]:
        return self._places.queued(pipeline)

    def end(self, run: str, end: RunEnd, at: Millis, reason: str) -> bool:
        mark = self._mark()
        values: dict[str, Value] = {
            "ended": RunState.ENDED.value,
            "end": end.value,
            "at": at,
            "reason": reason,
            "mark": mark,
        }
        unended = "attribute_exists(#pk) AND #state <> :ended"
        without = f"{unended} AND attribute_not_exists(#place)"
        changed = self._table.change(Change(run_key(run), _END, values, without))
        if changed.done:
            if "queued" in changed.item:
                self._places.unqueue(run_of(changed.item))
            return True
        assert changed.item, f"nothing is written of {run} before its record"
        there = run_of(changed.item)
        if there.state is RunState.ENDED:
            return changed.item.get("mark") == mark
        give_back = Change(run_key(run), f"{_END} REMOVE #place", values, f"{unended} AND attribute_exists(#place)")
        if self._places.leave(there.pipeline, give_back):
            return True
        found = self._table.get(run_key(run))
        return found is not None and found.get("mark") == mark

    def told(self, run: str) -> None:
        update = "REMOVE #due_shard, #due_at"
        self._table.change(Change(run_key(run), update, {}, "attribute_exists(#due_at)"))

    def due(self, at: Millis, most: int) -> Sequence[RunRecord]:
        late: list[tuple[int, str]] = []
        for shard in range(SHARDS):
            values: dict[str, Value] = {":shard": f"due#{shard}", ":at": at}
            condition = "due_shard = :shard AND due_at <= :at"
            late += (
                (number(item, "due_at"), text(item, "pk"))
                for item in self._table.listed("due", condition, values, most=most)
            )
        keys = [Key(pk, "run") for _, pk in nsmallest(most, late)]
        # The index may lag: the items themselves tell.
        found = [run_of(item) for item in self._table.get_all(keys).values()]
        return sorted((run for run in found if 0 < run.due <= at), key=lambda run: (run.due, run.id))

    def postpone(self, run: str, due: Millis, sweeps: int) -> None:
        values: dict[str, Value] = {"due": due, "sweeps": sweeps}
        update = "SET #due_at = :due, #sweeps = :sweeps"
        self._table.change(Change(run_key(run), update, values, "attribute_exists(#due_at)"))

    def _expiring(self, run: RunRecord) -> int:
        expires = self._expires[run.id] = run.deadline // 1_000 + self._retention
        self._expires.move_to_end(run.id)
        if len(self._expires) > REMEMBERED:
            self._expires.popitem(last=False)
        return expires
