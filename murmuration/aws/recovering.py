"""Recovering: what the function of the undelivered does with a batch of letters. After each death that it has seen to, what
the dead one had settled and not sent of its own events goes out.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import orjson

from events.delivery import delivery
from events.envelope import is_canary, read
from handlers.died import read_death
from handlers.undelivered import FAILED, Letter
from murmuration.aws.post import letters
from schemas.errors import InvalidEvent
from schemas.model import JsonObject

if TYPE_CHECKING:
    from murmuration.aws.stack import Stack

log: Final = logging.getLogger("murmuration.undelivered")


def recover(stack: Stack, event: JsonObject) -> list[str]:
    """The ids of the letters that are to come again."""
    came = letters(event, stack.environment.prefix)
    left = stack.undelivered.take(came)
    for letter in came:
        if letter.queue == FAILED and letter.id not in left:
            try:
                _heal(stack, letter)
            except Exception:
                log.exception("what the letter %s tells of could not be sent", letter.id)
                left.append(letter.id)
    return left


def _heal(stack: Stack, letter: Letter) -> None:
    try:
        told = orjson.loads(letter.body)
    except orjson.JSONDecodeError:
        return
    death = read_death(told) if isinstance(told, dict) else None
    brought = None if death is None else death.payload.get("event")
    if death is None or not isinstance(brought, dict) or "trigger" in death.payload:
        return
    detail = brought.get("detail")
    if isinstance(detail, dict) and is_canary(detail):
        return
    try:
        event = read(brought)
        task = delivery(death.request, death.payload, event, stack.shelf.loaded(event.pipeline).slots).task
    except InvalidEvent:
        return
    stack.effects.heal(event.run, task)
