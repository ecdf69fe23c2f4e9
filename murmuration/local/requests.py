"""Requests: how other processes have the owner of a workspace change something.

    the asking process               the owner's engine
      inserts a row, wakes it          takes the open rows, does what each asks for and writes the answer,
      looks for the answer             all in the transaction of a step; a source of its loop

What must always hold:
  1. A request is done and answered in one transaction: it is done once, or not at all.
  2. A request that was withdrawn before it was taken is never done; one that is older than anybody waits is refused.
  3. A refusal is an answer, in the three parts of every error.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, Self

import orjson

from events.ledger import Millis
from events.ports import Unavailable
from handlers.acting import Refused, refusal
from murmuration.local.database import Database, translated
from murmuration.local.wakeup import WakeUp, wake
from schemas.errors import MurmurationError
from schemas.model import JsonObject

PATIENCE_S: Final = 60.0
"""Nobody waits longer for an answer."""
KEPT: Final = 10_000
"""So many requests stay behind, for whoever looks for an answer late."""
_MOST: Final = 500
_FIRST_LOOK_S: Final = 0.001
_LAST_LOOK_S: Final = 0.02
_CALL_AGAIN_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Request:
    id: str
    kind: str
    body: JsonObject
    at: Millis


class NoAnswer(Unavailable):
    code = "no-answer"


class Answers(Protocol):
    """Who does what is asked for."""

    def answer(self, kind: str, body: JsonObject) -> JsonObject:
        """Inside a transaction. A refusal is an answer too; what is raised undoes the transaction."""
        ...

    def undone(self) -> None:
        """A transaction was undone, and with it what was answered in it."""
        ...


class Inbox:
    """The owner's end, a source of its loop."""

    def __init__(self, database: Database, answers: Answers) -> None:
        self._database = database
        self._answers = answers
        self._bell = WakeUp(database.path.parent)
        self._called = True
        self._undone = False
        self._failed: dict[str, Exception] = {}
        database.keep(self)

    def fileno(self) -> int:
        return self._bell.fileno()

    def next_due(self, now: Millis) -> Millis | None:
        self._forgotten()
        self._called |= self._bell.drain()
        return now if self._called else None

    def take(self, now: Millis) -> int:
        """Do what was asked for, the oldest first, and answer it; all inside one transaction."""
        self._forgotten()
        self._called = False
        requests = self._open()
        for request in requests:
            self._write(request, self._answered(request, now))
        if requests:
            self._database.execute("DELETE FROM requests WHERE seq <= (SELECT max(seq) FROM requests) - ?", (KEPT,))
        return len(requests)

    def flush(self) -> None:
        """Everything is written at once."""

    def forget(self) -> None:
        self._called = self._undone = True

    def close(self) -> None:
        self._bell.close()

    def _forgotten(self) -> None:
        if self._undone:
            self._undone = False
            self._answers.undone()

    def _open(self) -> list[Request]:
        sql = "SELECT id, kind, body, at FROM requests WHERE answer IS NULL ORDER BY seq LIMIT ?"
        rows = self._database.execute(sql, (_MOST,)).fetchall()
        self._called |= len(rows) == _MOST
        return [Request(id_, kind, orjson.loads(body), at) for id_, kind, body, at in rows]

    def _answered(self, request: Request, now: Millis) -> JsonObject:
        if now - request.at > PATIENCE_S * 1000:
            return {"refused": refusal(NoAnswer("nobody waits for this any more", advice="Ask again"))}
        if (wrong := self._failed.pop(request.id, None)) is not None:
            told = f"it cannot be done: {type(wrong).__name__}: {wrong}"
            return {"refused": refusal(NoAnswer(told, advice="The server's log says more"))}
        try:
            return self._answers.answer(request.kind, request.body)
        except Exception as failed:
            # All of the step is undone now. When it is taken again, this one is refused and the others are done.
            self._failed[request.id] = failed
            raise

    def _write(self, request: Request, answer: JsonObject) -> None:
        sql = "UPDATE requests SET answer = ? WHERE id = ?"
        self._database.execute(sql, (orjson.dumps(answer), request.id))


class Letter:
    """The asking end: one request, from its insertion until its answer."""

    def __init__(self, database: Path, kind: str, body: JsonObject) -> None:
        self._path = database
        self.id = secrets.token_hex(16)
        try:
            place = f"{database.absolute().as_uri()}?mode=rw"  # never makes the file: that is its owner's
            self._connection = sqlite3.connect(place, uri=True, isolation_level=None, timeout=10)
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(
                "INSERT INTO requests (id, kind, body, at) VALUES (?, ?, ?, ?)",
                (self.id, kind, orjson.dumps(body), time.time_ns() // 1_000_000),
            )
        except sqlite3.DatabaseError as wrong:
            raise translated(wrong, database) from wrong
        self._called = 0.0
        self._wait = _FIRST_LOOK_S

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        with contextlib.suppress(MurmurationError):
            self.withdraw()
        self._connection.close()

    def look(self) -> JsonObject | None:
        """The answer, if it is there by now; `Refused` if that is what it says. Waits a moment first."""
        now = time.monotonic()
        if now - self._called > _CALL_AGAIN_S:
            wake(self._path.parent)
            self._called = now
        time.sleep(self._wait)
        self._wait = min(self._wait * 1.5, _LAST_LOOK_S)
        (answer,) = self._execute("SELECT answer FROM requests WHERE id = ?").fetchone() or (None,)
        if answer is None:
            return None
        told = orjson.loads(answer)
        if "refused" in told:
            raise Refused(told["refused"])
        done: JsonObject = told["done"]
        return done

    def withdraw(self) -> bool:
        """True if it will not be done."""
        return self._execute("DELETE FROM requests WHERE id = ? AND answer IS NULL").rowcount == 1

    def _execute(self, sql: str) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, (self.id,))
        except sqlite3.DatabaseError as wrong:
            raise translated(wrong, self._path) from wrong
