"""Reading: what people look at, straight from the database, read-only, also while a server writes it.

Runs are listed newest first; the last one shown is the cursor for the next page. A run is shown as the fold of its events
and what follows from it (`events.fold`, `events.derive`); that a task is at work right now is read from its claim, which
no event announces. All that is shown together is read in one transaction, so it fits together.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import orjson

from events.derive import derive
from events.event import Event
from events.fold import fold_all
from events.ledger import Millis, RunRecord, TaskRecord
from events.ledger import RunState as Stand
from events.ledger import TaskState as Claimed
from events.ports import Published, Refusal
from murmuration.local.catalog import LocalCatalog
from murmuration.local.database import Database, translated
from murmuration.local.dead_letters import DeadLetter, dead_letters
from murmuration.local.ledger import LocalLedger
from murmuration.local.logs import Line
from murmuration.local.naming import LAST, pipeline_named, run_named
from murmuration.local.progress import Progress, read_progress
from murmuration.local.records import RUN_COLUMNS, run_of
from murmuration.local.view import LocalRefusals, LocalRunView
from schemas.errors import MurmurationError
from schemas.model import JsonObject
from schemas.run import Picture, RunState, RunView, TaskState

_AT_WORK: Final = {
    Claimed.CLAIMED: TaskState.RUNNING,
    Claimed.RETRYING: TaskState.RETRYING,
    Claimed.WAITING: TaskState.WAITING,
}


_LOOK_S: Final = 0.02
_SECOND_LOOK_S: Final = 1.0


class NothingYet(MurmurationError):
    code = "nothing-yet"


@dataclass(frozen=True, slots=True)
class Shown:
    """All there is to see of a run."""

    record: RunRecord
    published: Published
    events: Sequence[Event]
    view: RunView
    picture: Picture
    tasks: Mapping[str, TaskRecord]
    """What the ledger has of those that were ever claimed."""

    @property
    def states(self) -> Mapping[str, TaskState]:
        return self.picture.tasks


@dataclass(frozen=True, slots=True)
class Logged:
    seq: int
    line: Line


class Reading:
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

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Everything read inside is as it was at one moment."""
        self._database.execute("BEGIN")
        try:
            self.ledger.forget()
            self.catalog.forget()
            yield
        finally:
            self._database.execute("COMMIT")

    def whenever_changed(self) -> Iterator[None]:
        """Now, after every commit of whoever writes, and every second in between: time is news, too."""
        seen, last = -1, 0.0
        while True:
            (version,) = self._database.execute("PRAGMA data_version").fetchone()
            if version != seen or time.monotonic() - last > _SECOND_LOOK_S:
                seen, last = version, time.monotonic()
                yield
            time.sleep(_LOOK_S)

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

    def runs(
        self,
        *,
        pipeline: str | None = None,
        state: RunState | None = None,
        since: Millis | None = None,
        until: Millis | None = None,
        before: str | None = None,
        most: int = 20,
    ) -> list[RunRecord]:
        """The newest first. `before` is the id of the last one of the page before."""
        clauses: list[str] = []
        values: list[str | int] = []
        for clause, value in (("pipeline = ?", pipeline), ("started >= ?", since), ("started <= ?", until)):
            if value is not None:
                clauses.append(clause)
                values.append(value)
        if state is not None:
            clause, value = _stands(state)
            clauses.append(clause)
            values.append(value)
        if before is not None:
            clauses.append("(started, n) < (SELECT started, n FROM runs WHERE id = ?)")
            values.append(before)
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        order = "started DESC, n DESC" if pipeline is not None or before is not None else "n DESC"
        sql = f"SELECT {RUN_COLUMNS} FROM runs {where} ORDER BY {order} LIMIT ?"
        return [run_of(row) for row in self._database.execute(sql, (*values, most))]

    def started_by(self, event: str) -> list[RunRecord]:
        """The runs that an outside event has started."""
        sql = f"SELECT {RUN_COLUMNS} FROM runs WHERE origin >= ? AND origin < ? ORDER BY n"
        return [run_of(row) for row in self._database.execute(sql, (f"{event}>", f"{event}?"))]

    def show(self, run: str) -> Shown:
        with self.moment():
            record = self.ledger.run(run)
            assert record is not None, "a run is found by name before it is shown"
            published = self.catalog.version(record.reference)
            assert published is not None, "a run's version stays"
            events = self._view.events(run)
            view = fold_all(RunView(run, record.reference), events)
            tasks = self.ledger.tasks(run)
            picture = derive(view, published.version.pipeline)
            if record.end is None:
                states = {name: _at_work(state, tasks.get(name)) for name, state in picture.tasks.items()}
                picture = replace(picture, tasks=states)
            return Shown(record, published, events, view, picture, tasks)

    def progress(self) -> Progress:
        """What tasks at work say of themselves."""
        return read_progress(self._database.path.parent)

    def has_ended(self, run: str) -> bool:
        found = self._database.execute("SELECT 1 FROM runs WHERE id = ? AND state = 'ended'", (run,)).fetchone()
        return found is not None

    def events(self, run: str) -> Sequence[Event]:
        return self._view.events(run)

    def rules(self, published: Published) -> list[JsonObject]:
        version = published.version
        return self.catalog.rules_of(version.pipeline.name, version.number)

    # logs and what did not work

    def logs(self, run: str, task: str | None = None, *, after: int = 0, most: int = 1_000) -> list[Logged]:
        only, values = ("", (run,)) if task is None else (" AND task = ?", (run, task))
        sql = f"""SELECT seq, run, task, attempt, at, stream, level, text FROM logs
            WHERE run = ?{only} AND seq > ? ORDER BY seq LIMIT ?"""
        return [Logged(seq, Line(*line)) for seq, *line in self._database.execute(sql, (*values, after, most))]

    def refusals(self, most: int = 20) -> list[Refusal]:
        return self._refusals.listed(most)

    def dead(self, most: int = 1_000) -> list[DeadLetter]:
        return dead_letters(self._database, most)

    def outside(self, *, source: str | None = None, type: str | None = None, most: int = 20) -> list[JsonObject]:
        """Events from outside, the newest first."""
        only = [(column, value) for column, value in (("source", source), ("type", type)) if value is not None]
        where = f"WHERE {' AND '.join(f'{column} = ?' for column, _ in only)}" if only else ""
        sql = f"SELECT body FROM outside {where} ORDER BY seq DESC LIMIT ?"
        return [orjson.loads(body) for (body,) in self._database.execute(sql, (*(value for _, value in only), most))]


def _at_work(state: TaskState, record: TaskRecord | None) -> TaskState:
    if state.final or record is None:
        return state
    return _AT_WORK.get(record.state, state)


def run_state(record: RunRecord) -> RunState:
    """A run's state as its record has it, in the words of the view."""
    match record.state:
        case Stand.QUEUED:
            return RunState.REQUESTED
        case Stand.OPEN:
            return RunState.RUNNING
        case Stand.ENDED:
            assert record.end is not None, "an ended run has its end"
            return RunState(record.end.value)


def _stands(state: RunState) -> tuple[str, str]:
    match state:
        case RunState.REQUESTED:
            return "state != 'ended' AND state = ?", Stand.QUEUED.value
        case RunState.RUNNING:
            return "state != 'ended' AND state = ?", Stand.OPEN.value
        case _:
            return '"end" = ?', state.value
