"""Secrets at rest, locally: sealed in the cabinet with a key that lies beside it, for its owner's eyes alone.

    .murmuration/key          ID KEY, a line each, 0600; the first one seals, the others only open what they sealed
    drawer "secrets"          PROJECT/NAME: {"key": ID, "nonce": ..., "sealed": ...}

AES-256-GCM; what is sealed is bound to its project and its name, so that nobody moves it to another. `rotate` makes a new key, seals
everything anew, and drops the old ones: it may be killed at any point and called again.

What must always hold: no value is written anywhere unsealed, and none is in an error.
"""

from __future__ import annotations

import base64
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from handlers.cabinet import Cabinet, Changed, Kept
from schemas.errors import MurmurationError
from schemas.model import JsonObject

log = logging.getLogger("murmuration.secrets")

DRAWER: Final = "secrets"
FILE: Final = "key"
_BYTES: Final = 32
_NONCE: Final = 12
_PAGE: Final = 500


class CannotOpen(MurmurationError):
    """Its key is gone, or it was meddled with."""

    code = "cannot-open"


class Vault:
    def __init__(self, state: Path, cabinet: Cabinet) -> None:
        self._file = state / FILE
        self._cabinet = cabinet

    def put(self, project: str, name: str, value: str) -> None:
        key = _key(project, name)
        while True:
            sealed = self._sealed(key, value)
            self._cabinet.put(DRAWER, key, sealed)
            if any(one.id == sealed["key"] for one in self._keys()):
                return  # else the keys were changed meanwhile, and the one that sealed it is gone

    def remove(self, project: str, name: str) -> bool:
        return self._cabinet.delete(DRAWER, _key(project, name))

    def listed(self, project: str = "") -> Iterator[Kept]:
        """What is sealed, for its name and its time."""
        prefix = f"{project}/" if project else ""
        after = ""
        while page := self._cabinet.list(DRAWER, prefix=prefix, after=after, most=_PAGE):
            yield from page
            after = page[-1].key

    def opened(self) -> Iterator[tuple[str, str, str]]:
        """Project, name and value. What cannot be opened is left out: a task that names it fails by that name."""
        for kept in self.listed():
            try:
                value = self._opened(kept)
            except CannotOpen as wrong:
                log.warning("%s", wrong)
            else:
                yield *_parted(kept.key), value

    def rotate(self) -> int:
        """How many were sealed anew."""
        fresh = _Key.fresh()
        self._write([fresh, *self._keys()])
        done = 0
        for kept in list(self.listed()):
            with suppress(Changed):  # set again meanwhile, with the new key
                self._cabinet.put(DRAWER, kept.key, self._sealed(kept.key, self._opened(kept)), expect=kept.version)
                done += 1
        self._write([fresh])
        return done

    def _sealed(self, key: str, value: str) -> JsonObject:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        mine = self._current()
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(mine.bytes).encrypt(nonce, value.encode(), key.encode())
        return {"key": mine.id, "nonce": _spelled(nonce), "sealed": _spelled(sealed)}

    def _opened(self, kept: Kept) -> str:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        advice = f"Set it again: murmur secret set {_parted(kept.key)[1]}"
        mine = next((one for one in self._keys() if one.id == kept.body.get("key")), None)
        if mine is None:
            raise CannotOpen(f"the key of the secret {kept.key} is gone", where=str(self._file), advice=advice)
        try:
            nonce, sealed = (base64.b64decode(str(kept.body.get(part)), validate=True) for part in ("nonce", "sealed"))
            return AESGCM(mine.bytes).decrypt(nonce, sealed, kept.key.encode()).decode()
        except (InvalidTag, ValueError):
            raise CannotOpen(f"the secret {kept.key} is not as it was sealed", advice=advice) from None

    def _current(self) -> _Key:
        keys = self._keys()
        if keys:
            return keys[0]
        fresh = _Key.fresh()
        try:
            self._make(self._file, [fresh])
        except FileExistsError:  # another process was first
            return self._keys()[0]
        return fresh

    def _keys(self) -> list[_Key]:
        try:
            lines = self._file.read_text().splitlines()
        except FileNotFoundError:
            return []
        keys = [_Key.read(line) for line in lines]
        if None in keys or not keys:
            raise CannotOpen("the file of keys is damaged", where=str(self._file), advice="Put it back from a copy")
        return [key for key in keys if key is not None]

    def _write(self, keys: list[_Key]) -> None:
        beside = self._file.with_name(f"{FILE}.{secrets.token_hex(4)}")
        self._make(beside, keys)
        beside.replace(self._file)
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _make(self, path: Path, keys: list[_Key]) -> None:
        """Whole, or not at all: nobody reads half of a key."""
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write("".join(f"{key.id} {_spelled(key.bytes)}\n" for key in keys))
                file.flush()
                os.fsync(file.fileno())
            os.link(beside, path)  # unlike a rename it replaces nothing
        finally:
            beside.unlink()


class _Key:
    def __init__(self, id: str, bytes: bytes) -> None:
        self.id = id
        self.bytes = bytes

    @classmethod
    def fresh(cls) -> _Key:
        return cls(secrets.token_hex(4), secrets.token_bytes(_BYTES))

    @classmethod
    def read(cls, line: str) -> _Key | None:
        id, _, text = line.partition(" ")
        try:
            bytes = base64.b64decode(text, validate=True)
        except ValueError:
            return None
        return cls(id, bytes) if id and len(bytes) == _BYTES else None


def _key(project: str, name: str) -> str:
    return f"{project}/{name}"


def _parted(key: str) -> tuple[str, str]:
    project, _, name = key.partition("/")
    return project, name


def _spelled(value: bytes) -> str:
    return base64.b64encode(value).decode()
