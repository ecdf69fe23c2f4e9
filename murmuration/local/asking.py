"""Asking: what there is to do, of whoever may fail to say. A disk that is ill ends no server; a file that is damaged does.

Who cannot say is left alone for a while that grows, apart from how what he does goes: a queue that cannot be read now may
well be written, and the other way round.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from typing import Final, TypeVar

from events.ledger import Millis
from murmuration.local.backoff import Backoff

log = logging.getLogger("murmuration.engine")

_T = TypeVar("_T")
_ASKED: Final = "asked"


class Asking:
    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff

    def asked(self, who: object, ask: Callable[[], _T], otherwise: _T, now: Millis) -> _T:
        """What they say; where that fails, `otherwise` until they are asked again."""
        if self._backoff and self._backoff.rests((_ASKED, who), now):
            return otherwise
        try:
            said = ask()
        except Exception as wrong:
            self._could_not_say(who, wrong, now)
            return otherwise
        if self._backoff:
            self._backoff.went_well((_ASKED, who))
        return said

    def due(self, who: object, ask: Callable[[], Millis | None], now: Millis) -> Millis | None:
        """When they want to be looked after; no sooner than they are left alone."""
        found = self.asked(who, ask, None, now)
        if not self._backoff:
            return found
        return self._backoff.due(who, self._backoff.due((_ASKED, who), found, now), now)

    def again(self, who: object, now: Millis) -> Millis | None:
        """When somebody who could not say is asked again."""
        return self._backoff.due((_ASKED, who), None, now)

    def _could_not_say(self, who: object, wrong: Exception, now: Millis) -> None:
        if isinstance(wrong, sqlite3.DatabaseError) and not isinstance(wrong, sqlite3.OperationalError):
            raise wrong  # waiting mends nothing
        wait = self._backoff.failed((_ASKED, who), now)
        log.warning("%s cannot say what there is to do, and is asked again in %d ms: %s", name_of(who), wait, wrong)


def name_of(who: object) -> str:
    return who if isinstance(who, str) else type(who).__name__
