"""Progress: the last word of each task at work, for whoever watches, from whichever process.

A small file that its one writer replaces, a few times a second at the most and never synced: after a crash it is worth
nothing, and nothing but a picture is made of it.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Final

import orjson

from handlers.reading import Progress

_FILE: Final = "progress.json"
_PAUSE_S: Final = 0.1


class ProgressBoard:
    def __init__(self, state: Path) -> None:
        self._file = state / _FILE
        self._said: dict[tuple[str, str], tuple[float, str]] = {}
        self._changed = False
        self._next = 0.0
        self._file.unlink(missing_ok=True)

    def note(self, run: str, task: str, share: float, message: str) -> None:
        self._said[run, task] = (share, message)
        self._changed = True

    def drop(self, run: str, task: str) -> None:
        """It is at work no more."""
        if self._said and self._said.pop((run, task), None) is not None:
            self._changed = True

    def patience(self) -> float | None:
        """Seconds until `write` has something to write."""
        return max(0.0, self._next - time.monotonic()) if self._changed else None

    def write(self) -> None:
        """If something is new, and the last time is long enough ago. Where there is no room for it, it is left out."""
        if not self._changed or time.monotonic() < self._next:
            return
        self._changed = False
        self._next = time.monotonic() + _PAUSE_S
        half = self._file.with_suffix(".half")
        with contextlib.suppress(OSError):
            half.write_bytes(orjson.dumps([[*key, *said] for key, said in self._said.items()]))
            half.replace(self._file)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)


def read_progress(state: Path) -> Progress:
    try:
        told = orjson.loads((state / _FILE).read_bytes())
        return {(run, task): (share, message) for run, task, share, message in told}
    except (OSError, ValueError):
        return {}
