"""Linux's inotify, by its C functions: which folders to listen to, and what was heard of them. Nothing is decided here."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from enum import IntFlag
from typing import Final, NamedTuple

_HEADER: Final = struct.Struct("iIII")
_BUFFER: Final = 1 << 16


class Heard(IntFlag):
    ATTRIB = 0x4
    CLOSE_WRITE = 0x8
    MOVED_FROM = 0x40
    MOVED_TO = 0x80
    CREATE = 0x100
    DELETE = 0x200
    UNMOUNT = 0x2000
    OVERFLOW = 0x4000
    """More happened than the kernel kept."""
    IGNORED = 0x8000
    """The watch is gone."""
    IS_FOLDER = 0x4000_0000


_FILES: Final = (
    Heard.ATTRIB | Heard.CLOSE_WRITE | Heard.MOVED_FROM | Heard.MOVED_TO | Heard.CREATE | Heard.DELETE
)  # IN_MODIFY would be heard with every write(); closing says it once.
_ONLY_FOLDERS: Final = 0x0100_0000
_NO_LINKS: Final = 0x0200_0000
_NO_UNLINKED: Final = 0x0400_0000


class Word(NamedTuple):
    watch: int
    heard: Heard
    name: str


class Inotify:
    def __init__(self) -> None:
        """Raises `OSError` where there is none."""
        if sys.platform != "linux":
            raise OSError(errno.ENOSYS, "no inotify")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.inotify_add_watch.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_uint32)
        self._fd = self._checked(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def fileno(self) -> int:
        return self._fd

    def watch(self, path: str, *, through_link: bool = False) -> int:
        mask = _FILES | _ONLY_FOLDERS | _NO_UNLINKED | (0 if through_link else _NO_LINKS)
        return self._checked(self._libc.inotify_add_watch(self._fd, os.fsencode(path), mask))

    def unwatch(self, watch: int) -> None:
        # A watch whose folder is gone is gone with it.
        self._libc.inotify_rm_watch(self._fd, watch)

    def words(self) -> Iterator[Word]:
        """All that has been heard."""
        while True:
            try:
                heard = os.read(self._fd, _BUFFER)
            except BlockingIOError:
                return
            at = 0
            while at < len(heard):
                watch, mask, _, length = _HEADER.unpack_from(heard, at)
                at += _HEADER.size
                name = heard[at : at + length].rstrip(b"\0")
                at += length
                yield Word(watch, Heard(mask), os.fsdecode(name))

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._fd)

    def _checked(self, answer: int) -> int:
        if answer < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return answer
