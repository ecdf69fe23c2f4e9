"""Artifacts as files: named by what they hold, written whole or not at all, never changed."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import Final

from events.ports import NoSuchArtifact

_SCHEME: Final = "artifact:"


class LocalArtifacts:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        path = self._path(name)
        try:
            os.utime(path)  # kept anew: what names it from now on may be young when it is old
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            half = path.with_name(f".{name}.{secrets.token_hex(4)}")
            try:
                with half.open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                half.replace(path)
            except BaseException:
                half.unlink(missing_ok=True)
                raise
        return _SCHEME + name

    def get(self, reference: str) -> bytes:
        name = reference.removeprefix(_SCHEME)
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise NoSuchArtifact(f"{reference[:100]!r} names no artifact")
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as wrong:
            raise NoSuchArtifact(
                f"{reference} is gone", advice="Artifacts are removed with the runs that made them"
            ) from wrong

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name
