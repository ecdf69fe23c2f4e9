"""An action: a task that is built in. A name, parameters, an output, and a function that does it.

How it works
  1. `registry.run` reads the parameters with the action's model: all mistakes at once, as `InvalidInput`.
  2. The action's `run` does the work through the ports of its `ActionContext`, and gives a JSON value back, or `Waiting`.
  3. What goes wrong is an `ActionFailed`; its `type` is what `retry.on` and conditions see.

What must always hold
  - An action may run twice: with the same `idempotency_key` its effect outside is the same one, where the outside can
    tell. So ids are derived from that key, and nothing is drawn by chance.
  - An action never outlives the time its task has left.
  - An action reaches only what the operator's settings allow: addresses by `Reach`, objects by `Buckets`, data by
    `Databases`. A pipeline's author is not the operator.
  - No message tells a secret: not a URL's path or query, not a password. The registry masks what slips through.
  - Importing an action imports neither a client nor TLS: cold starts pay for what runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from textwrap import dedent
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from pydantic import JsonValue

from events.outside import OutsideEvent
from schemas.errors import MurmurationError
from schemas.model import JsonObject, Model
from schemas.outcome import TaskError

if TYPE_CHECKING:
    from handlers.actions.addresses import Reach
    from handlers.actions.databases import Databases
    from handlers.actions.mail_server import MailServer


class Fault(StrEnum):
    """Why built-in actions fail. `fail` and what a called function raises bring types of their own."""

    INVALID_INPUT = "InvalidInput"
    VALIDATION_FAILED = "ValidationFailed"
    EXPRESSION_FAILED = "ExpressionFailed"
    TIMEOUT = "Timeout"
    REFUSED = "Refused"
    CONNECTION_FAILED = "ConnectionFailed"
    HTTP_ERROR = "HttpError"
    TOO_MANY_REDIRECTS = "TooManyRedirects"
    TOO_LARGE = "TooLarge"
    NOT_FOUND = "NotFound"
    BAD_CONTENT = "BadContent"
    SQL_ERROR = "SqlError"
    MAIL_ERROR = "MailError"
    NOT_CONFIGURED = "NotConfigured"


MEANINGS: Mapping[Fault, str] = {
    Fault.INVALID_INPUT: "A parameter is missing, unknown or of the wrong kind. Trying again does not help.",
    Fault.VALIDATION_FAILED: "The data is not what the schema asks for; `detail.problems` lists every mistake.",
    Fault.EXPRESSION_FAILED: "The expression cannot be answered for this data.",
    Fault.TIMEOUT: "It took longer than `timeout`, or than the task has left.",
    Fault.REFUSED: "The settings do not allow it: a private address, a reserved source, a path outside the data folder.",
    Fault.CONNECTION_FAILED: "The name could not be resolved, nobody answered, or the connection broke.",
    Fault.HTTP_ERROR: "The answer has a status that is not expected; `detail.status` and `detail.body` tell it.",
    Fault.TOO_MANY_REDIRECTS: "One redirect led to the next for too long.",
    Fault.TOO_LARGE: "There is more data than the limit lets through.",
    Fault.NOT_FOUND: "There is no such object, bucket, function or database.",
    Fault.BAD_CONTENT: "The object is not of the format that was asked for.",
    Fault.SQL_ERROR: "The database refused the statement.",
    Fault.MAIL_ERROR: "The mail server refused; `detail.code` is its answer, `detail.temporary` says if later may help.",
    Fault.NOT_CONFIGURED: "Something that the operator sets up is not there: a mail server, a database's driver.",
}


class ActionFailed(MurmurationError):
    """The attempt failed, and `type` says in which way."""

    code = "action-failed"

    def __init__(
        self, type: str, what: str, *, where: str = "", advice: str = "", detail: JsonObject | None = None
    ) -> None:
        self.type = str(type)
        self.detail: JsonObject = detail or {}
        super().__init__(what, where=where, advice=advice)

    def error(self) -> TaskError:
        """As the task's outcome tells it."""
        return TaskError(type=self.type, message=str(self), detail=self.detail)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not done, and nobody need stay for it: the task waits without a worker until the time has come.

    The task function holds the task with this due time and sets a timer; when it fires, `output` is the task's output.
    It follows from the due time alone, so that nothing else need be kept meanwhile.
    """

    until: datetime

    @property
    def output(self) -> JsonObject:
        time = self.until.astimezone(UTC).isoformat(timespec="milliseconds")
        return {"waited_until": time.replace("+00:00", "Z")}


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What is known of a stored object without reading it."""

    bucket: str
    key: str
    size: int
    etag: str = ""
    content_type: str = ""


class Buckets(Protocol):
    """The project's buckets. Keys never lead out of their bucket; a write is whole or not there.

    An adapter raises `ActionFailed` with `NotFound`, `TooLarge` or `Refused`; nothing of its vendor comes through.
    """

    def head(self, bucket: str, key: str) -> ObjectInfo | None: ...

    def read(self, bucket: str, key: str, limit: int) -> bytes:
        """The whole object; `TooLarge` where it has more than `limit` bytes."""
        ...

    def write(self, bucket: str, key: str, content: bytes | Iterable[bytes], content_type: str) -> ObjectInfo:
        """Where the chunks end in an exception, nothing is written."""
        ...

    def copy(self, bucket: str, key: str, to_bucket: str, to_key: str) -> ObjectInfo: ...

    def delete(self, bucket: str, key: str) -> bool:
        """True if it was there."""
        ...


class StoredArtifacts(Protocol):
    """What other tasks left by reference."""

    def get(self, reference: str) -> bytes: ...


class Functions(Protocol):
    """Functions by name: the workspace's own, or Lambdas."""

    def invoke(self, function: str, payload: JsonValue, timeout_ms: int) -> JsonValue:
        """What it gave back. What it raised is an `ActionFailed` of the type that it raised."""
        ...


class ActionContext(Protocol):
    """What an action may know and use. The backends make one per attempt."""

    @property
    def run(self) -> str: ...
    @property
    def task(self) -> str: ...
    @property
    def attempt(self) -> int: ...
    @property
    def idempotency_key(self) -> str:
        """The same over all attempts."""
        ...

    @property
    def secrets(self) -> Mapping[str, str]:
        """The values that were filled into the parameters: never to be told in a message."""
        ...

    @property
    def buckets(self) -> Buckets: ...
    @property
    def artifacts(self) -> StoredArtifacts: ...
    @property
    def functions(self) -> Functions: ...
    @property
    def databases(self) -> Databases: ...
    @property
    def reach(self) -> Reach: ...
    @property
    def mail(self) -> MailServer | None:
        """The operator's mail server, for mails that name none."""
        ...

    def now(self) -> datetime: ...

    def remaining_ms(self) -> int: ...

    def emit(self, event: OutsideEvent) -> None:
        """Collected, and sent when the task is settled; never when the attempt fails."""
        ...


P = TypeVar("P", bound=Model)


@dataclass(frozen=True, slots=True)
class Action(Generic[P]):
    name: str
    description: str
    """In sentences, for the page and the designer. The first one stands alone."""
    parameters: type[P]
    output: type[Model] | JsonObject
    """A model, or a JSON Schema where the output is the user's own."""
    run: Callable[[P, ActionContext], JsonValue | Waiting]
    example: str
    """One task in YAML, which the tests run as it stands."""
    faults: tuple[Fault, ...] = ()
    """How it may fail, `InvalidInput` apart: what `retry.on` may name."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "example", dedent(self.example).strip())


AnyAction = Action[Any]


def derived_id(context: ActionContext, purpose: str) -> str:
    """The same for every attempt of the same task of the same run; tells nothing about them."""
    return hashlib.sha256(f"{purpose}\n{context.idempotency_key}".encode()).hexdigest()[:32]
