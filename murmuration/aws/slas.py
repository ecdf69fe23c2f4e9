"""How long runs may take before somebody is told, on AWS: read from the cabinet at most once a minute by each function that asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from events.ledger import Millis
from events.ports import Clock, Unavailable
from handlers.cabinet import Cabinet
from handlers.operations import slas_kept, slas_of

KEPT_MS: Final[Millis] = 60_000


class AwsSlas:
    def __init__(self, cabinet: Callable[[], Cabinet], clock: Clock) -> None:
        self._cabinet = cabinet
        self._clock = clock
        self._kept: dict[str, list[tuple[frozenset[str], Millis]]] = {}
        self._until: Millis = 0

    def __call__(self, pipeline: str) -> list[Millis]:
        now = self._clock.now()
        if now >= self._until:
            # Telling that a run is late is no reason for it not to end: what was read before goes on being used.
            self._until = now + KEPT_MS
            with suppress(Unavailable):
                self._kept = slas_kept(self._cabinet())
        return slas_of(self._kept, pipeline)
