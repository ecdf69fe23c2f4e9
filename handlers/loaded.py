"""A version, loaded: what the handlers ask of it, prepared once and kept while the process lives.

A version never changes, so nothing here is ever stale. Loads no graph library.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

from events.edges import is_live
from events.envelope import NOWHERE, Routing
from events.expressions import Template
from events.ports import Catalog, Published
from events.slots import slots_for
from schemas.closure import choreography
from schemas.errors import ExpressionFailed
from schemas.gate import needed
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status
from schemas.pipeline import Edge, Pipeline, Task
from schemas.version import Version
from schemas.wiring import Wiring

KEPT = 256
"""Versions in memory; the one used longest ago makes room."""


@dataclass(frozen=True, slots=True)
class Node:
    """A task, and all that is asked of it when something arrives."""

    name: str
    task: Task
    incoming: dict[str, Edge]
    places: dict[str, int]
    """Where each of them stands among them."""
    parameters: Template
    plain: JsonObject | None
    """The parameters themselves, where nothing is to be filled in."""
    reads: frozenset[str]
    """The tasks whose outcomes its parameters name."""
    secrets: frozenset[str]
    """Those that its parameters name and cannot do without."""
    needs: int
    """So many live edges open its gate."""
    opens_from: int
    """With fewer live edges there is nothing to decide yet."""
    hears_everything: bool
    """It is in the settled closure: what arrives may be dead, and the gate asks."""
    tells_skip: bool


class Loaded:
    def __init__(self, published: Published) -> None:
        self.published = published
        self.version: Version = published.version
        self.pipeline: Pipeline = published.version.pipeline
        self.reference = published.version.reference
        self.slots = published.slots
        self._nodes: dict[str, Node] = {}
        self._routings: dict[tuple[str, Status], Routing] = {}
        self._leads_on: dict[tuple[str, Status], bool] = {}

    @cached_property
    def wiring(self) -> Wiring:
        return Wiring(self.pipeline)

    @cached_property
    def _travels(self) -> tuple[frozenset[str], frozenset[str]]:
        found = choreography(self.wiring)
        return found.closure, found.tells_skip

    def node(self, task: str) -> Node | None:
        node = self._nodes.get(task)
        if node is None and task in self.pipeline.tasks:
            node = self._nodes[task] = self._node(task)
        return node

    def routing(self, task: str, status: Status) -> Routing:
        """What rules look at beside the event that says this outcome."""
        if self.slots is None:
            return NOWHERE
        routing = self._routings.get((task, status))
        if routing is None:
            routing = self._routings[task, status] = Routing(slots=slots_for(self.slots, task, status))
        return routing

    def leads_on(self, task: str, status: Status) -> bool:
        """Is another task certain to run because this one ended so, and for no other reason? Then its own end comes later."""
        known = self._leads_on.get((task, status))
        if known is None:
            known = self._leads_on[task, status] = any(
                edge.when is None and is_live(edge, Outcome(status)) and len(self.wiring.incoming[edge.to]) == 1
                for edge in self.wiring.outgoing[task]
            )
        return known

    def _node(self, name: str) -> Node:
        task = self.pipeline.tasks[name]
        closure, tells_skip = self._travels
        parameters = Template.parse(task.with_)
        references = parameters.references()
        needs = needed(task.join, len(self.wiring.incoming[name]))
        return Node(
            name=name,
            task=task,
            incoming={edge.id: edge for edge in self.wiring.incoming[name]},
            places={edge.id: place for place, edge in enumerate(self.wiring.incoming[name])},
            parameters=parameters,
            plain=None if references else _plain(parameters),
            reads=frozenset(read.task for read in references if read.task is not None),
            secrets=frozenset(read.secret for read in references if read.secret is not None and not read.has_default),
            needs=needs,
            opens_from=0 if name in closure else needs,
            hears_everything=name in closure,
            tells_skip=name in tells_skip,
        )


def _plain(parameters: Template) -> JsonObject | None:
    """None where an expression fails, which is for each attempt to find out."""
    try:
        found = parameters.evaluate({})
    except ExpressionFailed:
        return None
    assert isinstance(found, dict), "`with` is an object"
    return found


class Shelf:
    """Loaded versions by reference."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._loaded: OrderedDict[str, Loaded] = OrderedDict()

    def loaded(self, reference: str) -> Loaded:
        found = self._loaded.get(reference)
        if found is None:
            published = self._catalog.version(reference)
            assert published is not None, f"a run is on {reference}, and there is no such version"
            found = self._loaded[reference] = Loaded(published)
            if len(self._loaded) > KEPT:
                self._loaded.popitem(last=False)
        else:
            self._loaded.move_to_end(reference)
        return found
