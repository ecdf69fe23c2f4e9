"""A source: something beside the workers and the queue that makes work: files that arrive, times that come.

The loop waits for the earliest `next_due` of all sources and for their descriptors, then takes from each, in the
transaction of its step. What a source starts or tells, and what it remembers of it, is committed together or not at all.
"""

from __future__ import annotations

from typing import Protocol

from events.ledger import Millis


class Source(Protocol):
    def fileno(self) -> int | None:
        """Readable when there is something to take before the next due time. It may change: ask before each wait."""
        ...

    def next_due(self, now: Millis) -> Millis | None:
        """When to take next, if nothing is heard before. A time that has passed, or `now`: at once."""
        ...

    def take(self, now: Millis) -> int:
        """Inside a transaction: start and tell through the ports what is due. How much that was.

        Bounded: where more is due, `next_due` says `now`.
        """
        ...
