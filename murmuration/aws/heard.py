"""Heard: where one goes on in the events of a run, which several projectors write, each by a clock of its own.

A place is `HEARD.COUNT`: everything that was heard up to HEARD has been told, and COUNT of what came after it. HEARD is never within
the last moments (`SETTLED_MS`), in which an event may still come that was heard earlier than what is there. So an event is told
twice rather than never; its id says that it is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from events.event import Event
from events.ledger import Millis
from handlers.reading import BadPlace, Heard
from murmuration.aws.view import STEPS

SETTLED_MS: Final = 3_000


def told_after(there: Sequence[tuple[int, Event]], after: str, most: int, now: Millis, over: bool) -> Heard:
    place, told = _place(after)
    behind = [(at, event) for at, event in there if at > place]
    if len(behind) <= told:
        return Heard((), f"{place}.{told}", over)
    some = behind[:most] if told < most else behind[: told + most]
    settled = (now - SETTLED_MS) * STEPS
    next_ = max((at for at, _ in some if at <= settled), default=place)
    count = sum(at > next_ for at, _ in some)
    return Heard([event for _, event in some], f"{next_}.{count}", over and len(some) == len(behind))


def _place(after: str) -> tuple[int, int]:
    at, dot, told = (after or "0.0").partition(".")
    if not dot or not (at + told).isascii() or not at.isdigit() or not told.isdigit() or len(after) > 40:
        raise BadPlace(after)
    return int(at), int(told)
