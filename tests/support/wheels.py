"""Wheels that are nobody's, for what builds packages of wheels."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path


def wheel(folder: Path, name: str, files: Mapping[str, str], tag: str = "py3-none-any", told: str | None = None) -> str:
    """Written into the folder; its hash, as a lock spells it. `told` is what it says of itself, where that is not its name."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"{name}-1.0-{tag}.whl"
    with zipfile.ZipFile(made, "w") as opened:
        for path, text in files.items():
            opened.writestr(path, text)
        opened.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        opened.writestr(f"{name}-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nTag: {told or tag}\n")
    return f"--hash=sha256:{hashlib.sha256(made.read_bytes()).hexdigest()}"
