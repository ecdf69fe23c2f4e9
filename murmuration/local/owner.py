"""Who owns a workspace: the one process that may write its database, apart from requests.

The lock is the kernel's, on `.murmuration/lock`, so it is gone when its holder is gone, however that died. The file's text
only says who it is, for people. A server holds it while it serves; a command without a server holds it while it works.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

LOCK: Final = "lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """What the holder of a lock says of itself."""

    process: int
    what: str
    since: float


class Ownership:
    """Held until it is closed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        if self._descriptor >= 0:
            # The text goes first: whoever reads it later must not take it for the next holder's.
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1


def own(state: Path, what: str) -> Ownership | None:
    """Take the workspace, or None where somebody has it. Never waits."""
    state.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(state / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    told = json.dumps({"process": os.getpid(), "what": what, "since": time.time()}).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, told, 0)
    return Ownership(descriptor)


def holder(state: Path) -> Holder | None:
    """Who says that it holds the workspace, if that process is alive. Takes nothing, so it disturbs nobody."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads((state / LOCK).read_text())
        found = Holder(int(told["process"]), str(told["what"]), float(told["since"]))
        os.kill(found.process, 0)
        return found
    return None
