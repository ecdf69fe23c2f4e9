"""Joins: when a task's gate opens, and when it never will (DESIGN section 3).

    join           runs the task when                        skips it when
    all            every edge is live                        an edge is dead
    any            an edge is live                           every edge is dead
    at_least n     n edges are live                          more than m - n of m are dead
    settled        all are decided and one or more is live   all are decided and none is live

What must always hold:
  1. A decision is final: once it is RUN or SKIP, no further edge changes it. So the order of arrivals never matters to it.
  2. A gate whose edges are all decided has decided: nothing waits for ever in a graph without cycles.
  3. A decided gate is frozen: what arrives later is ignored, and the task's input stays what it was over all attempts.
A task with no edge in is a root: it has no gate, and runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from schemas.gate import needed
from schemas.pipeline import Join


class Decision(StrEnum):
    WAIT = "wait"
    RUN = "run"
    SKIP = "skip"


def decide(join: Join, edges: Collection[str], decided: Mapping[str, bool]) -> Decision:
    """`edges` are the ids of all edges in; `decided` says of those that are decided whether they are live."""
    live = sum(decided.get(edge) is True for edge in edges)
    dead = sum(decided.get(edge) is False for edge in edges)
    return decide_by_count(join, len(edges), live, dead)


def decide_by_count(join: Join, edges: int, live: int, dead: int) -> Decision:
    assert 0 <= live + dead <= edges, f"{live} live and {dead} dead of {edges} edges"
    need = needed(join, edges)
    if edges - dead < need:
        return Decision.SKIP
    if live < need or (join == "settled" and live + dead < edges):
        return Decision.WAIT
    return Decision.RUN


class Gate:
    """One gate over a run. Costs the same for each arrival, however wide it is."""

    __slots__ = ("_dead", "_edges", "_join", "_live", "decision")

    decision: Decision

    def __init__(self, join: Join, edges: Collection[str]) -> None:
        self._join: Join = join
        self._edges = frozenset(edges)
        self._live: dict[str, None] = {}
        self._dead: set[str] = set()
        self.decision = decide_by_count(join, len(self._edges), 0, 0)

    def arrive(self, edge: str, live: bool) -> Decision:
        """Note that an edge is decided. The same once more, or anything after the decision, changes nothing."""
        assert edge in self._edges, f"the edge {edge} leads elsewhere"
        if self.decision is not Decision.WAIT:
            return self.decision
        assert edge not in (self._dead if live else self._live), f"the edge {edge} is decided twice, and differently"
        if live:
            self._live[edge] = None
        else:
            self._dead.add(edge)
        self.decision = decide_by_count(self._join, len(self._edges), len(self._live), len(self._dead))
        return self.decision

    @property
    def input(self) -> tuple[str, ...]:
        """The live edges that had arrived when the gate opened, first come first: what the task is given."""
        return tuple(self._live) if self.decision is Decision.RUN else ()
