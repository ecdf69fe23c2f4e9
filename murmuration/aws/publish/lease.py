"""The lease: one at a time changes the rules of a stack.

Rules are shared, and what nobody wants any more is removed; two who publish at once would each see the other's half. So
whoever changes something holds the lease: an item with its owner's token and the moment until which it is held. It is
renewed while the work goes on. Who was killed holds it until that moment, and the next one waits.

What must always hold: nothing is changed on a bus without asking `keep()` first. Who has lost the lease stops there; what
it left behind is taken up by the next publish.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from events.ledger import Millis
from events.ports import Clock
from murmuration.aws.table import Change, Key, Table
from schemas.errors import MurmurationError

HELD_MS: Final[Millis] = 60_000
"""Longer than any one call to AWS may take with all its tries."""
_WAIT_S: Final = 2.0
_LONGEST_MS: Final[Millis] = 15 * 60_000
_KEY: Final = Key("publishing", "lease")

Sleep = Callable[[float], None]


class PublishedElsewhere(MurmurationError):
    code = "published-elsewhere"


class Lease:
    def __init__(self, table: Table, clock: Clock, sleep: Sleep, token: str, by: str) -> None:
        self._table = table
        self._clock = clock
        self._sleep = sleep
        self._token = token
        self._by = by
        self._until: Millis = 0

    def __enter__(self) -> Self:
        began = self._clock.now()
        while not self._take():
            if self._clock.now() - began > _LONGEST_MS:
                raise PublishedElsewhere(f"{self._holder()} has been publishing for long", advice="Try again later")
            self._sleep(_WAIT_S)
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        # What cannot be given back ends by itself.
        with suppress(MurmurationError):
            self._table.change(Change(_KEY, "SET #until = :over", {"over": 0, "me": self._token}, "#owner = :me"))

    def keep(self) -> None:
        """Still held, and for long enough to do one more thing."""
        if self._until - self._clock.now() < HELD_MS // 2 and not self._take():
            raise PublishedElsewhere(
                f"{self._holder()} publishes now: this one was away for too long", advice="Publish again"
            )

    def _take(self) -> bool:
        now = self._clock.now()
        change = Change(
            _KEY,
            "SET #owner = :me, #until = :until, #by = :by",
            {"me": self._token, "until": now + HELD_MS, "by": self._by, "now": now},
            "attribute_not_exists(#until) OR #until <= :now OR #owner = :me",
        )
        done = self._table.change(change).done
        if done:
            self._until = now + HELD_MS
        return done

    def _holder(self) -> str:
        found = self._table.get(_KEY)
        return str(found["by"]) if found else "somebody else"
