"""Events and webhooks that come in by HTTP, on AWS: events go on the bus with the API's own role, a webhook to the function that starts
runs, since the API may not.

PutEvents is no transaction: what a call leaves undone is sent again (`murmuration.aws.batches`), and where that does not help either
the sender is told to send all of it again. What was taken twice starts nothing twice: a sender's own id travels along.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from events.outside import OutsideEvent
from handlers.webhook import Answer, Call, Called, Told, WebhookHandler
from schemas.model import JsonObject

WEBHOOK: Final = "webhook"


class Outside(Protocol):
    """The bus, as far as events from outside go."""

    def put_outside(self, events: Sequence[JsonObject]) -> None: ...


class AwsIngest:
    def __init__(self, bus: Outside) -> None:
        self._bus = bus

    def accept(self, events: Sequence[OutsideEvent]) -> None:
        self._bus.put_outside([one.fields() for one in events])


class AwsWebhooks:
    """`start` invokes the function that starts runs, and gives what it returns."""

    def __init__(self, start: Callable[[JsonObject], JsonObject]) -> None:
        self._start = start

    def call(self, pipeline: str, trigger: str, call: Call) -> Answer:
        asked = Called.of(pipeline, trigger, call).model_dump(mode="json")
        return Told.read(self._start({WEBHOOK: asked})[WEBHOOK]).answer


def called(handler: WebhookHandler, body: JsonObject) -> JsonObject:
    """In the function that starts runs."""
    asked = Called.read(body)
    return {WEBHOOK: Told.of(handler.call(asked.pipeline, asked.trigger, asked.call)).model_dump(mode="json")}
