"""An action's parameters: read for a run, checked at publish, and told as a JSON Schema. Always all mistakes at once.

At publish a value that holds `${...}` is not known yet: a mistake at or inside of such a value is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import orjson
from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from handlers.actions.action import ActionFailed, AnyAction, Fault
from handlers.actions.masking import Masking
from schemas.fields import fields, model_at
from schemas.model import JsonObject, Model
from schemas.names import BUCKET, did_you_mean
from schemas.problem import Code, Path, Problem, spell
from schemas.wording import show, word

_MARK: Final = "${"
_CODES: Final = {
    "bad_expression": Code.BAD_EXPRESSION,
    "bad_schema": Code.BAD_SCHEMA,
    **dict.fromkeys(("address", "base64", "header", "key", "one_of", "statement"), Code.BAD_VALUE),
}
"""The errors that have words of their own."""


def read(action: AnyAction, parameters: JsonObject, masking: Masking) -> Model:
    try:
        model: Model = action.parameters.read(parameters)
        return model
    except ValidationError as wrong:
        problems = _problems(action, parameters, wrong, masking)
    except orjson.JSONEncodeError:
        problems = (Problem(Code.BAD_NUMBER, "a number is larger than 64 bits", "Write it as text"),)
    told = [_told(problem) for problem in problems]
    raise ActionFailed(
        Fault.INVALID_INPUT,
        f"{action.name}: {'; '.join(told)}",
        detail={"problems": [{"path": spell(p.path[1:]), "message": p.message, "advice": p.advice} for p in problems]},
    )


def check(action: AnyAction, parameters: JsonObject) -> tuple[Problem, ...]:
    """Every mistake in a task's `with` that shows before any run. Paths start at the task."""
    try:
        action.parameters.read(parameters)
    except ValidationError as wrong:
        return tuple(
            p for p in _problems(action, parameters, wrong, Masking()) if not _unknown_yet(parameters, p.path[1:])
        )
    except orjson.JSONEncodeError:
        return (Problem(Code.BAD_NUMBER, "a number is larger than 64 bits", "Write it as text", ("with",)),)
    return ()


def schema_of(model: type[Model], mode: Literal["validation", "serialization"] = "validation") -> JsonObject:
    schema: JsonObject = model.model_json_schema(by_alias=True, mode=mode)
    return schema


def _told(problem: Problem) -> str:
    path = spell(problem.path[1:])
    place = f"{path}: " if path else ""
    advice = f" ({problem.advice})" if problem.advice else ""
    return f"{place}{problem.message}{advice}"


def _problems(
    action: AnyAction, parameters: JsonObject, wrong: ValidationError, masking: Masking
) -> tuple[Problem, ...]:
    """One per mistake, in the order of the parameters; several readings of one value are one mistake."""
    found: dict[Path, Problem] = {}
    for error in wrong.errors(include_url=False):
        if error["type"] == "too_short" and error["input"]:
            continue  # the validator counts what was right of the list: the wrong items have been told
        path = ("with", *_path(parameters, error))
        problem = _problem(action, error, path, masking)
        if path in found and found[path].message != problem.message:
            both = f"{found[path].message}, or: {problem.message}"
            problem = Problem(found[path].code, both, found[path].advice, path)
        found[path] = problem
    return tuple(found.values())


def _problem(action: AnyAction, error: ErrorDetails, path: Path, masking: Masking) -> Problem:
    """In the document's own words, or in those that the action's model has for its own rules.

    A value is masked before it is shown: what is shown is cut, and a part of a secret is known to nobody as one.
    """
    value = masking.value(error["input"])
    context = error.get("ctx", {})
    kind = error["type"]
    if kind == "extra_forbidden":
        owner = model_at(action.parameters, path[1:-1])
        known = tuple(fields(owner)) if owner is not None else ()
        advice = did_you_mean(str(path[-1]), known) or f"Known here: {', '.join(known)}"
        return Problem(Code.UNKNOWN_KEY, f"{action.name} has no parameter {show(path[-1])} here", advice, path)
    if kind in _CODES or ("advice" in context and kind != "duration"):
        code = _CODES.get(kind, Code.BAD_VALUE)
        return Problem(code, error["msg"], str(context.get("advice", "")), path)
    if kind == "string_pattern_mismatch" and context.get("pattern") != BUCKET:
        return Problem(Code.BAD_VALUE, f"{path[-1]} cannot be {show(value)}", "", path)
    said = word(error, path, value, ())
    return Problem(said.code, said.message, said.advice, path)


def _path(parameters: JsonObject, error: ErrorDetails) -> Path:
    """The place in the document: pydantic's, without the steps that name a union's branch."""
    steps: list[str | int] = []
    value: JsonValue = parameters
    last = len(error["loc"]) - 1
    for at, step in enumerate(error["loc"]):
        match value, step:
            case dict(), str() if step in value:
                value = value[step]
            case list(), int() if 0 <= step < len(value):
                value = value[step]
            case dict(), str() if at == last and error["type"] == "missing":
                pass
            case _:
                continue
        steps.append(step)
    return tuple(steps)


def _unknown_yet(parameters: JsonObject, path: Sequence[str | int]) -> bool:
    """Does the path end at, or lead through, a value that a run fills in?"""
    value: JsonValue = parameters
    for step in path:
        match value, step:
            case dict(), str() if step in value:
                value = value[step]
            case list(), int():
                value = value[step]
            case _:
                return False
    return isinstance(value, str) and _MARK in value
