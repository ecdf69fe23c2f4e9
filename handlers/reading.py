"""Reading: what people look at in a stack, wherever it is. Each backend has one `Reading`; the verbs know no other.

Runs are listed newest first. A run is shown as the fold of its events and what follows from it (`events.fold`,
`events.derive`); that a task is at work right now is read from its claim, which no event announces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, NamedTuple, Protocol, Self

from pydantic import JsonValue

from events.derive import derive
from events.event import Event
from events.fold import fold_all
from events.ledger import Millis, RunRecord, TaskRecord
from events.ledger import RunState as Stand
from events.ledger import TaskState as Claimed
from events.ports import Published, Refusal
from handlers.operations import is_own
from schemas.errors import MurmurationError
from schemas.model import JsonObject
from schemas.run import Picture, RunState, RunView, TaskState

_AT_WORK: Final = {
    Claimed.CLAIMED: TaskState.RUNNING,
    Claimed.RETRYING: TaskState.RETRYING,
    Claimed.WAITING: TaskState.WAITING,
}

Progress = Mapping[tuple[str, str], tuple[float, str]]
"""By run and task: the share that is done, and what the task says of it."""


class Sought(NamedTuple):
    """Which runs are listed. Whoever looks for few among many is shown what some way back has, and how to go on."""

    pipeline: str | None = None
    projects: Collection[str] | None = None
    """None for all."""
    state: RunState | None = None
    since: Millis | None = None
    """Started then or later."""
    until: Millis | None = None
    """Started then or earlier."""
    text: str = ""
    """In the run's id, its pipeline, trigger, origin or reason, whatever its case."""
    ids: Collection[str] = ()
    """What the text stands for by itself: these are found wherever they are."""

    def among(self, known: Iterable[str]) -> list[str]:
        """Those of these pipelines whose runs are listed. Of the system's own only where they are asked for by name."""
        known = [name for name in known if not is_own(name)] if self.pipeline is None else [self.pipeline]
        return [name for name in known if self.projects is None or name.partition("/")[0] in self.projects]

    def takes(self, run: RunRecord) -> bool:
        if self.state is not None and run_state(run) is not self.state:
            return False
        if (self.since is not None and run.started < self.since) or (
            self.until is not None and run.started > self.until
        ):
            return False
        text = self.text.casefold()
        said = (run.id, run.pipeline, run.trigger, run.origin, run.reason)
        return not text or run.id in self.ids or any(text in one.casefold() for one in said)


EVERY_RUN: Final = Sought()


class Heard(NamedTuple):
    """Events of a run, in the order in which they were heard."""

    events: Sequence[Event]
    after: str
    """The place behind them, where to go on; it stays one, whoever is asked."""
    over: bool
    """The run has ended and this was the last."""


class BadPlace(MurmurationError):
    code = "bad-cursor"

    def __init__(self, given: str) -> None:
        super().__init__(f"{given[:80]!r} is no place that was told here", advice="Send `next` as it came, or nothing")


class NothingYet(MurmurationError):
    code = "nothing-yet"


class Page(NamedTuple):
    """Runs, the newest first."""

    runs: Sequence[RunRecord]
    more: str | None
    """The id before which the next page is; None where nothing is left to look at."""


@dataclass(frozen=True, slots=True)
class Shown:
    """All there is to see of a run."""

    record: RunRecord
    published: Published
    events: Sequence[Event]
    view: RunView
    picture: Picture
    tasks: Mapping[str, TaskRecord]
    """What the ledger has of those that were ever claimed."""

    @property
    def states(self) -> Mapping[str, TaskState]:
        return self.picture.tasks


@dataclass(frozen=True, slots=True)
class Line:
    """What a function printed or logged."""

    run: str
    task: str
    attempt: int
    at: Millis
    stream: str
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Logged:
    seq: int
    line: Line


@dataclass(frozen=True, slots=True)
class DeadLetter:
    id: str
    to: str
    told: JsonValue
    event: JsonObject
    tries: int
    """0 where nobody has counted."""
    why: str


class Reading(Protocol):
    last_lines_s: float
    """So much later than a run's end its last line may come."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def whenever_changed(self) -> Iterator[None]:
        """Now, and whenever something may have changed: time is news, too."""
        ...

    def pipeline(self, given: str) -> str:
        """What a person means by a name (`handlers.naming`)."""
        ...

    def run(self, given: str) -> str: ...

    def known(self) -> Sequence[str]:
        """Pipelines that may have runs."""
        ...

    def live(self) -> Sequence[str]:
        """Pipelines with an active version."""
        ...

    def active(self, pipeline: str) -> Published | None: ...

    def record(self, run: str) -> RunRecord | None:
        """By its whole id."""
        ...

    def page(self, sought: Sought = EVERY_RUN, *, before: str | None = None, most: int = 20) -> Page:
        """Bounded work: where few are found among many it may be short, and still have more."""
        ...

    def show(self, run: str) -> Shown: ...

    def progress(self, run: str) -> Progress:
        """What its tasks at work say of themselves."""
        ...

    def has_ended(self, run: str) -> bool:
        """Cheaper than a closer look."""
        ...

    def events(self, run: str) -> Sequence[Event]: ...

    def heard(self, run: str, after: str = "", most: int = 1_000) -> Heard:
        """What was heard since. `BadPlace` for what is none."""
        ...

    def rules(self, published: Published) -> list[JsonObject]: ...

    def logs(self, run: str, task: str | None = None, *, after: int = 0) -> Sequence[Logged]:
        """Some of the lines after that one, in order; none when there are no more for now."""
        ...

    def refusals(
        self, most: int = 20, pipelines: Collection[str] | None = None, *, until: Millis | None = None
    ) -> Sequence[Refusal]:
        """Triggers that matched and started nothing, the latest first; of these pipelines, or of all; up to that moment."""
        ...

    def dead(self) -> Sequence[DeadLetter]:
        """What could not be delivered, the oldest first."""
        ...


def shown(record: RunRecord, published: Published, events: Sequence[Event], tasks: Mapping[str, TaskRecord]) -> Shown:
    view = fold_all(RunView(record.id, record.reference), events)
    picture = derive(view, published.version.pipeline)
    if record.end is None:
        states = {name: _at_work(state, tasks.get(name)) for name, state in picture.tasks.items()}
        picture = replace(picture, tasks=states)
    return Shown(record, published, events, view, picture, tasks)


def run_state(record: RunRecord) -> RunState:
    """A run's state as its record has it, in the words of the view."""
    match record.state:
        case Stand.QUEUED:
            return RunState.REQUESTED
        case Stand.OPEN:
            return RunState.RUNNING
        case Stand.ENDED:
            assert record.end is not None, "an ended run has its end"
            return RunState(record.end.value)


def _at_work(state: TaskState, record: TaskRecord | None) -> TaskState:
    if state.final or record is None:
        return state
    return _AT_WORK.get(record.state, state)
