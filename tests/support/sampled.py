"""Sample requests: for any route of the API one that its own description calls valid, about a project that is named.

What a route takes is read from the OpenAPI document; what a name stands for is known here: a run is a run that is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, cast
from urllib.parse import quote

from handlers.api.house import House
from handlers.api.openapi import document
from handlers.api.routes import Route
from handlers.api.whole import whole

_PARAMETER = re.compile(r"<([a-z_]+)>")
_DEEPEST = 6


class _Anything:
    """Whatever it is asked for it has; nothing is ever done with it."""

    def __getattr__(self, name: str) -> _Anything:
        return _Anything()

    def __call__(self, *args: object, **more: object) -> _Anything:
        return _Anything()

    def __iter__(self) -> Iterator[object]:
        return iter(())

    def __str__(self) -> str:
        return "anything"


@cache
def described() -> tuple[tuple[Route, ...], Mapping[str, Any]]:
    """Every route that is registered, and the document that describes them."""
    house = House(**{field.name: cast(Any, _Anything()) for field in fields(House)})
    api = whole(house)
    return tuple(api.routes), document(api.resolver, api.routes, "sampled")


@dataclass(frozen=True)
class Sample:
    path: str
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: object


class Sampler:
    """`places` is what names in a path stand for, `known` those in queries and bodies."""

    def __init__(self, places: Mapping[str, str], known: Mapping[str, Any]) -> None:
        self._places = places
        self._known = known
        _, self._document = described()

    def of(self, route: Route) -> Sample:
        path = _PARAMETER.sub(lambda found: quote(self._places.get(found[1], "sample"), safe=""), route.rule)
        told = self._document["paths"].get(_PARAMETER.sub(r"{\1}", route.rule), {}).get(route.method.lower(), {})
        query = {
            one["name"]: self._value(one["schema"], one["name"])
            for one in map(self._resolved, told.get("parameters", ()))
            if one["in"] == "query" and (one.get("required") or one["name"] in ("pipeline", "project"))
        }
        headers = {"if-match": '"sample"'} if route.method in ("PUT", "PATCH", "DELETE") else {}
        content = self._resolved(told.get("requestBody", {})).get("content", {})
        for kind, one in content.items():
            if "json" in kind:
                return Sample(path, query, {**headers, "content-type": kind}, self._value(one.get("schema", {}), ""))
        for kind in content:
            return Sample(path, query, {**headers, "content-type": kind}, b"sample")
        return Sample(path, query, headers, None if route.method in ("GET", "DELETE") else {})

    def _resolved(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in told:
            return told
        found: Any = self._document
        for step in told["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return self._resolved(cast("Mapping[str, Any]", found))

    def _value(self, schema: Mapping[str, Any], name: str, depth: int = 0) -> Any:
        if name in self._known:
            return self._known[name]
        schema = self._resolved(schema)
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                chosen = [one for one in schema[several] if one.get("type") != "null"] or [{"type": "null"}]
                return self._value(chosen[0], name, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                asked = schema.get("properties", {})
                wanted = set(schema.get("required", ())) | (asked.keys() & self._known.keys())
                if {"project", "pipeline"} <= wanted:
                    # Where both are asked for, the pipeline has no project in its name.
                    rest = {one: self._value(asked[one], one, depth + 1) for one in sorted(wanted - {"pipeline"})}
                    return {**rest, "pipeline": "sample"}
                return {one: self._value(asked[one], one, depth + 1) for one in sorted(wanted) if depth < _DEEPEST}
            case "array":
                least = schema.get("minItems", 0)
                return [self._value(schema.get("items", {}), name, depth + 1) for _ in range(least)]
            case "integer" | "number":
                return max(schema.get("minimum", 1), 1)
            case "boolean":
                return False
            case "null":
                return None
            case _:
                return "sample"
