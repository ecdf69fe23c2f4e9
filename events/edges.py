"""Is an edge live? The table of DESIGN section 3, asked by gates, by the reference and by whoever finishes a task.

    outcome of `from`     live edges out of it, given that `when`, if any, matches
    succeeded             success, completion
    failed                failure, completion
    skipped               none

A condition is an event pattern, and the bus decides about it where an edge is routed. What is decided here must be what
the bus would decide, so the same pattern meets the same event: both are put at their place below `detail.data`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, assert_never

import orjson

from schemas.model import JsonObject
from schemas.outcome import Outcome, Status
from schemas.pipeline import Edge, EdgeKind

if TYPE_CHECKING:
    from events.pattern import Pattern


def is_live(edge: Edge, outcome: Outcome) -> bool:
    return _hears(edge.on, outcome.status) and (edge.when is None or _matches(edge.on, edge.when, outcome))


def _hears(on: EdgeKind, status: Status) -> bool:
    match status:
        case Status.SUCCEEDED:
            return on is not EdgeKind.FAILURE
        case Status.FAILED:
            return on is not EdgeKind.SUCCESS
        case Status.SKIPPED:
            return False
        case _:
            assert_never(status)


def _matches(on: EdgeKind, when: JsonObject, outcome: Outcome) -> bool:
    # The text keeps the order of the fields, which in EventBridge is part of a pattern's meaning.
    return _compiled(on, orjson.dumps(when)).matches({"detail": {"data": outcome.data()}})


@lru_cache(maxsize=1024)
def _compiled(on: EdgeKind, when: bytes) -> Pattern:
    # Few gates decide about conditions themselves, and who does not loads no pattern language.
    from events.pattern import Pattern

    return Pattern({"detail": {"data": _placed(on, orjson.loads(when))}})


def _placed(on: EdgeKind, when: JsonObject) -> JsonObject:
    """The condition as a pattern over the outcome's data."""
    match on:
        case EdgeKind.SUCCESS:
            return {"output": when}
        case EdgeKind.FAILURE:
            return {"error": when}
        case EdgeKind.COMPLETION:
            return when
        case _:
            assert_never(on)
