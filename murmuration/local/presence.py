"""Presence: are the files that a server works on still the ones in its folder?

Whoever deletes or replaces the database while it is served takes nothing from the server: it goes on writing to a file
without a name, and all of that is lost at its end. So the server looks now and then, and ends when it finds out. The lock
counts, too: without it a second server would begin. SQLite leaves a file alone that has moved: nothing is written to the
new one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from events.ledger import Millis
from events.ports import Unavailable

PACE_MS: Final = 2_000
_BESIDE: Final = ("-wal", "-shm")
_ADVICE: Final = "Put it back and start again; without it the next server begins with nothing"

_Identity = tuple[int, int]


class DatabaseGone(Unavailable):
    code = "database-gone"


class Presence:
    """A source of the loop that makes no work: it only has the loop wake, and look."""

    def __init__(self, *files: Path) -> None:
        """As they lie there now."""
        self._files = {file: known for file in files if (known := _identity(file)) is not None}
        self._next: Millis = 0

    def fileno(self) -> int | None:
        return None

    def next_due(self, now: Millis) -> Millis | None:
        return self._next

    def take(self, now: Millis) -> int:
        return 0

    def look(self, now: Millis) -> None:
        """At its pace, however often it is asked."""
        if now < self._next:
            return
        self._next = now + PACE_MS
        for file, known in self._files.items():
            if not _is_still(file, known):
                what = "replaced" if file.exists() else "removed"
                raise DatabaseGone(f"{file.name} was {what} while it was served", where=str(file), advice=_ADVICE)

    def there(self) -> list[Path]:
        """Those that are the same as they were."""
        return [file for file, known in self._files.items() if _is_still(file, known)]


def of_database(database: Path, *more: Path) -> Presence:
    return Presence(database, *(database.with_name(f"{database.name}{end}") for end in _BESIDE), *more)


def _is_still(file: Path, known: _Identity) -> bool:
    try:
        return _identity(file) == known
    except OSError:  # nobody can tell: a disk that answers again later
        return True


def _identity(file: Path) -> _Identity | None:
    """None where it is not there."""
    try:
        found = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino
