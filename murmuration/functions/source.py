"""The source of a function at one moment: every Python file of its folder, read together.

A version is loaded from these bytes and from nothing else, also by an import in the middle of a run, so one attempt never
sees old and new code together. Whether a folder has changed is told by the times and sizes of its folders and files; what was
written just before it was read is looked at again, for the clock of a file system is coarse.
Compiled files are not used: they are trusted by the second, which is too coarse for somebody who edits and runs.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Stamp = tuple[tuple[str, int, int], ...]
"""Path within the folder, time, size; of folders too, whose paths end in `/` and whose size does not count."""

_MOST_FILES: Final = 4_000
_MOST_BYTES: Final = 64 * 1024 * 1024
_LEFT_OUT: Final = frozenset({"__pycache__", "node_modules"})
_COARSE_NS: Final = 50_000_000


class Unsteady(Exception):
    """The folder was being written to all the time, or is too large."""


@dataclass(slots=True, eq=False)
class Source:
    folder: str
    stamp: Stamp
    files: dict[str, bytes]
    """By path within the folder, with `/`."""
    read_ns: int
    """When reading it began."""

    @property
    def names(self) -> frozenset[str]:
        """The modules and packages directly in the folder."""
        return frozenset(path.partition("/")[0].removesuffix(".py") for path in self.files)

    def is_current(self) -> bool:
        """Whether the folder still holds this. FileNotFoundError when it is gone."""
        for path, time_ns, size in self.stamp:
            try:
                told = os.stat(f"{self.folder}/{path}")  # noqa: PTH116  # before every run: a Path costs as much as the call
            except FileNotFoundError:
                return False
            if told.st_mtime_ns != time_ns or (told.st_size != size and size >= 0):
                return self._renew()
            if time_ns + _COARSE_NS > self.read_ns:
                return self._renew()
        return True

    def _renew(self) -> bool:
        """Read again; when it is the same, it is the same from now on."""
        now = read(self.folder)
        if now.files != self.files:
            return False
        self.stamp, self.read_ns = now.stamp, now.read_ns
        return True


def stamp(folder: str) -> Stamp:
    """Of all Python files below `folder`, and of the folders they may be in. FileNotFoundError when it is gone."""
    found: list[tuple[str, int, int]] = []
    _scan(folder, "", found)
    found.sort()
    return tuple(found)


def _scan(folder: str, prefix: str, found: list[tuple[str, int, int]]) -> None:
    found.append((prefix or "./", Path(folder).stat().st_mtime_ns, -1))
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.endswith(".py"):
                told = entry.stat()
                found.append((prefix + name, told.st_mtime_ns, told.st_size))
                if len(found) > _MOST_FILES:
                    raise Unsteady(
                        f"The folder {folder} has more than {_MOST_FILES:,} Python files; install libraries instead."
                    )
            elif name not in _LEFT_OUT and not name.startswith(".") and entry.is_dir():
                _scan(entry.path, f"{prefix}{name}/", found)


def read(folder: str) -> Source:
    """The folder as it was at one moment: read again for as long as it changes meanwhile, up to a limit."""
    for _ in range(20):
        began = time.time_ns()
        before = stamp(folder)
        if sum(size for _, _, size in before) > _MOST_BYTES:
            raise Unsteady(f"The Python files in {folder} have more than {_MOST_BYTES // 1024 // 1024} MB.")
        try:
            files = {path: Path(folder, path).read_bytes() for path, _, size in before if size >= 0}
        except FileNotFoundError:
            continue
        if stamp(folder) == before:
            return Source(folder, before, files, began)
    raise Unsteady(f"The folder {folder} changes faster than it can be read.")
