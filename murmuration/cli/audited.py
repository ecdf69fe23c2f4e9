"""Acting, with a record of who did what: each change that a command asks for is in the audit log before it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from schemas.model import JsonObject

if TYPE_CHECKING:
    from handlers.acting import Acting, Emitted
    from handlers.audit import Audit
    from handlers.reading import Reading

OPERATIONS: Final[Mapping[str, str]] = {
    "publish": "pipeline.publish",
    "activate": "pipeline.activate",
    "unpublish": "pipeline.unpublish",
    "pause": "pipeline.pause",
    "resume": "pipeline.pause",
    "run": "run.start",
    "run-document": "run.define",
    "cancel": "run.cancel",
    "rerun": "run.rerun",
    "settle": "task.settle",
    "redrive": "letter.redrive",
    "replay": "archive.replay",
}
"""What is asked of a stack, in the words of who may do it. Events from outside are in the archive, and not here."""
_OF_PIPELINES: Final = frozenset({"publish", "activate", "unpublish", "pause", "resume", "run", "run-document"})


class AuditedActing:
    """`audit` is made when something is asked for; `actor` is who did it."""

    def __init__(self, acting: Acting, audit: Callable[[], Audit], actor: str) -> None:
        self._acting = acting
        self._audit = audit
        self._actor = actor

    @property
    def where(self) -> JsonObject:
        return self._acting.where

    @property
    def alone(self) -> bool:
        return self._acting.alone

    def __enter__(self) -> Self:
        self._acting.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        self._acting.__exit__(kind, wrong, at)

    def ask(self, kind: str, body: JsonObject) -> JsonObject:
        operation = None if body.get("dry_run") else OPERATIONS.get(kind)
        if operation is None:
            return self._acting.ask(kind, body)
        about = _about(kind, body)
        project = only_project(about) if kind in _OF_PIPELINES else ""
        with self._audit().of(self._actor, operation, ", ".join(about), project=project) as entry:
            told = self._acting.ask(kind, body)
            if not project:
                entry.project = only_project([str(told.get("pipeline", ""))])
            entry.after({"asked": kind, **told})
            return told

    def emit(self, body: JsonObject) -> Emitted:
        return self._acting.emit(body)

    def reading(self) -> Reading:
        return self._acting.reading()

    def follow(self, over: Callable[[], bool]) -> None:
        self._acting.follow(over)


def _about(kind: str, body: JsonObject) -> list[str]:
    """Names of what it is about. Of a settled task never its token, of a run never its input."""
    match kind, body:
        case "run-document", {"definition": dict(definition)}:
            return [_named(definition)]
        case "publish", {"pipelines": list(documents)}:
            return [_named(one) for one in documents if isinstance(one, dict)]
        case "activate", {"version": str(version)}:
            return [version]
        case "unpublish", {"pipelines": list(names)}:
            return [str(name) for name in names]
        case "settle", {"run": str(run), "task": str(task)}:
            return [f"{run}/{task}"]
        case "redrive", {"ids": list(ids)}:
            return [str(one) for one in ids]
        case "replay", _:
            return [str(body.get("name", ""))]
        case _:
            return [str(body.get("pipeline") or body.get("run") or "")]


def _named(document: JsonObject) -> str:
    return f"{document.get('project')}/{document.get('pipeline')}"


def only_project(pipelines: Iterable[str]) -> str:
    """The one that all of them are in; empty where there are several, or where none is known yet."""
    found = {name.partition("/")[0] for name in pipelines if "/" in name}
    return found.pop() if len(found) == 1 else ""
