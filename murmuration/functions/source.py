"""The source of a function at one moment: every Python file of its folder, read together.

A version is loaded from these bytes and from nothing else, also by an import in the middle of a run, so one attempt never
sees old and new code together. Whether a folder has changed is told by the names, sizes and times of its files.
Compiled files are not used: they are trusted by the second, which is too coarse for somebody who edits and runs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Stamp = tuple[tuple[str, int, int], ...]

_MOST_FILES: Final = 4_000
_MOST_BYTES: Final = 64 * 1024 * 1024
_LEFT_OUT: Final = frozenset({"__pycache__", "node_modules"})


class Unsteady(Exception):
    """The folder was being written to all the time, or is too large."""


@dataclass(frozen=True, slots=True)
class Source:
    folder: str
    stamp: Stamp
    files: dict[str, bytes]
    """By path within the folder, with `/`."""

    @property
    def names(self) -> frozenset[str]:
        """The modules and packages directly in the folder."""
        return frozenset(path.partition("/")[0].removesuffix(".py") for path in self.files)


def stamp(folder: str) -> Stamp:
    """Names, times and sizes of the Python files below `folder`. FileNotFoundError when it is gone."""
    found: list[tuple[str, int, int]] = []
    _scan(folder, "", found)
    found.sort()
    return tuple(found)


def _scan(folder: str, prefix: str, found: list[tuple[str, int, int]]) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.endswith(".py"):
                told = entry.stat()
                found.append((prefix + name, told.st_mtime_ns, told.st_size))
                if len(found) > _MOST_FILES:
                    raise Unsteady(f"The folder {folder} has more than {_MOST_FILES:,} Python files; install libraries instead.")
            elif name not in _LEFT_OUT and not name.startswith(".") and entry.is_dir():
                _scan(entry.path, f"{prefix}{name}/", found)


def read(folder: str) -> Source:
    """The folder as it was at one moment: read again for as long as it changes meanwhile, up to a limit."""
    for _ in range(20):
        before = stamp(folder)
        if sum(size for _, _, size in before) > _MOST_BYTES:
            raise Unsteady(f"The Python files in {folder} have more than {_MOST_BYTES // 1024 // 1024} MB.")
        try:
            files = {path: Path(folder, path).read_bytes() for path, _, _ in before}
        except FileNotFoundError:
            continue
        if stamp(folder) == before:
            return Source(folder, before, files)
    raise Unsteady(f"The folder {folder} changes faster than it can be read.")
