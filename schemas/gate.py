"""A gate's arithmetic: how many of the edges into a task must be live before it runs (DESIGN section 3).

A join counts edges, not tasks. `settled` needs one live edge as `any` does; what sets it apart is that it also waits
until every edge is decided, and that is the business of `events.joins`.
"""

from __future__ import annotations

from typing import assert_never

from schemas.pipeline import AtLeast, Join


def needed(join: Join, edges: int) -> int:
    """May be more than there are edges: then the gate can never open. A root has no gate, and needs nothing."""
    if not edges:
        return 0
    match join:
        case "all":
            return edges
        case "any" | "settled":
            return 1
        case AtLeast(at_least=count):
            return count
        case _:
            assert_never(join)
