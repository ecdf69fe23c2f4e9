"""A survey: all files of the buckets compared with what was told of them. It gives hints; what is true is looked up later.

It goes in small steps, so that whoever drives it can do other things in between: a hundred thousand files take some tenths
of a second together, and a few milliseconds a step. A folder that cannot be read, or a bucket that is not there, tells
nothing about its objects: an unmounted disk deletes nothing.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from murmuration.local.keys import is_bucket, is_kept_apart, key_of
from murmuration.local.objects import File, Objects, Stamp, stamp_of

log = logging.getLogger("murmuration.buckets")

STEP: Final = 1_000
"""Files looked at in one step."""

Steps = Iterator[list[File]]
Enter = Callable[[str, str], None]
"""Told of a folder before its files are listed, so that nothing falls between listing and listening."""


class Survey:
    def __init__(self, root: Path, objects: Objects, enter: Enter) -> None:
        self._root = root
        self._objects = objects
        self._enter = enter
        self._warned: set[str] = set()

    def everything(self) -> Steps:
        for bucket in self._buckets():
            yield from self.bucket(bucket)

    def bucket(self, bucket: str) -> Steps:
        reached = yield from self._tree(bucket, "")
        if reached is None:
            return
        entered, blind = reached
        for folder in self._objects.folders(bucket):
            if folder not in entered and not any(folder == dark or folder.startswith(f"{dark}/") for dark in blind):
                yield [File(bucket, folder, name) for name in self._objects.stamps(bucket, folder)]

    def below(self, bucket: str, folder: str) -> Steps:
        if folder:
            yield from self._tree(bucket, folder)
        else:
            yield from self.bucket(bucket)

    def _buckets(self) -> list[str]:
        try:
            with os.scandir(self._root) as entries:
                folders = sorted(entry.name for entry in entries if entry.is_dir() and not is_kept_apart(entry.name))
        except OSError as wrong:
            self._warn(str(self._root), f"the buckets cannot be looked at: {wrong}")
            return []
        for name in folders:
            if not is_bucket(name):
                self._warn(name, f"buckets/{name} is no bucket: 3 to 63 small letters, digits, dots and hyphens")
        return [name for name in folders if is_bucket(name)]

    def _tree(self, bucket: str, top: str) -> Generator[list[File], None, tuple[set[str], list[str]] | None]:
        """Which folders were entered, and which could not be; None if the top is not there."""
        entered: set[str] = set()
        blind: list[str] = []
        todo = [top]
        while todo:
            folder = todo.pop()
            self._enter(bucket, folder)
            try:
                found, deeper = yield from self._listed(bucket, folder)
            except (FileNotFoundError, NotADirectoryError):
                if folder == top:
                    return None
                continue
            except OSError as wrong:
                self._warn(f"{bucket}/{folder}", f"{bucket}/{folder} cannot be looked at: {wrong}")
                blind.append(folder)
                if folder == top:
                    return None
                continue
            entered.add(folder)
            todo += deeper
            known = self._objects.stamps(bucket, folder)
            changed = [name for name, stamp in found.items() if known.pop(name, None) != stamp]
            changed = [name for name in changed if self._is_object(bucket, folder, name)]
            yield [File(bucket, folder, name) for name in (*changed, *known)]
        return entered, blind

    def _listed(self, bucket: str, folder: str) -> Generator[list[File], None, tuple[dict[str, Stamp], list[str]]]:
        found: dict[str, Stamp] = {}
        deeper: list[str] = []
        with os.scandir(self._root / bucket / folder) as entries:
            for count, entry in enumerate(entries, 1):
                if count % STEP == 0:
                    yield []
                if is_kept_apart(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    deeper.append(f"{folder}/{entry.name}" if folder else entry.name)
                elif entry.is_file(follow_symlinks=False):
                    with suppress(FileNotFoundError):
                        found[entry.name] = stamp_of(entry.stat(follow_symlinks=False))
        return found, deeper

    def _is_object(self, bucket: str, folder: str, name: str) -> bool:
        if key_of(folder, name) is not None:
            return True
        path = "/".join(filter(None, (bucket, folder, name)))
        self._warn(path, f"{path!a} is no object: its name cannot be a key")
        return False

    def _warn(self, place: str, what: str) -> None:
        """Once for each place: the next survey finds it again."""
        if place not in self._warned:
            self._warned.add(place)
            log.warning("%s", what)
