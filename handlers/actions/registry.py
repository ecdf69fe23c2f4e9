"""All built-in actions by name. An action's module is imported when the action is first wanted, and not before."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from pydantic import JsonValue

from handlers.actions.action import ActionContext, ActionFailed, AnyAction, Fault, Waiting
from handlers.actions.parameters import check, read, schema_of
from schemas.model import JsonObject
from schemas.names import did_you_mean
from schemas.problem import Code, Problem

_HOMES: Final = {
    "http.request": "http_request",
    "transform": "transform",
    "validate": "validate",
    "wait": "wait",
    "emit": "emit",
    "s3.copy": "s3",
    "s3.read": "s3",
    "s3.write": "s3",
    "s3.delete": "s3",
    "sql.query": "sql",
    "notify.email": "notify_email",
    "notify.webhook": "notify_webhook",
    "lambda.invoke": "lambda_invoke",
    "fail": "ending",
    "pass": "ending",
}
_MASK: Final = "***"
_SHORTEST_SECRET: Final = 4
"""Masking shorter values would hide every other word of a message."""


def names() -> tuple[str, ...]:
    return tuple(_HOMES)


def find(name: str) -> AnyAction | None:
    home = _HOMES.get(name)
    if home is None:
        return None
    actions: tuple[AnyAction, ...] = import_module(f"handlers.actions.{home}").ACTIONS
    return next(action for action in actions if action.name == name)


def run(name: str, parameters: JsonObject, context: ActionContext) -> JsonValue | Waiting:
    """Does it, or raises `ActionFailed`. Secrets are masked in whatever the failure tells."""
    action = find(name)
    try:
        if action is None:
            raise ActionFailed(Fault.INVALID_INPUT, f'there is no action "{name}"', advice=_known(name))
        return action.run(read(action, parameters), context)
    except ActionFailed as failed:
        secrets = sorted((s for s in context.secrets.values() if len(s) >= _SHORTEST_SECRET), key=len, reverse=True)
        raise _masked(failed, secrets) from None


def check_parameters(name: str, parameters: JsonObject) -> tuple[Problem, ...]:
    """What is wrong with a task's `action` and `with`, before any run. Paths start at the task.

    Values that hold a `${...}` are known only in a run and are not judged here.
    """
    action = find(name)
    if action is None:
        return (Problem(Code.UNKNOWN_NAME, f'there is no action "{name}"', _known(name), ("action",)),)
    return check(action, parameters)


def schemas() -> dict[str, JsonObject]:
    """For every action `{description, parameters, output, example}`, the two in the middle as JSON Schemas."""
    return {name: _described(action) for name in _HOMES if (action := find(name)) is not None}


def _described(action: AnyAction) -> JsonObject:
    output = action.output
    return {
        "description": action.description,
        "parameters": schema_of(action.parameters),
        "output": output if isinstance(output, dict) else schema_of(output, "serialization"),
        "example": action.example,
    }


def _known(name: str) -> str:
    return did_you_mean(name, _HOMES) or f"There are {', '.join(_HOMES)}"


def _masked(failed: ActionFailed, secrets: list[str]) -> ActionFailed:
    if not secrets:
        return failed
    detail = _mask(failed.detail, secrets)
    assert isinstance(detail, dict)
    return ActionFailed(
        failed.type,
        _mask_text(failed.what, secrets),
        where=_mask_text(failed.where, secrets),
        advice=_mask_text(failed.advice, secrets),
        detail=detail,
    )


def _mask_text(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, _MASK)
    return text


def _mask(value: JsonValue, secrets: list[str]) -> JsonValue:
    match value:
        case str():
            return _mask_text(value, secrets)
        case list():
            return [_mask(item, secrets) for item in value]
        case dict():
            return {_mask_text(key, secrets): _mask(item, secrets) for key, item in value.items()}
        case _:
            return value
