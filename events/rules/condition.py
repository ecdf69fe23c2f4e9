"""Where a condition stands in a rule: the `when` of an edge, put under the part of the outcome that it is about.

    success      detail.data.output
    failure      detail.data.error
    completion   detail.data

It is put there as it stands, in the order it was written: in EventBridge a field that is constrained both inside and
outside a `$or` obeys the last one written, so the order is part of the meaning. Nothing in it can reach beyond its
place, because a name in a pattern only ever leads further down.

One thing cannot stay. A rule with a canary holds its pattern in a `$or`, and there EventBridge refuses fields that are
named like its operators. Such a field is moved up and takes its path with it: `{"output": {"prefix": [...]}}` becomes
`{"output.prefix": [...]}`, which is the same field to EventBridge under a name that it lets pass.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue

from events.pattern.parse import RESERVED
from events.routes import Hears
from schemas.model import JsonObject

_OR: Final = "$or"
_PLACES: Final = MappingProxyType({Hears.SUCCESS: "output", Hears.FAILURE: "error", Hears.COMPLETION: ""})
"""What hears a start or any end has no condition."""


def condition_hash(hears: Hears, when: JsonObject) -> str:
    """Names a condition: what is written, and what it is about. Its order counts."""
    told = json.dumps([hears, when], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def placed(hears: Hears, when: JsonObject) -> JsonObject:
    """The condition as a pattern over `detail`, fit to stand inside a `$or`."""
    return dict(_lifted("data", about(hears, when)))


def about(hears: Hears, when: JsonObject) -> JsonObject:
    """The condition as a pattern over the outcome's data."""
    place = _PLACES[hears]
    return {place: when} if place else when


def fields_read(hears: Hears, when: JsonObject) -> frozenset[str]:
    """The top-level fields of the output that it looks at: the emitter leaves them inline when the output is large."""
    return frozenset(path[1] for path in _paths(about(hears, when)) if path[0] == "output" and len(path) > 1)


def _lifted(name: str, pattern: JsonObject) -> Iterator[tuple[str, JsonValue]]:
    """This field again, and beside it those below it that had to leave."""
    stays: JsonObject = {}
    leaves: list[tuple[str, JsonValue]] = []
    for key, value in pattern.items():
        for below, constraint in _lifted(key, value) if isinstance(value, dict) else ((key, value),):
            if below in RESERVED:
                leaves.append((f"{name}.{below}", constraint))
            else:
                stays[below] = constraint
    if stays:
        yield name, stays
    yield from leaves


def _paths(pattern: JsonObject, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in pattern.items():
        if key == _OR and isinstance(value, list):
            for branch in [one for one in value if isinstance(one, dict)]:
                yield from _paths(branch, above)
        elif isinstance(value, dict):
            yield from _paths(value, (*above, *key.split(".")))
        else:
            yield (*above, *key.split("."))
