"""A ledger whose reads lag behind its writes, as those of a replica do. Writes, and what they answer, are up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from events.ledger import GateState, RunRecord, TaskRecord
from events.ports import Ledger

Past = tuple[RunRecord | None, Mapping[str, TaskRecord], Mapping[str, GateState]]
NOTHING: Past = (None, {}, {})


class LaggingLedger:
    """Of one run. `lag()` says how many writes ago the next read is from."""

    def __init__(self, ledger: Ledger, lag: Callable[[], int]) -> None:
        self._ledger = ledger
        self._lag = lag
        self._past: list[Past] = [NOTHING]

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._ledger, name)

        def called(run: Any, *args: Any) -> Any:
            result = method(run, *args)
            self._keep(run if isinstance(run, str) else run.id)
            return result

        return called

    def run(self, run: str) -> RunRecord | None:
        return self._then()[0]

    def task(self, run: str, task: str) -> TaskRecord | None:
        return self._then()[1].get(task)

    def tasks(self, run: str, names: Iterable[str] | None = None) -> Mapping[str, TaskRecord]:
        tasks = self._then()[1]
        return tasks if names is None else {name: tasks[name] for name in names if name in tasks}

    def gates(self, run: str) -> Mapping[str, GateState]:
        return self._then()[2]

    def due(self, at: int, most: int) -> Any:
        return self._ledger.due(at, most)

    def _then(self) -> Past:
        return self._past[max(0, len(self._past) - 1 - self._lag())]

    def _keep(self, run: str) -> None:
        gates = {task: GateState(dict(gate.noted)) for task, gate in self._ledger.gates(run).items()}
        self._past.append((self._ledger.run(run), dict(self._ledger.tasks(run)), gates))
