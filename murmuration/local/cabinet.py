"""The cabinet on SQLite: a file of its own beside the engine's, so that saving a draft never waits for a step of the engine's.

Any process may open it, and any may write: each write is a short transaction of its own. What has expired is gone for readers
at once, and from the file with a later write.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson

from events.ledger import Millis
from events.ports import Clock
from handlers.cabinet import ABSENT, Kept, changed, takes, written
from murmuration.local.database import translated
from schemas.model import JsonObject

FILE: Final = "cabinet.db"
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS kept (
    drawer TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, version TEXT NOT NULL, at INTEGER NOT NULL,
    expires INTEGER, PRIMARY KEY (drawer, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS kept_expires ON kept (expires) WHERE expires IS NOT NULL;
"""
_LAYOUT: Final = 1


class LocalCabinet:
    def __init__(self, state: Path, clock: Clock, token: Callable[[], str] = lambda: secrets.token_hex(8)) -> None:
        self._path = state / FILE
        self._clock = clock
        self._token = token
        with self._translated():
            state.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self._path, isolation_level=None, timeout=10)
            self._path.chmod(0o600)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            if self._database.execute("PRAGMA user_version").fetchone() != (_LAYOUT,):
                self._database.executescript(f"{_TABLE} PRAGMA user_version = {_LAYOUT};")

    def get(self, drawer: str, key: str) -> Kept | None:
        with self._translated():
            return self._found(drawer, key)

    def put(
        self, drawer: str, key: str, body: JsonObject, *, expect: str | None = None, expires: Millis | None = None
    ) -> Kept:
        content = written(drawer, key, body)
        kept = Kept(key, body, self._token(), self._clock.now())
        with self._writing():
            self._check(drawer, key, expect)
            self._database.execute(
                "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?, ?)",
                (drawer, key, content, kept.version, kept.at, expires),
            )
            self._database.execute("DELETE FROM kept WHERE expires <= ?", (kept.at,))
        return kept

    def delete(self, drawer: str, key: str, *, expect: str | None = None) -> bool:
        with self._writing():
            self._check(drawer, key, expect)
            there = self._found(drawer, key) is not None
            if there:
                self._database.execute("DELETE FROM kept WHERE drawer = ? AND key = ?", (drawer, key))
        return there

    def list(
        self, drawer: str, *, prefix: str = "", after: str = "", most: int = 100, newest: bool = False
    ) -> Sequence[Kept]:
        beyond, order = ("<", "DESC") if newest else (">", "ASC")
        sql = f"""SELECT key, body, version, at FROM kept WHERE drawer = ? AND key >= ? AND substr(key, 1, ?) = ?
            AND (? = '' OR key {beyond} ?) AND (expires IS NULL OR expires > ?) ORDER BY key {order} LIMIT ?"""
        values = (drawer, prefix, len(prefix), prefix, after, after, self._clock.now(), most)
        with self._translated():
            rows = self._database.execute(sql, values).fetchall()
        return [Kept(key, orjson.loads(body), version, at) for key, body, version, at in rows]

    def as_of(self) -> tuple[int, int]:
        """Another one after every write, whichever process made it."""
        with self._translated():
            [version] = self._database.execute("PRAGMA data_version").fetchone()
        return version, self._database.total_changes

    def close(self) -> None:
        self._database.close()

    def _found(self, drawer: str, key: str) -> Kept | None:
        if not takes(key):
            return None
        sql = """SELECT key, body, version, at FROM kept
            WHERE drawer = ? AND key = ? AND (expires IS NULL OR expires > ?)"""
        row = self._database.execute(sql, (drawer, key, self._clock.now())).fetchone()
        return None if row is None else Kept(row[0], orjson.loads(row[1]), row[2], row[3])

    def _check(self, drawer: str, key: str, expect: str | None) -> None:
        if expect is None:
            return
        found = self._found(drawer, key)
        if expect != (ABSENT if found is None else found.version):
            raise changed(drawer, key, found, expect)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._translated():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as wrong:
            raise translated(wrong, self._path) from wrong
