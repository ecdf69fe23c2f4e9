"""Logs: what functions print and log, by attempt, in the order in which it was said."""

from __future__ import annotations

from handlers.reading import Line
from murmuration.local.database import Database


class LocalLogs:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, lines: list[Line]) -> None:
        """In the transaction that records what the lines led to, or an earlier one."""
        rows = [(one.run, one.task, one.attempt, one.at, one.stream, one.level, one.text) for one in lines]
        sql = "INSERT INTO logs (run, task, attempt, at, stream, level, text) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._database.executemany(sql, rows)
