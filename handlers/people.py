"""People and programs: who is behind a token. One adapter per backend."""

from __future__ import annotations

from typing import Protocol

from handlers.auth import Caller


class Identities(Protocol):
    def identify(self, token: str) -> Caller:
        """`Unauthenticated` for a token that is unknown, expired, revoked or not for here."""
        ...
