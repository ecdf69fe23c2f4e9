"""Clearing: artifacts that nothing can name any more are removed, beside the loop, on a thread that lives while it walks.

It touches no database. An artifact is as old as the last time that somebody asked for it to be kept, and whatever names it
was written after that; so one that is older than any run can be is named by nobody. It goes gently: it rests after every
portion, so that the engine never waits for it.
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

log = logging.getLogger("murmuration.retention")

_PORTION: Final = 100
_REST_S: Final = 0.002
_LONGEST_JOIN_S: Final = 2.0


class Clearing:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen = 0

    def begin(self, oldest: float) -> None:
        """Remove what was kept last before `oldest`, in seconds since 1970. Returns at once."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._clear, args=(oldest,), name="clearing", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        if self._thread is not None:
            self._thread.join(_LONGEST_JOIN_S)

    def close(self) -> None:
        self._stop.set()
        self.wait()

    def _clear(self, oldest: float) -> None:
        try:
            if self._folder.is_dir():
                self._folder_of(str(self._folder), oldest)
        except Exception as wrong:  # whatever it is, the next one tries again
            log.warning("artifacts could not be looked at: %s", wrong)

    def _folder_of(self, folder: str, oldest: float) -> bool:
        """True if something in it was removed."""
        removed = False
        with os.scandir(folder) as entries:
            for entry in entries:
                if self._stop.is_set():
                    break
                self._rest()
                with suppress(FileNotFoundError):
                    if entry.is_dir(follow_symlinks=False):
                        # Only what lost its last file here: a folder that is empty otherwise may be just in the making.
                        if self._folder_of(entry.path, oldest):
                            removed = True
                            with suppress(OSError):
                                Path(entry.path).rmdir()
                    elif entry.stat(follow_symlinks=False).st_mtime < oldest:
                        Path(entry.path).unlink()
                        removed = True
        return removed

    def _rest(self) -> None:
        self._seen += 1
        if self._seen % _PORTION == 0:
            self._stop.wait(_REST_S)
