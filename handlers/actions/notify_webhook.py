"""`notify.webhook`: a message to a channel, in the shape that Slack's incoming webhooks take and many others understand."""

from __future__ import annotations

from typing import Self

import orjson
from pydantic import Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from handlers.actions.action import Action, ActionContext, Fault
from handlers.actions.time_left import TimeLeft
from schemas.duration import Duration
from schemas.model import JsonObject, Model


class WebhookParameters(Model):
    url: str = Field(min_length=1, max_length=8_192, description="The webhook's URL. Keep it as a secret: it is one.")
    text: str = Field(default="", max_length=40_000, description="The message; shown in notifications, too.")
    blocks: tuple[JsonObject, ...] = Field(
        default=(), max_length=50, description="Slack's blocks, for a richer message."
    )
    timeout: Duration = Field(default=Duration(15_000), description="For everything together.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text and not self.blocks:
            raise PydanticCustomError("one_of", "the message is empty", {"advice": "Write text:, or blocks:, or both"})
        return self


class WebhookOutput(Model):
    status: int = Field(description="The webhook's answer, always a 2xx.")


def _notify(parameters: WebhookParameters, context: ActionContext) -> JsonValue:
    from handlers.actions.http_client import Request, exchange
    from handlers.actions.http_request import http_error
    from handlers.actions.target import Target

    message: JsonObject = {}
    if parameters.text:
        message["text"] = parameters.text
    if parameters.blocks:
        message["blocks"] = list(parameters.blocks)
    headers = {
        "user-agent": "murmuration",
        "content-type": "application/json",
        "idempotency-key": context.idempotency_key,
    }
    request = Request("POST", Target.parse(parameters.url), headers, orjson.dumps(message))
    with exchange(request, context.reach, TimeLeft(context, parameters.timeout), redirects=0) as answer:
        if not 200 <= answer.status < 300:
            raise http_error("POST", answer)
        return {"status": answer.status}


ACTIONS = (
    Action(
        name="notify.webhook",
        description=(
            "Posts a message to a chat channel: Slack's incoming webhooks, and whatever takes the same JSON. "
            "The same addresses are out of reach as for `http.request`."
        ),
        parameters=WebhookParameters,
        output=WebhookOutput,
        run=_notify,
        example="""
            tell-team:
              action: notify.webhook
              with:
                url: "${secrets.team_webhook}"
                text: "Order ${input.order} could not be packed"
        """,
        faults=(Fault.HTTP_ERROR, Fault.TIMEOUT, Fault.CONNECTION_FAILED, Fault.REFUSED),
    ),
)
