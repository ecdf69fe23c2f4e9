"""The OpenAPI document without a stack: what clients are generated from, and the table of endpoints in the docs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, Final

from handlers.api.house import House
from handlers.api.openapi import document
from handlers.api.whole import whole
from schemas.model import JsonObject

BEGIN: Final = "<!-- endpoints: made by make generate -->"
END: Final = "<!-- end of endpoints -->"


class _Nobody:
    """Of which nothing is asked: routes are made, and none is gone."""

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *given: Any, **more: Any) -> Any:
        return self


def openapi() -> JsonObject:
    ports = {port.name: _Nobody() for port in dataclasses.fields(House) if port.default is dataclasses.MISSING}
    told: dict[str, Any] = {**ports, "target": "local", "version": version("murmuration")}
    api = whole(House(**told))
    return document(api.resolver, api.routes, told["version"])


def with_endpoints(page: str, made: JsonObject) -> str:
    """The page with the table as it is now."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, "the page says where the table begins"
    assert end, "the page says where the table ends"
    return f"{before}{BEGIN}\n{''.join(_table(made))}{END}{after}"


def _table(made: JsonObject) -> Iterator[str]:
    yield "\n| | | may | `operationId` |\n|---|---|---|---|\n"
    paths = made["paths"]
    assert isinstance(paths, dict), "a document has its paths"
    for path, item in paths.items():
        assert isinstance(item, dict), "a path has its operations"
        for method, one in item.items():
            assert isinstance(one, dict), "an operation is told"
            may = one.get("x-operation", "anybody" if not one["security"] else "who has signed")
            yield f"| `{method.upper()} {path}` | {one['summary']} | {may} | `{one['operationId']}` |\n"
    yield "\n"
