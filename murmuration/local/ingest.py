"""Events and webhooks that come in by HTTP, handed to the engine, which answers once its transaction is on the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pydantic import JsonValue

from events.outside import OutsideEvent
from handlers.webhook import Answer, Call, Called, Told
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
        body = Called.of(pipeline, trigger, call).model_dump(mode="json")
        return Told.read(self._ask("webhook", body)).answer


def together(events: Sequence[OutsideEvent]) -> JsonObject:
    """As the engine is asked to take them up."""
    fields: list[JsonValue] = [one.fields() for one in events]
    return {"events": fields}
