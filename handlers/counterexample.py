"""A counterexample: why a task can never run, or a run never end, as something that can be drawn.

    cases     how tasks end in a run that comes as near as can be, which edges are live then, and the way along which it fails
    cycle     the edges of a circle

For a task that waits for what excludes itself there are two cases: the fork succeeds, and it fails. Conditions are taken to hold,
as the proof takes them (`schemas.liveness`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from events.interpret import Interpretation, interpret
from schemas.cases import Cases
from schemas.graph import Graph, find_cycles
from schemas.model import Model
from schemas.outcome import Outcome, Status
from schemas.pipeline import Edge, EdgeKind, Pipeline
from schemas.problem import Code
from schemas.wiring import Wiring

LARGEST: Final = 2_000
"""Tasks; nobody looks at more on a canvas."""
_CIRCLES: Final = frozenset({Code.CYCLE, Code.RUN_NEVER_ENDS, Code.SELF_EDGE})
_NEVER_RUNS: Final = frozenset({Code.JOIN_NEVER_OPENS, Code.CONTRADICTING_EDGES})
EXPLAINED: Final = _CIRCLES | _NEVER_RUNS


class Case(Model):
    outcomes: dict[str, Status]
    """Of the tasks that lead to it."""
    live: tuple[str, ...]
    dead: tuple[str, ...]
    """Edges, by id."""
    path: tuple[str, ...]
    """The edges along which it does not come about, the last one into the task."""


class Counterexample(Model):
    task: str
    cases: tuple[Case, ...] = ()
    cycle: tuple[str, ...] = ()


def counterexample(code: Code, task: str, pipeline: Pipeline) -> Counterexample | None:
    """None where there is nothing to draw, or nothing to draw it on."""
    if task not in pipeline.tasks or len(pipeline.tasks) > LARGEST:
        return None
    known = [edge for edge in pipeline.edges if edge.from_ in pipeline.tasks and edge.to in pipeline.tasks]
    if code in _CIRCLES:
        circle = _circle(task, pipeline.model_copy(update={"edges": tuple(known)}))
        return None if circle is None else Counterexample(task=task, cycle=circle)
    bare = {(edge.from_, edge.to, edge.on): edge.model_copy(update={"when": None}) for edge in known}
    plain = pipeline.model_copy(update={"edges": tuple(bare.values())})
    if code not in _NEVER_RUNS or find_cycles(plain) or any(edge.from_ == edge.to for edge in known):
        return None
    spelled = {edge.id: [one.id for one in known if _alike(one, edge)] for edge in plain.edges}
    found = tuple(_case(task, plain, outcomes, spelled) for outcomes in _tried(task, plain))
    return Counterexample(task=task, cases=found)


def _circle(task: str, pipeline: Pipeline) -> tuple[str, ...] | None:
    circles: list[tuple[str, ...]] = [(edge.from_,) for edge in pipeline.edges if edge.from_ == edge.to]
    circles += find_cycles(pipeline)
    found = next((one for one in circles if task in one), None)
    if found is None:
        return None
    ends = zip(found, (*found[1:], found[0]), strict=True)
    return tuple(next(edge.id for edge in pipeline.edges if (edge.from_, edge.to) == pair) for pair in ends)


def _tried(task: str, pipeline: Pipeline) -> Iterator[dict[str, Outcome]]:
    """Runs that do what the task demands, as far as its demands go together."""
    wiring, cases = Wiring(pipeline), Cases(Graph(pipeline))
    must = cases.must.get(task, 0)
    fork = cases.contradiction(must) or _forked(task, wiring)
    outcomes = {name: _usual(wiring.outgoing[name]) for name in pipeline.tasks}
    for name in cases.forks:
        if must & cases.success_of(name) << 1 and not must & cases.success_of(name):
            outcomes[name] = Outcome.failed("Error")
    if fork is None:
        yield outcomes
        return
    yield {**outcomes, fork: Outcome.succeeded()}
    yield {**outcomes, fork: Outcome.failed("Error")}


def _forked(task: str, wiring: Wiring) -> str | None:
    """A task into whose success and whose failure it waits at once."""
    kinds: dict[str, set[EdgeKind]] = {}
    for edge in wiring.incoming[task]:
        kinds.setdefault(edge.from_, set()).add(edge.on)
    return next((name for name, on in kinds.items() if {EdgeKind.SUCCESS, EdgeKind.FAILURE} <= on), None)


def _usual(out: Sequence[Edge]) -> Outcome:
    fails = bool(out) and all(edge.on is EdgeKind.FAILURE for edge in out)
    return Outcome.failed("Error") if fails else Outcome.succeeded()


def _case(task: str, pipeline: Pipeline, outcomes: dict[str, Outcome], spelled: dict[str, list[str]]) -> Case:
    wiring, end = Wiring(pipeline), interpret(pipeline, outcomes)
    before = {task}
    ahead = [task]
    while ahead:
        for edge in wiring.incoming[ahead.pop()]:
            if edge.from_ not in before:
                before.add(edge.from_)
                ahead.append(edge.from_)
    told = [edge for edge in pipeline.edges if edge.to in before]
    return Case(
        outcomes={
            name: end.outcomes[name].status for name in pipeline.tasks if name in before and name in end.outcomes
        },
        live=tuple(id_ for edge in told if end.edges.get(edge.id) for id_ in spelled[edge.id]),
        dead=tuple(id_ for edge in told if end.edges.get(edge.id) is False for id_ in spelled[edge.id]),
        path=tuple(spelled[edge.id][0] for edge in _way(task, wiring, end)),
    )


def _way(task: str, wiring: Wiring, end: Interpretation) -> list[Edge]:
    """From the task whose end decided it, along what was skipped because of it."""
    way: list[Edge] = []
    at: str | None = task
    while at is not None:
        dead = next((edge for edge in wiring.incoming[at] if end.edges.get(edge.id) is False), None)
        if dead is None:
            break
        way.append(dead)
        at = dead.from_ if end.outcomes[dead.from_].status is Status.SKIPPED else None
    return way[::-1]


def _alike(one: Edge, other: Edge) -> bool:
    return (one.from_, one.to, one.on) == (other.from_, other.to, other.on)
