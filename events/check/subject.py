"""One pipeline under check: its well-formed part, what of it cannot be trusted, and the problems that are found.

Checks of the graph want a graph: edges between known tasks, none twice, no cycle. `sound` is the pipeline with only such
edges. A task is *doubtful* where edges into it, or into a task above it, were cut from the document or had to be left out
of `sound`: about it nothing is said that rests on its edges, for it may be the consequence of a mistake that is told.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import cached_property

from schemas.graph import Graph, find_cycles
from schemas.model import JsonObject
from schemas.pipeline import Edge, Pipeline
from schemas.problem import Code, Path, Problem, Severity
from schemas.project import Project
from schemas.shape import Shape
from schemas.source import Source

_MOST_ROUNDS = 20


class Subject:
    def __init__(self, shape: Shape, pipeline: Pipeline, project: Project | None = None) -> None:
        self.shape = shape
        self.pipeline = pipeline
        self.project = project
        self.problems: list[Problem] = []
        self.dead_conditions: set[int] = set()
        """Edges of the model whose `when` is no pattern, or never matches: that is told."""
        self.contradicted: set[str] = set()
        """Tasks of which it is told that two edges into them exclude each other."""

    @property
    def source(self) -> Source:
        return self.shape.source

    def add(
        self,
        code: Code,
        path: Path,
        message: str,
        advice: str = "",
        *,
        key: bool = False,
        severity: Severity = Severity.ERROR,
    ) -> None:
        self.problems.append(self.source.problem(code, path, message, advice, key=key, severity=severity))

    def edge_path(self, at: int, *more: str) -> Path:
        """Where the model's edge stands in the document."""
        return ("edges", self.shape.edges[at], *more)

    def knows_task(self, name: str) -> bool:
        """Also one whose name is no name, or that stands in a list of tasks that could not be read."""
        return name in self.pipeline.tasks or self.shape.gone("tasks", name)

    @cached_property
    def cycles(self) -> tuple[tuple[str, ...], ...]:
        return find_cycles(self._with(self._known_edges))

    @cached_property
    def sound(self) -> Pipeline:
        """Cycles are opened by leaving out the edges that close them."""
        pipeline, cycles = self._with(self._known_edges), self.cycles
        for _ in range(_MOST_ROUNDS):
            if not cycles:
                return pipeline
            closing = {(cycle[-1], cycle[0]) for cycle in cycles}
            pipeline = self._with(edge for edge in pipeline.edges if (edge.from_, edge.to) not in closing)
            cycles = find_cycles(pipeline)
        place = {name: at for at, name in enumerate(pipeline.tasks)}
        return self._with(edge for edge in pipeline.edges if place[edge.from_] < place[edge.to])

    @property
    def provable(self) -> Pipeline:
        """`sound`, without the conditions that are no use: what they are about is told where they stand."""
        dead = {self.pipeline.edges[at].id for at in self.dead_conditions}
        bare = (edge.model_copy(update={"when": None}) if edge.id in dead else edge for edge in self.sound.edges)
        return self.sound.model_copy(update={"edges": tuple(bare)}) if dead else self.sound

    @cached_property
    def graph(self) -> Graph:
        return Graph(self.sound)

    @cached_property
    def unreached(self) -> tuple[str, ...]:
        """Tasks that no root leads to, but for those in a circle themselves."""
        knot = self._in_circles
        waiting = {edge.to for edge in self._known_edges} | knot
        if not knot or self.shape.gone("edges") or self.shape.gone("tasks"):
            return ()
        reached = self._below({name for name in self.pipeline.tasks if name not in waiting}, but=knot)
        return tuple(name for name in self.pipeline.tasks if name not in reached and name not in knot)

    @cached_property
    def doubtful(self) -> frozenset[str]:
        """Their ancestors are not all known."""
        return self._below(self._lacking | self._unjoined)

    @cached_property
    def doubtful_gates(self) -> frozenset[str]:
        """Edges that are not known could open their gate. A gate that needs every edge is only harder to open with more."""
        tasks = self.pipeline.tasks
        return self._below({name for name in self._lacking if tasks[name].join != "all"} | self._unjoined)

    @cached_property
    def _lacking(self) -> set[str]:
        """Tasks with edges in that are not in the model, or not known for what they are."""
        tasks = self.pipeline.tasks
        targets = [edge.get("to") for edge in self._damaged_edges]
        if self.shape.gone("tasks") or self.shape.gone("edges") or not all(isinstance(to, str) for to in targets):
            return set(tasks)
        lacking = {edge.to for edge in self.pipeline.edges if edge.from_ not in tasks} | {str(to) for to in targets}
        return lacking & tasks.keys()

    @cached_property
    def _unjoined(self) -> set[str]:
        """Tasks whose own join is not known, and those that wait for themselves."""
        shape = self.shape
        found = {
            name for name in self.pipeline.tasks if shape.touched("tasks", name, "join") or shape.gone("tasks", name)
        }
        return found | self._in_circles

    @cached_property
    def _in_circles(self) -> set[str]:
        """Tasks that wait for themselves, directly or by way of others."""
        found = {edge.to for edge in self.pipeline.edges if edge.from_ == edge.to}
        if self.cycles:
            import networkx as nx

            graph: nx.DiGraph[str] = nx.DiGraph([(edge.from_, edge.to) for edge in self._known_edges])
            knots = (knot for knot in nx.strongly_connected_components(graph) if len(knot) > 1)
            found = found.union(*knots)
        return found

    @cached_property
    def heard_of_failing(self) -> frozenset[str]:
        """Tasks from which a damaged edge leads: whether it takes up a failure cannot be said."""
        return frozenset(from_ for edge in self._damaged_edges if isinstance(from_ := edge.get("from"), str))

    @cached_property
    def _known_edges(self) -> tuple[Edge, ...]:
        """Each once, and none of which a part was cut."""
        tasks = self.pipeline.tasks
        found = {
            edge.id: edge
            for at, edge in enumerate(self.pipeline.edges)
            if edge.from_ in tasks
            and edge.to in tasks
            and edge.from_ != edge.to
            and not self.shape.touched(*self.edge_path(at))
        }
        return tuple(found.values())

    @cached_property
    def _damaged_edges(self) -> tuple[JsonObject, ...]:
        assert self.source.root is not None, "a pipeline came out of it"
        assert isinstance(self.source.root.value, dict)
        edges = self.source.root.value.get("edges")
        found = edges if isinstance(edges, list) else []
        return tuple(
            edge if isinstance(edge, dict) else {} for at, edge in enumerate(found) if self.shape.touched("edges", at)
        )

    def _with(self, edges: Iterable[Edge]) -> Pipeline:
        return self.pipeline.model_copy(update={"edges": tuple(edges)})

    def _below(self, began: set[str], but: Container[str] = ()) -> frozenset[str]:
        found, follow = set(began), list(began)
        outgoing: dict[str, list[str]] = {}
        for edge in self.pipeline.edges:
            outgoing.setdefault(edge.from_, []).append(edge.to)
        while follow:
            for to in outgoing.get(follow.pop(), ()):
                if to not in found and to not in but:
                    found.add(to)
                    follow.append(to)
        return frozenset(found)
