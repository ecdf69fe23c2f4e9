"""Branches that exclude each other, joined by a gate that needs both: a fork by conditions, and further down `join: all`.

For every task it is worked out which edges with a condition are live in each of its runs: those into it that it cannot do
without, and what their own tasks could not do without. Where two of them leave one task and no value meets both
conditions, the task can never run. Success against failure is the business of the liveness proof, and two edges
between the same two tasks that of `contradictions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from events.check.conditions import Condition, read_condition
from events.check.contradictions import MOST_COMPARED, excluded
from events.check.subject import Subject
from schemas.facts import Bits, told_by_any
from schemas.gate import needed
from schemas.pipeline import Edge, EdgeKind
from schemas.problem import Code

_MOST_EDGES = 200
"""Of one task; of more that it cannot do without the first are compared."""


def check_exclusions(subject: Subject) -> None:
    edges = [edge for at, edge in enumerate(subject.pipeline.edges) if edge.when and at not in subject.dead_conditions]
    found = _Exclusions(subject, list({edge.id: edge for edge in edges}.values()))
    for task in subject.graph.order if found.edges else ():
        found.look(task)


class _Exclusions:
    def __init__(self, subject: Subject, edges: list[Edge]) -> None:
        self.edges = edges
        self._subject = subject
        self._bit: dict[str, Bits] = {edge.id: 1 << at for at, edge in enumerate(edges)}
        self._everything: Bits = (1 << len(edges)) - 1
        self._must: dict[str, Bits] = {}
        """By task: the edges with a condition that are live in each of its runs."""
        self._conditions: dict[str, Condition] = {}
        self._compared: dict[tuple[str, str], str] = {}
        self._left = MOST_COMPARED

    def look(self, task: str) -> None:
        join, into = self._subject.pipeline.tasks[task].join, self._subject.graph.wiring.incoming[task]
        need = needed(join, len(into))
        told = [self._must[edge.from_] | self._bit.get(edge.id, 0) for edge in into]
        self._must[task] = told_by_any(need, ((bits, 1) for bits in told), self._everything) if need <= len(into) else 0
        if task in self._subject.contradicted or task in self._subject.doubtful_gates:
            self._must[task] = 0
            return
        # A branch alone was looked at before: here two come together.
        if len(into) > 1 and (pair := self._excluding(self._must[task])):
            self._tell(task, *pair)

    def _excluding(self, must: Bits) -> tuple[Edge, Edge, str] | None:
        by_task: dict[str, list[Edge]] = {}
        for edge in _chosen(self.edges, must):
            by_task.setdefault(edge.from_, []).append(edge)
        for edges in by_task.values():
            for one, other in combinations(edges[:_MOST_EDGES], 2):
                if field := self._apart(one, other):
                    return one, other, field
        return None

    def _apart(self, one: Edge, other: Edge) -> str:
        known = self._compared.get((one.id, other.id))
        if known is not None or {one.on, other.on} == {EdgeKind.SUCCESS, EdgeKind.FAILURE}:
            return known or ""
        first, second = self._condition(one), self._condition(other)
        self._left -= len(first.cases) * len(second.cases)
        found = excluded(first, second) if self._left >= 0 else ""
        self._compared[one.id, other.id] = found
        return found

    def _condition(self, edge: Edge) -> Condition:
        if edge.id not in self._conditions:
            self._conditions[edge.id] = read_condition(edge.on, edge.when)
        return self._conditions[edge.id]

    def _tell(self, task: str, one: Edge, other: Edge, field: str) -> None:
        self._subject.contradicted.add(task)
        self._must[task] = 0
        path = ("tasks", task, "join")
        self._subject.add(
            Code.CONTRADICTING_EDGES,
            path if self._subject.source.has(path) else path[:-1],
            f"{task} can never run: it waits for what comes after {one} and for what comes after {other}, and no {field} "
            "can match both conditions",
            "Write join: any to run after whichever it was, or join: settled once all are decided",
            key=True,
        )


def _chosen(edges: list[Edge], bits: Bits) -> Iterator[Edge]:
    while bits:
        yield edges[(bits & -bits).bit_length() - 1]
        bits &= bits - 1
