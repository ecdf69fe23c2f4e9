"""`pass` and `fail`: a task that only says how it ended."""

from __future__ import annotations

from typing import Annotated, NoReturn

from pydantic import Field, JsonValue, StringConstraints

from handlers.actions.action import Action, ActionContext, ActionFailed
from schemas.model import JsonObject, Model

ErrorType = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=128)]


class PassParameters(Model):
    value: JsonValue = Field(default=None, description="What the task gives back.")


class FailParameters(Model):
    type: ErrorType = Field(default="Failed", description="The error's type: what `retry.on` and conditions see.")
    message: str = Field(default="", max_length=10_000, description="What went wrong, in words for a person.")
    detail: JsonObject = Field(default={}, description="Whatever else a condition should see.")


def _pass(parameters: PassParameters, _: ActionContext) -> JsonValue:
    return parameters.value


def _fail(parameters: FailParameters, _: ActionContext) -> NoReturn:
    message = parameters.message or "the pipeline says that this is a failure"
    raise ActionFailed(parameters.type, message, detail=parameters.detail)


ACTIONS = (
    Action(
        name="pass",
        description="Gives its value back and does nothing else. A place where edges meet, or a constant for later tasks.",
        parameters=PassParameters,
        output={"description": "The value."},
        run=_pass,
        example="""
            defaults:
              action: pass
              with: {value: {width: 200, height: 200}}
        """,
    ),
    Action(
        name="fail",
        description="Fails, with the type and the message that it is given. For a condition that must end a run badly.",
        parameters=FailParameters,
        output={"description": "None: it never succeeds.", "not": {}},
        run=_fail,
        example="""
            too-old:
              action: fail
              with: {type: StaleData, message: "the export is older than a day", detail: {hours: 26}}
        """,
    ),
)
