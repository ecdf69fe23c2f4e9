"""What one run asks of AWS: events, write units, messages and all the rest, told from the pipeline alone.

The run is simulated through its own rules, so deliveries are those that would travel. What each costs is written down here
once, as the handlers and adapters do it:

    start       the pointer read; the run's item and two index entries (3 writes); run.started
    delivery    one invocation; the run read; its edge noted on the gate, where more than one leads in
    attempt     a claim; the outcome or the retry; the run read again
    event       64 KB of EventBridge; a message to the projector; an item in the view
    last word   where no other task is certain to follow: the projector asks whether the run is over
    end         the end, and that it was told (3 writes); every outcome looked up in the view; who hears of it. It is the projector
                that finds it, and it tells itself: no message, unless a trigger listens and the bus is used

What is not counted: a function's first start, what it reads once and keeps, repeats (at least once is mostly once), sweeps of
healthy runs (none under a minute), and what users' code itself calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from events.event import EventType
from events.expressions import Template
from events.ports import Published
from events.rules import Surroundings, compile_rules
from events.simulation import Given, Simulation, simulate
from handlers.loaded import Loaded
from schemas.outcome import Outcome, Status
from schemas.pipeline import Pipeline
from schemas.version import Version

INLINE_KB: Final = 8.0
"""A larger output lies in S3."""
BATCH: Final = 10
"""Messages that a function takes at once, under load. One alone costs three requests instead of 1.2."""
NARROW: Final = 32
"""Edges that one item of a gate holds."""
_EDGE_BYTES: Final = 13
_START_WRITES: Final = 3
_END_WRITES: Final = 3
_END_READS: Final = 3
"""Who hears of it, asked of two items; and the version's."""
_A_LOOK: Final = 8
"""Beside the run: whether a task is at work, and where none is, all tasks. In a wide run one mostly is."""
_READ_BYTES: Final = 4_096
_TASK_BYTES: Final = 420
"""A settled task's item."""
_OWN_KB: Final = 0.25
"""What an outcome's item has beside the output."""
_LOG_LINE_KB: Final = 0.5
_S3: Final[Mapping[str, tuple[int, int]]] = {
    "s3.read": (0, 1),
    "s3.write": (1, 0),
    "s3.copy": (1, 1),
    "s3.delete": (0, 0),
}
"""Writes and reads of an action."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a document does not say."""

    output_kb: float = 0.5
    task_seconds: float = 0.1
    """What a task's own work takes."""
    own_seconds: float = 0.06
    """What we take beside it, of a warm function: five calls to AWS, mostly waiting."""
    memory_gb: float = 0.5


@dataclass(frozen=True, slots=True)
class Calls:
    """Of one run."""

    tasks: int
    attempts: int
    events: int
    writes: int
    reads: float
    messages: int
    requests: float
    """To queues: what sends the messages, and what takes them out again in batches."""
    invocations: float
    gb_seconds: float
    puts: int
    gets: int
    log_kb: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What costs an event only where the bus is used for it."""

    start: bool = False
    """The run is started by an event that somebody puts for it. S3's own, a schedule, a webhook and a call are free."""
    end: bool = False
    """Somebody's trigger listens for the end."""


def calls_of(
    pipeline: Pipeline,
    answers: Mapping[str, Sequence[Outcome]] | None = None,
    assumed: Assumed = Assumed(),
    heard: Heard = Heard(),
) -> Calls:
    """Without `answers` every task succeeds and every condition holds: the dearest run without a failure."""
    return _Counting(pipeline, answers, assumed, heard).calls()


def played(pipeline: Pipeline, answers: Mapping[str, Sequence[Outcome]] | None) -> tuple[Pipeline, Simulation]:
    """What would happen, and in which pipeline: one without conditions where nobody says what outputs hold."""
    of = pipeline if answers is not None else _unconditional(pipeline)
    surroundings = Surroundings(buckets={one.s3.bucket: one.s3.bucket for one in of.triggers.values() if one.s3})
    plan = compile_rules(Version(pipeline=of, number=1), surroundings=surroundings)
    return of, simulate(plan, surroundings, {}, answers or {})


def _unconditional(pipeline: Pipeline) -> Pipeline:
    edges = {(edge.from_, edge.to, edge.on): edge.model_copy(update={"when": None}) for edge in pipeline.edges}
    return pipeline.model_copy(update={"edges": tuple(edges.values())})


class _Counting:
    def __init__(
        self, pipeline: Pipeline, answers: Mapping[str, Sequence[Outcome]] | None, assumed: Assumed, heard: Heard
    ) -> None:
        self.pipeline, self.simulated = played(pipeline, answers)
        self.loaded = Loaded(Published(Version(pipeline=self.pipeline, number=1)))
        self.given = self.simulated.given
        self.attempts = sum(len(one.attempts) for one in self.given)
        # A retry and a wait are asked for again, by a timer, and say what they do straight to the projector.
        self.again = self.attempts - len(self.given) + sum(self._waits(one) for one in self.given)
        self.reached = [one for step in self.simulated.steps for fired in step.fired for one in fired.reached]
        self.on_the_bus = len(self.simulated.steps) + self.again
        self.assumed = assumed
        self.heard = heard

    def calls(self) -> Calls:
        assumed = self.assumed
        messages = self.on_the_bus + self.again + self.heard.end
        sends = messages + self.again
        functions = 1 + len(self.reached) + 2 * self.again
        batches = messages / BATCH
        seconds = (functions + batches) * assumed.own_seconds + self.attempts * assumed.task_seconds
        puts, gets = self._objects()
        return Calls(
            tasks=len(self.given),
            attempts=self.attempts,
            events=self.on_the_bus + self.heard.start + self.heard.end,
            writes=self._writes(messages + (not self.heard.end)),
            reads=self._reads(),
            messages=messages,
            requests=sends + 2 * sends / BATCH,
            invocations=functions + batches,
            gb_seconds=seconds * assumed.memory_gb,
            puts=puts,
            gets=gets,
            log_kb=_LOG_LINE_KB * (functions + batches),
        )

    def _writes(self, kept: int) -> int:
        """The run's start and end, its tasks, its gates, and every event of it in the view."""
        skipped = sum(step.says is EventType.TASK_SKIPPED for step in self.simulated.steps)
        further = sum(self._further_units(one) for one in self.given)
        tasks = 2 * self.attempts + sum(self._waits(one) for one in self.given) + skipped + further
        return _START_WRITES + _END_WRITES + tasks + self._noted() + kept

    def _reads(self) -> int:
        """Consistent ones; each of an item of up to 4 KB."""
        start = 1
        deliveries = len(self.reached) + self.again
        ends = self.attempts + sum(self._waits(one) for one in self.given)
        looks = sum(not self.loaded.leads_on(one.task, one.outcome.status) for one in self.given)
        told = len(self.simulated.steps)
        pages = ceil(len(self.given) * _TASK_BYTES / _READ_BYTES)
        return (
            start + deliveries + ends + self._parameters() + looks * (1 + min(3 * pages, _A_LOOK)) + told + _END_READS
        )

    def _waits(self, one: Given) -> int:
        task = self.pipeline.tasks[one.task]
        return int(task.callback or task.action == "wait")

    def _noted(self) -> int:
        """Edges that meet others at a gate. A wide one tells upward what is complete, and freezes its edges in items of their own."""
        incoming = self.loaded.wiring.incoming
        noted = sum(len(reached.edges) for reached in self.reached if len(incoming[reached.task]) > 1)
        widths = [len(incoming[one.task]) for one in self.given]
        wide = [width for width in widths if width > NARROW]
        return noted + sum(ceil(width / NARROW) + ceil(width * _EDGE_BYTES / 1_024) for width in wide)

    def _parameters(self) -> int:
        """Outcomes that parameters name, beside the one that the event brings."""
        count = 0
        for one in self.given:
            named = self._named(one)
            brought = any(edge.from_ in named for edge in self.loaded.wiring.incoming[one.task])
            count += len(named) - brought
        return count

    def _named(self, one: Given) -> set[str]:
        references = Template.parse(self.pipeline.tasks[one.task].with_).references()
        return {reference.task for reference in references if reference.task is not None}

    def _large(self, one: Given) -> bool:
        return self.assumed.output_kb > INLINE_KB and one.outcome.status is Status.SUCCEEDED

    def _further_units(self, one: Given) -> int:
        """An outcome's, beyond the first. A large one lies in S3."""
        kb = _OWN_KB + (0.0 if self._large(one) else self.assumed.output_kb)
        return ceil(kb) - 1

    def _objects(self) -> tuple[int, int]:
        """What actions write and read in buckets; and outputs that are too large for the table, or for the view's items."""
        puts = gets = 0
        for one in self.given:
            of_action = _S3.get(self.pipeline.tasks[one.task].action or "", (0, 0))
            aside = self._large(one) or self._further_units(one) > 0
            puts += of_action[0] + aside
            gets += of_action[1] + sum(self.assumed.output_kb > INLINE_KB for _ in self._named(one))
        return puts, gets
