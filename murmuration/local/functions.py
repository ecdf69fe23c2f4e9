"""Functions as folders of the workspace. They are written as a whole: a new folder takes the place of the old one in one step.

An attempt reads a function's files together and looks again for as long as they change (`murmuration.functions.source`); since a
folder is exchanged and never written into, it sees what was there, or what is. What else lies in the folder goes along. Links
are left alone: what is written through one would be written elsewhere.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from events.ports import Ids
from handlers.functions import (
    HANDLER,
    LARGEST_FILE,
    LEFT_OUT,
    MOST_FILES,
    NAME,
    BadFile,
    File,
    Source,
    Told,
    version_of,
)
from murmuration.functions.folder import discover, functions_of
from murmuration.local.describing import Describing
from murmuration.workspace import Workspace

_AT_FDCWD: Final = -100
_EXCHANGE: Final = 2


class LocalFunctions:
    def __init__(self, workspace: Workspace, describing: Describing, ids: Ids) -> None:
        self._workspace = workspace
        self._root = functions_of(workspace.root)
        self._describing = describing
        self._ids = ids

    def project(self, name: str) -> str:
        """The workspace's own; where it says none, the first that it has a pipeline of."""
        del name
        found = self._workspace.projects()
        return found[0].project if found else "workspace"

    def names(self) -> Sequence[str]:
        return list(discover(self._workspace.root))

    def source(self, name: str) -> Source | None:
        folder = self._root / name
        if not NAME.fullmatch(name) or not (folder / HANDLER).is_file():
            return None
        read = list(_read(folder))
        version = version_of((path, content) for path, content in read)
        return Source(name, version, tuple(File(path, len(content), _text(content)) for path, content in read))

    def told(self, name: str) -> Told | None:
        return self._describing.told(name)

    def write(self, name: str, files: Mapping[str, str]) -> None:
        folder = self._root / name
        _refuse_links(folder, files)
        self._root.mkdir(exist_ok=True)
        before = self.source(name)
        dropped = {file.path for file in before.files if file.text is not None} if before is not None else set()
        new = self._root / f".{name}.{self._ids.token()[:16]}"
        try:
            new.mkdir()
            if folder.is_dir():
                _bring_along(folder, new, dropped | files.keys())
            for path, text in files.items():
                _put(new / path, text.encode())
            if folder.is_dir():
                _exchange(new, folder)
            else:
                new.rename(folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def remove(self, name: str) -> None:
        folder = self._root / name
        _refuse_links(folder, ())
        gone = self._root / f".{name}.{self._ids.token()[:16]}"
        with suppress(FileNotFoundError):
            folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _read(folder: Path) -> Iterator[tuple[str, bytes]]:
    """By path, in order. A link is followed nowhere, and is no file of the function's."""
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in LEFT_OUT and not one.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if name.startswith(".") or path.is_symlink() or not path.is_file():
                continue
            count += 1
            if count > 2 * MOST_FILES:
                return
            with suppress(OSError):
                yield path.relative_to(folder).as_posix(), _content(path)


def _content(path: Path) -> bytes:
    """Of what is too long to be sent, what tells whether it has changed."""
    told = path.stat()
    if told.st_size <= LARGEST_FILE:
        return path.read_bytes()
    return b"\0%d %d" % (told.st_size, told.st_mtime_ns)


def _text(content: bytes) -> str | None:
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


def _refuse_links(folder: Path, files: Sequence[str] | Mapping[str, str]) -> None:
    if folder.is_symlink():
        raise BadFile(
            f"functions/{folder.name} is a link",
            where=str(folder),
            advice="Edit it where it lies, or put a folder here",
        )
    if folder.exists() and not folder.is_dir():
        raise BadFile(f"functions/{folder.name} is a file", where=str(folder), advice="Move it away")
    for path in files:
        place = folder
        for part in path.split("/"):
            place = place / part
            if place.is_symlink():
                raise BadFile(f"{path} is a link, or lies behind one", where=str(place), advice="Remove the link first")


def _bring_along(old: Path, new: Path, without: set[str]) -> None:
    for place, folders, names in os.walk(old):
        here = Path(place)
        for name in [*names, *(one for one in folders if (here / one).is_symlink())]:
            path = (here / name).relative_to(old)
            if path.as_posix() in without:
                continue
            target = new / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if (here / name).is_symlink():
                target.symlink_to((here / name).readlink())
                continue
            if not (here / name).is_file():
                continue
            try:
                target.hardlink_to(here / name)
            except OSError:
                shutil.copy2(here / name, target)
        folders[:] = [one for one in folders if one != "__pycache__" and not (here / one).is_symlink()]


def _put(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise BadFile(f"{path.name} would be a file where something else is a folder", where=str(path)) from None


def _exchange(new: Path, old: Path) -> None:
    """In one step where the system has one; else there is a moment without the function, and an attempt that begins in it fails as
    for one that is not there."""
    if _exchanged(os.fsencode(new), os.fsencode(old)):
        return
    aside = new.with_name(f"{new.name}.old")
    old.rename(aside)
    new.rename(old)
    shutil.rmtree(aside, ignore_errors=True)


def _exchanged(new: bytes, old: bytes) -> bool:
    import ctypes

    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return bool(library.renamex_np(new, old, _EXCHANGE) == 0)
        return bool(library.renameat2(_AT_FDCWD, new, _AT_FDCWD, old, _EXCHANGE) == 0)
    except (AttributeError, OSError, TypeError):
        return False
