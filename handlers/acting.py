"""Acting: how a command changes a stack, wherever it is, and what may be asked of one. Each backend has one `Acting`.

    run             a run of what is published           cancel, rerun    a run; settle: a task of it that waits
    run-document    a run of a document that is not
    emit            an event from outside                pause, resume    a pipeline
                                                         redrive, drop    what the bus gave up on

The workspace's own owner is asked for more (`murmuration.local.desk`). A refusal is an answer, in the three parts of every error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

from pydantic import JsonValue, ValidationError

from events.ports import Unavailable
from schemas.errors import MurmurationError
from schemas.model import JsonObject, Model
from schemas.outcome import Outcome, Status, TaskError

if TYPE_CHECKING:
    from events.ledger import RunRecord
    from events.ports import Refusal
    from handlers.reading import Reading


class NothingWaits(MurmurationError):
    code = "nothing-waits"


class DidNotStart(MurmurationError):
    code = "did-not-start"


class GoesOn(Unavailable):
    """What was asked is being done, and takes longer than whoever asked can wait. Asked again, it is found done."""

    code = "goes-on"


class CannotBeRead(MurmurationError):
    code = "bad-request"

    @classmethod
    def of(cls, wrong: ValidationError) -> Self:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong.errors())
        return cls(f"the request cannot be read: {told}")


class Refused(MurmurationError):
    """The answer is no. It has the code that whoever answered gave."""

    code = "refused"

    def __init__(self, told: Mapping[str, JsonValue]) -> None:
        super().__init__(str(told.get("what")), where=str(told.get("where", "")), advice=str(told.get("advice", "")))
        self.reason = str(told.get("code", self.code))


def refusal(wrong: MurmurationError) -> JsonObject:
    return {"code": wrong.code, "what": wrong.what, "where": wrong.where, "advice": wrong.advice}


class Run(Model):
    pipeline: str
    input: JsonValue = None
    request: str
    """Its own id: asking twice is asking once."""


class RunDocument(Model):
    """A run of a document that is not published."""

    definition: JsonObject
    input: JsonValue = None
    request: str


class Emit(Model):
    source: str
    type: str
    detail: JsonObject
    id: str | None = None
    resources: tuple[str, ...] = ()


class Cancel(Model):
    run: str
    by: str
    reason: str = ""


class Settle(Model):
    """A callback: the task that waits under this token has succeeded, or failed."""

    run: str
    task: str
    token: str
    output: JsonValue = None
    error: TaskError | None = None

    @property
    def outcome(self) -> Outcome:
        if self.error is None:
            return Outcome.succeeded(self.output)
        return Outcome(status=Status.FAILED, error=self.error)

    def nothing_waits(self) -> NothingWaits:
        advice = "A token is that of one attempt, as its function was given it, and settles its task once"
        return NothingWaits(f"no task {self.task} of {self.run} waits under this token", advice=advice)


class Rerun(Model):
    run: str
    request: str
    from_failed: bool = False


class Named(Model):
    pipeline: str


class Redrive(Model):
    ids: tuple[str, ...] | None = None
    """All, when left out."""


class Drop(Model):
    ids: tuple[str, ...]


class Emitted(NamedTuple):
    """What came of an event, as far as it is known now."""

    event: str
    runs: Sequence[RunRecord]
    """Those that it has started."""
    refused: Sequence[Refusal]
    owed: Sequence[str] = ()
    """Triggers that hear it, and have not said yet what came of it."""


class Acting(Protocol):
    @property
    def where(self) -> JsonObject:
        """For programs: the target, and which one that is."""
        ...

    @property
    def alone(self) -> bool:
        """Nobody works there but this process."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def ask(self, kind: str, body: JsonObject) -> JsonObject:
        """Have it done. `Refused` says why not."""
        ...

    def emit(self, body: JsonObject) -> Emitted: ...

    def reading(self) -> Reading: ...

    def follow(self, over: Callable[[], bool]) -> None:
        """Until `over`, which is asked again whenever something may have changed."""
        ...
