"""The API's types for the designer, made from its OpenAPI document: every schema as a type, every operation with what it takes and
answers. So what the browser sends is checked against what the server reads, and nobody writes either by hand.

    export interface RunListed { run: string; ended: string | null; ... }
    export interface Operations {
      listRuns: { method: "GET"; path: "/runs"; in: {}; query: { pipeline?: string }; body: undefined; answer: RunsPage };
    }
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from schemas.model import JsonObject

_PLAIN: Final[Mapping[str, str]] = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
_HEAD: Final = "// Made from schemas/openapi.json by `make generate`: not to be edited.\n"
_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_JSON: Final = "JsonValue"


def typescript(openapi: JsonObject) -> str:
    schemas = _object(_object(openapi.get("components")).get("schemas"))
    told = [
        _HEAD,
        f"export type {_JSON} = null | boolean | number | string | {_JSON}[] | {{ [name: string]: {_JSON} }};\n",
    ]
    told += [_declared(name, _object(schema)) for name, schema in sorted(schemas.items()) if name != _JSON]
    told.append("export interface Operations {\n" + "".join(_operations(openapi)) + "}\n")
    told.append("/** What the browser needs of it to ask: method and path, by operation. */\n" + _places(openapi))
    return "\n".join(told)


def _declared(name: str, schema: JsonObject) -> str:
    said = _said(schema.get("description"), "")
    if schema.get("type") == "object" and "properties" in schema:
        return f"{said}export interface {name} {_members(schema, '')}\n"
    return f"{said}export type {name} = {_type(schema, '')};\n"


def _members(schema: JsonObject, indent: str) -> str:
    required = _list(schema.get("required"))
    inner = indent + "  "
    lines: list[str] = []
    for name, value in _object(schema.get("properties")).items():
        told = _object(value)
        mark = "" if name in required else "?"
        lines.append(f"{_said(told.get('description'), inner)}{inner}{_key(name)}{mark}: {_type(told, inner)};\n")
    return "{\n" + "".join(lines) + indent + "}"


def _type(schema: JsonObject, indent: str) -> str:
    match schema:
        case {"$ref": str(ref)}:
            return ref.rpartition("/")[2]
        case {"const": value}:
            return json.dumps(value)
        case {"enum": list(values)}:
            return " | ".join(json.dumps(value) for value in values)
        case {"anyOf": list(many)} | {"oneOf": list(many)}:
            return " | ".join(dict.fromkeys(_type(_object(one), indent) for one in many))
        case {"allOf": list(many)}:
            return " & ".join(_type(_object(one), indent) for one in many)
        case {"type": list(kinds)}:
            return " | ".join(_type({**schema, "type": kind}, indent) for kind in kinds)
        case {"type": "array", "prefixItems": list(many)}:
            return f"[{', '.join(_type(_object(one), indent) for one in many)}]"
        case {"type": "array"}:
            return f"readonly ({_type(_object(schema.get('items')), indent)})[]"
        case {"type": "object", "properties": dict()}:
            return _members(schema, indent)
        case {"type": "object", "additionalProperties": dict(value)}:
            return f"{{ [name: string]: {_type(value, indent)} }}"
        case {"type": "object"}:
            return f"{{ [name: string]: {_JSON} }}"
        case {"type": str(kind)} if kind in _PLAIN:
            return _PLAIN[kind]
        case _:
            return _JSON


def _operations(openapi: JsonObject) -> Iterator[str]:
    for name, method, path, operation in _named_ones(openapi):
        yield _operation(name, method, path, operation)


def _places(openapi: JsonObject) -> str:
    rows = "".join(f'  {_key(name)}: ["{method}", "{path}"],\n' for name, method, path, _ in _named_ones(openapi))
    return f"export const PLACES: {{ readonly [N in keyof Operations]: readonly [method: string, path: string] }} = {{\n{rows}}};\n"


def _named_ones(openapi: JsonObject) -> Iterator[tuple[str, str, str, JsonObject]]:
    for path, methods in sorted(_object(openapi.get("paths")).items()):
        for method, told in sorted(_object(methods).items()):
            operation = _object(told)
            name = operation.get("operationId")
            if isinstance(name, str):
                yield name, method.upper(), path, operation


def _operation(name: str, method: str, path: str, operation: JsonObject) -> str:
    parameters = [_object(one) for one in _list(operation.get("parameters"))]
    body = _content(_object(operation.get("requestBody")))
    answers = [
        _content(_object(told)) or "undefined"
        for status, told in _object(operation.get("responses")).items()
        if status.startswith("2")
    ]
    lines = (
        f'    method: "{method}";\n',
        f'    path: "{path}";\n',
        f"    in: {_named(parameters, 'path')};\n",
        f"    query: {_named(parameters, 'query')};\n",
        f"    body: {body or 'undefined'};\n",
        f"    answer: {' | '.join(dict.fromkeys(answers)) or 'undefined'};\n",
    )
    return f"{_said(operation.get('summary'), '  ')}  {_key(name)}: {{\n{''.join(lines)}  }};\n"


def _named(parameters: Sequence[JsonObject], where: str) -> str:
    told = [
        f"{_key(str(one['name']))}{': ' if one.get('required') else '?: undefined | '}{_type(_object(one.get('schema')), '    ')}"
        for one in parameters
        if one.get("in") == where
    ]
    return f"{{ {'; '.join(told)} }}" if told else "Record<string, never>"


def _content(told: JsonObject) -> str:
    """Of what is JSON; other content is text."""
    content = _object(told.get("content"))
    for kind, media in content.items():
        if kind.partition(";")[0] == "application/json":
            return _type(_object(_object(media).get("schema")), "    ")
    return "string" if content else ""


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) else json.dumps(name)


def _said(description: JsonValue, indent: str) -> str:
    if not isinstance(description, str) or not description.strip():
        return ""
    text = " ".join(description.split()).replace("*/", "* /")
    return f"{indent}/** {text} */\n"


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
