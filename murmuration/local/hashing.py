"""Hashing: the ETag of a file, with what tells whether it changed meanwhile.

Small files at once. Large ones beside the loop, on a thread of its own that lives while there are any: nothing else waits
until ten gigabytes are read.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from pathlib import Path
from typing import Final, NamedTuple

from murmuration.local.buckets import etag_of
from murmuration.local.objects import File, Stamp, stamp_of

SMALL: Final = 1 << 20
_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Hashed(NamedTuple):
    file: File
    stamp: Stamp
    etag: str | None
    """None if it changed while it was read, or could not be read."""
    why: str = ""
    """Why it could not be read."""


def hashed(root: Path, file: File, stamp: Stamp) -> Hashed:
    try:
        opened = os.open(root / file.path, _OPEN)
    except FileNotFoundError:
        return Hashed(file, stamp, None)
    except OSError as wrong:
        return Hashed(file, stamp, None, os.strerror(wrong.errno or 0))
    try:
        etag = etag_of(opened) if stamp_of(os.fstat(opened)) == stamp else None
        whole = stamp_of(os.fstat(opened)) == stamp
    except OSError as wrong:
        return Hashed(file, stamp, None, os.strerror(wrong.errno or 0))
    finally:
        os.close(opened)
    return Hashed(file, stamp, etag if whole else None)


class Beside:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._asked: deque[tuple[File, Stamp]] = deque()
        self._found: deque[Hashed] = deque()
        self._at_work = False
        self.out = 0
        """Asked, and not taken."""

    def ask(self, file: File, stamp: Stamp) -> None:
        with self._lock:
            self.out += 1
            self._asked.append((file, stamp))
            if not self._at_work:
                self._at_work = True
                threading.Thread(target=self._work, name="etags", daemon=True).start()

    def take(self) -> list[Hashed]:
        found = []
        while self._found:
            found.append(self._found.popleft())
        self.out -= len(found)
        return found

    def close(self) -> None:
        with self._lock:
            self._asked.clear()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._asked:
                    self._at_work = False
                    return
                file, stamp = self._asked.popleft()
            self._found.append(hashed(self._root, file, stamp))
