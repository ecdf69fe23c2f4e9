"""Requests: how other processes have the owner of a workspace change something.

    the asking process               the owner's engine
      inserts a row, wakes it          takes the open rows, does what each asks for and writes the answer,
      looks for the answer             all in the transaction of a step

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
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import orjson
from pydantic import JsonValue

from events.ledger import Millis
from events.ports import Unavailable
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


class Refused(MurmurationError):
    """The owner's answer is no. It has the code that the owner gave."""

    code = "refused"

    def __init__(self, told: Mapping[str, JsonValue]) -> None:
        super().__init__(str(told.get("what")), where=str(told.get("where", "")), advice=str(told.get("advice", "")))
        self.reason = str(told.get("code", self.code))


class Inbox:
    """The owner's end. Belongs into its loop: `fileno` is readable when `take` may have something."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bell = WakeUp(database.path.parent)

    def fileno(self) -> int:
        return self._bell.fileno()

    def take(self) -> list[Request]:
        """Those that nobody has answered, the oldest first. Never blocks."""
        self._bell.drain()
        sql = "SELECT id, kind, body, at FROM requests WHERE answer IS NULL ORDER BY seq LIMIT ?"
        rows = self._database.execute(sql, (_MOST,)).fetchall()
        return [Request(id_, kind, orjson.loads(body), at) for id_, kind, body, at in rows]

    def answer(self, request: Request, answer: JsonObject) -> None:
        """Inside the transaction that does what was asked for."""
        self._write(request, {"done": answer})

    def refuse(self, request: Request, wrong: MurmurationError) -> None:
        self._write(request, {"refused": refusal(wrong)})

    def is_late(self, request: Request, now: Millis) -> bool:
        """Whoever asked is gone by now."""
        return now - request.at > PATIENCE_S * 1000

    def close(self) -> None:
        self._bell.close()

    def _write(self, request: Request, answer: JsonObject) -> None:
        sql = "UPDATE requests SET answer = ? WHERE id = ? AND answer IS NULL"
        self._database.execute(sql, (orjson.dumps(answer), request.id))
        self._database.execute("DELETE FROM requests WHERE seq <= (SELECT max(seq) FROM requests) - ?", (KEPT,))


def refusal(wrong: MurmurationError) -> JsonObject:
    return {"code": wrong.code, "what": wrong.what, "where": wrong.where, "advice": wrong.advice}


class Letter:
    """The asking end: one request, from its insertion until its answer."""

    def __init__(self, database: Path, kind: str, body: JsonObject) -> None:
        self._path = database
        self.id = secrets.token_hex(16)
        try:
            self._connection = sqlite3.connect(database, isolation_level=None, timeout=10)
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


class NoAnswer(Unavailable):
    code = "no-answer"
