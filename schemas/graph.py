"""The graph of a pipeline: order, ancestors, fan-in, cycles, and what a task may count on when it runs.

Publishing and checking ask here; a task function never does, since networkx takes longer to load than the task may. It is loaded
with the first question, so that an API which is only asked for runs starts without it.
Every answer is in an order that the document alone decides. `Graph` expects a document without cycles, `find_cycles` any
whose edges name known tasks.

What is certain (DESIGN section 3: an expression may name only an ancestor that is certain to be decided). A task that
runs has had its gate opened, so something is certain where every opening implies it; likewise for a task that is skipped
and the shutting of its gate. An edge tells of its own task, and of all that was certain when that task ran or was skipped.

    opened    all: what some edge tells            any: what each edge tells     at_least n: what any n live edges tell
              settled: what some decided edge tells, and what each edge would tell if it were the live one
    shut      all: what each dead edge tells       any, settled: what some dead edge tells
              at_least n of m: what any m - n + 1 dead edges tell

A live edge also tells how its task ended, and what follows (`schemas.facts`): whoever waited for the other end is skipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from schemas.closure import never_skipped
from schemas.facts import Bits, Facts, told_by_any
from schemas.gate import needed
from schemas.pipeline import Edge, EdgeKind, Pipeline
from schemas.wiring import Wiring

if TYPE_CHECKING:
    import networkx as nx


class Graph:
    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.wiring = Wiring(pipeline)
        self._graph = _digraph(pipeline)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Topological: whoever comes first in the document comes first here, unless an edge says otherwise."""
        place = {name: at for at, name in enumerate(self.pipeline.tasks)}
        import networkx as nx

        return tuple(nx.lexicographical_topological_sort(self._graph, key=place.__getitem__))

    def fan_in(self, task: str) -> int:
        """How many edges lead to it: joins count edges."""
        return len(self.wiring.incoming[task])

    def ancestors(self, task: str) -> frozenset[str]:
        return self._named(self._ancestors[task])

    def certain(self, task: str) -> frozenset[str]:
        """The ancestors that are certain to have their outcome when the task runs."""
        return self._named(self._certain[task] & self._ancestors[task])

    def comes_before(self, task: str, other: str) -> bool:
        """Is `task` an ancestor of `other`? Quick for all pairs of a large pipeline."""
        return bool(self._ancestors[other] >> self._place[task] & 1)

    def one_is_certain(self, tasks: Iterable[str], other: str) -> bool:
        """Is one of these tasks, whichever it is, an ancestor that is certain to have its outcome when `other` runs?"""
        wanted = sum(1 << self._place[task] for task in set(tasks) & self._place.keys()) & self._ancestors[other]
        sure: dict[str, bool] = {}
        look = [other]
        for name in look:
            if name not in sure:
                sure[name] = bool(self._certain[name] & wanted)
                look += () if sure[name] else (edge.from_ for edge in self.wiring.incoming[name])
        for name in sorted(sure, key=self._place.__getitem__):
            edges = self.wiring.incoming[name]
            if not sure[name]:
                unsure = sum(not sure[edge.from_] for edge in edges)
                sure[name] = unsure < needed(self.pipeline.tasks[name].join, len(edges))
        return sure[other]

    def _named(self, tasks: Bits) -> frozenset[str]:
        return frozenset(name for at, name in enumerate(self.order) if tasks >> at & 1)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.order)}

    @cached_property
    def _ancestors(self) -> dict[str, Bits]:
        above: dict[str, Bits] = {}
        for name in self.order:
            above[name] = 0
            for edge in self.wiring.incoming[name]:
                above[name] |= above[edge.from_] | 1 << self._place[edge.from_]
        return above

    @cached_property
    def _certain(self) -> dict[str, Bits]:
        facts = Facts(self.wiring, self.order)
        everything = facts.everything
        always = never_skipped(self.wiring)
        if_run: dict[str, Bits] = {}
        if_shut: dict[str, Bits] = {}
        ended: dict[str, tuple[Bits, Bits]] = {}
        for name in self.order:
            edges = self.wiring.incoming[name]
            need = needed(self.pipeline.tasks[name].join, len(edges))
            ran = {edge.from_: if_run[edge.from_] for edge in edges}
            ends = {from_: ended[from_] for from_ in ran}
            dead = [
                if_shut[edge.from_] & (everything if _dies_by_skip_alone(edge) else ran[edge.from_]) for edge in edges
            ]
            opened = told_by_any(need, _told_by_live(edges, ends), everything)
            if self.pipeline.tasks[name].join == "settled":
                for edge in edges:
                    opened |= if_shut[edge.from_] & ran[edge.from_]
            if_run[name] = facts.decided(name) | facts.together(opened, ran)
            ended[name] = facts.by_end(name, if_run[name])
            # Of what never happens anything may be said, so it takes nothing away from what the other case implies.
            shut = told_by_any(len(edges) - need + 1, ((told, 1) for told in dead), everything)
            if_shut[name] = everything if name in always else facts.skipped(name) | shut
        return if_run


def find_cycles(pipeline: Pipeline) -> tuple[tuple[str, ...], ...]:
    """One from each knot of tasks that wait for each other: a shortest one through the knot's first task in the document.

    `(a, b, c)` means a -> b -> c -> a. An edge from a task to itself is another mistake, and is not looked at.
    """
    import networkx as nx

    graph = _digraph(pipeline)
    place = {name: at for at, name in enumerate(pipeline.tasks)}
    knots = [knot for knot in nx.strongly_connected_components(graph) if len(knot) > 1]
    firsts = sorted((min(knot, key=place.__getitem__) for knot in knots), key=place.__getitem__)
    return tuple(_cycle_through(graph, first) for first in firsts)


def _cycle_through(graph: nx.DiGraph[str], start: str) -> tuple[str, ...]:
    import networkx as nx

    came_from = dict(nx.bfs_predecessors(graph, start))
    back = [next(task for task in came_from if graph.has_edge(task, start))]
    while back[-1] != start:
        back.append(came_from[back[-1]])
    return tuple(reversed(back))


def _digraph(pipeline: Pipeline) -> nx.DiGraph[str]:
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(pipeline.tasks)
    graph.add_edges_from((edge.from_, edge.to) for edge in pipeline.edges if edge.from_ != edge.to)
    return graph


def _dies_by_skip_alone(edge: Edge) -> bool:
    return edge.on is EdgeKind.COMPLETION and edge.when is None


def _told_by_live(edges: Sequence[Edge], ends: Mapping[str, tuple[Bits, Bits]]) -> Iterator[tuple[Bits, int]]:
    """What so many live edges tell. Nobody both succeeds and fails: of the edges out of one task those for one end are
    live, and all of them tell of that end. What only one end tells is missed by the edges for the other."""
    if_succeeded = Counter(edge.from_ for edge in edges if edge.on is not EdgeKind.FAILURE)
    if_failed = Counter(edge.from_ for edge in edges if edge.on is not EdgeKind.SUCCESS)
    for from_, told in ends.items():
        (fewer, _), (more, told_by_more) = sorted(zip((if_succeeded[from_], if_failed[from_]), told, strict=True))
        yield told_by_more, more - fewer
        yield told[0] & told[1], fewer
