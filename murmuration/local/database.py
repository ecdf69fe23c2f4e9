"""The database: one SQLite file in WAL mode, one writer, and transactions that hold everything of a step together.

    with database.transaction():      an outcome, its events, their deliveries, the next claims
        ...                           commit once: all of it is there after a crash, or none of it

Stores keep what they changed in memory and write it when the transaction ends (`flush`); when it fails they drop it
(`forget`) and read again. So a store may never be asked to change anything outside a transaction.

`FULL` (the default): what was acknowledged survives a power cut. `NORMAL`: it survives a kill of the process; a power cut
may take the last moments, never half of one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Final, Literal, NoReturn, Protocol

from events.ports import Unavailable

Synchronous = Literal["FULL", "NORMAL"]

LOG_PAGES: Final = 4_000
"""When so many were written to the log they go to the file itself; many of them were written more than once by then."""
PAGE: Final = 4_096
_ROOMS: Final = 8
"""The log is given its full size where so many of it have room."""
LAYOUT: Final = 3
"""Raised with every change of the tables; an older file is brought forward step by step."""

_TABLES: Final = """
CREATE TABLE runs (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, pipeline TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
    started INTEGER NOT NULL, deadline INTEGER NOT NULL, input BLOB NOT NULL, trigger TEXT NOT NULL, origin TEXT NOT NULL,
    rerun_of TEXT NOT NULL, "end" TEXT, ended INTEGER NOT NULL, reason TEXT NOT NULL, due INTEGER NOT NULL,
    sweeps INTEGER NOT NULL);
CREATE INDEX runs_due ON runs (due) WHERE due > 0;
CREATE INDEX runs_open ON runs (pipeline, state, started) WHERE state != 'ended';
CREATE INDEX runs_listed ON runs (pipeline, started);
CREATE TABLE journal (seq INTEGER PRIMARY KEY, run INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX journal_of ON journal (run);
CREATE TABLE outside (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, type TEXT NOT NULL,
    at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX outside_at ON outside (at);
CREATE TABLE queue (
    id TEXT PRIMARY KEY, target TEXT NOT NULL, body BLOB NOT NULL, tries INTEGER NOT NULL, first INTEGER NOT NULL,
    visible INTEGER NOT NULL, dead TEXT);
CREATE INDEX queue_visible ON queue (visible) WHERE dead IS NULL;
CREATE TABLE timers (id TEXT PRIMARY KEY, due INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX timers_due ON timers (due);
CREATE TABLE versions (
    pipeline TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, document BLOB NOT NULL, slots BLOB,
    inline BLOB NOT NULL, rules BLOB NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (pipeline, number)) WITHOUT ROWID;
CREATE TABLE pipelines (name TEXT PRIMARY KEY, active INTEGER, paused INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE refusals (seq INTEGER PRIMARY KEY, pipeline TEXT NOT NULL, trigger TEXT NOT NULL, at INTEGER NOT NULL,
    why TEXT NOT NULL, event BLOB NOT NULL);
CREATE TABLE requests (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, body BLOB NOT NULL, at INTEGER NOT NULL, answer BLOB);
CREATE INDEX requests_open ON requests (seq) WHERE answer IS NULL;
CREATE TABLE logs (
    seq INTEGER PRIMARY KEY, run TEXT NOT NULL, task TEXT NOT NULL, attempt INTEGER NOT NULL, at INTEGER NOT NULL,
    stream TEXT NOT NULL, level TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX logs_of ON logs (run, task, seq);
CREATE TABLE objects (
    bucket TEXT NOT NULL, folder TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL,
    inode INTEGER NOT NULL, etag TEXT NOT NULL, PRIMARY KEY (bucket, folder, name)) WITHOUT ROWID;
CREATE TABLE marks (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""

_LISTED: Final = """
CREATE INDEX IF NOT EXISTS runs_unwell ON runs (pipeline, "end", started) WHERE "end" != 'succeeded';
"""
"""What only makes reading faster is no part of the layout: a file from before is given it by its next owner. What succeeds is
not in it, and costs nothing."""


class Store(Protocol):
    def flush(self) -> None:
        """Write what changed; still inside the transaction."""
        ...

    def forget(self) -> None:
        """Drop what was kept in memory; the transaction failed."""
        ...


class Database:
    def __init__(self, path: Path, synchronous: Synchronous = "FULL", *, readonly: bool = False) -> None:
        """`readonly`: for whoever only looks, also while another process writes."""
        self.path = path
        self._stores: list[Store] = []
        self.committed: list[Callable[[], None]] = []
        """Who is told that a transaction has been committed."""
        self._transaction = _Transaction(self)
        try:
            still = "&immutable=1" if readonly and _lies_still(path) else ""
            where = f"{path.absolute().as_uri()}?mode=ro{still}" if readonly else str(path)
            self.connection = sqlite3.connect(where, uri=readonly, isolation_level=None, cached_statements=256)
        except sqlite3.DatabaseError as wrong:
            raise translated(wrong, path) from wrong
        self.execute = self.connection.execute
        self.executemany = self.connection.executemany
        try:
            self.execute("PRAGMA busy_timeout = 10000")
            if readonly:
                self._look()
            else:
                self._own(synchronous)
        except BaseException as wrong:
            # A connection that nobody closes still holds its place in the file's locks.
            self.connection.close()
            if isinstance(wrong, sqlite3.DatabaseError):
                raise translated(wrong, path) from wrong
            raise

    def _own(self, synchronous: Synchronous) -> None:
        self.execute("PRAGMA journal_mode = WAL")
        self.execute(f"PRAGMA synchronous = {synchronous}")
        self.execute("PRAGMA cache_size = -16384")
        self.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        self.execute("PRAGMA temp_store = MEMORY")
        if not self._layout():
            self.connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {LAYOUT}; COMMIT;")
        self.connection.executescript(_LISTED)

    def _look(self) -> None:
        if not self._layout():
            raise Unavailable("the file is only being made", where=str(self.path), advice="Try again in a moment")

    def _layout(self) -> int:
        """The one that is known, or 0 for a new file; others are refused."""
        layout: int = self.execute("PRAGMA user_version").fetchone()[0]
        if layout > LAYOUT:
            raise Unavailable(
                f"the file was written by a newer version (layout {layout}, known up to {LAYOUT})",
                where=str(self.path),
                advice="Install the newer version again, or point to another workspace",
            )
        if 0 < layout < LAYOUT:
            raise Unavailable(
                f"the file has layout {layout}, from before the first release",
                where=str(self.path),
                advice="Move it away and start again",
            )
        return layout

    def keep(self, store: Store) -> None:
        self._stores.append(store)

    def make_room(self) -> None:
        """Give the log its full size now: what is written where a file has bytes already is on the disk after one turn, what
        makes the file longer after two."""
        log = _log_of(self.path)
        with self.transaction(), suppress(OSError), log.open("r+b") as file:
            there = file.seek(0, os.SEEK_END)
            missing = LOG_PAGES * (PAGE + 24) - there
            if missing <= 0 or shutil.disk_usage(log.parent).free < _ROOMS * missing:
                return  # where there is little room, it is for what has to be written
            try:
                file.write(bytes(missing))
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(there)

    def transaction(self) -> AbstractContextManager[None]:
        return self._transaction

    def begin(self) -> None:
        self.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        for store in self._stores:
            store.flush()
        self.execute("COMMIT")
        for tell in self.committed:
            tell()

    def undo(self, wrong: BaseException) -> NoReturn:
        for store in self._stores:
            store.forget()
        if self.connection.in_transaction:
            self.execute("ROLLBACK")
        if isinstance(wrong, sqlite3.DatabaseError):
            raise translated(wrong, self.path) from wrong
        raise wrong

    def close(self) -> None:
        self.connection.close()


class _Transaction:
    """Made once: what `contextlib` does for each step costs as much as a few tasks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> None:
        try:
            self._database.begin()
        except BaseException as wrong:
            self._database.undo(wrong)

    def __exit__(self, kind: object, wrong: BaseException | None, trace: object) -> None:
        if wrong is not None:
            self._database.undo(wrong)
        try:
            self._database.commit()
        except BaseException as failed:
            self._database.undo(failed)


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _lies_still(path: Path) -> bool:
    """Nobody has it open, and this user may not write beside it: it can be read as it is, without the memory that readers and
    writers share."""
    return path.exists() and not _log_of(path).exists() and not os.access(path.parent, os.W_OK)


def translated(wrong: sqlite3.DatabaseError, path: Path) -> Unavailable:
    """The one place where SQLite's errors become ours."""
    message = str(wrong)
    if "not a database" in message or "malformed" in message:
        advice = "It is damaged, or no file of ours. Move it away and start again; runs in it are lost"
    elif "full" in message:
        advice = "Make room on the disk; nothing is lost"
    elif "locked" in message or "busy" in message:
        advice = "Another process holds it. Wait, or stop the other `murmur up`"
    elif "unable to open" in message and path.parent.is_dir() and not path.exists():
        advice = "The file is gone. If a murmur up runs here, stop it"
    elif "readonly" in message or "unable to open" in message:
        advice = "Make the folder writable for this user"
    else:
        advice = "It will be tried again"
    return Unavailable(f"the store refused: {message}", where=str(path), advice=advice)
