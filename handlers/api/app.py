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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError, ResponseValidationError
from pydantic import ValidationError

from handlers.acting import CannotBeRead
from handlers.api import answers, edited, problem
from handlers.api.asked import CONTEXT, Asked, NotYet
from handlers.api.body import UnsupportedType
from handlers.api.cors import Cors
from handlers.api.docs import Docs
from handlers.api.house import House
from handlers.api.routes import OPEN, Matcher, Routes
from handlers.api.taking import Taking
from handlers.auth import NOBODY, Caller, Forbidden, Unauthenticated
from handlers.cabinet import Changed
from schemas.errors import MurmurationError
from schemas.model import JsonObject

if TYPE_CHECKING:
    from handlers.api.idempotency import Once

__all__ = ["LARGEST_BODY", "PREFIX", "Api", "MethodNotAllowed", "UnsupportedType", "Wait"]

log = logging.getLogger("murmuration.api")

PREFIX: Final = "/api"
"""The API lies under it beside the designer; without it, too."""
LARGEST_BODY: Final = 6 * 1024 * 1024
"""What Lambda takes. Files go by signed addresses."""
LONGEST_PATH: Final = 4_096
_BEARER: Final = "bearer "
_AGAIN: Final = "x-not-yet"
_KEY: Final = "idempotency-key"


class MethodNotAllowed(MurmurationError):
    code = "method-not-allowed"
    headers: Mapping[str, str] = {}
    """Told with the answer."""


class AddressTooLong(MurmurationError):
    code = "address-too-long"


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to tell yet. Ask the same again when something may have changed, or after so many seconds."""

    seconds: float


class Api:
    def __init__(self, house: House, routes: Iterable[Routes], paths: Callable[[], JsonObject] | None = None) -> None:
        """`paths` are those of the workspace's functions, in the OpenAPI document."""
        self._house = house
        self._cors = Cors(house.origins)
        docs = Docs(self, house, paths)
        self.routes = [route for one in (*routes, docs.routes()) for route in one.all]
        self._matcher = Matcher(self.routes)
        self.resolver = APIGatewayHttpResolver(
            enable_validation=True,
            serializer=answers.serialized,
            response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
        )
        reading: Any = self.resolver  # it has no other door for it
        reading._request_validation_middleware = Taking()
        for route in self.routes:
            register = self.resolver.route(
                route.rule,
                route.method,
                summary=route.summary,
                tags=[route.tag],
                status_code=route.status,
                include_in_schema=route.listed,
                openapi_extensions=None if route.operation is None else {"x-operation": route.operation.value},
            )
            register(route.handler)
        on = self.resolver.exception_handler
        on(MurmurationError)(_refused)
        on(ValidationError)(lambda wrong: _refused(CannotBeRead.of(wrong)))
        on(RequestValidationError)(lambda wrong: problem.response(problem.of_request(wrong)))
        on(NotFoundError)(lambda _: _refused(problem.NoSuchAddress("there is nothing at this path")))
        on(ResponseValidationError)(_again)
        on(NotYet)(lambda yet: Response(204, headers={_AGAIN: str(yet.left)}))

    def answer(self, event: JsonObject, context: Any = None, waited: float = 0.0) -> JsonObject | None:
        """None: nothing to tell yet. Ask the same again when something may have changed, and say how long it has waited."""
        told = self.ask(event, context, waited)
        return None if isinstance(told, Wait) else told

    def ask(self, event: JsonObject, context: Any = None, waited: float = 0.0) -> JsonObject | Wait:
        """`answer`, which also tells how long the caller would wait."""
        request = str(_inside(event, "requestContext").get("requestId", ""))
        method, headers = _method(event), _headers(event)
        try:
            told = self._told(event, method, headers, request, context, waited)
        except MurmurationError as wrong:
            told = answers.spelled(_refused(wrong))
        except ResponseValidationError as wrong:
            log.error("%s: an answer is not what it says it is: %s", request, wrong.errors())
            told = answers.spelled(problem.response(problem.unforeseen(request)))
        except Exception:
            log.exception("%s: the request failed", request)
            told = answers.spelled(problem.response(problem.unforeseen(request)))
        given = told.get("headers")
        if isinstance(given, dict) and _AGAIN in given:
            return Wait(float(str(given[_AGAIN])))
        return answers.finished(told, method, headers, request, self._cors)

    def _told(
        self,
        event: JsonObject,
        method: str,
        headers: Mapping[str, str],
        request: str,
        context: Any,
        waited: float,
    ) -> JsonObject:
        path = _path(event)
        if method == "OPTIONS":
            return self._options(path, headers)
        taken = "GET" if method == "HEAD" else method
        asked = self._asked(event, taken, path, headers, request, waited)
        route = asked.route
        assert route is not None, "there is one, or it was told that there is none"
        addressed = _addressed(event, taken, path)

        def answer() -> JsonObject:
            self.resolver.append_context(**{CONTEXT: asked})  # type: ignore[no-untyped-call]  # Powertools has it untyped
            told: JsonObject = self.resolver.resolve(addressed, context)
            return told

        if route.creates and _KEY in headers:
            return self._once.answer(asked, taken, path, answer)
        return answer()

    @cached_property
    def _once(self) -> Once:
        from handlers.api.idempotency import Once

        return Once(self._house.cabinet, self._house.clock)

    def _options(self, path: str, headers: Mapping[str, str]) -> JsonObject:
        """What a path takes; to pages elsewhere, whether they may ask. Nothing that the document does not tell anybody."""
        allowed = self._matcher.allowed(path)
        if not allowed:
            raise self._nowhere("OPTIONS", path)
        told = self._cors.preflight(headers, allowed) or {}
        return {"statusCode": 204, "headers": {"allow": ", ".join(allowed), **told}, "body": ""}

    def _asked(
        self, event: JsonObject, method: str, path: str, headers: Mapping[str, str], request: str, waited: float
    ) -> Asked:
        match = self._matcher.match(method, path)
        caller, unknown = self._caller(headers, match is not None and match.route.operation is OPEN)
        if match is None:
            if caller is NOBODY and not self._matcher.is_open(path):
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
        query = str(event.get("rawQueryString") or "")
        return Asked(caller, request, headers, query, body, waited, match.route, unknown)

    def _caller(self, headers: Mapping[str, str], open_door: bool) -> tuple[Caller, Unauthenticated | None]:
        """An open door takes whatever authorization comes, such as a webhook's own, and knows nobody by it."""
        given = headers.get("authorization", "")
        if not given:
            return NOBODY, None
        try:
            if not given.lower().startswith(_BEARER):
                raise Unauthenticated("the authorization is no bearer token", advice="Send authorization: Bearer TOKEN")
            return self._house.identities.identify(given[len(_BEARER) :].strip()), None
        except Unauthenticated as unknown:
            if not open_door:
                raise
            return NOBODY, unknown

    def _nowhere(self, method: str, path: str) -> MurmurationError:
        allowed = self._matcher.allowed(path)
        if not allowed:
            return problem.NoSuchAddress(
                f"there is nothing at {path[:200]}", advice="/openapi.json lists what there is"
            )
        wrong = MethodNotAllowed(f"{path[:200]} takes no {method}", advice=f"It takes {', '.join(allowed)}")
        wrong.headers = {"allow": ", ".join(allowed)}
        return wrong


def _unauthenticated() -> Unauthenticated:
    return Unauthenticated(
        "who asks is not known", advice="Send authorization: Bearer TOKEN; murmur token create makes one"
    )


def _refused(wrong: MurmurationError) -> Response[Any]:
    headers = dict(getattr(wrong, "headers", {}))
    if isinstance(wrong, Changed) and wrong.current:
        headers["etag"] = edited.tag(wrong.current)
    told = problem.problem_of(wrong)
    if told.status == HTTPStatus.BAD_GATEWAY:
        # Whoever asked cannot help it; whoever runs the stack can.
        log.error("%s: %s", told.code, told.detail)
    return problem.response(told, headers)


def _again(wrong: Exception) -> NoReturn:
    raise wrong


def _addressed(event: JsonObject, method: str, path: str) -> JsonObject:
    context = _inside(event, "requestContext")
    http = context.get("http")
    there = {**(http if isinstance(http, dict) else {}), "path": path, "method": method}
    return {**event, "rawPath": path, "requestContext": {**context, "http": there, "stage": "$default"}}


def _headers(event: JsonObject) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in _inside(event, "headers").items()}


def _method(event: JsonObject) -> str:
    http = _inside(event, "requestContext").get("http")
    return str(http.get("method", "GET") if isinstance(http, dict) else "GET").upper()


def _path(event: JsonObject) -> str:
    """Without the prefix and the slash at its end."""
    path = unquote(str(event.get("rawPath") or "/"))
    if len(path) > LONGEST_PATH:
        told = f"the path has {len(path):,} characters, and {LONGEST_PATH:,} are taken"
        raise AddressTooLong(told, advice="Put what is long into the query or the body")
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
        raise problem.InvalidRequest(
            "the body is not the base64 that it says it is", advice="Send it as it is"
        ) from None


def _inside(event: JsonObject, name: str) -> JsonObject:
    value = event.get(name)
    return value if isinstance(value, dict) else {}
