"""The wake-up: a datagram that says "look", and nothing else. What there is to see lies in the database.

A Unix socket in the workspace's state folder; loopback UDP where there is none, or where the path is too long for one. The
address lies in the file `wake` then. A datagram that is lost, doubled or forged does no harm: whoever asks sends another
while he waits, and a look that finds nothing costs nothing.
"""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from typing import Final

from murmuration.local.presence import Presence

_SOCKET: Final = "wake.sock"
_PORT: Final = "wake.port"
_LOOPBACK: Final = "127.0.0.1"


class WakeUp:
    """The end that is woken."""

    def __init__(self, state: Path) -> None:
        self._files = (state / _SOCKET, state / _PORT)
        for left in self._files:
            left.unlink(missing_ok=True)
        self._socket = _unix(self._files[0]) or _udp(self._files[1])
        self._socket.setblocking(False)
        self._presence = Presence(*self._files)

    def fileno(self) -> int:
        """Readable when somebody has called."""
        return self._socket.fileno()

    def drain(self) -> bool:
        """Was there a call since the last look?"""
        called = False
        with contextlib.suppress(BlockingIOError):
            while True:
                self._socket.recv(16)
                called = True
        return called

    def close(self) -> None:
        for file in self._presence.there():  # the next one's are left to it
            file.unlink(missing_ok=True)
        self._socket.close()


def wake(state: Path) -> bool:
    """False where nobody listens."""
    try:
        if (state / _SOCKET).exists():
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto(b"!", str(state / _SOCKET))
            return True
        port = int((state / _PORT).read_text())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"!", (_LOOPBACK, port))
    except BlockingIOError:
        return True  # its queue is full of calls: it will look
    except (OSError, ValueError):
        return False
    return True


def _unix(path: Path) -> socket.socket | None:
    family = getattr(socket, "AF_UNIX", None)
    if family is None:
        return None
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        made.bind(str(path))
    except OSError:  # the path is too long, or the file system knows no sockets
        made.close()
        return None
    path.chmod(0o600)
    return made


def _udp(path: Path) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((_LOOPBACK, 0))
    path.write_text(str(made.getsockname()[1]))
    return made
