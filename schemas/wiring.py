"""Who is wired to whom: a pipeline's edges by their ends. Plain dictionaries, so that a task function loads it fast."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.pipeline import Edge, Pipeline, Task


class Wiring:
    """Edges into and out of each task, in document order. Expects a document whose edges name known tasks."""

    __slots__ = ("incoming", "outgoing", "pipeline", "roots")

    def __init__(self, pipeline: Pipeline) -> None:
        incoming: dict[str, list[Edge]] = {name: [] for name in pipeline.tasks}
        outgoing: dict[str, list[Edge]] = {name: [] for name in pipeline.tasks}
        for edge in pipeline.edges:
            incoming[edge.to].append(edge)
            outgoing[edge.from_].append(edge)
        self.pipeline = pipeline
        self.incoming: Mapping[str, tuple[Edge, ...]] = {name: tuple(edges) for name, edges in incoming.items()}
        self.outgoing: Mapping[str, tuple[Edge, ...]] = {name: tuple(edges) for name, edges in outgoing.items()}
        self.roots: tuple[str, ...] = tuple(name for name, edges in incoming.items() if not edges)

    @property
    def tasks(self) -> Mapping[str, Task]:
        return self.pipeline.tasks
