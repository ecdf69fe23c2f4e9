"""What engine, nursery and workers say to each other, byte by byte.

jobs      engine -> workers   one socket that all workers read; each message goes to exactly one of them. So the kernel's
                              queue is the queue of jobs, and a slow job holds up nobody who could have another worker.
results   workers -> engine   one socket that all workers write.
control   engine <-> nursery  a stream of orders and news of fixed length; file descriptors of a new worker travel along.

A message keeps its bounds (SOCK_SEQPACKET on Linux, SOCK_DGRAM elsewhere), so garbage that a function writes into a
socket spoils one message and no other. A body that is too large for a message goes through a file of the spool.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
import tempfile
from enum import IntEnum
from pathlib import Path
from typing import Final, NamedTuple

LARGEST: Final = 32 * 1024 if sys.platform == "linux" else 8 * 1024
"""The largest body inside a message."""
RECEIVE: Final = LARGEST + 256
_ROOM: Final = 4 * 1024 * 1024
_SO_SNDBUFFORCE: Final = 32


class Call(IntEnum):
    """Engine to workers."""

    JOB = 1
    JOB_OF_MANY = 2
    """Others wait with it. A function's folder is not looked at for each of them."""
    JOB_IN_FILE = 3
    RETIRE = 4
    PING = 5


CALL: Final = struct.Struct("<BQ")
"""call, job"""


class Say(IntEnum):
    """Worker to engine."""

    OUTPUT = 1
    OUTPUT_IN_FILE = 2
    FAILURE = 3
    LOG = 4
    PROGRESS = 5
    PONG = 6
    WAITS = 7


SAY: Final = struct.Struct("<BxHI6Q")
"""say, slot, length of the effects before the body, turn, job, microseconds, end of stdout, end of stderr, peak in KB"""


class Order(IntEnum):
    """Engine to nursery, with a slot and a turn."""

    FORK = 1
    KILL = 2


class News(IntEnum):
    """Nursery to engine, with a slot."""

    BORN = 1
    """value: the process id"""
    DIED = 2
    """value: the wait status; peak: the most memory it held, in KB"""
    READY = 3


CONTROL: Final = struct.Struct("<IIqq")
"""order or news, slot, value, peak"""


class Message(NamedTuple):
    kind: int
    slot: int
    value: int
    peak: int


def pack(kind: int, slot: int, value: int = 0, peak: int = 0) -> bytes:
    return CONTROL.pack(kind, slot, value, peak)


def unpack(record: bytes) -> Message:
    return Message(*CONTROL.unpack(record))


def channel() -> tuple[socket.socket, socket.socket]:
    """A pair of sockets that keeps the bounds of messages, with as much room as the system gives."""
    kind = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM
    pair = socket.socketpair(socket.AF_UNIX, kind)
    for end in pair:
        _widen(end)
    return pair


def _widen(end: socket.socket) -> None:
    """As large as it may be. Beyond the limit for everybody only root goes; elsewhere too much is an error and not the most."""
    for option in (_SO_SNDBUFFORCE,) if sys.platform == "linux" else ():
        with contextlib.suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, option, _ROOM)
            return
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        for room in (_ROOM, _ROOM // 4, _ROOM // 16, _ROOM // 64):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, option, room)
                break


def spill(spool: Path, body: bytes) -> Path:
    """A file of its own for a large body; readable by nobody else."""
    fd, name = tempfile.mkstemp(dir=spool, suffix=".json")
    with os.fdopen(fd, "wb") as file:
        file.write(body)
    return Path(name)
