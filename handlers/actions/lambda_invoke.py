"""`lambda.invoke`: call a function by its name, or a Lambda by its ARN, and give back what it answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from handlers.actions.action import Action, ActionContext, Fault
from handlers.actions.time_left import TimeLeft
from schemas.duration import Duration
from schemas.model import Model

FunctionReference = Annotated[
    str,
    StringConstraints(
        pattern=r"^([A-Za-z][A-Za-z0-9_-]{0,63}"
        r"|arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_$-]{1,128})?)$"
    ),
]


class InvokeParameters(Model):
    function: FunctionReference = Field(
        description="A function of the workspace by its name, or a Lambda by its name or ARN."
    )
    payload: JsonValue = Field(default=None, description="What it is called with.")
    timeout: Duration = Field(default=Duration(60_000), description="How long to wait for its answer.")


def _invoke(parameters: InvokeParameters, context: ActionContext) -> JsonValue:
    left = TimeLeft(context, parameters.timeout)
    left.seconds()
    return context.functions.invoke(parameters.function, parameters.payload, left.ms())


ACTIONS = (
    Action(
        name="lambda.invoke",
        description=(
            "Calls a function and gives back what it answers. Locally that is the workspace's function of that name; "
            "on AWS a Lambda. What the function raises fails the task, under the type that it raised."
        ),
        parameters=InvokeParameters,
        output={"description": "What the function gave back."},
        run=_invoke,
        example="""
            price:
              action: lambda.invoke
              with: {function: quote, payload: {sku: A-17, count: 3}, timeout: 10s}
        """,
        faults=(Fault.NOT_FOUND, Fault.TIMEOUT, Fault.TOO_LARGE),
    ),
)
