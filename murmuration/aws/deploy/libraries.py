"""A function's `requirements.txt` becomes the libraries beside it: wheels for the target's machine, unpacked, as one bundle.

Made when it is deployed and never when it runs. Every line names a version, so what was tested is what runs; hashes are
held to where they are given. The same lines for the same target are made once, and kept.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path
from typing import Final

from murmuration.aws.build.package import settle
from murmuration.aws.build.target import Target
from murmuration.aws.build.wheels import download, unpack
from murmuration.aws.bundles import pack
from schemas.errors import MurmurationError

FILE: Final = "requirements.txt"
LARGEST: Final = 250 * 1024 * 1024
_PINNED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?\s*==\s*[^\s;*]+(\s*;.*|\s+--hash=.*)?")
_MADE: Final = b"1"
"""Raised when the same lines become other bytes."""


class NotPinned(MurmurationError):
    code = "not-pinned"


class TooManyLibraries(MurmurationError):
    code = "too-many-libraries"


def lines_of(file: Path, spelled: str) -> tuple[str, ...]:
    """As pip reads them: each a name and a version."""
    found: list[str] = []
    for number, line in enumerate(file.read_text().replace("\\\n", " ").splitlines(), 1):
        text = line.partition(" #")[0].strip()
        if not text or text.startswith("#"):
            continue
        if not _PINNED.fullmatch(text):
            told = f"line {number}, {text[:60]!r}, names no version"
            raise NotPinned(told, where=spelled, advice="Write name==version: what was tested is what is to run")
        found.append(" ".join(text.split()))
    return tuple(found)


def bundle(lines: tuple[str, ...], target: Target, kept: Path, spelled: str) -> bytes:
    """From `kept` where these lines were made before."""
    asked = "\n".join((*sorted(lines), target.architecture, target.python)).encode()
    place = kept / f"{hashlib.sha256(_MADE + asked).hexdigest()}.zip"
    if not place.is_file():
        content = _made(lines, target, spelled)
        kept.mkdir(parents=True, exist_ok=True)
        half = place.with_suffix(".half")
        half.write_bytes(content)
        half.rename(place)
    return place.read_bytes()


def _made(lines: tuple[str, ...], target: Target, spelled: str) -> bytes:
    with tempfile.TemporaryDirectory() as made:
        wheels, into = Path(made, "wheels"), Path(made, "into")
        wheels.mkdir()
        into.mkdir()
        download(lines, target, wheels, deep=True)
        for wheel in sorted(wheels.glob("*.whl")):
            unpack(wheel, into, target)
        settle(into)
        size = sum(file.stat().st_size for file in into.rglob("*") if file.is_file())
        if size > LARGEST:
            told = f"its libraries have {size / 2**20:.0f} MB, and a function's disk has room for {LARGEST // 2**20}"
            raise TooManyLibraries(told, where=spelled, advice="Make it a Lambda of its own, from a container image")
        return pack(into)
