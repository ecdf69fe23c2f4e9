"""What lanes share: which address a request is for, and what is left of a body when it is refused before its end."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from murmuration.local.web.door import Receive, Scope

_PREFIX: Final = "/api"
_DRAINED: Final = 16 * 1024 * 1024


def path_of(scope: Scope) -> str:
    """Without the prefix that the API has, too."""
    path = unquote(raw_path_of(scope))
    if path == _PREFIX or path.startswith(f"{_PREFIX}/"):
        path = path[len(_PREFIX) :]
    return path.rstrip("/") or "/"


def raw_path_of(scope: Scope) -> str:
    """As it came."""
    raw = scope.get("raw_path")
    return raw.decode("latin-1").partition("?")[0] if isinstance(raw, bytes) else str(scope["path"])


class Incoming:
    """A request's body. Most clients read an answer only when they have sent all: a refusal that comes earlier is never seen
    where the connection is closed on what they still send, so a moderate rest is read and dropped."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._over = False

    async def __call__(self) -> dict[str, Any]:
        message = await self._receive()
        self._over = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        left = _DRAINED
        while not self._over and left > 0:
            left -= len((await self()).get("body", b""))
