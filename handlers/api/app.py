"""The app: from an event of API Gateway's HTTP API (payload version 2.0) to its answer.

    1. which route is it; is there one
    2. who asks: the bearer token, judged by `Identities`
    3. may he: the route's operation, in the project that the path names
    4. Powertools: parameters, body, handler, answer, each validated by its type
    5. whatever went wrong is a problem, and never more of it than its caller may know

What must always hold: nothing of a request is read before 3 is through, except by routes that are open; no answer is a stack
trace. The app keeps nothing between requests and is asked by one thread at a time, since Powertools keeps the request at hand in
its classes.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
    ResponseValidationError,
)
from pydantic import ValidationError

from handlers.acting import CannotBeRead
from handlers.api import problem
from handlers.api.asked import CONTEXT, Asked, NotYet
from handlers.api.house import House
from handlers.api.routes import Match, Matcher, Routes
from handlers.auth import NOBODY, Caller, Forbidden, Unauthenticated
from schemas.errors import MurmurationError
from schemas.model import JsonObject

log = logging.getLogger("murmuration.api")

PREFIX: Final = "/api"
"""The API lies under it beside the designer; without it, too."""
LARGEST_BODY: Final = 6 * 1024 * 1024
"""What Lambda takes. Files go by signed addresses."""
_BEARER: Final = "bearer "
_AGAIN: Final = "x-not-yet"


class MethodNotAllowed(MurmurationError):
    code = "method-not-allowed"


class UnsupportedType(MurmurationError):
    code = "unsupported-type"


class Api:
    def __init__(self, house: House, routes: Iterable[Routes]) -> None:
        self._house = house
        self.routes = [route for one in routes for route in one.all]
        self._matcher = Matcher(self.routes)
        self._resolver = APIGatewayHttpResolver(enable_validation=True)
        for route in self.routes:
            register = self._resolver.route(
                route.rule,
                route.method,
                summary=route.summary,
                tags=[route.tag],
                status_code=route.status,
                include_in_schema=route.listed,
                openapi_extensions=None if route.operation is None else {"x-operation": route.operation.value},
            )
            register(route.handler)
        self._resolver.exception_handler(MurmurationError)(_refused)
        self._resolver.exception_handler(ValidationError)(lambda wrong: _refused(CannotBeRead.of(wrong)))
        self._resolver.exception_handler(RequestValidationError)(
            lambda wrong: problem.response(problem.of_request(wrong))
        )
        self._resolver.exception_handler(RequestUnsupportedContentType)(
            lambda _: _refused(
                UnsupportedType("the body is of a type that is not read here", advice="Send application/json")
            )
        )
        self._resolver.exception_handler(NotYet)(lambda _: Response(204, headers={_AGAIN: "1"}))

    def answer(self, event: JsonObject, context: Any = None, waited: float = 0.0) -> JsonObject | None:
        """None: nothing to tell yet. Ask the same again when something may have changed, and say how long it has waited."""
        request = str(_inside(event, "requestContext").get("requestId", ""))
        try:
            asked, match = self._asked(event, request, waited)
            if asked is None or match is None:
                raise AssertionError("either is raised or told")
            self._resolver.append_context(**{CONTEXT: asked})  # type: ignore[no-untyped-call]
            told: JsonObject = self._resolver.resolve(_addressed(event, _path(event)), context)
        except MurmurationError as wrong:
            told = _spelled(problem.response(problem.problem_of(wrong), getattr(wrong, "headers", None)))
        except ResponseValidationError as wrong:
            log.error("%s: an answer is not what it says it is: %s", request, wrong.errors())
            told = _spelled(problem.response(problem.unforeseen(request)))
        except Exception:
            log.exception("%s: the request failed", request)
            told = _spelled(problem.response(problem.unforeseen(request)))
        headers = told.get("headers")
        return None if isinstance(headers, dict) and _AGAIN in headers else told

    def _asked(self, event: JsonObject, request: str, waited: float) -> tuple[Asked, Match]:
        method, path = _method(event), _path(event)
        headers = {name.lower(): str(value) for name, value in _inside(event, "headers").items()}
        match = self._matcher.match(method, path)
        caller = self._caller(headers)
        if match is None:
            if caller is NOBODY:
                raise _unauthenticated()
            raise self._nowhere(method, path)
        operation = match.route.operation
        if operation is not None:
            if caller is NOBODY:
                raise _unauthenticated()
            if match.project is None:
                if not caller.may_somewhere(operation):
                    raise Forbidden(f"{caller.name} may not do {operation.value}", advice="An admin gives roles")
            else:
                caller.require(operation, match.project)
        body = _body(event)
        if len(body) > LARGEST_BODY:
            raise problem.TooLarge(
                f"the body has {len(body):,} bytes, and {LARGEST_BODY:,} are taken",
                advice="Upload it to a bucket, and name its key",
            )
        return Asked(caller, request, headers, str(event.get("rawQueryString", "")), body, waited), match

    def _caller(self, headers: Mapping[str, str]) -> Caller:
        given = headers.get("authorization", "")
        if not given:
            return NOBODY
        if not given.lower().startswith(_BEARER):
            raise Unauthenticated("the authorization is no bearer token", advice="Send authorization: Bearer TOKEN")
        return self._house.identities.identify(given[len(_BEARER) :].strip())

    def _nowhere(self, method: str, path: str) -> MurmurationError:
        allowed = self._matcher.allowed(path)
        if not allowed:
            return problem.NoSuchAddress(
                f"there is nothing at {path[:200]}", advice="/openapi.json lists what there is"
            )
        wrong = MethodNotAllowed(f"{path[:200]} takes no {method}", advice=f"It takes {', '.join(allowed)}")
        wrong.headers = {"allow": ", ".join(allowed)}  # type: ignore[attr-defined]  # told with the answer
        return wrong


def _unauthenticated() -> Unauthenticated:
    return Unauthenticated(
        "who asks is not known", advice="Send authorization: Bearer TOKEN; murmur token create makes one"
    )


def _refused(wrong: MurmurationError) -> Response[Any]:
    return problem.response(problem.problem_of(wrong))


def _spelled(answer: Response[Any]) -> JsonObject:
    headers: JsonObject = {name.lower(): str(value) for name, value in answer.headers.items()}
    return {"statusCode": answer.status_code, "headers": headers, "body": str(answer.body), "isBase64Encoded": False}


def _addressed(event: JsonObject, path: str) -> JsonObject:
    context = _inside(event, "requestContext")
    http = context.get("http")
    there = {**(http if isinstance(http, dict) else {}), "path": path}
    return {**event, "rawPath": path, "requestContext": {**context, "http": there, "stage": "$default"}}


def _method(event: JsonObject) -> str:
    http = _inside(event, "requestContext").get("http")
    return str(http.get("method", "GET") if isinstance(http, dict) else "GET").upper()


def _path(event: JsonObject) -> str:
    """Without the prefix and the slash at its end."""
    path = unquote(str(event.get("rawPath", "/")))
    if path == PREFIX or path.startswith(f"{PREFIX}/"):
        path = path[len(PREFIX) :]
    return path.rstrip("/") or "/"


def _body(event: JsonObject) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode()
    try:
        return base64.b64decode(str(body), validate=True)
    except binascii.Error:
        raise problem.InvalidRequest("the body is not the base64 that it says it is") from None


def _inside(event: JsonObject, name: str) -> JsonObject:
    value = event.get(name)
    return value if isinstance(value, dict) else {}
