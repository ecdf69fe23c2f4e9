"""What lanes share: which address a request is for."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from murmuration.local.web.door import Scope

_PREFIX: Final = "/api"


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
