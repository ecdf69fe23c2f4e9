"""The ledger on DynamoDB: the rules of `events.ledger`, each in one conditional write.

Runs, tasks and gates have a file each; what they lie under is drawn in `murmuration.aws.table`. Nothing is kept in memory but
what never changes (a run's deadline) or is only a hint (a task that was at work). A task with one edge in costs two write
units: its claim and its outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from events.ledger import Claim, GateState, Millis, RunRecord, TaskRecord
from events.ports import Arriving
from murmuration.aws.gates import Gates
from murmuration.aws.runs import Runs
from murmuration.aws.table import Table
from murmuration.aws.tasks import Tasks
from schemas.outcome import Outcome
from schemas.trigger import RunEnd


class AwsLedger:
    """`mark` gives random texts, no two the same. `retention` is how long a run is kept after its deadline."""

    def __init__(self, table: Table, mark: Callable[[], str], retention: timedelta) -> None:
        self._runs = Runs(table, mark, retention)
        self._tasks = Tasks(table, mark, self._runs.expires)
        self._gates = Gates(table, self._runs.expires)

    def open(self, run: RunRecord) -> RunRecord:
        return self._runs.open(run)

    def run(self, run: str) -> RunRecord | None:
        return self._runs.run(run)

    def admit(self, run: str, limit: int) -> bool:
        return self._runs.admit(run, limit)

    def queued(self, pipeline: str) -> Sequence[str]:
        return self._runs.queued(pipeline)

    def end(self, run: str, end: RunEnd, at: Millis, reason: str) -> bool:
        return self._runs.end(run, end, at, reason)

    def told(self, run: str) -> None:
        self._runs.told(run)

    def arrive(self, run: str, arrivals: Sequence[Arriving]) -> Sequence[GateState]:
        return self._gates.arrive(run, arrivals)

    def claim(self, run: str, task: str, claim: Claim) -> TaskRecord:
        return self._tasks.claim(run, task, claim)

    def settle(self, run: str, task: str, token: str, outcome: Outcome, at: Millis) -> bool:
        return self._tasks.settle(run, task, token, outcome, at)

    def skip(self, run: str, task: str, at: Millis, delivery: str = "") -> bool:
        return self._tasks.skip(run, task, at, delivery)

    def heals(self, run: str, task: str, delivery: str) -> bool:
        return self._tasks.heals(run, task, delivery)

    def keep(self, run: str, records: Mapping[str, TaskRecord]) -> None:
        self._tasks.keep(run, records)

    def retry(self, run: str, task: str, token: str, due: Millis) -> bool:
        return self._tasks.retry(run, task, token, due)

    def hold(self, run: str, task: str, token: str, due: Millis) -> bool:
        return self._tasks.hold(run, task, token, due)

    def task(self, run: str, task: str) -> TaskRecord | None:
        return self._tasks.task(run, task)

    def tasks(self, run: str, names: Iterable[str] | None = None) -> Mapping[str, TaskRecord]:
        return self._tasks.tasks(run, names)

    def may_be_over(self, run: str) -> bool:
        return self._tasks.may_be_over(run)

    def gates(self, run: str) -> Mapping[str, GateState]:
        return self._gates.gates(run)

    def due(self, at: Millis, most: int) -> Sequence[RunRecord]:
        return self._runs.due(at, most)

    def postpone(self, run: str, due: Millis, sweeps: int) -> None:
        self._runs.postpone(run, due, sweeps)
