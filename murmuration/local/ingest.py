"""Events and webhooks that come in by HTTP, handed to the engine, which answers once its transaction is on the disk."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from pydantic import JsonValue

from events.outside import OutsideEvent
from handlers.webhook import Answer, Call
from schemas.model import JsonObject

Ask = Callable[[str, JsonObject], JsonObject]
"""Have the engine do it, and wait."""

KIND: Final = "events"


class LocalIngest:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def accept(self, events: Sequence[OutsideEvent]) -> None:
        self._ask(KIND, together(events))


class LocalWebhooks:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def call(self, pipeline: str, trigger: str, call: Call) -> Answer:
        headers: list[JsonValue] = [[name, value] for name, value in call.headers]
        told = self._ask(
            "webhook",
            {
                "pipeline": pipeline,
                "trigger": trigger,
                "body": base64.b64encode(call.body).decode(),
                "headers": headers,
                "query": call.query,
            },
        )
        run = told["run"]
        return Answer(HTTPStatus(int(str(told["status"]))), str(told["why"]), run if isinstance(run, str) else None)


def together(events: Sequence[OutsideEvent]) -> JsonObject:
    """As the engine is asked to take them up."""
    fields: list[JsonValue] = [one.fields() for one in events]
    return {"events": fields}
