"""Sweeping: what the sweeper function does each minute, for as long as its invocation lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from handlers.sweeper import MOST_PER_SWEEP
from schemas.model import JsonObject

if TYPE_CHECKING:
    from murmuration.aws.stack import Stack

ENOUGH_MS: Final = 30_000
"""With less than this left no further batch is begun."""


def sweep(stack: Stack, left_ms: Callable[[], int]) -> JsonObject:
    """Schedules that wait first: they are few."""
    started = stack.scheduled.look()
    swept = 0
    while True:
        looked = stack.sweeper.sweep()
        swept += looked
        if looked < MOST_PER_SWEEP or left_ms() < ENOUGH_MS:
            return {"started": started, "swept": swept}
