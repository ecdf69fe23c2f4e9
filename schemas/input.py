"""A run's input against the pipeline's JSON Schema: every mistake, each with its place.

The validator works in bounded time: its regular expressions do not backtrack without end, and it fetches nothing.
"""

from __future__ import annotations

from functools import lru_cache

import jsonschema_rs
import orjson
from pydantic import JsonValue

from schemas.model import JsonObject
from schemas.problem import spell

MOST = 20
"""So many mistakes are told; more of them help nobody."""


def input_mistakes(schema: JsonObject | None, value: JsonValue) -> tuple[str, ...]:
    if schema is None:
        return ()
    found = _validator(orjson.dumps(schema)).iter_errors(value)
    return tuple(_told(error) for error, _ in zip(found, range(MOST), strict=False))


def _told(error: jsonschema_rs.ValidationError) -> str:
    place = spell(tuple(error.instance_path))
    return f"{error.message} at {place}" if place else error.message


@lru_cache(maxsize=256)
def _validator(schema: bytes) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(orjson.loads(schema), offline=True)
