"""Queued: batches of messages from SQS, and the projector's share of them.

What must always hold: a message that cannot be handled holds up no other. It is left in the queue, and dead after some tries.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from pydantic import JsonValue

from events.envelope import is_canary, read_detail
from events.event import Event
from handlers.projector import Projector
from schemas.errors import InvalidEvent
from schemas.model import JsonObject

log: Final = logging.getLogger("murmuration.projector")


def messages(event: JsonObject) -> dict[str, str]:
    """By its id, each message's text."""
    records = event.get("Records")
    return {
        str(record["messageId"]): str(record["body"])
        for record in (records if isinstance(records, list) else ())
        if isinstance(record, dict)
    }


def project(projector: Projector, texts: Mapping[str, str]) -> list[str]:
    """The ids of those that are to come again."""
    left: list[str] = []
    events: dict[str, Event] = {}
    for id_, text in texts.items():
        try:
            event = event_of(text)
        except InvalidEvent as wrong:
            log.warning("a message is no event of ours: %s", wrong)
            left.append(id_)
        else:
            if event is not None:
                events[id_] = event
    if not events or _heard(projector, list(events.values())):
        return left
    return left + [id_ for id_, event in events.items() if not _heard(projector, [event])]


def event_of(text: str) -> Event | None:
    """As a rule brings it, or bare, as the system itself sends it. A canary is nobody's."""
    try:
        told: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError:
        told = None
    detail = told.get("detail", told) if isinstance(told, dict) else None
    if not isinstance(detail, dict):
        raise InvalidEvent("it is no JSON object", advice="Look who else sends to the projector's queue")
    return None if is_canary(detail) else read_detail(detail)


def _heard(projector: Projector, events: Sequence[Event]) -> bool:
    try:
        projector.hear(events)
    except Exception:
        log.exception("%d events could not be projected", len(events))
        return False
    return True
