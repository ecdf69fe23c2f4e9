"""All built-in actions by name. An action's module is imported when the action is first wanted, and not before."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from pydantic import JsonValue

from handlers.actions.action import ActionContext, ActionFailed, AnyAction, Fault, Waiting
from handlers.actions.masking import Masking
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
    if action is None:
        raise ActionFailed(Fault.INVALID_INPUT, f'there is no action "{name}"', advice=_known(name))
    masking = Masking(context.secrets.values())
    try:
        return action.run(read(action, parameters, masking), context)
    except ActionFailed as failed:
        raise masking.failure(failed) from None


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
