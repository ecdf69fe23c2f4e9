"""Batches: many things in few calls, each as full as the service takes it; what a call left undone is sent again alone.

EventBridge and SQS answer a batch entry by entry: some may be done and others not. Only those that are not are sent again,
after a wait that doubles, a few times; then `Unavailable`, and whoever is to deliver comes again. Entries that are refused
for good are told once all others are through, so that none is held up by another. Everything may be sent twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

from events.ports import Unavailable
from murmuration.aws.refusals import AwsRefused

AT_ONCE: Final = 10
LARGEST_CALL: Final = 1_000_000
"""Bytes. Both services take 1 MB, and count more than we can see."""
TRIES: Final = 6
_FIRST_WAIT_S: Final = 0.05

_T = TypeVar("_T")
Pause = Callable[[float], None]
"""Wait so many seconds."""


class Undone(NamedTuple):
    at: int
    """Which of the call's entries."""
    why: str
    again: bool
    """It may be otherwise a little later."""


def batches(of: Iterable[_T], size: Callable[[_T], int]) -> Iterator[list[_T]]:
    """In order. One that is too large for a call is alone in its own."""
    batch: list[_T] = []
    held = 0
    for one in of:
        bytes_ = size(one)
        if batch and (len(batch) == AT_ONCE or held + bytes_ > LARGEST_CALL):
            yield batch
            batch, held = [], 0
        batch.append(one)
        held += bytes_
    if batch:
        yield batch


def send(
    where: str,
    entries: Iterable[_T],
    size: Callable[[_T], int],
    call: Callable[[Sequence[_T]], Sequence[Undone]],
    pause: Pause = time.sleep,
) -> None:
    """All of them, by as many calls as it takes."""
    refused: list[str] = []
    for batch in batches(entries, size):
        left, undone = batch, list[Undone]()
        for tried in range(TRIES):
            if tried:
                pause(_FIRST_WAIT_S * 2 ** (tried - 1))
            undone = list(call(left))
            refused += [one.why for one in undone if not one.again]
            left = [left[one.at] for one in undone if one.again]
            if not left:
                break
        else:
            told = f"{where} left {len(left)} of {len(batch)} undone, {TRIES} times: {undone[-1].why}"
            raise Unavailable(told, advice="It will be tried again")
    if refused:
        raise AwsRefused(f"{where} refuses: {'; '.join(dict.fromkeys(refused))}")
