"""The OpenAPI document (3.1), made from the routes: clients and the designer's types are generated from it.

What a route takes and answers is what Powertools has found of its handler, by the types that validate it. The rest is the API's
own, the same everywhere, and said here once: who may come in, that problems are problems, versions, idempotency keys.

    operationId     the handler's name and the path's noun: `list` at /runs is `listRuns`, `publish` at
                    /pipelines/<project>/<pipeline>/publish is `publishPipeline`. They are names of functions in other
                    people's programs: never change one

What must always hold: every listed route is in it once; every name of an operation and of a schema is there once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import JsonValue
from pydantic.json_schema import GenerateJsonSchema

from handlers.api import edited, problem
from handlers.api.described import DESCRIBED, JSON, Described
from handlers.api.naming import names_of, operation_id
from handlers.api.routes import OPEN, Route
from schemas.model import JsonObject

_REF: Final = "#/components/schemas/"
_SCHEMA: Final = ("type", "anyOf", "allOf", "oneOf", "$ref", "enum", "const")
_TAGS: Final[Mapping[str, str]] = {
    "about": "The API itself",
    "people": "Who may come in, and as whom",
    "projects": "Projects: members, variables, secrets, notifications",
    "pipelines": "Pipelines: drafts, versions, publishing",
    "runs": "Runs: started, looked at, stopped, repeated",
    "functions": "Functions of the workspace",
    "events": "Events in: CloudEvents, AWS's PutEvents, webhooks",
    "buckets": "Files",
    "letters": "What could not be delivered, and the archive",
    "audit": "Who changed what",
}
_SCHEMES: Final[JsonObject] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token of `murmur token create`, or a session's"},
    "githubSignature": {"type": "apiKey", "in": "header", "name": "x-hub-signature-256"},
    "stripeSignature": {"type": "apiKey", "in": "header", "name": "stripe-signature"},
    "plainSignature": {
        "type": "apiKey",
        "in": "header",
        "name": "x-signature",
        "description": "HMAC-SHA256 over `x-timestamp`, a dot and the body, in hex",
    },
}
_SIGNATURES: Final[JsonValue] = [{"githubSignature": []}, {"stripeSignature": []}, {"plainSignature": []}]
_BEARER: Final[JsonValue] = [{"bearer": []}]
_HEADERS: Final[JsonObject] = {
    "ETag": {"schema": {"type": "string"}, "description": "The version of what is answered"},
    "Request": {"schema": {"type": "string"}, "description": "The request's own id, which is in the log, too"},
    "Replayed": {"schema": {"const": "true"}, "description": "The answer was given before, to the same key"},
}
_PARAMETERS: Final[JsonObject] = {
    "IfMatch": {
        "name": "if-match",
        "in": "header",
        "description": "The ETag that was read: what is edited is changed only where it is that version still",
        "schema": {"type": "string", "pattern": '^(W/)?"[\\x21\\x23-\\x7e]+"$'},
    },
    "IfNoneMatch": {
        "name": "if-none-match",
        "in": "header",
        "description": "Of a read: the ETags that are there already. Of a write: `*`, to create and never to overwrite",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "idempotency-key",
        "in": "header",
        "description": "The same key is the same request: it is done once, and answered the same for 24 hours",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    },
}
_WORDS: Final[Mapping[int, str]] = {
    400: "It cannot be done as it is asked",
    401: "Who asks is not known",
    403: "The caller may not do this",
    404: "There is no such thing, or none that the caller may know of",
    409: "It does not fit how things stand",
    412: "It was changed by somebody else meanwhile; the current ETag is told",
    413: "The body is too large",
    414: "The address is too long",
    415: "The body is of a type that is not taken here",
    422: "The request or the document in it has mistakes: all of them are told",
    424: "A user's own function has failed; how is told",
    428: "The write does not say which version it was made against",
    501: "Not in this stack",
    502: "AWS refuses it to the stack, not to the caller: a right is missing, or a part of it",
    503: "Not now; again in a moment",
}


class _Schemas(GenerateJsonSchema):
    def field_is_required(self, field: Any, total: bool) -> bool:
        """An answer has every field, also those with a default."""
        return self.mode == "serialization" or super().field_is_required(field, total)


def document(resolver: APIGatewayHttpResolver, routes: Iterable[Route], version: str) -> JsonObject:
    made = {(route.method, route.path): route for route in [*resolver._static_routes, *resolver._dynamic_routes]}
    listed = [route for route in routes if route.listed]
    dependants = {(route.method, route.rule): made[route.method, route.rule].dependant for route in listed}
    fields = [field for one in dependants.values() for field in _fields(one)]
    generator = _Schemas(ref_template=f"{_REF}{{model}}")
    found, definitions = generator.generate_definitions(
        [(field, field.mode, field._type_adapter.core_schema) for field in fields]
    )
    schemas = {id(field): found[field, field.mode] for field in fields}
    problem_schema = problem.Problem.model_json_schema(ref_template=f"{_REF}{{model}}", mode="validation")
    known: dict[str, Any] = {
        **{str(name): one for name, one in definitions.items()},
        **problem_schema.pop("$defs"),
        "Problem": problem_schema,
    }
    paths: dict[str, JsonValue] = {}
    for route in sorted(listed, key=lambda route: route.rule):
        there = paths.setdefault(re.sub(r"<([a-z_]+)>", r"{\1}", route.rule), {})
        assert isinstance(there, dict), "it was put there"
        there[route.method.lower()] = _operation(route, dependants[route.method, route.rule], schemas)
    tags = sorted({route.tag for route in listed})
    whole: JsonObject = {
        "openapi": "3.1.0",
        "info": {
            "title": "Murmuration",
            "version": version,
            "summary": "Pipelines with no orchestrator",
            "description": "Conventions are in docs/api.md. Every path is also there without `/api`.",
        },
        "servers": [{"url": "/api"}],
        "tags": [{"name": tag, "description": _TAGS.get(tag, tag.capitalize())} for tag in tags],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(known.items())),
            "responses": _problems(),
            "parameters": _PARAMETERS,
            "headers": _HEADERS,
            "securitySchemes": _SCHEMES,
        },
    }
    told: JsonObject = _renamed(_plain(whole), names_of(known))
    return told


def with_functions(whole: JsonObject, paths: JsonObject) -> JsonObject:
    """The document with paths of functions, each of which has the answers that every operation has."""
    there = whole["paths"]
    assert isinstance(there, dict), "a document has its paths"
    found: JsonObject = {}
    for path, item in paths.items():
        assert isinstance(item, dict), "a path has its operations"
        found[path] = {method: _completed(one) if isinstance(one, dict) else one for method, one in item.items()}
    return {**whole, "paths": {**there, **found}} if found else whole


def _completed(operation: JsonObject) -> JsonObject:
    given = operation.get("responses")
    usual: JsonObject = {
        str(one): _ref(f"responses/Problem{one}") for one in (400, 401, 403, 404, 409, 413, 415, 422, 502, 503)
    }
    told = {**usual, **(given if isinstance(given, dict) else {})}
    return {"security": _BEARER, **operation, "responses": dict(sorted(told.items()))}


def _fields(dependant: Any) -> Sequence[Any]:
    returned = [] if dependant.return_param is None else [dependant.return_param]
    parameters = [*dependant.path_params, *dependant.query_params, *dependant.header_params]
    for field in returned:
        field.mode = "serialization"
    return [*parameters, *dependant.body_params, *returned]


def _operation(route: Route, dependant: Any, schemas: Mapping[int, JsonObject]) -> JsonObject:
    described = DESCRIBED.get((route.method, route.rule), Described())
    told: JsonObject = {
        "operationId": described.name or operation_id(route),
        "summary": route.summary,
        "tags": [route.tag],
        "security": _security(route),
    }
    if route.operation is not None:
        told["x-operation"] = route.operation.value
    parameters = _parameters(route, dependant, schemas)
    if parameters:
        told["parameters"] = parameters
    body = _body(dependant, schemas, described)
    if body is not None:
        told["requestBody"] = body
    told["responses"] = _responses(route, dependant, schemas, described, body is not None)
    return told


def _security(route: Route) -> JsonValue:
    if route.operation is not OPEN:
        return _BEARER
    if route.rule.startswith("/hooks/"):
        return _SIGNATURES
    return _BEARER if route.rule == "/auth/verify" else []


def _parameters(route: Route, dependant: Any, schemas: Mapping[int, JsonObject]) -> list[JsonValue]:
    told: list[JsonValue] = []
    for field in [*dependant.path_params, *dependant.query_params, *dependant.header_params]:
        info = field.field_info
        schema = {key: value for key, value in schemas[id(field)].items() if key not in ("title", "description")}
        one: JsonObject = {"name": field.alias, "in": info.in_.value, "schema": _without_null(schema)}
        if field.required:
            one["required"] = True
        if info.description:
            one["description"] = info.description
        told.append(one)
    common = []
    if _edits(route):
        common = ["IfMatch", "IfNoneMatch"]
    elif route.method == "GET" and _has_headers(dependant):
        common = ["IfNoneMatch"]
    if route.creates or route.derives:
        common.append("IdempotencyKey")
    return [*told, *(_ref(f"parameters/{name}") for name in common)]


def _ref(to: str) -> JsonObject:
    return {"$ref": f"#/components/{to}"}


def _without_null(schema: JsonObject) -> JsonObject:
    """A parameter is there or not; it is never null."""
    branches = schema.get("anyOf")
    if not isinstance(branches, list) or {"type": "null"} not in branches:
        return schema
    left = [branch for branch in branches if branch != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf" and value is not None}
    only = left[0] if len(left) == 1 else None
    return {**only, **rest} if isinstance(only, dict) else {"anyOf": left, **rest}


def _body(dependant: Any, schemas: Mapping[int, JsonObject], described: Described) -> JsonObject | None:
    if described.body:
        return {"required": True, "content": {kind: {"schema": schema} for kind, schema in described.body.items()}}
    fields = dependant.body_params
    if not fields:
        return None
    first = fields[0].field_info
    if len(fields) == 1 and not getattr(first, "embed", None):
        schema = schemas[id(fields[0])]
    else:
        schema = {
            "type": "object",
            "properties": {field.alias: schemas[id(field)] for field in fields},
            "required": [field.alias for field in fields if field.required],
            "additionalProperties": False,
        }
    content: JsonObject = {"schema": schema}
    if described.example is not None:
        content["example"] = described.example
    return {"required": any(field.required for field in fields), "content": {first.media_type: content}}


def _responses(
    route: Route,
    dependant: Any,
    schemas: Mapping[int, JsonObject],
    described: Described,
    body: bool,
) -> JsonObject:
    headers: JsonObject = {"x-request-id": _ref("headers/Request")}
    if route.creates:
        headers["idempotency-replayed"] = _ref("headers/Replayed")
    if _has_headers(dependant):
        headers["etag"] = _ref("headers/ETag")
    done: JsonObject = {"description": HTTPStatus(route.status).phrase, "headers": headers}
    if route.status != HTTPStatus.NO_CONTENT and dependant.return_param is not None:
        schema = schemas[id(dependant.return_param)] if described.answer is None else described.answer
        done["content"] = {kind: {"schema": schema} for kind in described.kinds or (JSON,)}
    told: JsonObject = {str(route.status): done}
    for status, words in described.answers.items():
        told[str(status)] = {**done, "description": words}
    if route.method == "GET" and _has_headers(dependant):
        told["304"] = {"description": "It is the version that the caller has", "headers": headers}
    for wrong in sorted({*_wrong(route, bool(dependant.query_params), body), *described.problems}):
        told[str(wrong)] = _ref(f"responses/Problem{wrong}")
    return told


def _wrong(route: Route, parameters: bool, body: bool) -> Iterable[int]:
    yield 400
    if route.operation is not OPEN or _security(route):
        yield 401
    if route.operation is not OPEN:
        yield 403
    if route.operation is not OPEN or "<" in route.rule:
        yield 404
    if route.method != "GET":
        yield 409
    if _edits(route):
        yield from (412, 428)
    if "<" in route.rule or parameters:
        yield 414
    if body:
        yield from (413, 415)
    yield 422
    yield from (501, 502, 503)


def _problems() -> JsonObject:
    def of(status: int, words: str) -> JsonObject:
        headers: JsonObject = {"x-request-id": _ref("headers/Request")}
        if status == HTTPStatus.PRECONDITION_FAILED:
            headers["etag"] = _ref("headers/ETag")
        if status == HTTPStatus.UNAUTHORIZED:
            headers["www-authenticate"] = {"schema": {"type": "string"}}
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["retry-after"] = {"schema": {"type": "string"}}
        return {
            "description": words,
            "headers": headers,
            "content": {problem.JSON: {"schema": {"$ref": f"{_REF}Problem"}}},
        }

    return {f"Problem{status}": of(status, words) for status, words in _WORDS.items()}


def _has_headers(dependant: Any) -> bool:
    """It makes its own response: that is how an ETag is told."""
    returned = getattr(dependant.call, "__annotations__", {}).get("return", "")
    return "Response" in str(returned)


def _edits(route: Route) -> bool:
    """Its handler asks for the version that a write was made against (`edited.wanted`): seen in it, not said twice."""
    return edited.wanted.__name__ in getattr(getattr(route.handler, "__code__", None), "co_names", ())


def _plain(value: Any) -> Any:
    """Without the titles that pydantic makes of names: they say nothing, and hide what has a name of its own."""
    if isinstance(value, dict):
        titled = isinstance(value.get("title"), str) and not value.keys().isdisjoint(_SCHEMA)
        return {key: _plain(one) for key, one in value.items() if not (titled and key == "title")}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        told = {key: _renamed(one, names) for key, one in value.items()}
        ref = told.get("$ref")
        if isinstance(ref, str) and ref.startswith(_REF):
            told["$ref"] = f"{_REF}{names.get(ref[len(_REF) :], ref[len(_REF) :])}"
        schemas = told.get("schemas")
        if isinstance(schemas, dict):
            told["schemas"] = {names.get(name, name): schema for name, schema in schemas.items()}
        return told
    return [_renamed(one, names) for one in value] if isinstance(value, list) else value
