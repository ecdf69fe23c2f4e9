"""The environment of functions: an allow-list. What is not named here does not reach them, so no secret of the server does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ALLOWED: Final = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "SYSTEMROOT",
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
})  # fmt: skip


def allowed(own: Mapping[str, str], asked: Mapping[str, str]) -> dict[str, str]:
    """The part of the engine's own environment that functions may see, and what the workspace asks for on top."""
    passed = {name: value for name, value in own.items() if name in ALLOWED or name.startswith("LC_")}
    return {**passed, "PYTHONUNBUFFERED": "1", **asked}
