"""Retention: what ended long ago makes room. Runs with all that belongs to them, outside events, refusals, answered requests.

A source of the loop that takes a portion at a time, so that no step is slow. Runs that have not ended stay, however old; so
do artifacts that a kept run may name: they are removed once they are older than any run can be, beside the loop (`clearing`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from events.ledger import Millis
from murmuration.local.clearing import Clearing
from murmuration.local.database import Database

PORTION: Final = 200
PAUSE_MS: Final = 3_600_000
LONGEST_RUN_MS: Final = 366 * 86_400_000
_OF_A_RUN: Final = (
    ("DELETE FROM logs WHERE run = ?", "id"),
    ("DELETE FROM journal WHERE run = ?", "n"),
    ("DELETE FROM runs WHERE n = ?", "n"),
)


class Retention:
    def __init__(self, database: Database, artifacts: Path, keep: Millis) -> None:
        self._database = database
        self.clearing = Clearing(artifacts)
        self._keep = keep
        self._next: Millis = 0

    def fileno(self) -> int | None:
        return None

    def next_due(self, now: Millis) -> Millis | None:
        return self._next

    def take(self, now: Millis) -> int:
        """Inside a transaction. How many rows of what is listed are gone."""
        before = now - self._keep
        gone = self._runs(before) + self._listed(before)
        if gone:
            self._next = now
        else:
            # A run lasts a year at the most.
            self.clearing.begin((before - LONGEST_RUN_MS) / 1_000)
            self._next = now + PAUSE_MS
        return gone

    def close(self) -> None:
        self.clearing.close()

    def _runs(self, before: Millis) -> int:
        sql = "SELECT n, id FROM runs WHERE state = 'ended' AND ended < ? ORDER BY n LIMIT ?"
        found = self._database.execute(sql, (before, PORTION)).fetchall()
        for statement, by in _OF_A_RUN:
            self._database.executemany(statement, [(n if by == "n" else id_,) for n, id_ in found])
        return len(found)

    def _listed(self, before: Millis) -> int:
        gone = 0
        for table, extra in (("outside", ""), ("refusals", ""), ("requests", " AND answer IS NOT NULL")):
            sql = f"DELETE FROM {table} WHERE seq IN (SELECT seq FROM {table} WHERE at < ?{extra} LIMIT ?)"
            gone += self._database.execute(sql, (before, PORTION)).rowcount
        return gone
