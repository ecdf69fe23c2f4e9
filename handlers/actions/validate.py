"""`validate`: is this data what a JSON Schema asks for? All mistakes are told, each with its place."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Final

import orjson
from pydantic import AfterValidator, Field, JsonValue
from pydantic_core import PydanticCustomError

from handlers.actions.action import Action, ActionContext, ActionFailed, Fault
from schemas.model import JsonObject, Model
from schemas.problem import spell

if TYPE_CHECKING:
    from jsonschema_rs import Validator

_MOST: Final = 100
"""Problems that are told; a thousand rows with one mistake each help nobody."""


@lru_cache(maxsize=64)
def _compiled(schema: bytes) -> Validator:
    """Fetches nothing, and its regular expressions do not backtrack without end."""
    import jsonschema_rs

    return jsonschema_rs.validator_for(orjson.loads(schema), offline=True)


def _validator(schema: JsonObject) -> Validator:
    return _compiled(orjson.dumps(schema))


def _legal(schema: JsonObject) -> JsonObject:
    try:
        _validator(schema)
    except Exception as wrong:  # the library raises its own errors and ValueError, with no common ancestor
        what = str(wrong).partition("\n")[0]
        raise PydanticCustomError(
            "bad_schema",
            "this is not a JSON Schema: {what}",
            {"what": what, "advice": "References may only lead to places in the schema itself"},
        ) from None
    return schema


class ValidateParameters(Model):
    schema_: Annotated[JsonObject, AfterValidator(_legal)] = Field(
        alias="schema", description="A JSON Schema, draft 2020-12 unless `$schema` names another."
    )
    data: JsonValue = Field(description="What is looked at, and given back.")


def _validate(parameters: ValidateParameters, _: ActionContext) -> JsonValue:
    problems: list[JsonValue] = []
    count = 0
    for mistake in _validator(parameters.schema_).iter_errors(parameters.data):
        count += 1
        if count <= _MOST:
            problems.append({"path": spell(tuple(mistake.instance_path)), "message": mistake.message[:500]})
    if count:
        raise ActionFailed(
            Fault.VALIDATION_FAILED,
            f"{count} mistake{'s' if count > 1 else ''}: {'; '.join(map(_told, problems[:5]))}{' ...' if count > 5 else ''}",
            detail={"count": count, "problems": problems},
        )
    return parameters.data


def _told(problem: JsonValue) -> str:
    assert isinstance(problem, dict)
    return f"{problem['path'] or 'the whole'}: {problem['message']}"


ACTIONS = (
    Action(
        name="validate",
        description="Checks data against a JSON Schema and gives it back. Fails with every mistake and its place.",
        parameters=ValidateParameters,
        output={"description": "The data, unchanged."},
        run=_validate,
        example="""
            check-order:
              action: validate
              with:
                schema:
                  type: object
                  required: [order, total]
                  properties: {total: {type: number, exclusiveMinimum: 0}}
                data: {order: A-17, total: 129.5}
        """,
        faults=(Fault.VALIDATION_FAILED,),
    ),
)
