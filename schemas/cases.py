"""Cases: which tasks must succeed, and which must fail, for a task to run. What the liveness proof reasons with.

Whether a gate opens in the end depends on its live edges alone, and more of them never shut it. So one can reason as if
every condition held, and only one thing excludes another: a task that ran either succeeded or failed. A *case* is a set
of such demands, two bits for each *fork*, a task with edges that need its success and edges that need its failure. A case
that demands both of one fork contradicts itself. Demands on other tasks contradict nothing, and are left out.

For each task, in topological order:
  1. `must`: the demands that every case of the task shares. If they contradict each other, it can never run.
  2. One case, found greedily: the edges that demand least, one after the other. This settles almost every task.
  3. Else all smallest cases, over its ancestors, given `must`; if there is none, it can never run. Their number may grow
     exponentially, so the search is bounded, and where it gives up nothing is claimed of the task.
A task that can never run is then taken to run, so that what comes after it is not blamed for its mistake.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from enum import StrEnum
from typing import Final, assert_never

from pydantic import JsonValue

from schemas.facts import told_by_any
from schemas.gate import needed
from schemas.graph import Graph
from schemas.model import JsonObject
from schemas.outcome import Status
from schemas.pipeline import Edge, EdgeKind

Case = int
"""The fork at place i has to succeed: bit 2i. It has to fail: bit 2i + 1."""

WIDEST: Final = 64
"""So many cases of one task are followed at the most."""
MERGES: Final = 100_000
"""So many pairs of cases are looked at, for a whole pipeline."""

_SUCCESS = frozenset({Status.SUCCEEDED})
_FAILURE = frozenset({Status.FAILED})


class Why(StrEnum):
    """Why a task can never run."""

    TOO_FEW = "too few of its edges can be live in one run"
    CONTRADICTION = "one task would have to succeed and to fail"
    NO_CASE = "whichever way the forks end, too few of its edges are live"


class Cases:
    def __init__(self, graph: Graph, merges: int = MERGES) -> None:
        self.graph = graph
        self.never: dict[str, Why] = {}
        self.must: dict[str, Case] = {}
        self.odd: dict[str, Edge] = {}
        """By task without a case: an edge into it that is live in no case that `must` allows, if there is one."""
        self.forks = tuple(name for name in graph.order if _is_fork(graph.wiring.outgoing[name]))
        self._place = {name: at for at, name in enumerate(self.forks)}
        self._everything = (1 << 2 * len(self.forks)) - 1
        self._found: dict[str, Case] = {}
        self._merges = merges
        for name in graph.order:
            self._settle(name)

    def edges(self, task: str) -> list[Edge]:
        """The edges into it that can be live at all."""
        return [edge for edge in self.graph.wiring.incoming[task] if live_when(edge)]

    def need(self, task: str) -> int:
        return needed(self.graph.pipeline.tasks[task].join, self.graph.fan_in(task))

    def told(self, edge: Edge) -> Case:
        """The demands of every case in which the edge is live."""
        return self._known(edge.from_) | self.demand(edge)

    def contradiction(self, case: Case) -> str | None:
        """The first fork of which it demands both."""
        both = case & case >> 1 & self._everything // 3
        return self.forks[((both & -both).bit_length() - 1) // 2] if both else None

    def most_live(self, task: str, but: Container[str] = ()) -> int:
        """How many edges into it can be live in one run, at the most, if nobody in `but` runs."""
        return sum(times for from_, _, times in self._counted(task) if from_ not in but)

    def _settle(self, task: str) -> None:
        need = self.need(task)
        counted = [(told, times) for _, told, times in self._counted(task)]
        self.must[task] = told_by_any(need, counted, self._everything)
        if self.most_live(task) < need:
            self.never[task] = Why.TOO_FEW
        elif self.contradiction(self.must[task]) is not None:
            self.never[task] = Why.CONTRADICTION
        elif (found := self._greedy(task, need)) is not None:
            self._found[task] = found
        else:
            self._search(task)

    def _greedy(self, task: str, need: int) -> Case | None:
        case, live = self.must[task], 0
        for asked in sorted((self._asked(edge) for edge in self.edges(task)), key=int.bit_count):
            if live < need and self.contradiction(case | asked) is None:
                case, live = case | asked, live + 1
        return case if live == need else None

    def _asked(self, edge: Edge) -> Case:
        """By the case that was found for its task; contradictory where none was."""
        return self.demand(edge) | (0 if edge.from_ in self.never else self._found.get(edge.from_, self._everything))

    def _search(self, task: str) -> None:
        search = _Search(self, self.must[task], self._merges)
        cases = search.smallest_cases(task)
        self._merges = search.merges
        if cases:
            self._found[task] = self.must[task] | cases[0]
        elif not search.cut:
            self.never[task] = Why.NO_CASE
            self.odd.update((edge.to, edge) for edge in search.odd if edge.to == task)

    def _known(self, task: str) -> Case:
        return 0 if task in self.never else self.must[task]

    def demand(self, edge: Edge) -> Case:
        """What the edge demands of the task that it comes from."""
        when = live_when(edge)
        if edge.from_ not in self._place or len(when) > 1:
            return 0
        return self.success_of(edge.from_) << (when == _FAILURE)

    def success_of(self, fork: str) -> Case:
        return 1 << 2 * self._place[fork]

    def _counted(self, task: str) -> list[tuple[str, Case, int]]:
        """By task that it hears from: so many edges tell this. Of those that exclude each other only the larger part is
        live; it is counted twice, once for each part, so that each demand is missed by as many edges as can do without."""
        counted: list[tuple[str, Case, int]] = []
        sources: dict[str, list[Edge]] = {}
        for edge in self.edges(task):
            sources.setdefault(edge.from_, []).append(edge)
        for from_, edges in sources.items():
            on_success = [edge for edge in edges if live_when(edge) == _SUCCESS]
            on_failure = [edge for edge in edges if live_when(edge) == _FAILURE]
            more, fewer = sorted((on_success, on_failure), key=len, reverse=True)
            either = len(edges) - len(more)
            if either:
                counted.append((from_, self._known(from_), either))
            if len(more) > len(fewer):
                counted.append((from_, self.told(more[0]), len(more) - len(fewer)))
        return counted


class _Search:
    """All smallest cases of a task, but for the demands that are given. `cut`: there may be more than were followed."""

    def __init__(self, cases: Cases, given: Case, merges: int) -> None:
        self.merges = merges
        self.cut = False
        self.odd: list[Edge] = []
        self._cases = cases
        self._given = given

    def smallest_cases(self, task: str) -> list[Case]:
        wanted = self._cases.graph.ancestors(task) | {task}
        found: dict[str, list[Case]] = {}
        for name in self._cases.graph.order:
            if name in wanted:
                found[name] = [0] if name in self._cases.never else self._opened(name, found)
        return found[task]

    def _opened(self, task: str, found: dict[str, list[Case]]) -> list[Case]:
        """`table[n]`: the cases in which n of the edges looked at so far are live."""
        need, edges = self._cases.need(task), self._cases.edges(task)
        table: list[list[Case]] = [[0], *([] for _ in range(need))]
        for at, edge in enumerate(edges):
            asked = self._agreeing(case | self._cases.demand(edge) for case in found[edge.from_])
            if not asked:
                self.odd.append(edge)
            too_few = need - (len(edges) - at)
            for live in range(min(at, need - 1), max(too_few, 0) - 1, -1):
                self.merges -= len(table[live]) * len(asked)
                if self.merges < 0:
                    self.cut = True
                    return []
                both = self._agreeing(one | other for one in table[live] for other in asked)
                table[live + 1] = self._smallest(table[live + 1] + both)
        return table[need]

    def _agreeing(self, cases: Iterable[Case]) -> list[Case]:
        given = self._given
        return [case & ~given for case in cases if self._cases.contradiction(case | given) is None]

    def _smallest(self, cases: list[Case]) -> list[Case]:
        """Without those that demand all that another does, and more."""
        kept: list[Case] = []
        for case in sorted(set(cases), key=int.bit_count):
            if not any(less & case == less for less in kept):
                kept.append(case)
        self.cut |= len(kept) > WIDEST
        return kept[:WIDEST]


def live_when(edge: Edge) -> frozenset[Status]:
    """How its task must have ended for the edge to be live, as far as its kind and its condition say."""
    match edge.on:
        case EdgeKind.SUCCESS:
            return _SUCCESS
        case EdgeKind.FAILURE:
            return _FAILURE
        case EdgeKind.COMPLETION:
            return frozenset(end for end in _SUCCESS | _FAILURE if _can_match(edge.when or {}, end))
        case _:
            assert_never(edge.on)


def _can_match(when: JsonObject, end: Status) -> bool:
    """Not, where it asks for another status, or for the output of a failure, or for the error of a success."""
    status = when.get("status", [end.value])
    if isinstance(status, list) and all(isinstance(word, str) for word in status) and end.value not in status:
        return False
    return not _must_exist(when.get("output" if end is Status.FAILED else "error"))


def _must_exist(pattern: JsonValue) -> bool:
    """Does the pattern, or a part of it, match only where there is something?"""
    if isinstance(pattern, dict):
        return any(_must_exist(below) for name, below in pattern.items() if name != "$or")
    return isinstance(pattern, list) and {"exists": False} not in pattern


def _is_fork(edges: Sequence[Edge]) -> bool:
    ends = {live_when(edge) for edge in edges}
    return _SUCCESS in ends and _FAILURE in ends
