"""Notices: what inotify's words mean for the buckets' files, by folder.

A watch follows its folder when that is moved, so the folders below a moved one are forgotten and found again.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from murmuration.local.inotify import Heard, Inotify, Word
from murmuration.local.keys import is_bucket, is_kept_apart, key_of
from murmuration.local.objects import File


class News(Enum):
    WHOLE = auto()
    """It was closed after writing, renamed to here, renamed away or deleted: what is there now is there to stay."""
    BEGUN = auto()
    """It was made, and is not closed."""
    TOUCHED = auto()
    FOLDER_MADE = auto()
    FOLDER_MOVED_IN = auto()
    FOLDER_GONE = auto()
    LOST = auto()
    """Something happened, and nobody knows what."""


@dataclass(frozen=True, slots=True)
class Notice:
    news: News
    file: File
    """For a folder: without a name."""


class TooManyFolders(Exception):
    """The system listens to no more folders."""


_EVERYWHERE = File("", "", "")
_Folder = tuple[str, str]


class Notices:
    def __init__(self, root: Path) -> None:
        """Raises `OSError` where the system has no inotify."""
        self._root = root
        self._inotify = Inotify()
        self._folders: dict[int, _Folder] = {}
        self._watches: dict[_Folder, int] = {}
        self._top = self._inotify.watch(str(root), through_link=True)

    def fileno(self) -> int:
        return self._inotify.fileno()

    def listen(self, bucket: str, folder: str) -> None:
        """A folder that is gone again needs no listening to."""
        try:
            watch = self._inotify.watch(str(self._root / bucket / folder), through_link=not folder)
        except OSError as wrong:
            if wrong.errno in (errno.ENOSPC, errno.ENOMEM):
                raise TooManyFolders from None
            return
        self._folders[watch] = (bucket, folder)
        self._watches[bucket, folder] = watch

    def heard(self) -> Iterator[Notice]:
        for word in self._inotify.words():
            if word.heard & (Heard.OVERFLOW | Heard.UNMOUNT):
                yield Notice(News.LOST, _EVERYWHERE)
            elif word.heard & Heard.IGNORED:
                self._gone(word.watch)
            elif word.watch == self._top:
                yield from self._of_buckets(word)
            elif word.watch in self._folders and not is_kept_apart(word.name):
                yield from self._of_folder(*self._folders[word.watch], word)

    def close(self) -> None:
        self._inotify.close()

    def _of_buckets(self, word: Word) -> Iterator[Notice]:
        if not is_bucket(word.name):
            return
        if word.heard & (Heard.MOVED_FROM | Heard.DELETE):
            self._forget(word.name, "")
        elif word.heard & Heard.MOVED_TO:
            yield Notice(News.FOLDER_MOVED_IN, File(word.name, "", ""))
        elif word.heard & Heard.CREATE:
            yield Notice(News.FOLDER_MADE, File(word.name, "", ""))

    def _of_folder(self, bucket: str, folder: str, word: Word) -> Iterator[Notice]:
        if word.heard & Heard.IS_FOLDER:
            yield from self._of_subfolder(
                File(bucket, f"{folder}/{word.name}" if folder else word.name, ""), word.heard
            )
            return
        file = File(bucket, folder, word.name)
        if not word.name or key_of(folder, word.name) is None:
            return
        if word.heard & (Heard.CLOSE_WRITE | Heard.MOVED_FROM | Heard.MOVED_TO | Heard.DELETE):
            yield Notice(News.WHOLE, file)
        elif word.heard & Heard.CREATE:
            yield Notice(News.BEGUN, file)
        elif word.heard & Heard.ATTRIB:
            yield Notice(News.TOUCHED, file)

    def _of_subfolder(self, folder: File, heard: Heard) -> Iterator[Notice]:
        if heard & (Heard.MOVED_FROM | Heard.DELETE):
            self._forget(folder.bucket, folder.folder)
            yield Notice(News.FOLDER_GONE, folder)
        elif heard & Heard.MOVED_TO:
            yield Notice(News.FOLDER_MOVED_IN, folder)
        elif heard & Heard.CREATE:
            yield Notice(News.FOLDER_MADE, folder)

    def _forget(self, bucket: str, folder: str) -> None:
        below = f"{folder}/" if folder else ""
        for place, watch in list(self._watches.items()):
            if place[0] == bucket and (place[1] == folder or place[1].startswith(below)):
                self._inotify.unwatch(watch)
                self._gone(watch)

    def _gone(self, watch: int) -> None:
        place = self._folders.pop(watch, None)
        if place is not None and self._watches.get(place) == watch:
            del self._watches[place]
