"""Liveness: the proof, at publish, over all outcomes, that each task can run in some case and that every run ends.

That every run ends takes no search. Lemma: without cycles, once every task that runs has its outcome, every gate has
decided. Proof: take the tasks in topological order. When all edges into a task are decided, its gate has decided, whatever
its join (`events.joins`, rule 2); so the task is skipped or runs, has its outcome, and decides all edges out of it. A task
that runs has its outcome in time, since the run's deadline bounds callbacks and timers too. Only a cycle can make
tasks wait for each other, and that is what `RUN_NEVER_ENDS` says.

That each task can run is proven by `schemas.cases`. Each mistake is told once, at the task that has it, as a story: what
the task waits for, and why no run can bring that about. Where the proof would take too long, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import assert_never

from schemas.cases import Cases, Why, live_when
from schemas.graph import Graph, find_cycles
from schemas.pipeline import Edge, EdgeKind, Pipeline
from schemas.problem import Code, Path


@dataclass(frozen=True, slots=True)
class Finding:
    code: Code
    task: str
    story: str
    path: Path


def prove(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Nothing to find is the proof. Works on any document whose edges name known tasks."""
    circles: list[tuple[str, ...]] = [(edge.from_,) for edge in pipeline.edges if edge.from_ == edge.to]
    circles += find_cycles(pipeline)
    if circles:
        return tuple(_never_ends(circle) for circle in dict.fromkeys(circles))
    cases = Cases(Graph(pipeline))
    after = _after(cases)
    return tuple(_never_runs(task, cases, after[task]) for task in pipeline.tasks if task in cases.never)


def _never_ends(circle: tuple[str, ...]) -> Finding:
    first, *others = circle
    waits = ", which waits for ".join(f"`{task}`" for task in (*reversed(others), first))
    return Finding(Code.RUN_NEVER_ENDS, first, f"the run can never end: `{first}` waits for {waits}", ("tasks", first))


def _never_runs(task: str, cases: Cases, after: Sequence[str]) -> Finding:
    match cases.never[task]:
        case Why.TOO_FEW:
            why = _too_few(task, cases)
        case Why.CONTRADICTION:
            why = _contradiction(task, cases)
        case Why.NO_CASE:
            why = _no_case(task, cases)
        case other:
            assert_never(other)
    then = f"; nor can {_listed(after)}, which {'waits' if len(after) == 1 else 'wait'} for it" if after else ""
    return Finding(Code.JOIN_NEVER_OPENS, task, f"`{task}` can never run: {why}{then}", ("tasks", task))


def _too_few(task: str, cases: Cases) -> str:
    edges, need, most = cases.graph.wiring.incoming[task], cases.need(task), cases.most_live(task)
    if need > len(edges):
        return f"it waits for {need} edges, and only {len(edges)} {'leads' if len(edges) == 1 else 'lead'} to it"
    impossible = [edge for edge in edges if not live_when(edge)]
    if impossible and (need == len(edges) or most == 0):
        return f"it waits for {_awaited(impossible[0])}, and no outcome has what that condition asks for"
    if need < len(edges):
        return f"it waits for {_wanted(task, cases)}, and a run sees at most {most} of them"
    excluding = ((one, other) for one, other in combinations(edges, 2) if one.from_ == other.from_)
    one, other = next(pair for pair in excluding if not live_when(pair[0]) & live_when(pair[1]))
    return f"it waits for {_awaited(one)} and for {_awaited(other)}, and a run sees only one of the two"


def _contradiction(task: str, cases: Cases) -> str:
    fork = cases.contradiction(cases.must[task])
    assert fork is not None, f"{task} demands nothing contradictory"
    edges = cases.edges(task)
    if_succeeded = next(edge for edge in edges if cases.told(edge) & cases.success_of(fork))
    if_failed = next(edge for edge in edges if cases.told(edge) & cases.success_of(fork) << 1)
    whichever = "" if cases.need(task) == len(edges) else f"{_wanted(task, cases)}; among them always "
    one, other = _only_if(if_succeeded, fork, "succeeds"), _only_if(if_failed, fork, "fails")
    return f"it waits for {whichever}{one} and for {other}, and a run sees only one of the two"


def _no_case(task: str, cases: Cases) -> str:
    edges, odd = cases.graph.wiring.incoming[task], cases.odd.get(task)
    if odd is None or cases.need(task) < len(edges):
        return f"it waits for {_wanted(task, cases)}, and whichever tasks before it fail, that does not come true"
    others = _listed([_awaited(edge) for edge in edges if edge is not odd])
    return f"it waits for {_awaited(odd)}, and no run has that together with what else it waits for: {others}"


def _only_if(edge: Edge, fork: str, ends: str) -> str:
    return _awaited(edge) if edge.from_ == fork else f"{_awaited(edge)} (it runs only if `{fork}` {ends})"


def _wanted(task: str, cases: Cases) -> str:
    edges, need = cases.graph.wiring.incoming[task], cases.need(task)
    every = [_awaited(edge) for edge in edges]
    return _listed(every) if need == len(edges) else f"{need} of these {len(edges)}: {_listed(every)}"


def _awaited(edge: Edge) -> str:
    match edge.on:
        case EdgeKind.SUCCESS:
            return f"`{edge.from_}` to succeed"
        case EdgeKind.FAILURE:
            return f"`{edge.from_}` to fail"
        case EdgeKind.COMPLETION:
            return f"`{edge.from_}` to end"
        case _:
            assert_never(edge.on)


def _listed(words: Sequence[str], most: int = 4) -> str:
    if len(words) > most:
        return f"{', '.join(words[: most - 1])} and {len(words) - most + 1} more"
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _after(cases: Cases) -> dict[str, list[str]]:
    """By task with a mistake: those that can never run because of it, in order."""
    blame = {task: task for task in cases.never}
    after: dict[str, list[str]] = {task: [] for task in cases.never}
    for task in cases.graph.order:
        if task not in blame and cases.most_live(task, but=blame) < cases.need(task):
            cause = next(blame[edge.from_] for edge in cases.edges(task) if edge.from_ in blame)
            blame[task] = cause
            after[cause].append(f"`{task}`")
    return after
