"""The same graph in Step Functions, and what that would cost.

Standard counts "a state transition each time a step of your workflow is executed", retries included. For a graph that is:

    a task that runs      one for each attempt
    a fork                one: a Parallel state around what runs side by side, the start included
    conditions            one: a Choice state after a task whose edges have some
    a failure's edge      none: a Catch
    a join                none: the end of a Parallel

That is the smallest count. AWS's calculators and examples mostly count the start and the end besides: `with_ends`.

Express counts executions, and GB-seconds: 50 MB, the definition and the data, in steps of 64 MB, for as long as the run lasts, rounded
up to 100 ms. It may last five minutes, keeps no history, and may run a step twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from murmuration.cost.calls import Assumed, played
from murmuration.cost.prices import EXPRESS, EXPRESS_GB_SECOND, GB_SECOND, INVOCATION, TRANSITION
from schemas.outcome import Outcome
from schemas.pipeline import EdgeKind, Pipeline
from schemas.wiring import Wiring

STEP_SECONDS: Final = 0.03
"""What Step Functions takes between two states."""
LONGEST_SECONDS: Final = 300.0
_BASE_MB: Final = 50.0
_CHUNK_MB: Final = 64
_KB: Final = 1 / 1024


@dataclass(frozen=True, slots=True)
class Rival:
    transitions: int
    standard: float
    """Dollars for one run, transitions alone."""
    with_ends: float
    express: float
    """Executions and GB-seconds."""
    express_seconds: float
    too_long: bool
    """For Express."""
    compute: float
    """Lambda: the tasks' own work, the same in all."""


def rival(
    pipeline: Pipeline,
    answers: Mapping[str, Sequence[Outcome]] | None,
    assumed: Assumed,
) -> Rival:
    of, simulated = played(pipeline, answers)
    ran = {one.task: len(one.attempts) for one in simulated.given}
    transitions = sum(ran.values()) + _forks(of, set(ran)) + _choices(pipeline, set(ran))
    seconds = _longest_way(of, ran) * (assumed.task_seconds + STEP_SECONDS)
    billed = ceil(seconds * 10) / 10
    megabytes = _BASE_MB + len(pipeline.tasks) * _KB + len(ran) * assumed.output_kb * _KB
    chunks = ceil(megabytes / _CHUNK_MB) * _CHUNK_MB
    attempts = sum(ran.values())
    return Rival(
        transitions=transitions,
        standard=TRANSITION.times(transitions),
        with_ends=TRANSITION.times(transitions + 2),
        express=EXPRESS.times(1) + EXPRESS_GB_SECOND.times(billed * chunks / 1024),
        express_seconds=billed,
        too_long=billed > LONGEST_SECONDS,
        compute=INVOCATION.times(attempts) + GB_SECOND.times(attempts * assumed.task_seconds * assumed.memory_gb),
    )


def _forks(pipeline: Pipeline, ran: set[str]) -> int:
    """Where what runs goes on in two places at once."""
    wiring = Wiring(pipeline)
    roots = sum(root in ran for root in wiring.roots)
    after = [
        {edge.to for edge in wiring.outgoing[task] if edge.to in ran and edge.on is not EdgeKind.FAILURE}
        for task in ran
    ]
    return (roots > 1) + sum(len(one) > 1 for one in after)


def _choices(pipeline: Pipeline, ran: set[str]) -> int:
    return len({edge.from_ for edge in pipeline.edges if edge.when is not None and edge.from_ in ran})


def _longest_way(pipeline: Pipeline, ran: Mapping[str, int]) -> int:
    """Attempts one after the other."""
    wiring = Wiring(pipeline)
    known: dict[str, int] = {}
    # A pipeline without cycles is walked through in as many rounds as it is deep.
    left = list(ran)
    while left:
        waiting: list[str] = []
        for task in left:
            before = [edge.from_ for edge in wiring.incoming[task] if edge.from_ in ran]
            if all(one in known for one in before):
                known[task] = ran[task] + max((known[one] for one in before), default=0)
            else:
                waiting.append(task)
        left = waiting
    return max(known.values(), default=0)
