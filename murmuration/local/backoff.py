"""Backoff: who failed lately, and until when each is left alone. Longer each time, until it goes well once."""

from __future__ import annotations

from typing import Final

from events.ledger import Millis

FIRST_MS: Final = 200
LONGEST_MS: Final = 60_000
_DOUBLINGS: Final = 10


class Backoff:
    def __init__(self) -> None:
        self._failed: dict[object, tuple[int, Millis]] = {}

    def __bool__(self) -> bool:
        """Did anybody fail since it last went well?"""
        return bool(self._failed)

    def failed(self, who: object, now: Millis) -> Millis:
        """How long it is left alone."""
        times, _ = self._failed.get(who, (0, 0))
        wait = min(FIRST_MS << min(times, _DOUBLINGS), LONGEST_MS)
        self._failed[who] = (times + 1, now + wait)
        return wait

    def went_well(self, who: object) -> None:
        self._failed.pop(who, None)

    def rests(self, who: object, now: Millis) -> bool:
        return who in self._failed and self._failed[who][1] > now

    def due(self, who: object, due: Millis | None, now: Millis) -> Millis | None:
        """When to try, of what is due then: whoever failed is looked after at the end of his rest in any case."""
        if not self._failed or not self.rests(who, now):
            return due
        return max(due or 0, self._failed[who][1])
