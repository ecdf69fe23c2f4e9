"""`wait`: a time passes. No worker is held: the task function parks the task and a timer ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AwareDatetime, BeforeValidator, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from handlers.actions.action import Action, ActionContext, Waiting
from schemas.duration import Duration
from schemas.model import Model


def _rfc3339(value: object) -> object:
    """pydantic would also read 1700000000 as a time."""
    if not isinstance(value, str) or "T" not in value.upper():
        raise PydanticCustomError(
            "time", "not a time with its zone", {"advice": "Write it as 2027-01-31T08:00:00+01:00"}
        )
    return value


class WaitParameters(Model):
    duration: Duration | None = Field(default=None, description="How long, from now.")
    until: Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_rfc3339)] | None = Field(
        default=None, description="Until when: RFC 3339, with its zone. A time that has passed is no wait."
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.duration is None) == (self.until is None):
            raise PydanticCustomError(
                "one_of", "it waits either for a duration or until a time", {"advice": "Write duration: or until:"}
            )
        return self


class WaitOutput(Model):
    waited_until: AwareDatetime = Field(description="The time that was waited for, in UTC.")


def _wait(parameters: WaitParameters, context: ActionContext) -> JsonValue | Waiting:
    now = context.now()
    until = parameters.until
    if until is None:
        assert parameters.duration is not None, "the model has one of the two"
        until = now + timedelta(milliseconds=parameters.duration.ms)
    waiting = Waiting(until)
    return waiting.output if until <= now else waiting


ACTIONS = (
    Action(
        name="wait",
        description=(
            "Waits for a duration, or until a time. It holds no worker and costs nothing meanwhile. "
            "The run's deadline goes on counting."
        ),
        parameters=WaitParameters,
        output=WaitOutput,
        run=_wait,
        example="""
            cool-down:
              action: wait
              with: {duration: 15m}
        """,
    ),
)
