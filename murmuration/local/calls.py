"""Calls: how other threads of the owner's process have it change something. A source of the engine's loop.

    another thread                    the engine
      puts a call down, wakes it        takes all that were put down, does what each asks for,
      waits for its answer              all in the transaction of a step; answers once that is committed

What must always hold:
  1. An answer is given after the commit that it tells of, never before.
  2. A step that is undone leaves its calls to be taken again. One that raised is refused then, and the others are done.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from concurrent.futures import Future
from typing import Final, NamedTuple

from events.ledger import Millis
from handlers.acting import Refused, refusal
from murmuration.local.database import Database
from murmuration.local.requests import Answers, NoAnswer
from schemas.model import JsonObject

_MOST: Final = 2_000
_PATIENCE_S: Final = 60.0


class _Call(NamedTuple):
    kind: str
    body: JsonObject
    answer: Future[JsonObject]


class Calls:
    def __init__(self, database: Database, answers: Answers) -> None:
        self._answers = answers
        self._waiting: deque[_Call] = deque()
        self._taken: list[tuple[_Call, JsonObject]] = []
        self._failed: dict[int, Exception] = {}
        self._undone = False
        self._closed = False
        self._lock = threading.Lock()
        self._heard, self._bell = socket.socketpair()
        self._heard.setblocking(False)
        self._bell.setblocking(False)
        database.keep(self)
        database.committed.append(self._committed)

    # any thread

    def ask(self, kind: str, body: JsonObject) -> Future[JsonObject]:
        """The answer, or `Refused`, once what it tells of is durable."""
        answer: Future[JsonObject] = Future()
        with self._lock:
            if self._closed:
                answer.set_exception(_gone())
                return answer
            self._waiting.append(_Call(kind, body, answer))
        with contextlib.suppress(BlockingIOError):  # its buffer is full of calls: it will look
            self._bell.send(b"!")
        return answer

    def done(self, kind: str, body: JsonObject) -> JsonObject:
        return self.ask(kind, body).result(_PATIENCE_S)

    # the engine's thread

    def fileno(self) -> int:
        return self._heard.fileno()

    def next_due(self, now: Millis) -> Millis | None:
        self._forgotten()
        with contextlib.suppress(BlockingIOError):
            while True:
                self._heard.recv(4096)
        return now if self._waiting else None

    def take(self, now: Millis) -> int:
        self._forgotten()
        for _ in range(min(len(self._waiting), _MOST)):
            call = self._waiting.popleft()
            # Beside its answer at once: what is undone is put back from there.
            self._taken.append((call, {}))
            self._taken[-1] = (call, self._answered(call))
        return len(self._taken)

    def flush(self) -> None:
        """Everything is written at once."""

    def forget(self) -> None:
        self._waiting.extendleft(call for call, _ in reversed(self._taken))
        self._taken.clear()
        self._undone = True

    def close(self) -> None:
        with self._lock:
            self._closed = True
        for call in (*(call for call, _ in self._taken), *self._waiting):
            call.answer.set_exception(_gone())
        self._waiting.clear()
        self._taken.clear()
        self._heard.close()
        self._bell.close()

    def _answered(self, call: _Call) -> JsonObject:
        if (wrong := self._failed.pop(id(call.answer), None)) is not None:
            told = f"it cannot be done: {type(wrong).__name__}: {wrong}"
            return {"refused": refusal(NoAnswer(told, advice="The server's log says more"))}
        try:
            return self._answers.answer(call.kind, call.body)
        except Exception as failed:
            self._failed[id(call.answer)] = failed
            raise

    def _committed(self) -> None:
        taken, self._taken = self._taken, []
        for call, told in taken:
            if not call.answer.set_running_or_notify_cancel():
                continue
            refused, done = told.get("refused"), told.get("done")
            if isinstance(refused, dict):
                call.answer.set_exception(Refused(refused))
            else:
                assert isinstance(done, dict), "an answer is done or refused"
                call.answer.set_result(done)

    def _forgotten(self) -> None:
        if self._undone:
            self._undone = False
            self._answers.undone()


def _gone() -> NoAnswer:
    return NoAnswer("the server is about to end", advice="murmur up goes on with what it left")
