"""The journal: all that happens to runs, appended. For each commit and run one row, whatever it holds: what arrived at gates,
what became of tasks, what was said.

So a commit writes few pages, and the same ones for all runs. A row is a JSON array of entries; the last word on a task
stands, the first on an edge and on an event.

    ["g", TASK, {EDGE: live, ...}]        arrived at a gate
    ["t", TASK, RECORD]                   a task's record, as it then was
    ["e", ID, EVENT]                      an event of the run, by its id among those of the run
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from murmuration.local.database import Database


class Journal:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: dict[int, list[bytes]] = {}

    def note(self, run: int, entry: bytes) -> None:
        """`run` is the number that stands for it."""
        pending = self._pending.get(run)
        if pending is None:
            self._pending[run] = [entry]
        else:
            pending.append(entry)

    def read(self, run: int) -> Iterator[Any]:
        """All of its entries, in order."""
        self.flush()
        for (body,) in self._database.execute("SELECT body FROM journal WHERE run = ? ORDER BY seq", (run,)):
            yield from orjson.loads(body)

    def flush(self) -> None:
        if self._pending:
            rows = [(run, b"[%b]" % b",".join(entries)) for run, entries in self._pending.items()]
            self._pending.clear()
            self._database.executemany("INSERT INTO journal (run, body) VALUES (?, ?)", rows)

    def forget(self) -> None:
        self._pending.clear()
