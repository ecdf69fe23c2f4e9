"""The ledger on SQLite: the rules of `events.ledger`, with what open runs need kept in memory.

One process writes, so a record that is in memory is the record: reads cost no query. What changed is written once per
transaction, however often it changed in it; a gate of 500 edges is one row. Ended runs leave the memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import orjson

from events.ledger import (
    Claim,
    GateState,
    Millis,
    RunRecord,
    RunState,
    TaskRecord,
    TaskState,
    claimed,
    copied,
    healed,
    held,
    owned,
    retrying,
    settled,
)
from events.ports import Arriving
from murmuration.local.database import Database
from murmuration.local.journal import Journal
from murmuration.local.records import RUN_CHANGES, RUN_COLUMNS, changes_of, entry_of, row_of, run_of, task_of
from schemas.outcome import Outcome
from schemas.trigger import RunEnd

NEVER: Millis = 1 << 62
MOST_KEPT = 50_000
"""Runs in memory; beyond it all are dropped and read again when they are asked for."""


ARRIVALS: Final = 20_000


class _Kept:
    """A run in memory, whole: its record, its tasks, its gates, and which events were heard of it."""

    __slots__ = ("at_work", "dirty_tasks", "gates", "heard", "n", "record", "stored", "tasks")

    def __init__(self, n: int, record: RunRecord) -> None:
        self.n = n
        self.record = record
        self.tasks: dict[str, TaskRecord] = {}
        self.at_work = 0
        """Tasks that are not settled."""
        self.gates: dict[str, GateState] = {}
        self.stored = False
        """Is there a row of it?"""
        self.dirty_tasks: set[str] = set()
        self.heard: set[str] = set()
        """By their ids among those of the run."""


class _Arrived:
    """What one event brings to gates: edge by edge, and as the journal has it."""

    __slots__ = ("arrivals", "edges", "one_each", "spelled")

    def __init__(self, arrivals: Sequence[Arriving]) -> None:
        self.arrivals = arrivals
        self.edges = [(one.task, edge, live) for one in arrivals for edge, live in one.edges.items()]
        self.one_each = all(len(one.edges) == 1 for one in arrivals)
        self.spelled = orjson.dumps([("g", one.task, one.edges) for one in arrivals])[1:-1]


class LocalLedger:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.journal = Journal(database)
        self._kept: dict[str, _Kept] = {}
        self._changed: dict[str, _Kept] = {}
        self._dirty_runs: set[str] = set()
        self._earliest: Millis | None = None
        self._arrivals: dict[int, _Arrived] = {}
        """By identity; the entry keeps them alive."""
        self._next: int = database.execute("SELECT coalesce(max(n), 0) + 1 FROM runs").fetchone()[0]
        database.keep(self)

    def open(self, run: RunRecord) -> RunRecord:
        kept = self._find(run.id)
        if kept is not None:
            return kept.record
        kept = self._kept[run.id] = _Kept(self._next, run)
        self._next += 1
        self._touch(kept, run)
        return run

    def heard(self, run: str) -> tuple[int, set[str]] | None:
        """The number that stands for this run in the journal, and the events that were heard of it."""
        kept = self._find(run)
        return None if kept is None else (kept.n, kept.heard)

    def run(self, run: str) -> RunRecord | None:
        kept = self._find(run)
        return None if kept is None else kept.record

    def admit(self, run: str, limit: int) -> bool:
        kept = self._known(run)
        if kept.record.state is RunState.QUEUED:
            self.flush()
            sql = "SELECT count(*) FROM runs WHERE pipeline = ? AND state = 'open'"
            (open_,) = self._database.execute(sql, (kept.record.pipeline,)).fetchone()
            if open_ >= limit:
                return False
            self._touch(kept, kept.record._replace(state=RunState.OPEN))
        return kept.record.state is RunState.OPEN

    def queued(self, pipeline: str) -> Sequence[str]:
        self.flush()
        sql = "SELECT id FROM runs WHERE pipeline = ? AND state = 'queued' ORDER BY started, id LIMIT 1000"
        return [id_ for (id_,) in self._database.execute(sql, (pipeline,))]

    def end(self, run: str, end: RunEnd, at: Millis, reason: str) -> bool:
        kept = self._known(run)
        if kept.record.state is RunState.ENDED:
            return False
        self._touch(kept, kept.record._replace(state=RunState.ENDED, end=end, ended=at, reason=reason))
        return True

    def told(self, run: str) -> None:
        kept = self._known(run)
        self._touch(kept, kept.record._replace(due=0))

    def arrive(self, run: str, arrivals: Sequence[Arriving]) -> list[GateState]:
        kept = self._known(run)
        arrived = self._arrived(arrivals)
        gates = kept.gates
        found: list[GateState] = []
        news = False
        for task, edge, live in arrived.edges:
            gate = gates.get(task)
            if gate is None:
                gate = gates[task] = GateState()
            # As `GateState.note`, which as a call costs more than what it does.
            noted = gate.noted
            if edge not in noted:
                noted[edge] = live
                news = True
                if live:
                    gate.live += 1
                else:
                    gate.dead += 1
            found.append(gate)
        if news:
            self.journal.note(kept.n, arrived.spelled)
        return found if arrived.one_each else [gates.setdefault(one.task, GateState()) for one in arrivals]

    def _arrived(self, arrivals: Sequence[Arriving]) -> _Arrived:
        """Most arrivals are the same for each run of a version, and the very same object: they are prepared once."""
        known = self._arrivals.get(id(arrivals))
        if known is None:
            if len(self._arrivals) >= ARRIVALS:
                self._arrivals.clear()
            known = self._arrivals[id(arrivals)] = _Arrived(arrivals)
        return known

    def claim(self, run: str, task: str, claim: Claim) -> TaskRecord:
        kept = self._known(run)
        before = kept.tasks.get(task)
        after = claimed(before, claim)
        if after is None:
            assert before is not None, "only a record that is there can refuse a claim"
            return before
        self._set(kept, run, task, after)
        return after

    def settle(self, run: str, task: str, token: str, outcome: Outcome, at: Millis) -> bool:
        kept = self._known(run)
        record = kept.tasks.get(task)
        if record is None or not owned(record, token):
            return False
        self._set(kept, run, task, settled(record, outcome, at))
        return True

    def skip(self, run: str, task: str, at: Millis, delivery: str = "") -> bool:
        kept = self._known(run)
        if task in kept.tasks:
            return False
        skipped = TaskRecord(TaskState.SETTLED, 0, "", delivery, at, outcome=Outcome.skipped(), ended=at)
        self._set(kept, run, task, skipped)
        return True

    def heals(self, run: str, task: str, delivery: str) -> bool:
        kept = self._known(run)
        record = healed(kept.tasks.get(task), delivery)
        if record is not None:
            self._set(kept, run, task, record)
        return record is not None

    def retry(self, run: str, task: str, token: str, due: Millis) -> bool:
        kept = self._known(run)
        record = kept.tasks.get(task)
        if record is None or not owned(record, token):
            return False
        self._set(kept, run, task, retrying(record, due))
        return True

    def hold(self, run: str, task: str, token: str, due: Millis) -> bool:
        kept = self._known(run)
        record = kept.tasks.get(task)
        if record is None or not owned(record, token):
            return False
        self._set(kept, run, task, held(record, due))
        return True

    def keep(self, run: str, records: Mapping[str, TaskRecord]) -> None:
        known = self._known(run)
        for task, record in records.items():
            self._set(known, run, task, copied(known.tasks.get(task), record))

    def task(self, run: str, task: str) -> TaskRecord | None:
        kept = self._find(run)
        return None if kept is None else kept.tasks.get(task)

    def tasks(self, run: str, names: Iterable[str] | None = None) -> Mapping[str, TaskRecord]:
        kept = self._find(run)
        if kept is None:
            return {}
        if names is None:
            return dict(kept.tasks)
        return {name: kept.tasks[name] for name in names if name in kept.tasks}

    def may_be_over(self, run: str) -> bool:
        kept = self._find(run)
        return kept is not None and kept.at_work == 0

    def gates(self, run: str) -> Mapping[str, GateState]:
        kept = self._find(run)
        return {} if kept is None else kept.gates

    def due(self, at: Millis, most: int) -> Sequence[RunRecord]:
        self.flush()
        self._earliest = None
        sql = f"SELECT {RUN_COLUMNS} FROM runs WHERE due > 0 AND due <= ? ORDER BY due, id LIMIT ?"
        return [run_of(row) for row in self._database.execute(sql, (at, most))]

    def next_due(self) -> Millis | None:
        """When the sweeper should look next; too early now and then, never too late."""
        if self._earliest is None:
            self.flush()
            (earliest,) = self._database.execute("SELECT min(due) FROM runs WHERE due > 0").fetchone()
            self._earliest = NEVER if earliest is None else int(earliest)
        return None if self._earliest == NEVER else self._earliest

    def expire(self) -> None:
        """The process that owned all claims is gone: their leases are over, and their runs are due for a look. All else is as it
        was committed."""
        self.flush()
        self._kept.clear()
        self._earliest = None
        for (run,) in self._database.execute("SELECT id FROM runs WHERE state != 'ended'").fetchall():
            kept = self._known(run)
            for task, record in kept.tasks.items():
                if record.state is TaskState.CLAIMED:
                    self._set(kept, run, task, record._replace(lease=0))
            if kept.dirty_tasks:
                self._touch(kept, kept.record._replace(due=1, sweeps=0))

    def postpone(self, run: str, due: Millis, sweeps: int) -> None:
        kept = self._known(run)
        if kept.record.due > 0:
            self._touch(kept, kept.record._replace(due=due, sweeps=sweeps))

    # the memory

    def flush(self) -> None:
        if self._dirty_runs:
            self._write_runs([self._kept[run] for run in self._dirty_runs])
            self._dirty_runs.clear()
        if self._changed:
            self._write_tasks(self._changed.values())
            for run, kept in self._changed.items():
                kept.dirty_tasks.clear()
                if kept.record.state is RunState.ENDED:
                    self._kept.pop(run, None)
            self._changed.clear()
        self.journal.flush()
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()

    def _write_runs(self, runs: Iterable[_Kept]) -> None:
        new = [(kept.n, *row_of(kept.record)) for kept in runs if not kept.stored]
        old = [(*changes_of(kept.record), kept.n) for kept in runs if kept.stored]
        if new:
            marks = ", ".join("?" * len(new[0]))
            self._database.executemany(f"INSERT INTO runs (n, {RUN_COLUMNS}) VALUES ({marks})", new)
        if old:
            self._database.executemany(f"UPDATE runs SET {RUN_CHANGES} WHERE n = ?", old)
        for kept in runs:
            kept.stored = True

    def _write_tasks(self, changed: Iterable[_Kept]) -> None:
        for kept in changed:
            for task in kept.dirty_tasks:
                self.journal.note(kept.n, entry_of(task, kept.tasks[task]))

    def forget(self) -> None:
        self.journal.forget()
        self._kept.clear()
        self._changed.clear()
        self._dirty_runs.clear()
        self._earliest = None
        self._next = self._database.execute("SELECT coalesce(max(n), 0) + 1 FROM runs").fetchone()[0]

    def _touch(self, kept: _Kept, record: RunRecord) -> None:
        kept.record = record
        if self._earliest is not None and record.state is not RunState.ENDED:
            self._earliest = min(self._earliest, record.due)
        self._dirty_runs.add(record.id)
        self._changed[record.id] = kept

    def _set(self, kept: _Kept, run: str, task: str, record: TaskRecord) -> None:
        before = kept.tasks.get(task)
        was_at_work = before is not None and before.state is not TaskState.SETTLED
        kept.at_work += (record.state is not TaskState.SETTLED) - was_at_work
        kept.tasks[task] = record
        kept.dirty_tasks.add(task)
        self._changed[run] = kept

    def _known(self, run: str) -> _Kept:
        kept = self._kept.get(run) or self._find(run)
        assert kept is not None, f"nothing is written of {run} before its record"
        return kept

    def _find(self, run: str) -> _Kept | None:
        kept = self._kept.get(run)
        if kept is None:
            kept = self._read(run)
            if kept is not None:
                self._kept[run] = kept
        return kept

    def _read(self, run: str) -> _Kept | None:
        row = self._database.execute(f"SELECT n, {RUN_COLUMNS} FROM runs WHERE id = ?", (run,)).fetchone()
        if row is None:
            return None
        kept = _Kept(row[0], run_of(row[1:]))
        kept.stored = True
        for what, name, value in self.journal.read(kept.n):
            if what == "t":
                kept.tasks[name] = task_of(value)
            elif what == "e":
                kept.heard.add(name)
            else:
                gate = kept.gates.setdefault(name, GateState())
                for edge, live in value.items():
                    gate.note(edge, live)
        kept.at_work = sum(record.state is not TaskState.SETTLED for record in kept.tasks.values())
        return kept
