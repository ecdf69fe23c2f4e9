"""Retries: whether a failed attempt is followed by another, and when.

The n-th wait is delay * backoff^(n-1), at most max_delay, and then jittered: `full` takes any part of it, `equal` any
part of its second half. Chance is an argument, from 0 to below 1.
"""

from __future__ import annotations

from typing import assert_never

from schemas.outcome import Outcome, Status
from schemas.pipeline import Jitter, Retry


def again(retry: Retry | None, outcome: Outcome, attempt: int) -> bool:
    """Is attempt number `attempt`, which ended so, followed by another?"""
    if retry is None or outcome.status is not Status.FAILED or attempt >= retry.attempts:
        return False
    assert outcome.error is not None, "a failed outcome has its error"
    return not retry.on or outcome.error.type in retry.on


def wait(retry: Retry, attempt: int, chance: float) -> int:
    """Milliseconds from the end of attempt number `attempt` to the next one."""
    assert 0 <= chance < 1, f"a chance of {chance}"
    delay = min(retry.delay.ms * retry.backoff ** (attempt - 1), retry.max_delay.ms)
    match retry.jitter:
        case Jitter.NONE:
            return round(delay)
        case Jitter.EQUAL:
            return round(delay / 2 + delay / 2 * chance)
        case Jitter.FULL:
            return round(delay * chance)
        case _:
            assert_never(retry.jitter)
