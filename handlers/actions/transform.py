"""`transform`: JMESPath over data, within the bounds that all expressions have."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue
from pydantic_core import PydanticCustomError

from events.jmespath_bounds import Budget, answer
from events.jmespath_compile import Compiled, compile_expression
from handlers.actions.action import Action, ActionContext, ActionFailed, Fault
from schemas.errors import ExpressionFailed, InvalidExpression
from schemas.model import Model


def _legal(expression: str) -> str:
    try:
        compile_expression(expression)
        _over_data(expression)
    except InvalidExpression as wrong:
        advice = wrong.advice if "${" not in wrong.advice else ""
        raise PydanticCustomError("bad_expression", "{what}", {"what": wrong.what, "advice": advice}) from None
    return expression


def _over_data(expression: str) -> Compiled:
    """Expressions are answered over a scope of names; here the data itself is what `@` stands for."""
    return compile_expression(f"data | ({expression})")


class TransformParameters(Model):
    expression: Annotated[str, AfterValidator(_legal)] = Field(
        min_length=1, description="JMESPath, without `${...}` around it. `@` is the data."
    )
    data: JsonValue = Field(description="What the expression looks at.")


def _transform(parameters: TransformParameters, _: ActionContext) -> JsonValue:
    try:
        compiled = _over_data(parameters.expression)
        return answer(compiled.tree, {"data": parameters.data}, Budget(), parameters.expression)
    except ExpressionFailed as failed:
        raise ActionFailed(Fault.EXPRESSION_FAILED, failed.what, advice=failed.advice) from None


ACTIONS = (
    Action(
        name="transform",
        description="Gives back what a JMESPath expression finds in the data, or makes of it.",
        parameters=TransformParameters,
        output={"description": "Whatever the expression gives."},
        run=_transform,
        example="""
            large-orders:
              action: transform
              with:
                expression: "[?total > `100`].{id: id, total: total}"
                data:
                  - {id: A-17, total: 129.5, note: gift}
                  - {id: A-18, total: 12}
        """,
        faults=(Fault.EXPRESSION_FAILED,),
    ),
)
