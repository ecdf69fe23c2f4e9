"""Dead letters on SQLite: rows of the queue that the bus gave up on."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from handlers.letters import Lying, place_of
from handlers.reading import DeadLetter
from murmuration.local.database import Database


class LocalLetters:
    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, *, after: str | None = None, most: int = 50) -> Sequence[Lying]:
        since, id_ = (-1, "") if after is None else place_of(after)
        sql = """SELECT id, target, body, tries, dead, first FROM queue
            WHERE dead IS NOT NULL AND (first, id) > (?, ?) ORDER BY first, id LIMIT ?"""
        return [_lying(*row) for row in self._database.execute(sql, (since, id_, most))]


def _lying(id_: str, target: str, body: bytes, tries: int, why: str, first: int) -> Lying:
    told, event = orjson.loads(body)
    return Lying(DeadLetter(id_, target, told, event, tries, why), first)
