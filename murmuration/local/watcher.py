"""The watcher: a file that comes into `buckets/NAME/` makes the event that S3 would send, and so does one that goes.

    a hint       inotify heard something of a file, or a survey found that it differs from what was told
    a look       what the file is now, against the row of what was told; hints may be wrong, late or doubled
    told         its event is put on the bus and its row written, in one transaction: once, whatever is killed when

A file counts when it is whole. inotify says that it was closed, or renamed to here: at once. Without inotify, and for
files that came while nobody listened, it has to be the same in two looks with a quiet time between them. A file that was
made and is not closed is waited for longer. Where there is no inotify, all files are surveyed again and again: at most a
twentieth of the time goes into that. Where there is, seldom, for what inotify cannot hear (network file systems).

What must always hold: nothing that is told is told twice; nothing is told of halves, hidden files and links; a bucket that
is not there tells nothing.
"""

from __future__ import annotations

import heapq
import logging
import os
import stat
from collections import deque
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, assert_never

from events.ledger import Millis
from events.ports import Bus
from events.surroundings import Surroundings
from murmuration.local.database import Database
from murmuration.local.hashing import SMALL, Beside, Hashed, hashed
from murmuration.local.notices import News, Notice, Notices, TooManyFolders
from murmuration.local.objects import File, Known, Objects, Stamp, stamp_of
from murmuration.local.s3_event import created, deleted
from murmuration.local.survey import Steps, Survey
from schemas.model import JsonObject

log = logging.getLogger("murmuration.buckets")

QUIET_MS: Final[Millis] = 1_000
PATIENCE_MS: Final[Millis] = 30_000
"""How long a file that somebody has open must have been silent to count as whole."""
OFTEN_MS: Final[Millis] = 1_500
"""Between surveys where nothing is heard; longer than the quiet time, so that who waits for a file knows it from them."""
SELDOM_MS: Final[Millis] = 600_000
MOST_LOOKS: Final = 200
MOST_STEPS: Final = 2
MOST_BYTES: Final = 16 << 20
_HASHING_MS: Final[Millis] = 50
_SHARE: Final = 20


@dataclass(slots=True)
class _Waiting:
    stamp: Stamp
    since: Millis
    patience: Millis

    @property
    def due(self) -> Millis:
        return self.since + self.patience


@dataclass(slots=True)
class _Going:
    """A survey under way, and how sure its hints are."""

    steps: Steps
    patience: Millis
    sure: bool = False
    all_since: Millis | None = None
    """For a survey of everything: when it began."""


class Watcher:
    def __init__(
        self, database: Database, bus: Bus, root: Path, surroundings: Surroundings, *, listen: bool = True
    ) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = root
        self._bus = bus
        self._surroundings = surroundings
        self._objects = Objects(database)
        self._survey = Survey(root, self._objects, self._enter)
        self._notices = _notices(root) if listen else None
        self._beside = Beside(root)
        self._surveys: deque[_Going] = deque()
        self._next_survey: Millis = 0
        self._last_survey: Millis | None = None
        self._looks: dict[File, bool] = {}
        """To look at now, and whether what is there is surely whole."""
        self._patience: dict[File, Millis] = {}
        self._waiting: dict[File, _Waiting] = {}
        self._due: list[tuple[Millis, File]] = []
        self._uncommitted: dict[File, bool] = {}
        self._lost = False
        self._room = 0
        self._warned: set[File] = set()
        database.keep(self)

    # the source

    def fileno(self) -> int | None:
        return None if self._notices is None else self._notices.fileno()

    def next_due(self, now: Millis) -> Millis | None:
        if self._looks or self._surveys:
            return now
        due = [self._next_survey]
        if self._due:
            due.append(self._due[0][0])
        if self._beside.out:
            due.append(now + _HASHING_MS)
        return min(due)

    def take(self, now: Millis) -> int:
        told = self.changes(now)
        if told:
            self._bus.put_outside(told)
        return len(told)

    def changes(self, now: Millis) -> list[JsonObject]:
        """The events that are due, and their rows with them: inside the transaction that puts the events on the bus."""
        self._uncommitted.clear()
        self._listen()
        self._step(now)
        self._ripen(now)
        told = [event for found in self._beside.take() if (event := self._hashed(found, now)) is not None]
        self._room = MOST_BYTES
        for file in list(islice(self._looks, MOST_LOOKS)):
            if self._room <= 0:
                break
            sure = self._uncommitted[file] = self._looks.pop(file)
            event = self._look(file, sure, now)
            if event is not None:
                told.append(event)
        return told

    def flush(self) -> None:
        """The rows are written as they come."""

    def forget(self) -> None:
        """Nothing of it happened: look again."""
        for file, sure in self._uncommitted.items():
            self._looks[file] = sure or self._looks.get(file, False)

    def close(self) -> None:
        self._beside.close()
        if self._notices is not None:
            self._notices.close()
            self._notices = None

    # hints

    def _hint(self, file: File, patience: Millis, *, sure: bool = False) -> None:
        if sure:
            self._waiting.pop(file, None)
            self._looks[file] = True
        elif file in self._waiting:
            waiting = self._waiting[file]
            waiting.patience = max(waiting.patience, patience)
        else:
            self._looks.setdefault(file, False)
            self._patience[file] = max(patience, self._patience.get(file, 0))

    def _enter(self, bucket: str, folder: str) -> None:
        if self._notices is None:
            return
        try:
            self._notices.listen(bucket, folder)
        except TooManyFolders:
            self._notices.close()
            self._notices = None
            self._next_survey = 0
            log.warning(
                "the system listens to no more folders (fs.inotify.max_user_watches); "
                "the buckets are surveyed again and again instead"
            )

    def _listen(self) -> None:
        if self._notices is not None:
            for notice in self._notices.heard():
                self._notice(notice)

    def _notice(self, notice: Notice) -> None:
        file = notice.file
        match notice.news:
            case News.WHOLE:
                self._hint(file, 0, sure=True)
            case News.BEGUN:
                self._hint(file, PATIENCE_MS)
            case News.TOUCHED:
                self._hint(file, QUIET_MS)
            case News.FOLDER_MADE:
                self._surveys.append(_Going(self._survey.below(file.bucket, file.folder), QUIET_MS))
            case News.FOLDER_MOVED_IN:
                self._surveys.append(_Going(self._survey.below(file.bucket, file.folder), 0, sure=True))
            case News.FOLDER_GONE:
                for gone in self._objects.below(file.bucket, file.folder):
                    self._hint(gone, 0, sure=True)
            case News.LOST:
                self._next_survey = 0
                self._lost = True
            case _:
                assert_never(notice.news)

    def _step(self, now: Millis) -> None:
        if self._next_survey <= now and all(going.all_since is None for going in self._surveys):
            seldom = self._last_survey is not None and self._notices is not None and not self._lost
            patience = PATIENCE_MS if seldom else QUIET_MS
            self._lost = False
            self._surveys.append(_Going(self._survey.everything(), patience, all_since=now))
            self._next_survey = now + SELDOM_MS
        for _ in range(MOST_STEPS):
            if not self._surveys:
                return
            going = self._surveys[0]
            try:
                found = next(going.steps, None)
            except Exception:
                # A generator that raised is at its end, and this survey is not.
                self._surveys.popleft()
                self._next_survey = 0
                raise
            if found is None:
                self._surveys.popleft()
                self._surveyed(going.all_since, now)
                continue
            for file in found:
                self._hint(file, going.patience, sure=going.sure)

    def _surveyed(self, since: Millis | None, now: Millis) -> None:
        if since is None:
            return
        self._last_survey = since
        if self._notices is None:
            self._next_survey = now + max(OFTEN_MS, _SHARE * (now - since))

    def _ripen(self, now: Millis) -> None:
        while self._due and self._due[0][0] <= now:
            due, file = heapq.heappop(self._due)
            waiting = self._waiting.get(file)
            if waiting is not None and waiting.due == due:
                self._looks.setdefault(file, False)

    # looks

    def _look(self, file: File, sure: bool, now: Millis) -> JsonObject | None:
        waiting = self._waiting.pop(file, None)
        patience = max(self._patience.pop(file, QUIET_MS), 0 if waiting is None else waiting.patience)
        known = self._objects.known(file)
        try:
            stamp = self._stamp(file)
        except FileNotFoundError:
            return None
        except OSError as wrong:
            self._warn(file, str(wrong))
            return None
        if stamp is None:
            return self._gone(file, known, now)
        if not sure:
            if known is not None and known.stamp == stamp:
                return None
            if waiting is None or waiting.stamp != stamp:
                waiting = _Waiting(stamp, now, patience)
                waited = known is None and self._was_renamed(stamp)
            else:
                waited = waiting.due <= now
            if not waited:
                self._waiting[file] = waiting
                heapq.heappush(self._due, (waiting.due, file))
                return None
        if stamp.size > SMALL:
            self._beside.ask(file, stamp)
            return None
        self._room -= stamp.size
        return self._hashed(hashed(self._root, file, stamp), now)

    def _stamp(self, file: File) -> Stamp | None:
        """None if the object is not there. Raises `OSError` where that cannot be known, as when its bucket is not there."""
        try:
            status = os.lstat(self._root / file.path)
        except (FileNotFoundError, NotADirectoryError):
            if not (self._root / file.bucket).is_dir():
                raise
            return None
        return stamp_of(status) if stat.S_ISREG(status.st_mode) else None

    def _was_renamed(self, stamp: Stamp) -> bool:
        """Not here when all was surveyed, and last written before: so it was whole when it came."""
        if self._notices is not None or self._last_survey is None:
            return False
        return stamp.mtime // 1_000_000 < self._last_survey - 2 * QUIET_MS

    def _hashed(self, found: Hashed, now: Millis) -> JsonObject | None:
        file, stamp, etag, why = found
        if why:
            self._warn(file, why)
        if etag is None:
            self._hint(file, PATIENCE_MS if why else QUIET_MS)
            return None
        known = self._objects.known(file)
        self._objects.put(file, Known(stamp, etag))
        self._uncommitted[file] = True
        if known is not None and known.etag == etag and known.stamp.mtime == stamp.mtime:
            return None
        sequencer = self._objects.sequencer()
        return created(self._surroundings, file.bucket, file.key, stamp.size, etag, sequencer, now)

    def _gone(self, file: File, known: Known | None, now: Millis) -> JsonObject | None:
        if known is None:
            return None
        self._objects.drop(file)
        self._uncommitted[file] = True
        return deleted(self._surroundings, file.bucket, file.key, known.etag, self._objects.sequencer(), now)

    def _warn(self, file: File, why: str) -> None:
        """Once: it is looked at again and again."""
        if file not in self._warned:
            self._warned.add(file)
            log.warning("%s cannot be read: %s", file.path, why)


def _notices(root: Path) -> Notices | None:
    try:
        return Notices(root)
    except OSError as wrong:
        log.info("no inotify (%s); the buckets are surveyed again and again", wrong)
        return None
