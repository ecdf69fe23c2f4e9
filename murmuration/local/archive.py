"""The archive on SQLite: every event from outside that came in, whether or not anybody heard it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from handlers.archive import Came, Wanted
from handlers.letters import NoPlace
from murmuration.local.database import Database

_LOOKED_AT: Final = 5_000
"""For one page: a search for what is seldom does not hold up whoever asks next."""


class LocalArchive:
    kept = "every event from outside that came in, for as long as runs are kept"

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, wanted: Wanted, *, after: str | None = None, most: int = 50) -> tuple[Sequence[Came], str | None]:
        before = self._beyond(wanted) if after is None else _place(after)
        [(first,)] = self._database.execute("SELECT coalesce(min(seq), 0) FROM outside").fetchall()
        lowest = max(first, before - _LOOKED_AT)
        found: list[Came] = []
        for seq, at, body in self._rows(wanted, lowest, before):
            event = orjson.loads(body)
            if wanted.fits(event, at):
                found.append(Came(str(seq), at, event))
            if len(found) == most:
                return found, str(seq) if seq > first else None
        ended = lowest <= first or (wanted.since is not None and self._oldest(lowest) < wanted.since)
        return found, None if ended else str(lowest)

    def _rows(self, wanted: Wanted, lowest: int, before: int) -> Iterable[tuple[int, int, bytes]]:
        sql = "SELECT seq, at, body FROM outside WHERE seq >= ? AND seq < ?"
        only: list[str | int] = [lowest, before]
        for column, sign, value in (
            ("source", "=", wanted.source),
            ("type", "=", wanted.type),
            ("at", ">=", wanted.since),
            ("at", "<=", wanted.until),
        ):
            if value is not None:
                sql += f" AND +{column} {sign} ?"
                only.append(value)
        return self._database.execute(f"{sql} ORDER BY seq DESC", only)

    def _beyond(self, wanted: Wanted) -> int:
        """After the last one that can be wanted: they lie in the order of time."""
        sql = "SELECT coalesce(max(seq), 0) + 1 FROM outside"
        if wanted.until is None:
            [(found,)] = self._database.execute(sql).fetchall()
        else:
            [(found,)] = self._database.execute(f"{sql} WHERE at <= ?", (wanted.until,)).fetchall()
        return int(found)

    def _oldest(self, seq: int) -> int:
        row = self._database.execute("SELECT at FROM outside WHERE seq >= ? ORDER BY seq LIMIT 1", (seq,)).fetchone()
        return 0 if row is None else int(row[0])


def _place(given: str) -> int:
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NoPlace(f"{given[:80]!r} is no place in the archive", advice="Send the `next` of the page before")
    return int(given)
