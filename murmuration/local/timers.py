"""Timers on SQLite: an event that goes on the bus when it is due, in the transaction that takes the timer away."""

from __future__ import annotations

import orjson

from events.envelope import Routing, read_detail, write_detail
from events.ledger import Millis
from events.ports import Said
from murmuration.local.database import Database


class LocalTimers:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._changed = True
        self._next: Millis | None = None
        database.keep(self)

    def flush(self) -> None:
        """Everything is written at once."""

    def forget(self) -> None:
        self._changed = True

    def set(self, id: str, due: Millis, said: Said) -> None:
        self._changed = True
        body = write_detail(said.event, said.routing)
        self._database.execute("INSERT OR REPLACE INTO timers VALUES (?, ?, ?)", (id, due, body))

    def take(self, at: Millis, most: int = 1000) -> list[Said]:
        self._changed = True
        sql = "SELECT id, body FROM timers WHERE due <= ? ORDER BY due, id LIMIT ?"
        ripe = self._database.execute(sql, (at, most)).fetchall()
        self._database.executemany("DELETE FROM timers WHERE id = ?", [(id_,) for id_, _ in ripe])
        return [_said(body) for _, body in ripe]

    def next_due(self) -> Millis | None:
        if self._changed:
            (self._next,) = self._database.execute("SELECT min(due) FROM timers").fetchone()
            self._changed = False
        return self._next


def _said(body: bytes) -> Said:
    detail = orjson.loads(body)
    return Said(read_detail(detail), Routing(slots=detail.get("slots"), lambda_=detail.get("lambda")))
