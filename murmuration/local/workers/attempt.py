"""One attempt in a worker: find the code, make the context, call, and turn whatever happens into an answer."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from murmuration.functions import calling, folder, loading
from murmuration.functions.answer import encode
from murmuration.functions.failure import Failure, failure
from murmuration.local.workers.job import Kind
from murmuration.local.workers.store import Folders
from murmuration.sdk.artifacts import Artifacts
from murmuration.sdk.context import Context

if TYPE_CHECKING:
    from pydantic import JsonValue

    from murmuration.local.workers.nursery import Inheritance
    from schemas.model import JsonObject

_TRUST_NS: Final = 5_000_000
"""While many jobs wait, the folder of a function is looked at this often; else before every run."""

Body = tuple[
    int, str, "JsonValue", int | None, int | None, int | None,
    str, str, str, int, str, int | None, dict[str, "JsonValue"], dict[str, "JsonValue"],
    dict[str, "JsonValue"], str,
]  # fmt: skip
"""kind, name, parameters, timeout, memory, cpu; run, pipeline, task, attempt, idempotency key, deadline, variables, secrets, settings, token"""


class Until(NamedTuple):
    """What an action gives back that is to wait without a worker."""

    ms: int


class Answer(NamedTuple):
    text: bytes
    failure: Failure | None = None
    effects: bytes = b""
    waits: bool = False
    """Not done: it is to wait until then, in milliseconds since 1970, without a worker."""


class Surroundings(NamedTuple):
    """What a built-in action may need of the machine it runs on."""

    settings: JsonObject
    """The operator's, as they came with the job."""
    places: Inheritance
    invoke: Callable[[str, JsonValue, Context], object]


RunAction = Callable[[str, "JsonValue", Context, Surroundings], object]


class Attempts:
    """What a worker keeps between attempts: the functions it has loaded."""

    def __init__(self, places: Inheritance, tell: Callable[[float, str], None]) -> None:
        self._places = places
        self._actions = places.actions
        self._workspace = places.workspace
        self._functions = f"{places.workspace}/functions"
        self._store = Folders(places.artifacts, places.buckets)
        self._tell = tell
        self._shelf = loading.Shelf()
        self._handlers: dict[str, calling.Handler] = {}
        self._looked: dict[str, int] = {}

    def run(self, body: Body, started_ns: int, many: bool) -> Answer:
        """`many` says that other jobs wait. Raises nothing, whatever the function raises."""
        context: Context | None = None
        try:
            kind, name, parameters = body[:3]
            context = self._context(body)
            if kind == Kind.FUNCTION:
                output = self._handler(name, started_ns, many)(parameters, context)
            elif kind == Kind.ACTION:
                output = self._action(name, parameters, context, body[14])
                if isinstance(output, Until):
                    return Answer(str(output.ms).encode(), waits=True)
            else:
                output = self._describe(name)
            text = encode(output)
            events = context.emitted()
            return Answer(text, None, encode(events, "emitted") if events else b"")
        except BaseException as error:  # SystemExit, KeyboardInterrupt, and what an author derives from it
            return Answer(b"", failure(error, body[4]))
        finally:
            self._shelf.keep()

    def _context(self, body: Body) -> Context:
        _, name, _, timeout, _, _, run, pipeline, task, attempt, key, deadline, variables, secrets, _, token = body
        ends = deadline
        if timeout is not None:
            own = time.time_ns() // 1_000_000 + timeout
            ends = own if ends is None else min(own, ends)
        artifacts = Artifacts(self._store, f"{run}/{task}/{attempt}")
        return Context(run, pipeline, task, attempt, key, variables, secrets, artifacts, ends, name, token, self._tell)

    def _handler(self, name: str, now: int, many: bool) -> calling.Handler:
        """The function as it lies in its folder now; loaded anew when that has changed."""
        handler = self._handlers.get(name)
        place = f"{self._functions}/{name}"
        if handler is not None:
            if not many or now - self._looked[name] >= _TRUST_NS:
                self._looked[name] = now
                handler = handler if self._is_current(place) else None
            self._shelf.open(place)
        if handler is None:
            self._handlers.pop(name, None)
            folder.find(Path(self._workspace), name)
            handler = self._handlers[name] = calling.handler(self._shelf.load(place))
            self._looked[name] = now
        return handler

    def _is_current(self, place: str) -> bool:
        try:
            return self._shelf.is_current(place)
        except FileNotFoundError:
            return False

    def _action(self, name: str, parameters: JsonValue, context: Context, settings: JsonObject) -> object:
        """A built-in action. Their package is imported by the first attempt that needs it."""
        self._shelf.open("")
        run: RunAction = importlib.import_module(self._actions).run
        return run(name, parameters, context, Surroundings(settings, self._places, self._invoke))

    def _invoke(self, name: str, payload: JsonValue, context: Context) -> object:
        """A function of the workspace, called by an action: within the action's attempt."""
        try:
            return self._handler(name, 0, False)(payload, context)
        finally:
            self._shelf.keep()

    def _describe(self, name: str) -> object:
        found = folder.find(Path(self._workspace), name)
        self._handlers.pop(name, None)
        return calling.schema(self._shelf.load(str(found.folder)))
