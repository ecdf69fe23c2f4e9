"""From an exception to why the attempt failed: a type that `retry.on` can name, a message, the author's part of the traceback."""

from __future__ import annotations

import linecache
import os
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

if TYPE_CHECKING:
    from schemas.model import JsonObject

_ROOT: Final = Path(__file__).parents[2]
_PRODUCT: Final = (
    *(f"{_ROOT / package}{os.sep}" for package in ("schemas", "events", "handlers", "murmuration")),
    "<frozen importlib",
)
_MESSAGE: Final = 4096
_FRAMES: Final = 24
_TRACEBACK: Final = 16_384


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed. `type` is what `retry.on` names; `detail` holds the traceback and what else is known."""

    type: str
    message: str = ""
    detail: JsonObject = field(default_factory=dict)

    @property
    def traceback(self) -> str:
        return str(self.detail.get("traceback", ""))


def failure(error: BaseException, memory_mb: int | None = None) -> Failure:
    """`error`, as the author should see it."""
    linecache.checkcache()
    detail: JsonObject = {}
    if not _is_told_by_action(error) and (text := _traceback(error)):
        detail["traceback"] = text
    extra = getattr(error, "detail", None)
    if isinstance(extra, dict):
        detail |= _readable(extra)
    return Failure(_type(error), _shorten(_message(error, memory_mb), _MESSAGE), detail)


def _is_told_by_action(error: BaseException) -> bool:
    """Nothing of the author's has run then, and what failed is in the message."""
    return type(error).__module__.startswith("handlers.actions.")


def _type(error: BaseException) -> str:
    """Actions name the kind of their failures themselves."""
    if isinstance(error, MemoryError):
        return "OutOfMemory"
    named = getattr(error, "type", None)
    if _is_told_by_action(error) and isinstance(named, str):
        return named
    return type(error).__name__


def _message(error: BaseException, memory_mb: int | None) -> str:
    match error:
        case MemoryError():
            held = f" {memory_mb} MB" if memory_mb else ""
            return f"The function needed more memory than its{held}. Give the task a larger `memory` (small, medium, large, huge)."
        case SystemExit():
            return f"The function called sys.exit({error.code!r}). Return a value, or raise an error, instead."
        case RecursionError():
            return f"{error}. The function calls itself without end."
        case _:
            try:
                return str(error)
            except Exception as broken:
                return f"(its message cannot be read: {type(broken).__name__})"


def _traceback(error: BaseException) -> str:
    try:
        told = traceback.TracebackException.from_exception(error, limit=-_FRAMES)
        _keep_own(told)
        if not told.stack and told.__cause__ is None:
            return ""
        return _shorten("".join(told.format()), _TRACEBACK)
    except Exception:  # an exception whose own methods raise
        return ""


def _keep_own(told: traceback.TracebackException | None) -> None:
    """Leave out the frames of the product and of the import system, here and in what caused it."""
    if told is None:
        return
    told.stack = traceback.StackSummary.from_list(
        [frame for frame in told.stack if not frame.filename.startswith(_PRODUCT)]
    )
    _keep_own(told.__cause__)
    _keep_own(told.__context__)


def _shorten(text: str, most: int) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= most else text[: most // 2] + "\n...\n" + text[-most // 2 :]


def _readable(extra: dict[object, object]) -> JsonObject:
    try:
        read: JsonObject = orjson.loads(orjson.dumps(extra))
    except TypeError:
        return {}
    return read
