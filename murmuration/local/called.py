"""Acting from another thread of the owner's own process, such as the one that answers HTTP."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from handlers.acting import Emitted
from murmuration.local.calls import Calls
from murmuration.local.reading import Reading
from murmuration.workspace import Workspace
from schemas.model import JsonObject


class CalledActing:
    """`reading` belongs to the same thread, and is told to look anew after each change."""

    def __init__(self, workspace: Workspace, calls: Calls, reading: Reading) -> None:
        self._workspace = workspace
        self._calls = calls
        self._reading = reading

    @property
    def where(self) -> JsonObject:
        return {"target": "local", "workspace": str(self._workspace.root)}

    @property
    def alone(self) -> bool:
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        """Nothing is held open."""

    def ask(self, kind: str, body: JsonObject) -> JsonObject:
        try:
            return self._calls.done(kind, body)
        finally:
            self._reading.forget()

    def emit(self, body: JsonObject) -> Emitted:
        return self._reading.came_of(str(self.ask("emit", body)["event"]))

    def reading(self) -> Reading:
        return self._reading

    def follow(self, over: Callable[[], bool]) -> None:
        for _ in self._reading.whenever_changed():
            if over():
                return
