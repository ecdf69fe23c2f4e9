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

    def set(self, id: str, due: Millis, said: Said) -> None:
        body = write_detail(said.event, said.routing)
        self._database.execute("INSERT OR REPLACE INTO timers VALUES (?, ?, ?)", (id, due, body))

    def take(self, at: Millis, most: int = 1000) -> list[Said]:
        sql = "SELECT id, body FROM timers WHERE due <= ? ORDER BY due, id LIMIT ?"
        ripe = self._database.execute(sql, (at, most)).fetchall()
        self._database.executemany("DELETE FROM timers WHERE id = ?", [(id_,) for id_, _ in ripe])
        return [_said(body) for _, body in ripe]

    def next_due(self) -> Millis | None:
        found: tuple[Millis | None] = self._database.execute("SELECT min(due) FROM timers").fetchone()
        return found[0]


def _said(body: bytes) -> Said:
    detail = orjson.loads(body)
    return Said(read_detail(detail), Routing(slots=detail.get("slots"), lambda_=detail.get("lambda")))
