"""Problems (RFC 9457): every answer that is a no, with the stable codes of the error tree.

    {"type": "urn:murmuration:problem:CODE", "title": ..., "status": 404, "code": CODE, "detail": what, "where": ..., "advice": ...}

`problems` lists every mistake of a document or a request at once. A code's status is found here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import JsonValue

from schemas.errors import InvalidDocument, MurmurationError
from schemas.model import JsonObject, Model
from schemas.problem import plain

JSON: Final = "application/problem+json"
URN: Final = "urn:murmuration:problem:"

_STATUS: Final[Mapping[str, HTTPStatus]] = {
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "no-such-address": HTTPStatus.NOT_FOUND,
    "no-such-run": HTTPStatus.NOT_FOUND,
    "no-such-pipeline": HTTPStatus.NOT_FOUND,
    "no-such-version": HTTPStatus.NOT_FOUND,
    "no-such-artifact": HTTPStatus.NOT_FOUND,
    "no-such-bucket": HTTPStatus.NOT_FOUND,
    "no-such-object": HTTPStatus.NOT_FOUND,
    "no-such-webhook": HTTPStatus.NOT_FOUND,
    "no-such-user": HTTPStatus.NOT_FOUND,
    "no-such-token": HTTPStatus.NOT_FOUND,
    "no-such-task": HTTPStatus.NOT_FOUND,
    "no-such-function": HTTPStatus.NOT_FOUND,
    "no-such-project": HTTPStatus.NOT_FOUND,
    "no-such-thing": HTTPStatus.NOT_FOUND,
    "method-not-allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not-acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "already-there": HTTPStatus.CONFLICT,
    "did-not-start": HTTPStatus.CONFLICT,
    "nothing-waits": HTTPStatus.CONFLICT,
    "not-live": HTTPStatus.CONFLICT,
    "run-has-ended": HTTPStatus.CONFLICT,
    "run-goes-on": HTTPStatus.CONFLICT,
    "nothing-to-rerun": HTTPStatus.CONFLICT,
    "ambiguous": HTTPStatus.CONFLICT,
    "function-in-use": HTTPStatus.CONFLICT,
    "function-failed": HTTPStatus.FAILED_DEPENDENCY,
    "already-over": HTTPStatus.CONFLICT,
    "published-elsewhere": HTTPStatus.CONFLICT,
    "cannot-publish": HTTPStatus.CONFLICT,
    "kept-in-file": HTTPStatus.CONFLICT,
    "cannot-edit": HTTPStatus.CONFLICT,
    "too-many": HTTPStatus.CONFLICT,
    "under-way": HTTPStatus.CONFLICT,
    "changed-on-disk": HTTPStatus.CONFLICT,
    "published-meanwhile": HTTPStatus.CONFLICT,
    "changed-meanwhile": HTTPStatus.PRECONDITION_FAILED,
    "too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too-large-to-keep": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "address-too-long": HTTPStatus.REQUEST_URI_TOO_LONG,
    "head-too-large": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "too-slow": HTTPStatus.REQUEST_TIMEOUT,
    "key-reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unsupported-type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "invalid-document": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid-input": HTTPStatus.UNPROCESSABLE_ENTITY,
    "bad-cursor": HTTPStatus.UNPROCESSABLE_ENTITY,
    "bad-file": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid-request": HTTPStatus.UNPROCESSABLE_ENTITY,
    "bad-name": HTTPStatus.UNPROCESSABLE_ENTITY,
    "emits-everywhere": HTTPStatus.UNPROCESSABLE_ENTITY,
    "bad-setting": HTTPStatus.UNPROCESSABLE_ENTITY,
    "version-wanted": HTTPStatus.PRECONDITION_REQUIRED,
    "bad-key": HTTPStatus.UNPROCESSABLE_ENTITY,
    "bad-content-type": HTTPStatus.UNPROCESSABLE_ENTITY,
    "no-room": HTTPStatus.INSUFFICIENT_STORAGE,
    "not-on-aws": HTTPStatus.NOT_IMPLEMENTED,
    "not-here": HTTPStatus.NOT_IMPLEMENTED,
    "aws-refused": HTTPStatus.BAD_GATEWAY,
    "aws-denied": HTTPStatus.BAD_GATEWAY,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "goes-on": HTTPStatus.SERVICE_UNAVAILABLE,
    "no-answer": HTTPStatus.SERVICE_UNAVAILABLE,
}


class Mistake(Model):
    """One of several: of a document by its place, of a request by its field."""

    code: str
    what: str
    where: str = ""
    advice: str = ""


class Problem(Model):
    """What is wrong, where, and what to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    where: str = ""
    advice: str = ""
    problems: tuple[Mistake, ...] = ()
    run: str = ""
    """In which a user's function has failed."""
    error: JsonObject | None = None
    """What it failed with: type, message, detail."""
    current: JsonObject | None = None
    """What is there now, of what somebody else changed meanwhile."""


class NoSuchAddress(MurmurationError):
    code = "no-such-address"


class NoSuchThing(MurmurationError):
    """Of a kind that has no error of its own. Also what the caller may not know to be there."""

    code = "no-such-thing"


class TooLarge(MurmurationError):
    code = "too-large"


class InvalidRequest(MurmurationError):
    code = "invalid-request"


class InvalidInput(MurmurationError):
    """What a run or a function would be given, and does not take: each mistake of it."""

    code = "invalid-input"
    headers: Mapping[str, str] = {}
    """Told with the answer."""

    def __init__(self, what: str, mistakes: tuple[Mistake, ...], advice: str = "") -> None:
        self.mistakes = mistakes
        super().__init__(what, advice=advice)


class FunctionFailed(MurmurationError):
    """A user's own code has failed. It is no failure of the server's, which did what it was asked for."""

    code = "function-failed"
    headers: Mapping[str, str] = {}
    """Told with the answer."""

    def __init__(self, what: str, run: str, error: JsonObject, advice: str = "") -> None:
        self.run = run
        self.error = error
        super().__init__(what, where=run, advice=advice)


def status_of(code: str) -> HTTPStatus:
    return _STATUS.get(code, HTTPStatus.BAD_REQUEST)


def problem_of(wrong: MurmurationError) -> Problem:
    """`Refused` carries the code that whoever answered gave."""
    code = str(getattr(wrong, "reason", wrong.code))
    mistakes: Sequence[Mistake] = ()
    if isinstance(wrong, InvalidDocument):
        mistakes = [
            Mistake(
                code=one.code.value,
                what=plain(one.message),
                where=f"{one.file}:{one.line}:{one.column}",
                advice=plain(one.advice),
            )
            for one in wrong.problems
        ]
    elif isinstance(wrong, InvalidInput):
        mistakes = wrong.mistakes
    told = _problem(status_of(code), code, wrong.what, wrong.where, wrong.advice, mistakes)
    extra: dict[str, object] = {"current": getattr(wrong, "theirs", None)}
    if isinstance(wrong, FunctionFailed):
        extra |= {"run": wrong.run, "error": wrong.error}
    return told.model_copy(update=extra)


def of_request(wrong: RequestValidationError) -> Problem:
    """All that is wrong with a request at once."""
    mistakes = [
        Mistake(code=str(one.get("type", "invalid")), what=str(one.get("msg", "")), where=_place(one.get("loc", ())))
        for one in wrong.errors()
    ]
    told = "; ".join(f"{one.where}: {one.what}" if one.where else one.what for one in mistakes)
    advice = "/openapi.json says what is expected"
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", told, "", advice, mistakes)


def unforeseen(request: str) -> Problem:
    """A mistake of ours. What it was is in the log, under the request's id."""
    told = "the request failed, and that is a mistake of ours"
    advice = f"The log has more under {request}; please report it" if request else "The log has more; please report it"
    return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "unforeseen", told, "", advice)


def response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[Any]:
    told: dict[str, str | list[str]] = {"cache-control": "no-store", **(headers or {})}
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        told["retry-after"] = "2"
    if problem.status == HTTPStatus.UNAUTHORIZED:
        told["www-authenticate"] = 'Bearer realm="murmuration"'
    return Response(problem.status, JSON, body(problem), headers=told)


def body(problem: Problem) -> str:
    return problem.model_dump_json(exclude_defaults=True)


def _problem(
    status: HTTPStatus, code: str, what: str, where: str, advice: str, mistakes: Sequence[Mistake] = ()
) -> Problem:
    return Problem(
        type=f"{URN}{code}",
        title=status.phrase,
        status=status.value,
        code=code,
        detail=what,
        where=where,
        advice=advice,
        problems=tuple(mistakes),
    )


def _place(loc: object) -> str:
    return ".".join(str(one) for one in loc) if isinstance(loc, Sequence) and not isinstance(loc, str) else str(loc)


def told(wrong: MurmurationError) -> JsonObject:
    value: dict[str, JsonValue] = problem_of(wrong).model_dump(mode="json", exclude_defaults=True)
    return value
