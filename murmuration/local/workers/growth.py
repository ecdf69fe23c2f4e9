"""How many workers there should be.

At rest there are `size`. When jobs wait and no worker has begun anything for a few milliseconds, the workers are waiting
for something themselves, and more of them are made: as many as wait, doubling at most, up to `largest`. Quick jobs in great number
add none: they keep the workers turning. What was not needed at any moment of some seconds goes again.
"""

from __future__ import annotations

from typing import Final

STUCK_NS: Final = 4_000_000
REST_S: Final = 10.0


def more(workers: int, largest: int, waiting: int, youngest_ns: int) -> int:
    """How many to add. `youngest_ns`: how long ago a worker last began a job, where all of them are busy."""
    if waiting <= 0 or youngest_ns < STUCK_NS:
        return 0
    return max(0, min(waiting, workers, largest - workers))


class Rest:
    """Watches how many workers were needed at once, over a window of time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._needed = 0
        self._ends: float | None = None

    def surplus(self, workers: int, needed: int, now: float) -> int:
        """How many can go now."""
        if workers <= self._size:
            self._ends = None
            return 0
        if self._ends is None:
            self._ends, self._needed = now + REST_S, 0
        self._needed = max(self._needed, needed)
        if now < self._ends:
            return 0
        spare = workers - max(self._size, self._needed)
        self._ends = None
        return max(0, spare)

    @property
    def due(self) -> float | None:
        return self._ends
