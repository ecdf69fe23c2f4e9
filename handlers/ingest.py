"""Ingest: how events come in from outside. The port, and what a message of CloudEvents is taken for, the same at every door.

    a message in any of CloudEvents' three modes      read strictly, all mistakes at once
    its events                                        none speaks as the system or as AWS, none is too large
    accepted                                          all of a message, or none of it; told once they are durable

A batch is taken whole or refused whole: whoever sends one hears of each mistake in it, mends them and sends it again. A sender
that is not sure whether a message was taken sends it again, too: its events are known by their source and id, and start
nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Protocol

from events.cloudevents_http import LARGEST_BODY, as_json, read
from events.mistakes import Mistakes
from events.outside import LARGEST_EVENT, OutsideEvent, from_cloud_event
from schemas.errors import InvalidEvent

AWS: Final = "aws."
"""Begins the sources that AWS keeps for its own services."""


SMALL: Final = LARGEST_EVENT // 16
"""No event of a message that is so small is too large, however long its numbers are when they are written out."""


class EventTooLarge(InvalidEvent):
    code = "too-large"


class Ingest(Protocol):
    def accept(self, events: Sequence[OutsideEvent]) -> None:
        """Puts them on the bus, and returns once they are durable. `Unavailable` where that is not known of all of them."""
        ...


def read_message(headers: Iterable[tuple[str, str]], body: bytes, now: datetime) -> list[OutsideEvent]:
    """The events of an HTTP message; `InvalidEvent` tells what is wrong with any of them."""
    if len(body) > LARGEST_BODY:
        raise EventTooLarge(
            f"the message has {len(body):,} bytes, and {LARGEST_BODY:,} are allowed", advice=_CLAIM_CHECK
        )
    headers = list(headers)
    coding = next((value for name, value in headers if name.lower() == "content-encoding"), "")
    if coding.strip().lower() not in ("", "identity"):
        raise InvalidEvent(f"the message is encoded as {coding[:40]}", advice="Send it as it is")
    found = read(headers, body)
    mistakes, large = Mistakes(), Mistakes()
    events: list[OutsideEvent] = []
    for number, one in enumerate(found, 1):
        where = f"event {number}" if len(found) > 1 else ""
        try:
            event = from_cloud_event(as_json(one), now=now, limit=None)
        except InvalidEvent as wrong:
            mistakes.add(f"{where}: {wrong.what}" if where else wrong.what, wrong.advice)
            continue
        own = Mistakes(where)
        if event.source.startswith(AWS):
            own.add(f"source {event.source[:80]!r} is reserved for AWS", "Use a source of your own")
        mistakes.take(own)
        if len(body) > SMALL and (size := event.size()) > LARGEST_EVENT:
            big = Mistakes(where)
            big.add(f"the event has {size:,} bytes, and {LARGEST_EVENT:,} are allowed", _CLAIM_CHECK)
            large.take(big)
        events.append(event)
    if large and not mistakes:
        try:
            large.refuse()
        except InvalidEvent as wrong:
            raise EventTooLarge(wrong.what, advice=wrong.advice) from None
    mistakes.take(large)
    mistakes.refuse()
    return events


_CLAIM_CHECK: Final = "Store the data, and send an event whose dataref names the place"
