"""What a job prints, caught in its worker: stdout and stderr at the level of file descriptors, logging as records.

Descriptors 1 and 2 are pipes that the engine reads, so C code and child processes are heard as well. Before every
job they are put back, whatever the one before did with them. When a job ends, the worker works out up to which byte its
output goes: what the engine has read so far (it is in the slot) plus what the kernel says is unread. That is exact as
long as the engine is not in the middle of a read, which it says, too.
"""

from __future__ import annotations

import fcntl
import io
import logging
import os
import select
import sys
import termios
import time
from collections.abc import Callable
from typing import Final, TextIO

from murmuration.local.workers import host
from murmuration.local.workers.slots import READ_ERR, READ_OUT, READING, WORDS, Slots

_COUNT: Final = bytes(4)


class Pipes:
    """Both pipes of this worker: reading ends (never read here, only asked how much is in them) and writing ends."""

    def __init__(self, slots: Slots, slot: int, ends: list[int]) -> None:
        self._words = slots.words
        self._at = slot * WORDS
        self.out_read, self.out_write, self.err_read, self.err_write = ends
        self._unread = select.poll()
        for end in (self.out_read, self.err_read):
            self._unread.register(end, select.POLLIN)

    def put_back(self) -> None:
        os.dup2(self.out_write, 1)
        os.dup2(self.err_write, 2)

    def written(self) -> tuple[int, int]:
        """How many bytes have gone into stdout and stderr since this worker began."""
        words, at = self._words, self._at
        while True:
            out, err = words[at + READ_OUT], words[at + READ_ERR]
            if self._unread.poll(0):
                written = out + _unread(self.out_read), err + _unread(self.err_read)
            else:
                written = out, err
            if not words[at + READING] and out == words[at + READ_OUT] and err == words[at + READ_ERR]:
                return written
            time.sleep(0.00002)


def _unread(end: int) -> int:
    return int.from_bytes(fcntl.ioctl(end, termios.FIONREAD, _COUNT), sys.byteorder)


class Streams:
    """Python's own stdout and stderr over the pipes, and the root logger."""

    def __init__(self, record: Callable[[str, str], None]) -> None:
        self._out = _text(1)
        self._err = _text(2)
        self._broken = False
        self._handler = _Records(record)
        self._handlers: list[logging.Handler] = [self._handler]

    def put_back(self) -> None:
        if self._broken or self._out.closed or self._err.closed:
            self._out, self._err, self._broken = _text(1), _text(2), False
        sys.stdout = self._out
        sys.stderr = self._err
        root = logging.root
        if root.handlers != self._handlers:
            root.handlers[:] = self._handlers
        if root.level != logging.INFO:
            root.setLevel(logging.INFO)
        if root.manager.disable:
            logging.disable(logging.NOTSET)

    def flush(self) -> None:
        try:
            self._out.flush()
            self._err.flush()
        except (OSError, ValueError):
            self._broken = (
                True  # closed by the job: what it had not flushed is lost, and does not show up in the next one
            )
        host.flush_c()


def _text(fd: int) -> TextIO:
    raw = io.FileIO(fd, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True, write_through=False
    )


class _Records(logging.Handler):
    def __init__(self, record: Callable[[str, str], None]) -> None:
        super().__init__()
        self._record = record
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception as error:  # the author's arguments do not fit the author's format
            text = f"{record.msg!r} could not be formatted with {record.args!r}: {error}"
        self._record(record.levelname, text)
