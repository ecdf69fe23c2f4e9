"""The system's own clock and chance: the two ports that every backend takes from the machine it runs on."""

from __future__ import annotations

import secrets
import time
from typing import Final

from events.ledger import Millis

TOKEN: Final = 8
"""Bytes."""
FETCHED: Final = 64


class SystemClock:
    def now(self) -> Millis:
        return time.time_ns() // 1_000_000


class RandomIds:
    """From the system's randomness, fetched for many tokens at once."""

    def __init__(self) -> None:
        self._pool = ""

    def token(self) -> str:
        if not self._pool:
            self._pool = secrets.token_hex(TOKEN * FETCHED)
        token, self._pool = self._pool[: TOKEN * 2], self._pool[TOKEN * 2 :]
        return token

    def chance(self) -> float:
        return secrets.randbelow(1 << 32) / (1 << 32)
