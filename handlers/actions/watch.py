"""A clock over an open connection: when the time is over the socket is shut down, whatever waits on it.

A timeout on a socket counts from byte to byte; a peer that sends one byte a minute would hold an action for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import TYPE_CHECKING

from handlers.actions.time_left import TimeLeft

if TYPE_CHECKING:
    import socket


@contextmanager
def watched(connected: socket.socket, left: TimeLeft) -> Iterator[None]:
    clock = Timer(left.ms() / 1000, _shut, (connected, left))
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


def _shut(connected: socket.socket, left: TimeLeft) -> None:
    """Below TLS: its own shutdown would go on in plain text. Whoever reads then finds that nothing is left."""
    import socket

    left.end()
    with suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
