"""Taking a request: its path, query, headers and body, each validated by the type that its handler gives it. All mistakes at once.

It stands in the place of Powertools' own step, which reads JSON as Python values (so that a strict model refuses the lists and
strings that JSON has for tuples and enums), takes the first of a list for one thing, splits a text at its commas, and leaves out
what nobody asked for. Here a body is read as JSON by its model, a parameter that comes twice is a mistake, and so is one that is
not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

import orjson
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.middlewares.base import BaseMiddlewareHandler
from aws_lambda_powertools.event_handler.openapi.compat import is_scalar_sequence_field
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from handlers.api import body as bodies
from handlers.api.asked import CONTEXT, Asked
from handlers.api.problem import InvalidRequest, NoSuchAddress
from handlers.api.routes import OPEN
from schemas.names import did_you_mean

_MISSING: Final = {"type": "missing", "msg": "Field required"}
_MOST_FIELDS: Final = 200

Wrong = list[dict[str, Any]]


class Taking(BaseMiddlewareHandler[Any]):
    def __init__(self) -> None:
        self._bodies: dict[int, _Body] = {}

    def handler(self, app: Any, next_middleware: Callable[[Any], Response[Any]]) -> Response[Any]:
        route, asked = app.context["_route"], app.context[CONTEXT]
        assert isinstance(asked, Asked), "the app puts it there before each request"
        if asked.route is None or asked.route.rule != getattr(route, "path", None):
            # Who may ask was decided for another route than the one that would answer.
            raise NoSuchAddress("there is nothing at this path", advice="/openapi.json lists what there is")
        dependant, wrong = route.dependant, Wrong()
        query = _query(asked, dependant.query_params, asked.route.operation is OPEN, wrong)
        values: dict[str, Any] = {}
        values.update(_parameters(dependant.path_params, "path", app.context["_route_args"], wrong))
        values.update(_parameters(dependant.query_params, "query", query, wrong))
        values.update(_parameters(dependant.header_params, "header", asked.headers, wrong))
        if dependant.body_params:
            body = self._bodies.setdefault(id(route), _Body(dependant.body_params))
            values.update(body.read(asked, wrong))
        if wrong:
            raise RequestValidationError(wrong)
        app.context["_route_args"] = values
        return next_middleware(app)


@dataclass
class _Body:
    """What a route takes as its body: one value, or an object of several."""

    fields: list[Any]

    @property
    def whole(self) -> Any | None:
        only = self.fields[0] if len(self.fields) == 1 else None
        return None if only is None or getattr(only.field_info, "embed", None) else only

    @cached_property
    def adapters(self) -> list[TypeAdapter[Any]]:
        typed: Any = Annotated
        return [TypeAdapter(typed[field.field_info.annotation, field.field_info]) for field in self.fields]

    def read(self, asked: Asked, wrong: Wrong) -> Mapping[str, Any]:
        kind = bodies.kind_of(asked.headers.get("content-type", ""))
        taken = self.fields[0].field_info.media_type
        if not bodies.is_json(taken):
            return self._raw(asked, kind, taken, wrong)
        if not asked.body:
            return self._defaults(self.fields, wrong)
        bodies.check_coding(asked.headers.get("content-encoding", ""))
        if not bodies.is_json(kind):
            raise bodies.UnsupportedType(f"a body of type {kind[:80]} is not taken here", advice=f"Send {taken}")
        try:
            bodies.check(asked.body)
        except InvalidRequest as found:
            wrong.append({"type": found.code, "loc": ("body",), "msg": found.what})
            return {}
        if self.whole is not None:
            return _built(self.whole, self.adapters[0], asked.body, ("body",), wrong)
        return self._each(orjson.loads(asked.body), wrong)

    def _raw(self, asked: Asked, kind: str, taken: str, wrong: Wrong) -> Mapping[str, Any]:
        """As it came: text or bytes."""
        if kind not in ("", taken):
            raise bodies.UnsupportedType(f"a body of type {kind[:80]} is not taken here", advice=f"Send {taken}")
        field = self.fields[0]
        if not asked.body:
            return self._defaults([field], wrong)
        return {field.name: asked.body if field.field_info.annotation is bytes else bodies.text_of(asked.body)}

    def _each(self, value: object, wrong: Wrong) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            wrong.append({"type": "dict_type", "loc": ("body",), "msg": "Input should be an object"})
            return {}
        known = [field.alias for field in self.fields]
        wrong += [_unknown(name, known, "body") for name in value if name not in known]
        found: dict[str, Any] = {}
        for field, adapter in zip(self.fields, self.adapters, strict=True):
            if field.alias in value:
                content = orjson.dumps(value[field.alias])
                found.update(_built(field, adapter, content, ("body", field.alias), wrong))
            else:
                found.update(self._defaults([field], wrong, ("body", field.alias)))
        return found

    @staticmethod
    def _defaults(fields: Iterable[Any], wrong: Wrong, loc: tuple[str, ...] = ("body",)) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for field in fields:
            if field.required:
                wrong.append({**_MISSING, "loc": loc})
            else:
                found[field.name] = field.get_default()
        return found


def _built(
    field: Any, adapter: TypeAdapter[Any], content: bytes, loc: tuple[str, ...], wrong: Wrong
) -> Mapping[str, Any]:
    try:
        return {field.name: adapter.validate_json(content, by_alias=True, by_name=False)}
    except ValidationError as found:
        wrong += [{**dict(one), "loc": (*loc, *one["loc"])} for one in found.errors(include_url=False)]
        return {}


def _parameters(fields: Iterable[Any], place: str, given: Mapping[str, Any], wrong: Wrong) -> Mapping[str, Any]:
    values: dict[str, Any] = {}
    for field in fields:
        loc = (place, field.alias)
        if (value := given.get(field.alias)) is not None:
            values[field.name], found = field.validate(value=value, loc=loc)
            wrong += found or ()
        elif field.required:
            wrong.append({**_MISSING, "loc": loc})
        else:
            values[field.name] = field.get_default()
    return values


def _query(asked: Asked, fields: list[Any], open_door: bool, wrong: Wrong) -> Mapping[str, Any]:
    """A list where one is asked for. Open doors are told more than they know: what a webhook's sender likes to add."""
    try:
        pairs = parse_qsl(asked.query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        wrong.append({"type": "unreadable", "loc": ("query",), "msg": "The query is not UTF-8, or has too many parts"})
        return {}
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    lists = {field.alias: is_scalar_sequence_field(field) for field in fields}
    values: dict[str, Any] = {}
    for name, given in found.items():
        if name not in lists:
            wrong += [] if open_door else [_unknown(name, lists, "query")]
        elif len(given) > 1 and not lists[name]:
            wrong.append({"type": "given-twice", "loc": ("query", name), "msg": "It is given more than once"})
        else:
            values[name] = given if lists[name] else given[0]
    return values


def _unknown(name: str, known: Iterable[str], place: str) -> dict[str, Any]:
    near = did_you_mean(name, known)
    return {"type": "unknown", "loc": (place, name[:80]), "msg": f"It is not known here. {near}".rstrip()}
