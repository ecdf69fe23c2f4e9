"""Routes: what a pipeline asks of the bus. Both plans of rules are made from them, so both mean the same.

A route says: when `from_` has come to this end, and its outcome matches `when`, deliver these edges to `to`.

    a root task           hears that the run started; no edge is delivered
    an edge               hears its own kind of outcome, under its own condition: only live edges travel
    edges into a task of  hear every outcome, skipping too, without a condition: a settled join must hear what is dead,
    the settled closure   and its gate evaluates `when` itself. All edges of one pair of tasks are one route.

What must always hold: for each outcome of a task, the routes that carry it name every edge that `is_live` calls live.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from events.event import EventType
from schemas.model import JsonObject
from schemas.outcome import Status
from schemas.pipeline import EdgeKind
from schemas.wiring import Wiring


class Hears(StrEnum):
    """Which end a route waits for."""

    START = "start"
    SUCCESS = "success"
    FAILURE = "failure"
    COMPLETION = "completion"
    ANY_END = "any end"


SAID: Final[Mapping[Hears, tuple[EventType, ...]]] = MappingProxyType(
    {
        Hears.START: (EventType.RUN_STARTED,),
        Hears.SUCCESS: (EventType.TASK_SUCCEEDED,),
        Hears.FAILURE: (EventType.TASK_FAILED,),
        Hears.COMPLETION: (EventType.TASK_SUCCEEDED, EventType.TASK_FAILED),
        Hears.ANY_END: (EventType.TASK_SUCCEEDED, EventType.TASK_FAILED, EventType.TASK_SKIPPED),
    }
)
"""The events that carry each end."""

HEARD: Final[Mapping[Status, frozenset[Hears]]] = MappingProxyType(
    {
        Status.SUCCEEDED: frozenset({Hears.SUCCESS, Hears.COMPLETION, Hears.ANY_END}),
        Status.FAILED: frozenset({Hears.FAILURE, Hears.COMPLETION, Hears.ANY_END}),
        Status.SKIPPED: frozenset({Hears.ANY_END}),
    }
)
"""The ends that each outcome is."""

_KIND: Final = MappingProxyType(
    {
        EdgeKind.SUCCESS: Hears.SUCCESS,
        EdgeKind.FAILURE: Hears.FAILURE,
        EdgeKind.COMPLETION: Hears.COMPLETION,
    }
)


@dataclass(frozen=True, slots=True)
class Route:
    from_: str | None
    """None for the start of the run: the virtual root."""
    to: str
    hears: Hears
    when: JsonObject | None = None
    edges: tuple[str, ...] = ()
    """The ids of the edges it delivers."""


def routes(wiring: Wiring, closure: Set[str]) -> tuple[Route, ...]:
    """In document order: roots first, then edges; a closure pair stands where its first edge does."""
    found = [Route(None, root, Hears.START) for root in wiring.roots]
    pairs: dict[tuple[str, str], list[str]] = {}
    for edge in wiring.pipeline.edges:
        if edge.to in closure:
            pairs.setdefault((edge.from_, edge.to), []).append(edge.id)
    for edge in wiring.pipeline.edges:
        if edge.to not in closure:
            found.append(Route(edge.from_, edge.to, _KIND[edge.on], edge.when, (edge.id,)))
        elif ids := pairs.pop((edge.from_, edge.to), None):
            found.append(Route(edge.from_, edge.to, Hears.ANY_END, None, tuple(ids)))
    return tuple(found)
