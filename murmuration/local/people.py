"""Who is behind a token, locally: whoever started the server, by the token that it made for him.

The session's token is new with every `murmur up` and held in memory and in a file that only its owner may read.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from handlers.auth import EVERYWHERE, Caller, Unauthenticated
from schemas.project import Role

FILE: Final = "token"


class Session:
    """The owner's own token, for as long as a server lives."""

    def __init__(self, state: Path, name: str) -> None:
        self._file = state / FILE
        self.token = f"mm_{secrets.token_urlsafe(32)}"
        self._caller = Caller(name, {EVERYWHERE: Role.ADMIN})
        self._file.unlink(missing_ok=True)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self.token)

    def identify(self, token: str) -> Caller:
        if hmac.compare_digest(token.encode(), self.token.encode()):
            return self._caller
        raise Unauthenticated(
            "the token is not known here", advice="murmur up prints one; murmur token create makes one that stays"
        )

    def close(self) -> None:
        self._file.unlink(missing_ok=True)
