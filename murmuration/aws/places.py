"""Places: where a pipeline has a limit of open runs, a run is open while it has one of so many places.

    pipeline#P   places              how many are taken
                 queued#STARTED#RUN  a run that waits for one; made before the run, gone after it was admitted or has ended

The count is exact: a place is taken and given back in one transaction with the run's own record, and nowhere else. It is
paid for only where there is a limit. A queue's entry is a hint: whoever reads it looks at the run.

A version without a limit gives its runs no place, and they count for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from events.ledger import RunRecord, RunState
from murmuration.aws.records import number, run_key, run_of
from murmuration.aws.table import Change, Key, Table, Value, batches

_AT_ONCE: Final = 25
"""Of those that wait, so many are told: who asks gives away the places that are free, and seldom more than one is."""


class Places:
    def __init__(self, table: Table) -> None:
        self._table = table

    def queue(self, run: RunRecord, expires: int) -> None:
        pk, sk = _entry(run)
        self._table.put({"pk": pk, "sk": sk, "expires": expires})

    def unqueue(self, run: RunRecord) -> None:
        self._table.remove(_entry(run))

    def queued(self, pipeline: str) -> Sequence[str]:
        waiting: list[str] = []
        entries = self._table.under(_pk(pipeline), "queued#", page=_AT_ONCE)
        for some in batches((str(item["sk"]) for item in entries), _AT_ONCE):
            runs = [entry.split("#", 2)[2] for entry in some]
            there = self._table.get_all(run_key(run) for run in runs)
            for entry, id_ in zip(some, runs, strict=True):
                item = there.get(run_key(id_))
                # Without one it is about to be made, or its maker died; its entry expires.
                if item is None:
                    continue
                run = run_of(item)
                if run.state is RunState.QUEUED and _entry(run).sk == entry:
                    waiting.append(id_)
                else:
                    self._table.remove(Key(_pk(pipeline), entry))
            if len(waiting) >= _AT_ONCE:
                break
        return waiting

    def admit(self, run: RunRecord, limit: int) -> bool:
        if run.state is not RunState.QUEUED:
            return run.state is RunState.OPEN
        # Before the transaction, which costs also where it is refused: each end asks for one run too many.
        if number(self._table.get(_places(run.pipeline)) or {}, "taken") >= limit:
            return False
        states: dict[str, Value] = {"open": RunState.OPEN.value, "queued": RunState.QUEUED.value, "yes": True}
        opening = "SET #state = :open, #place = :yes REMOVE #queued"
        take = Change(
            _places(run.pipeline),
            "SET #taken = if_not_exists(#taken, :zero) + :one",
            {"zero": 0, "one": 1, "limit": limit},
            "attribute_not_exists(#taken) OR #taken < :limit",
        )
        if not self._table.change_together([Change(run_key(run.id), opening, states, "#state = :queued"), take]):
            # No room any more, or it was admitted or ended meanwhile: perhaps by us, and the reply was lost.
            item = self._table.get(run_key(run.id)) or {}
            return item.get("state") == RunState.OPEN.value
        self.unqueue(run)
        return True

    def leave(self, pipeline: str, ending: Change) -> bool:
        """Give a place back together with a change of the run that has it. False where that may not be made."""
        give_back = Change(_places(pipeline), "SET #taken = #taken - :one", {"one": 1, "zero": 0}, "#taken > :zero")
        return self._table.change_together([ending, give_back])


def _pk(pipeline: str) -> str:
    return f"pipeline#{pipeline}"


def _places(pipeline: str) -> Key:
    return Key(_pk(pipeline), "places")


def _entry(run: RunRecord) -> Key:
    return Key(_pk(run.pipeline), f"queued#{run.started:015d}#{run.id}")
