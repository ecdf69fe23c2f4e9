"""Died: from what Lambda tells of an invocation that failed to why the attempt failed, in words for people.

Types are those of the local stack, so that `retry.on` means the same: Timeout, OutOfMemory, WorkerDied. What cannot even be
loaded is a CannotStart, which no repetition mends; an invocation that Lambda never got to begin is NotStarted.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pydantic import JsonValue

from schemas.model import JsonObject
from schemas.outcome import Outcome

CANNOT_START: Final = "CannotStart"
_TIMED_OUT: Final = re.compile(r"Task timed out after ([0-9.]+) seconds")
_EXIT: Final = re.compile(r"exit status (\d+)")
_LOADING: Final = frozenset(
    {
        "Runtime.ImportModuleError",
        "Runtime.HandlerNotFound",
        "Runtime.UserCodeSyntaxError",
        "Runtime.MalformedHandlerName",
        "Runtime.InvalidEntrypoint",
    }
)
_PLATFORM: Final = ("Runtime.", "Sandbox.", "Extension.", "Function.")
_REQUEST: Final = re.compile(r"^(RequestId: \S+ )?(Error: )?")
_LARGER: Final = "Give the task a larger `memory` (small, medium, large, huge)."
_MESSAGE: Final = 4096


class Death(NamedTuple):
    """An invocation that failed."""

    function: str
    """ARN, as it was called."""
    request: str
    payload: JsonObject
    why: Outcome

    @property
    def for_good(self) -> bool:
        """The same again would fail alike, until somebody deploys."""
        return self.why.error is not None and self.why.error.type == CANNOT_START


def read_death(record: JsonObject) -> Death | None:
    """From the message of Lambda's failure destination. None where it is none, or brings no request."""
    match record:
        case {
            "requestContext": {"requestId": str(request), "functionArn": str(function), "condition": str(condition)},
            "requestPayload": dict(payload),
        }:
            answer = record.get("responsePayload")
            why = _not_begun(condition) if condition == "EventAgeExceeded" else why_of(answer)
            called = unversioned(function)
            return Death(called, request, payload, _with(why, request, called))
        case _:
            return None


def why_of(answer: JsonValue) -> Outcome:
    """From the error that Lambda gives in place of an answer."""
    told = answer if isinstance(answer, dict) else {}
    type_, message = str(told.get("errorType") or ""), _REQUEST.sub("", str(told.get("errorMessage") or ""))
    message = message[:_MESSAGE]
    if timeout := _TIMED_OUT.search(message):
        after = f"{float(timeout[1]):g} s"
        return Outcome.failed("Timeout", f"Lambda ended the attempt after {after}, the timeout of its function.")
    if type_ == "Sandbox.Timedout":
        return Outcome.failed("Timeout", "Lambda ended the attempt at the timeout of its function.")
    if type_ == "Runtime.OutOfMemory" or "signal: killed" in message:
        return Outcome.failed("OutOfMemory", f"The function held more memory than its Lambda has. {_LARGER}")
    if type_ in _LOADING:
        advice = "Deploy it again, with all it needs in its requirements.txt."
        return Outcome.failed(CANNOT_START, f"Lambda could not load the function: {message}. {advice}")
    if type_ == "Runtime.ExitError":
        return Outcome.failed("WorkerDied", _exited(message))
    if type_ and not type_.startswith(_PLATFORM):
        return Outcome.failed(type_, message)
    named = f" ({type_})" if type_ else ""
    return Outcome.failed(
        "WorkerDied", f"Lambda lost the function while it ran{named}: {message or 'it does not say why'}"
    )


def unreachable(code: str, message: str) -> Outcome:
    """Why a rule could not call a function at all: from the attributes of its dead letter."""
    match code:
        case "NO_PERMISSIONS":
            told = "EventBridge may not call its Lambda. Give the bus's rules the permission, or publish again"
        case "NO_RESOURCE":
            told = "its Lambda is not there. Deploy it, or publish without it"
        case _:
            told = f"its Lambda could not be called: {message or code or 'nobody says why'}"
    return Outcome.failed("NotStarted", told, code=code)


def unversioned(function: str) -> str:
    """Without the version that is always meant where none is named. An alias stays."""
    return function.removesuffix(":$LATEST")


def _exited(message: str) -> str:
    if status := _EXIT.search(message):
        how = f"with exit status {status[1]} (sys.exit, os._exit, or C code that calls exit)"
        return f"The function ended its process {how}. Return a value, or raise an error, instead."
    return f"The process of the function ended: {message}"


def _not_begun(condition: str) -> Outcome:
    told = "Lambda did not get to it for hours: too many functions ran at once. Raise the account's concurrency."
    return Outcome.failed("NotStarted", told, condition=condition)


def _with(why: Outcome, request: str, function: str) -> Outcome:
    assert why.error is not None, "who died has failed"
    return Outcome.failed(why.error.type, why.error.message, **why.error.detail, request=request, function=function)
