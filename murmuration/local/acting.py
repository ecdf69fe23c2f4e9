"""Acting: how a command changes a workspace. Its owner is asked; where it has none, the command owns it while it acts.

A command that acts alone does what it was asked for in one transaction, and lets the view hear of it; tasks are left to
whoever works. Only `follow` works: then the command is the server, until what it waits for has come.

When the owner goes while it is asked, the request is taken back and done here: an answer was committed or it was not.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from events.ports import Unavailable
from handlers.acting import Emitted, Refused
from murmuration.local.database import translated
from murmuration.local.owner import Ownership, holder, own
from murmuration.local.reading import Reading
from murmuration.local.requests import PATIENCE_S, Letter, NoAnswer
from murmuration.workspace import Workspace
from schemas.model import JsonObject

if TYPE_CHECKING:
    # Who only asks never loads what does the work.
    from murmuration.local.database import Synchronous
    from murmuration.local.desk import Desk
    from murmuration.local.server import Server
    from murmuration.local.stack import Stack

_TRY_TO_OWN_S: Final = 0.25
_LOOK_S: Final = 0.05
_FIRST_MOMENTS_S: Final = 5.0


class Acting:
    def __init__(
        self, workspace: Workspace, what: str, *, durability: Synchronous = "FULL", workers: int | None = None
    ) -> None:
        self.workspace = workspace
        self._what = what
        self._durability: Synchronous = durability
        self._workers = workers
        self._ownership: Ownership | None = own(workspace.state, what)
        self._stack: Stack | None = None
        self._desk: Desk | None = None
        self._server: Server | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        self._close()
        if isinstance(wrong, sqlite3.DatabaseError):
            raise translated(wrong, self.workspace.database) from wrong

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._stack is not None:
            self._stack.close()
        if self._ownership is not None:
            self._ownership.close()

    @property
    def where(self) -> JsonObject:
        return {"target": "local", "workspace": str(self.workspace.root)}

    @property
    def alone(self) -> bool:
        """No server is there: what is not followed here waits for one."""
        return self._ownership is not None

    def ask(self, kind: str, body: JsonObject) -> JsonObject:
        """Have it done. `Refused` says why not."""
        if self._ownership is None:
            told = self._asked(kind, body)
            if told is not None:
                return told
        return self._done(kind, body)

    def emit(self, body: JsonObject) -> Emitted:
        id_ = str(self.ask("emit", body)["event"])
        with self.reading() as reading:
            return reading.came_of(id_)

    def reading(self) -> Reading:
        return Reading(self.workspace.state)

    def follow(self, over: Callable[[], bool]) -> None:
        """Until `over`, which is asked again whenever something may have changed."""
        if self._ownership is None:
            self._watch(over)
            return
        self.serve().run(over)

    def serve(self) -> Server:
        """Be the one who works, from now on."""
        assert self._ownership is not None, "only the owner works"
        if self._server is None:
            from murmuration.local.server import Server

            self._server = Server(self.workspace, self._open(), self._at_desk(), workers=self._workers)
        return self._server

    # asking the owner

    def _asked(self, kind: str, body: JsonObject) -> JsonObject | None:
        """None where the owner has gone without an answer, and this is the owner now."""
        letter = self._letter(kind, body)
        if letter is None:
            return None
        started = tried = time.monotonic()
        with letter:
            while time.monotonic() - started < PATIENCE_S / 2:
                told = letter.look()
                if told is not None:
                    return told
                if time.monotonic() - tried > _TRY_TO_OWN_S:
                    tried = time.monotonic()
                    self._ownership = own(self.workspace.state, self._what)
                    if self._ownership is not None:
                        return None if letter.withdraw() else letter.look()
            letter.withdraw()
        there = holder(self.workspace.state)
        told_by = f"process {there.process} ({there.what})" if there else "the owner"
        raise NoAnswer(f"{told_by} has not answered for {PATIENCE_S / 2:.0f} s", advice="Stop it and try again")

    def _letter(self, kind: str, body: JsonObject) -> Letter | None:
        """Patient with an owner who has only just begun, and has no database yet. None where this is the owner now."""
        until = time.monotonic() + _FIRST_MOMENTS_S
        while True:
            try:
                return Letter(self.workspace.database, kind, body)
            except Unavailable:
                if time.monotonic() > until:
                    raise
            time.sleep(_LOOK_S)
            self._ownership = own(self.workspace.state, self._what)
            if self._ownership is not None:
                return None

    def _watch(self, over: Callable[[], bool]) -> None:
        with Reading(self.workspace.state) as reading:
            checked = time.monotonic()
            for _ in reading.whenever_changed():
                if over():
                    return
                if time.monotonic() - checked > 1:
                    checked = time.monotonic()
                    if holder(self.workspace.state) is None:
                        raise NoAnswer("the server has gone", advice="murmur up goes on with what it left")

    # acting alone

    def _done(self, kind: str, body: JsonObject) -> JsonObject:
        stack, desk = self._open(), self._at_desk()
        with stack.database.transaction():
            answer = desk.answer(kind, body)
            desk.hear()
        refused, done = answer.get("refused"), answer.get("done")
        if isinstance(refused, dict):
            raise Refused(refused)
        assert isinstance(done, dict), "an answer is done or refused"
        return done

    def _open(self) -> Stack:
        if self._stack is None:
            from murmuration.local.server import open_stack

            self._stack = open_stack(self.workspace, self._durability)
        return self._stack

    def _at_desk(self) -> Desk:
        if self._desk is None:
            from murmuration.local.desk import Desk

            self._desk = Desk(self._open())
        return self._desk
