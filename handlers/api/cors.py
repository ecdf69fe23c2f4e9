"""CORS: which pages elsewhere may ask, from a browser. None, unless the operator names their origins.

    settings.yaml (local)      web: {origins: ["https://designer.example.org"]}
    on AWS                     MURMUR_ORIGINS, separated by commas

What must always hold: no answer allows credentials. A token is sent by whoever holds it, never by the browser on its own, so a
page that is let in (or all of them, by `*`) can do nothing that its own token does not allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

ANY: Final = "*"
_HEADERS: Final = "authorization, content-type, if-match, if-none-match, idempotency-key"
_TOLD: Final = "allow, etag, idempotency-replayed, link, location, retry-after, www-authenticate, x-request-id"
_KEPT_S: Final = 600


def origins_of(text: str) -> tuple[str, ...]:
    """From an environment's value."""
    return tuple(one.strip().rstrip("/") for one in text.split(",") if one.strip())


class Cors:
    def __init__(self, origins: Iterable[str] = ()) -> None:
        self._origins = frozenset(one.rstrip("/").lower() for one in origins)

    def __bool__(self) -> bool:
        return bool(self._origins)

    def allows(self, origin: str) -> bool:
        return ANY in self._origins or origin.lower() in self._origins

    def told(self, headers: Mapping[str, str]) -> dict[str, str]:
        """What an answer says of it."""
        if not self._origins:
            return {}
        origin = headers.get("origin", "")
        if ANY in self._origins:
            return {"access-control-allow-origin": ANY, "access-control-expose-headers": _TOLD}
        if not origin or not self.allows(origin):
            return {"vary": "origin"}
        return {"access-control-allow-origin": origin, "access-control-expose-headers": _TOLD, "vary": "origin"}

    def preflight(self, headers: Mapping[str, str], allowed: Iterable[str]) -> dict[str, str] | None:
        """None where it is no preflight, or of a page that may not ask."""
        if "access-control-request-method" not in headers or not self.allows(headers.get("origin", "")):
            return None
        return {
            "access-control-allow-methods": ", ".join(allowed),
            "access-control-allow-headers": _HEADERS,
            "access-control-max-age": str(_KEPT_S),
        }
