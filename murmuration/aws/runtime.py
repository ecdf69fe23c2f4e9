"""The runtime: one attempt in a Lambda. Call the function or the action, and turn whatever happens into an outcome.

What must always hold
  1. It raises nothing, whatever is raised in there.
  2. It comes back before Lambda ends the invocation, early enough to record how the attempt ended.
  3. What the function changed of the process (environment, working directory, loggers, streams) is put back.
  4. No secret stands in what it prints, logs or fails with.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import orjson
from pydantic import JsonValue

from events.ledger import Millis
from events.ports import Clock
from handlers.task import Hold, Work
from murmuration.aws.alarm import OutOfTime, within
from murmuration.functions.answer import encode
from murmuration.functions.failure import Failure, failure
from murmuration.sdk.artifacts import Artifacts, Store
from murmuration.sdk.context import Context
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status, TaskError

if TYPE_CHECKING:
    from handlers.actions.masking import Masking

MARGIN_MS: Final[Millis] = 10_000
"""What is left of the invocation when an attempt has used its time up: to record that, and to say it."""
_SMALLEST_MARGIN_MS: Final[Millis] = 500


class Waits(NamedTuple):
    """What an action gives back that is to wait without a Lambda."""

    until: Millis


Call = Callable[[Work, Context], object]
Tell = Callable[[Work, float, str], None]


class Done(NamedTuple):
    result: Outcome | Hold
    effects: tuple[JsonObject, ...] = ()
    """Events of the task's own, said if this attempt counts."""


class FilesOfAttempt(Store, Protocol):
    def clear(self) -> None:
        """The attempt is over: what was fetched for it is in nobody's hands."""
        ...


class Runtime:
    def __init__(self, call: Call, files: FilesOfAttempt, clock: Clock, tell: Tell | None = None) -> None:
        self._call = call
        self._files = files
        self._clock = clock
        self._tell = tell

    def run(self, work: Work, invocation_ends: Millis) -> Done:
        now = self._clock.now()
        latest = invocation_ends - margin(invocation_ends - now)
        ends = min(now + work.timeout, work.run.deadline, latest)
        context = self._context(work, ends)
        try:
            with _Listening(work.settings.secrets):
                output = within((ends - now) / 1000, lambda: self._call(work, context))
                if isinstance(output, Waits):
                    return Done(Hold(output.until, "timer"))
                text = encode(output)
                effects: tuple[JsonObject, ...] = tuple(orjson.loads(encode(context.emitted(), "emitted")))
                return _done(work, orjson.loads(text), effects)
        except OutOfTime:
            return Done(_out_of_time(work, now, ends))
        except BaseException as error:  # SystemExit, KeyboardInterrupt, and what an author derives from it
            return Done(_failed(work, failure(error)))
        finally:
            self._files.clear()

    def _context(self, work: Work, ends: Millis) -> Context:
        run, node = work.run.id, work.node
        tell = self._tell
        return Context(
            run=run,
            pipeline=work.loaded.reference,
            task=node.name,
            attempt=work.attempt,
            idempotency_key=work.idempotency_key,
            variables=work.settings.variables,
            secrets=work.settings.secrets,
            artifacts=Artifacts(self._files, f"{run}/{node.name}/{work.attempt}"),
            ends_ms=ends,
            function=node.task.function or node.task.action or "",
            token=work.token if node.task.callback else "",
            _tell=None if tell is None else lambda share, message: tell(work, share, message),
        )


def margin(left: Millis) -> Millis:
    """A Lambda of somebody's own may have a few seconds in all."""
    return min(MARGIN_MS, max(_SMALLEST_MARGIN_MS, left // 10))


def masking(secrets: JsonObject) -> Masking | None:
    """None where there is nothing to hide."""
    if not secrets:
        return None
    from handlers.actions.masking import Masking

    return Masking(map(str, secrets.values()))


def _out_of_time(work: Work, began: Millis, ends: Millis) -> Outcome:
    if ends == began + work.timeout:
        told = f"The attempt took longer than its timeout of {work.timeout / 1000:g} s and was ended."
    elif ends == work.run.deadline:
        told = "The attempt was ended at its run's deadline."
    else:
        told = f"The attempt was ended after {(ends - began) / 1000:g} s: Lambda would have ended it a moment later."
    return Outcome.failed("Timeout", told)


def _done(work: Work, output: JsonValue, effects: tuple[JsonObject, ...]) -> Done:
    """Without the secrets of the project: what it gives back and says is kept, shown and sent on."""
    mask = masking(work.settings.secrets)
    if mask is None:
        return Done(Outcome.succeeded(output), effects)
    masked: list[JsonObject] = []
    for effect in effects:
        value = mask.value(effect)
        assert isinstance(value, dict), "an object stays one"
        masked.append(value)
    return Done(Outcome.succeeded(mask.value(output)), tuple(masked))


def _failed(work: Work, told: Failure) -> Outcome:
    mask = masking(work.settings.secrets)
    if mask is None:
        return Outcome(status=Status.FAILED, error=TaskError(type=told.type, message=told.message, detail=told.detail))
    detail: JsonValue = mask.value(told.detail)
    assert isinstance(detail, dict), "an object stays one"
    return Outcome(
        status=Status.FAILED, error=TaskError(type=told.type, message=mask.text(told.message), detail=detail)
    )


class _Listening:
    """Around user code. What it costs where there are no secrets: a copy of the environment."""

    def __init__(self, secrets: JsonObject) -> None:
        self._masking = masking(secrets)

    def __enter__(self) -> None:
        self._environment = dict(os.environ)
        self._folder = os.open(".", os.O_RDONLY)
        root = logging.root
        self._logging = (root.level, list(root.handlers), root.manager.disable)
        root.setLevel(logging.INFO)
        self._masked = None
        if self._masking is not None:
            from murmuration.aws.masked import Masked

            self._masked = Masked(self._masking)
            self._masked.begin()

    def __exit__(self, *_: object) -> None:
        if self._masked is not None:
            self._masked.end()
        root = logging.root
        level, handlers, disabled = self._logging
        root.setLevel(level)
        root.handlers[:] = handlers
        logging.disable(disabled)
        os.fchdir(self._folder)
        os.close(self._folder)
        if os.environ != self._environment:
            os.environ.clear()
            os.environ.update(self._environment)
