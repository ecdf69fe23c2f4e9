"""Which fields an input schema allows: only where it says so plainly, with `additionalProperties: false`."""

from __future__ import annotations

from schemas.model import JsonObject

_PLAIN = frozenset(
    [
        "$schema", "$id", "$comment", "$defs", "title", "description", "type", "properties", "required", "examples",
        "additionalProperties", "default", "minProperties", "maxProperties", "deprecated", "readOnly", "writeOnly",
    ]
)  # fmt: skip
"""Keywords that allow no field beside `properties`."""


class Closed:
    def __init__(self, schema: JsonObject | None) -> None:
        self._schema = schema or {}

    def missing(self, way: tuple[str | int, ...]) -> tuple[str, tuple[str, ...]] | None:
        """The first name on the way that can never be there, and what could be."""
        schema = self._schema
        for step in way:
            properties = schema.get("properties")
            if not isinstance(step, str) or schema.keys() - _PLAIN or not isinstance(properties, dict):
                return None
            if step not in properties:
                return (step, tuple(properties)) if schema.get("additionalProperties") is False else None
            below = properties[step]
            if not isinstance(below, dict):
                return None
            schema = below
        return None
