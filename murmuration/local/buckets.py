"""Buckets as folders: `buckets/NAME/` holds the bucket's objects, each a file under its key.

What must always hold
  - A key leads nowhere but into its bucket. Every step on the way is opened from the one before and follows no link; the
    bucket's own folder may be a link, since only the operator makes those.
  - An object is whole or not there: it is written beside its place, made durable, then renamed. Readers see the old one or
    the new one. What a crash leaves behind is no object (`keys`), and `tidy` takes it away.
  - An ETag is the MD5 of the content, as S3's is for a plain upload.

Any process may use them at the same time. What is written here the watcher tells like any other file.
"""

from __future__ import annotations

import errno
import hashlib
import mimetypes
import os
import secrets
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from events.ledger import Millis
from handlers.actions.action import ActionFailed, Fault, ObjectInfo
from murmuration.local.keys import HALF, is_bucket, is_kept_apart, key_mistake, plain

_CHUNK: Final = 1 << 20
_ABANDONED_MS: Final[Millis] = 86_400_000
_MOST_ETAGS: Final = 10_000
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_HALF: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_TYPES: Final = mimetypes.MimeTypes()
_TYPE_ATTRIBUTE: Final = "user.mime_type"

_Mark = tuple[int, int, int, int]


class LocalBuckets:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._etags: dict[_Mark, str] = {}

    def make(self, names: Iterable[str]) -> None:
        for name in names:
            assert is_bucket(name), f"{name!r} was checked before"
            (self._root / name).mkdir(parents=True, exist_ok=True)

    def head(self, bucket: str, key: str) -> ObjectInfo | None:
        key = _checked(bucket, key)
        try:
            with _translated(bucket, key, reading=True), self._opened(bucket, key) as file:
                found = os.fstat(file)
                return ObjectInfo(bucket, key, found.st_size, self._etag(file), _type_of(file, key))
        except ActionFailed as failed:
            if failed.type != Fault.NOT_FOUND:
                raise
            return None

    def read(self, bucket: str, key: str, limit: int) -> bytes:
        key = _checked(bucket, key)
        with _translated(bucket, key, reading=True), self._opened(bucket, key) as file:
            content = b"".join(_chunks(file, limit + 1))
        if len(content) > limit:
            raise ActionFailed(
                Fault.TOO_LARGE, f"{bucket}/{key} has more than {limit:,} bytes", advice="Give it on by its key"
            )
        return content

    def check(self, bucket: str, key: str) -> None:
        """May it be written, as far as its name goes?"""
        _checked(bucket, key)

    def names(self) -> Sequence[str]:
        """Folders that may be buckets, and links to some."""
        if not self._root.is_dir():
            return []
        return sorted(one.name for one in os.scandir(self._root) if is_bucket(one.name) and one.is_dir())

    def write(self, bucket: str, key: str, content: bytes | Iterable[bytes], content_type: str) -> ObjectInfo:
        with self.writing(bucket, key, content_type) as written:
            # What the giver of the chunks raises is his own affair, so it is not translated.
            for chunk in (content,) if isinstance(content, bytes) else content:
                written.add(chunk)
            return written.finish()

    @contextmanager
    def writing(self, bucket: str, key: str, content_type: str) -> Iterator[Written]:
        """An object that comes piece by piece, and is there when it is finished; otherwise nothing is."""
        key = _checked(bucket, key)
        with ExitStack() as open_:
            with _translated(bucket, key):
                folder, name = open_.enter_context(self._folder(bucket, key, make=True))
                half = _Half(folder)
                open_.callback(half.drop)
            yield Written(half, ObjectInfo(bucket, key, 0, "", content_type), name, self._etags)

    @contextmanager
    def reading(self, bucket: str, key: str) -> Iterator[Opened]:
        """An object as it is now, to be read piece by piece, whatever becomes of its name meanwhile."""
        key = _checked(bucket, key)
        with ExitStack() as open_:
            with _translated(bucket, key, reading=True):
                file = open_.enter_context(self._opened(bucket, key))
                found = os.fstat(file)
                info = ObjectInfo(bucket, key, found.st_size, self._etag(file), _type_of(file, key))
            yield Opened(file, info, found.st_mtime)

    def copy(self, bucket: str, key: str, to_bucket: str, to_key: str) -> ObjectInfo:
        key = _checked(bucket, key)
        with _translated(bucket, key, reading=True), self._opened(bucket, key) as file:
            return self.write(to_bucket, to_key, _chunks(file), _type_of(file, key))

    def delete(self, bucket: str, key: str) -> bool:
        key = _checked(bucket, key)
        try:
            with _translated(bucket, key, reading=True), self._folder(bucket, key) as (folder, name):
                if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                    return False
                os.unlink(name, dir_fd=folder)
                os.fsync(folder)
        except ActionFailed as failed:
            if failed.type != Fault.NOT_FOUND or not (self._root / bucket).is_dir():
                raise
            return False
        return True

    def tidy(self, now: Millis) -> int:
        """Take away the halves that a crash left a day ago or earlier."""
        taken = 0
        for folder, folders, files in os.walk(self._root):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for half in (Path(folder, name) for name in files if name.startswith(HALF)):
                with suppress(OSError):
                    if half.lstat().st_mtime_ns // 1_000_000 < now - _ABANDONED_MS:
                        half.unlink()
                        taken += 1
        return taken

    def list(self, bucket: str, prefix: str = "", after: str = "", most: int = 1000) -> Sequence[ObjectInfo]:
        """Objects in the order of their keys, without ETags: those would cost a reading of all."""
        _check_bucket(bucket)
        with _translated(bucket, prefix, reading=True):
            if not (self._root / bucket).is_dir():
                raise FileNotFoundError
            walked = _walked(os.fspath(self._root / bucket), "", plain(prefix), plain(after))
            found = list(islice(walked, most))
        return [ObjectInfo(bucket, key, size, content_type=_guessed(key)) for key, size in found]

    @contextmanager
    def _folder(self, bucket: str, key: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """The folder that holds the object, open, and the object's name in it."""
        *folders, name = key.split("/")
        folder = os.open(self._root / bucket, _FOLDER)
        try:
            for part in folders:
                found = _as_stored(folder, part)
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(found, dir_fd=folder)
                        os.fsync(folder)
                deeper = os.open(found, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = deeper
            yield folder, _as_stored(folder, name)
        finally:
            os.close(folder)

    @contextmanager
    def _opened(self, bucket: str, key: str) -> Iterator[int]:
        with self._folder(bucket, key) as (folder, name):
            file = os.open(name, _FILE, dir_fd=folder)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise FileNotFoundError
            yield file
        finally:
            os.close(file)

    def _etag(self, file: int) -> str:
        mark = _mark(file)
        etag = self._etags.get(mark)
        if etag is None:
            etag = etag_of(file)
            _keep(self._etags, mark, etag)
        return etag


class Opened(NamedTuple):
    file: int
    info: ObjectInfo
    changed: float
    """Seconds since 1970."""

    def chunk(self, at: int, most: int) -> bytes:
        """From there; less at the end, or where somebody has cut the file short meanwhile."""
        return os.pread(self.file, most, at)


class Written:
    """An object that is being written."""

    def __init__(self, half: _Half, info: ObjectInfo, name: str, etags: dict[_Mark, str]) -> None:
        self._half = half
        self._info = info
        self._name = name
        self._etags = etags

    def add(self, chunk: bytes) -> None:
        with _translated(self._info.bucket, self._info.key):
            self._half.add(chunk)

    def finish(self) -> ObjectInfo:
        with _translated(self._info.bucket, self._info.key):
            etag = self._half.finish(self._name, self._info.key, self._info.content_type)
        _keep(self._etags, self._half.mark(), etag)
        return replace(self._info, size=self._half.size, etag=etag)


class _Half:
    """An object while it is written, under a name that nobody takes for an object."""

    def __init__(self, folder: int) -> None:
        self._folder = folder
        self._name = HALF + secrets.token_hex(8)
        self._file = os.open(self._name, _HALF, 0o666, dir_fd=folder)
        self._hash = hashlib.md5(usedforsecurity=False)
        self._there = True
        self.size = 0

    def add(self, chunk: bytes) -> None:
        self._hash.update(chunk)
        self.size += len(chunk)
        left = memoryview(chunk)
        while left:
            left = left[os.write(self._file, left) :]

    def finish(self, name: str, key: str, content_type: str) -> str:
        if content_type and content_type != _guessed(key):
            _keep_type(self._file, content_type)
        os.fsync(self._file)
        try:
            os.rename(self._name, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        except IsADirectoryError:
            # A folder whose objects are all gone is nothing in S3, so it does not stand in the way.
            os.rmdir(name, dir_fd=self._folder)
            os.rename(self._name, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        self._there = False
        os.fsync(self._folder)
        return self._hash.hexdigest()

    def mark(self) -> _Mark:
        return _mark(self._file)

    def drop(self) -> None:
        os.close(self._file)
        if self._there:
            with suppress(FileNotFoundError):
                os.unlink(self._name, dir_fd=self._folder)


def _mark(file: int) -> _Mark:
    """Another one whenever the content is."""
    found = os.fstat(file)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _keep(etags: dict[_Mark, str], mark: _Mark, etag: str) -> None:
    if len(etags) >= _MOST_ETAGS:
        etags.clear()
    etags[mark] = etag


def etag_of(file: int) -> str:
    hashed = hashlib.md5(usedforsecurity=False)
    for chunk in _chunks(file):
        hashed.update(chunk)
    return hashed.hexdigest()


def _check_bucket(bucket: str) -> None:
    if not is_bucket(bucket):
        raise ActionFailed(Fault.REFUSED, f"{bucket[:80]!r} is no name of a bucket", advice="Write it as uploads")


def _checked(bucket: str, key: str) -> str:
    _check_bucket(bucket)
    key = plain(key)
    if wrong := key_mistake(key):
        raise ActionFailed(
            Fault.REFUSED, f"the key {key[:200]!r} is refused: {wrong}", advice="Write it as reports/january.csv"
        )
    return key


@contextmanager
def _translated(bucket: str, key: str, *, reading: bool = False) -> Iterator[None]:
    """The one place where the file system's errors become ours."""
    where = f"{bucket}/{key}"
    try:
        yield
    except OSError as wrong:
        code = errno.ENOENT if wrong.errno is None or (reading and wrong.errno == errno.ENOTDIR) else wrong.errno
        match code:
            case errno.ENOENT:
                advice = f"Is there a folder buckets/{bucket}, and that key in it? Links in a bucket are not followed"
                failed = ActionFailed(Fault.NOT_FOUND, f"there is no {where}", advice=advice)
            case errno.ENOTDIR | errno.ELOOP | errno.EISDIR | errno.ENOTEMPTY | errno.EEXIST:
                failed = ActionFailed(
                    Fault.REFUSED,
                    f"a part of {where} is an object, a folder with objects or a link",
                    advice="In a folder no key goes on below another key",
                )
            case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
                failed = ActionFailed(Fault.TOO_LARGE, f"no room for {where}", advice="Make room on the disk")
            case _:
                failed = ActionFailed(Fault.REFUSED, f"{where}: {os.strerror(code).lower()}")
        raise failed from None


def _chunks(file: int, most: int | None = None) -> Iterator[bytes]:
    while (most is None or most > 0) and (chunk := os.read(file, _CHUNK if most is None else min(most, _CHUNK))):
        most = None if most is None else most - len(chunk)
        yield chunk


def _as_stored(folder: int, name: str) -> str:
    """The name as the file system has it: the same, or composed otherwise."""
    if name.isascii():
        return name
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        with os.scandir(folder) as entries:
            return next((e.name for e in entries if unicodedata.normalize("NFC", e.name) == name), name)
    return name


def _walked(path: str, folder: str, prefix: str, after: str) -> Iterator[tuple[str, int]]:
    """In the order of keys: a folder stands where its objects' keys do. Folders without a key that is wanted are not looked into."""
    try:
        with os.scandir(path) as there:
            entries = sorted(there, key=_place)
    except FileNotFoundError:  # it has gone meanwhile
        return
    for entry in entries:
        below = plain(f"{folder}{entry.name}")
        if entry.is_dir(follow_symlinks=False):
            inside = f"{below}/"
            wanted = inside.startswith(prefix) or prefix.startswith(inside)
            if wanted and (inside > after or after.startswith(inside)) and not is_kept_apart(entry.name):
                yield from _walked(entry.path, inside, prefix, after)
        elif below > after and below.startswith(prefix) and not key_mistake(below):
            with suppress(FileNotFoundError):
                if entry.is_file(follow_symlinks=False):
                    yield below, entry.stat(follow_symlinks=False).st_size


def _place(entry: os.DirEntry[str]) -> str:
    name = plain(entry.name)
    return f"{name}/" if entry.is_dir(follow_symlinks=False) else name


def _guessed(key: str) -> str:
    return _TYPES.guess_type(key.rpartition("/")[2])[0] or "application/octet-stream"


def _keep_type(file: int, content_type: str) -> None:
    """Where the file system keeps attributes; elsewhere the name's ending says it."""
    if hasattr(os, "setxattr"):
        with suppress(OSError):
            os.setxattr(file, _TYPE_ATTRIBUTE, content_type.encode())


def _type_of(file: int, key: str) -> str:
    if hasattr(os, "getxattr"):
        with suppress(OSError):
            return os.getxattr(file, _TYPE_ATTRIBUTE).decode(errors="replace")
    return _guessed(key)
