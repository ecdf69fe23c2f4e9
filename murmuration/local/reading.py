"""Reading: what people look at, straight from the database, read-only, also while a server writes it.

Runs are listed newest first (`murmuration.local.listing`). All that is shown together is read in one
transaction, so it fits together (`handlers.reading` says what is shown).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import orjson

from events.event import Event
from events.ledger import Millis, RunRecord
from events.ports import Published, Refusal
from handlers.acting import Emitted
from handlers.naming import LAST, pipeline_named, run_named
from handlers.reading import (
    EVERY_RUN,
    DeadLetter,
    Heard,
    Line,
    Logged,
    NothingYet,
    Page,
    Progress,
    Shown,
    Sought,
    shown,
)
from murmuration.local.catalog import LocalCatalog
from murmuration.local.database import Database, translated
from murmuration.local.dead_letters import dead_letters
from murmuration.local.ledger import LocalLedger
from murmuration.local.listing import page
from murmuration.local.progress import read_progress
from murmuration.local.records import RUN_COLUMNS, run_of
from murmuration.local.view import LocalRefusals, LocalRunView, heard
from schemas.model import JsonObject

_LOOK_S: Final = 0.02
_SECOND_LOOK_S: Final = 1.0


class Reading:
    last_lines_s = 0.5

    def __init__(self, state: Path) -> None:
        path = state / "state.db"
        if not path.exists():
            raise NothingYet("nothing has run here yet", where=str(state.parent), advice="Start with murmur up")
        self._database = Database(path, readonly=True)
        try:
            self.ledger = LocalLedger(self._database)
        except sqlite3.DatabaseError as wrong:
            self._database.close()
            raise translated(wrong, path) from wrong
        self.catalog = LocalCatalog(self._database)
        self._view = LocalRunView(self.ledger)
        self._refusals = LocalRefusals(self._database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        self._database.close()
        if isinstance(wrong, sqlite3.DatabaseError):
            raise translated(wrong, self._database.path) from wrong

    def forget(self) -> None:
        """What is read next is as it is then."""
        self.ledger.forget()
        self.catalog.look_anew()

    def data_version(self) -> int:
        """Another one after every commit of whoever writes."""
        found: tuple[int] = self._database.execute("PRAGMA data_version").fetchone()
        return found[0]

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Everything read inside is as it was at one moment."""
        self._database.execute("BEGIN")
        try:
            self.forget()
            yield
        finally:
            self._database.execute("COMMIT")

    def whenever_changed(self) -> Iterator[None]:
        """Now, after every commit of whoever writes, and every second in between: time is news, too."""
        seen, last = -1, 0.0
        while True:
            version = self.data_version()
            if version != seen or time.monotonic() - last > _SECOND_LOOK_S:
                seen, last = version, time.monotonic()
                yield
            time.sleep(_LOOK_S)

    @property
    def database(self) -> Database:
        """For those who read beside it, in the same thread."""
        return self._database

    # names

    def pipeline(self, given: str) -> str:
        return pipeline_named(given, self.catalog.known())

    def run(self, given: str) -> str:
        if given == LAST:
            sql, values = "SELECT id FROM runs ORDER BY n DESC LIMIT 1", ()
            return run_named(given, [id_ for (id_,) in self._database.execute(sql, values)])
        begins = given if given.startswith("r-") else f"r-{given}"
        sql = "SELECT id FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT 6"
        found = [id_ for (id_,) in self._database.execute(sql, (begins, begins + "\x7f"))]
        return run_named(begins if begins in found else given, found)

    # runs

    def known(self) -> Sequence[str]:
        return self.catalog.known()

    def live(self) -> Sequence[str]:
        return self.catalog.names()

    def active(self, pipeline: str) -> Published | None:
        return self.catalog.active(pipeline)

    def record(self, run: str) -> RunRecord | None:
        row = self._database.execute(f"SELECT {RUN_COLUMNS} FROM runs WHERE id = ?", (run,)).fetchone()
        return None if row is None else run_of(row)

    def page(self, sought: Sought = EVERY_RUN, *, before: str | None = None, most: int = 20) -> Page:
        with self.moment():
            return page(self._database, sought, self.known(), before, most)

    def started_by(self, event: str) -> list[RunRecord]:
        """The runs that an outside event has started."""
        sql = f"SELECT {RUN_COLUMNS} FROM runs WHERE origin >= ? AND origin < ? ORDER BY n"
        return [run_of(row) for row in self._database.execute(sql, (f"{event}>", f"{event}?"))]

    def came_of(self, event: str) -> Emitted:
        refused = [one for one in self.refusals() if isinstance(one.event, dict) and one.event.get("id") == event]
        return Emitted(event, self.started_by(event), refused)

    def show(self, run: str) -> Shown:
        with self.moment():
            record = self.ledger.run(run)
            assert record is not None, "a run is found by name before it is shown"
            published = self.catalog.version(record.reference)
            assert published is not None, "a run's version stays"
            return shown(record, published, self._view.events(run), self.ledger.tasks(run))

    def progress(self, run: str) -> Progress:
        """Of all runs: it is one file."""
        return read_progress(self._database.path.parent)

    def has_ended(self, run: str) -> bool:
        found = self._database.execute("SELECT 1 FROM runs WHERE id = ? AND state = 'ended'", (run,)).fetchone()
        return found is not None

    def events(self, run: str) -> Sequence[Event]:
        return self._view.events(run)

    def heard(self, run: str, after: str = "", most: int = 1_000) -> Heard:
        with self.moment():
            return heard(self._database, run, after, most)

    def rules(self, published: Published) -> list[JsonObject]:
        version = published.version
        return self.catalog.rules_of(version.pipeline.name, version.number)

    # logs and what did not work

    def logs(self, run: str, task: str | None = None, *, after: int = 0, most: int = 1_000) -> list[Logged]:
        only, values = ("", (run,)) if task is None else (" AND task = ?", (run, task))
        sql = f"""SELECT seq, run, task, attempt, at, stream, level, text FROM logs
            WHERE run = ?{only} AND seq > ? ORDER BY seq LIMIT ?"""
        return [Logged(seq, Line(*line)) for seq, *line in self._database.execute(sql, (*values, after, most))]

    def refusals(
        self, most: int = 20, pipelines: Collection[str] | None = None, *, until: Millis | None = None
    ) -> list[Refusal]:
        return self._refusals.listed(most, pipelines, until)

    def dead(self, most: int = 1_000) -> list[DeadLetter]:
        return dead_letters(self._database, most)

    def outside(self, *, source: str | None = None, type: str | None = None, most: int = 20) -> list[JsonObject]:
        """Events from outside, the newest first."""
        only = [(column, value) for column, value in (("source", source), ("type", type)) if value is not None]
        where = f"WHERE {' AND '.join(f'{column} = ?' for column, _ in only)}" if only else ""
        sql = f"SELECT body FROM outside {where} ORDER BY seq DESC LIMIT ?"
        return [orjson.loads(body) for (body,) in self._database.execute(sql, (*(value for _, value in only), most))]
