"""Positive choreography: which outcomes travel along which edges (DESIGN section 3).

For `all`, `any` and `at_least` a dead edge can open nothing, so only live edges travel and the fold derives who is
skipped. A `settled` join must hear of its dead edges too. So must every task that such a join hears from, if that task
may be skipped, for else it would never learn that it is and could not say so. The closure is these tasks, upwards.

What must always hold:
  1. Every edge into a task of the closure is routed for success, failure and skip, without its `when`; the gate asks
     `is_live` itself. Any other edge is routed only where it is live.
  2. Every task that may be skipped and has an edge into the closure is in the closure itself: it hears all that it
     needs in order to know, and then says `task.skipped`, once its join can no longer be satisfied.
  3. The rule compiler and the task function ask the same functions, so both mean the same by it.
These functions are linear in the edges and load no graph library: a task function calls them.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from schemas.gate import needed
from schemas.pipeline import Edge, EdgeKind
from schemas.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Choreography:
    closure: frozenset[str]
    """The tasks that hear every decision on every edge into them."""
    tells_skip: frozenset[str]
    """The tasks that say `task.skipped` when their join can no longer be satisfied; others are skipped in silence."""

    def hears_everything(self, edge: Edge) -> bool:
        """Is the edge routed for success, failure and skip? Else it is routed where it is live."""
        return edge.to in self.closure


def choreography(wiring: Wiring) -> Choreography:
    settled = closure(wiring)
    tells = {edge.from_ for task in settled for edge in wiring.incoming[task]}
    return Choreography(settled, frozenset(tells & settled))


def closure(wiring: Wiring) -> frozenset[str]:
    """The least set with every `settled` task that has edges in, and with every task that has edges in, may be skipped,
    and has an edge into a task of the set."""
    sure = never_skipped(wiring)
    found = {name for name, task in wiring.tasks.items() if task.join == "settled" and wiring.incoming[name]}
    follow = deque(found)
    while follow:
        for edge in wiring.incoming[follow.popleft()]:
            if edge.from_ not in found and edge.from_ not in sure:
                found.add(edge.from_)
                follow.append(edge.from_)
    return frozenset(found)


def never_skipped(wiring: Wiring) -> frozenset[str]:
    """Tasks that run in every run, as far as can be told cheaply: roots, and those whose gate opens with the edges that
    such tasks make live however they end. Some that it leaves out may run always too; none that it names is ever skipped.
    """
    lacking = {name: needed(task.join, len(wiring.incoming[name])) for name, task in wiring.tasks.items()}
    sure = set(wiring.roots)
    follow = deque(wiring.roots)
    while follow:
        for to, live in _live_however_it_ends(wiring.outgoing[follow.popleft()]).items():
            lacking[to] -= live
            if lacking[to] <= 0 and to not in sure:
                sure.add(to)
                follow.append(to)
    return frozenset(sure)


def _live_however_it_ends(edges: tuple[Edge, ...]) -> Counter[str]:
    """Of one task that runs: how many of its edges into each other task are live, at the least."""
    if_succeeded: Counter[str] = Counter()
    if_failed: Counter[str] = Counter()
    for edge in edges:
        if edge.when is None:
            if edge.on is not EdgeKind.FAILURE:
                if_succeeded[edge.to] += 1
            if edge.on is not EdgeKind.SUCCESS:
                if_failed[edge.to] += 1
    return if_succeeded & if_failed
