"""Who works on what: a page of memory shared by engine, nursery and workers, with one slot per worker.

Each word has one writer. `turn` is odd while a job runs and even between two jobs; it never goes back, not even when
another worker takes over the slot, so (slot, turn) names one job on one worker for ever. A worker raises it to odd before it
looks at the function and to even after its result is sent. Whoever wants to kill a job stops the worker first and then
reads `turn`: if it is another one, the job has finished in time and the worker goes on.

The engine writes how much it has read from the worker's stdout and stderr, and `reading` while it does: with that and
what the kernel says is unread, the worker knows to the byte where the output of a job ends (see `output.py`).
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import sys
import tempfile
from typing import Final

WORDS: Final = 8
_SEAL_FUTURE_WRITE: Final = 0x10
TURN, JOB, STARTED, READING, READ_OUT, READ_ERR = range(6)


class Slots:
    """The page. `words[slot * WORDS + TURN]` and so on: one aligned word is written at once."""

    def __init__(self, fd: int, count: int) -> None:
        self.fd = fd
        self.count = count
        self._map = mmap.mmap(fd, count * WORDS * 8)
        self.words = memoryview(self._map).cast("Q")

    @classmethod
    def create(cls, count: int) -> Slots:
        size = count * WORDS * 8
        if sys.platform == "linux":
            fd = os.memfd_create("slots", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            os.ftruncate(fd, size)
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
        else:
            with tempfile.TemporaryFile() as file:
                fd = os.dup(file.fileno())
            os.ftruncate(fd, size)
            fcntl.fcntl(fd, fcntl.F_SETFL, os.O_APPEND)
        return cls(fd, count)

    def seal(self) -> None:
        """All who share the page have it. From now on no function can write into it by its descriptor."""
        if sys.platform == "linux":
            with contextlib.suppress(OSError):  # before Linux 5.1
                fcntl.fcntl(self.fd, fcntl.F_ADD_SEALS, _SEAL_FUTURE_WRITE)

    def close(self) -> None:
        self.words.release()
        self._map.close()
        os.close(self.fd)

    def turn(self, slot: int) -> int:
        return self.words[slot * WORDS + TURN]

    def running(self, slot: int) -> tuple[int, int, int] | None:
        """Turn, job and when it started (monotonic nanoseconds), or None between two jobs."""
        at = slot * WORDS
        turn = self.words[at + TURN]
        if not turn & 1:
            return None
        return turn, self.words[at + JOB], self.words[at + STARTED]

    def vacate(self, slot: int) -> None:
        """Ready for another worker: the next even turn, nothing read."""
        at = slot * WORDS
        turn = self.words[at + TURN]
        self.words[at + TURN] = turn + 1 + (turn + 1) % 2
        for word in (JOB, STARTED, READING, READ_OUT, READ_ERR):
            self.words[at + word] = 0
