"""Dead letters: the deliveries that the bus gave up on, for people to look at. Apart from the bus, whose rules nobody needs for it."""

from __future__ import annotations

import orjson

from handlers.reading import DeadLetter
from murmuration.local.database import Database


def dead_letters(database: Database, most: int) -> list[DeadLetter]:
    """The oldest first."""
    sql = "SELECT id, target, body, tries, dead FROM queue WHERE dead IS NOT NULL ORDER BY first LIMIT ?"
    return [_dead(*row) for row in database.execute(sql, (most,))]


def _dead(id_: str, target: str, body: bytes, tries: int, why: str) -> DeadLetter:
    told, event = orjson.loads(body)
    return DeadLetter(id_, target, told, event, tries, why)
