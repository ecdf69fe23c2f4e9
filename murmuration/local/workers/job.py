"""What goes into the pool of workers and what comes out of it.

A `Job` is one attempt of one task. For every job that was submitted there comes exactly one `Finished`, whatever the
function does to its process; any number of `Printed` and `Progressed` come before it, in the order in which they were said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import orjson

from murmuration.functions.failure import Failure

if TYPE_CHECKING:
    from pydantic import JsonValue

    from schemas.model import JsonObject


class Kind(IntEnum):
    FUNCTION = 0
    """`functions/NAME/handler.py`."""
    ACTION = 1
    """A built-in action, by its name."""
    DESCRIBE = 2
    """Not an attempt: tells the JSON Schemas of a function, as its output."""


@dataclass(slots=True)
class JobContext:
    """Who asks: what a function reads from its `context`."""

    run: str
    task: str
    pipeline: str = ""
    attempt: int = 1
    idempotency_key: str = ""
    deadline: int | None = None
    """When the run ends, in milliseconds since 1970. The attempt's own timeout may end it earlier."""
    variables: JsonObject = field(default_factory=dict)
    secrets: JsonObject = field(default_factory=dict)
    settings: JsonObject = field(default_factory=dict)
    """The operator's, for a built-in action and for it alone: no function sees them."""
    token: str = ""
    """Settles the task later, where it says `callback: true`."""


@dataclass(slots=True)
class Job:
    id: int
    function: str
    parameters: JsonValue
    context: JobContext
    timeout_ms: int | None = None
    memory_mb: int | None = None
    cpu_seconds: int | None = None
    kind: Kind = Kind.FUNCTION


class Finished(NamedTuple):
    job_id: int
    seconds: float
    """How long it ran, without the time it waited for a worker."""
    failure: Failure | None = None
    text: bytes = b"null"
    """The output as JSON, when it is not in a file."""
    file: Path | None = None
    """Where an output lies, as JSON, that is too large for a message. It is the receiver's to move or to remove."""
    effects: tuple[JsonObject, ...] = ()
    """The events that the function wants said, should this attempt count."""
    peak_mb: float | None = None
    """The most memory that its worker has held, where that was looked at: for jobs of 10 ms and more."""
    waits_until_ms: int | None = None
    """An action that has not ended: the task waits until then, without a worker. Milliseconds since 1970. The output is
    `{"$waiting": time}` then; this field cannot be forged by an action's output, and that can."""

    @property
    def output(self) -> JsonValue:
        """Decoded anew with each call."""
        document: JsonValue = orjson.loads(self.text if self.file is None else self.file.read_bytes())
        return document


Stream = Literal["stdout", "stderr", "log"]


class Printed(NamedTuple):
    job_id: int
    stream: Stream
    level: str
    """Of a log record: `INFO`. Empty for what was printed."""
    text: str


class Progressed(NamedTuple):
    job_id: int
    fraction: float
    message: str


Report = Finished | Printed | Progressed
