"""What was told of the buckets' files: one row for each object whose creation has been told and whose deletion has not.

A row is written in the transaction that puts its event on the bus. So after a crash a file is told if and only if its row
differs from it, and never twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final, NamedTuple

from murmuration.local.database import Database
from murmuration.local.keys import key_of

_COUNTER: Final = "objects/sequencer"


class File(NamedTuple):
    """A place in a bucket's folder, with names as the file system has them."""

    bucket: str
    folder: str
    name: str

    @property
    def path(self) -> str:
        return "/".join(filter(None, self))

    @property
    def key(self) -> str:
        key = key_of(self.folder, self.name)
        assert key is not None, "only files that are objects are looked at"
        return key


class Stamp(NamedTuple):
    """What tells, without reading a file, that it may have changed."""

    size: int
    mtime: int
    """In nanoseconds."""
    inode: int


def stamp_of(status: os.stat_result) -> Stamp:
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino)


class Known(NamedTuple):
    stamp: Stamp
    etag: str


class Objects:
    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, file: File) -> Known | None:
        sql = "SELECT size, mtime, inode, etag FROM objects WHERE bucket = ? AND folder = ? AND name = ?"
        row = self._database.execute(sql, file).fetchone()
        return None if row is None else Known(Stamp(*row[:3]), row[3])

    def stamps(self, bucket: str, folder: str) -> dict[str, Stamp]:
        """Of the files that are directly in the folder."""
        sql = "SELECT name, size, mtime, inode FROM objects WHERE bucket = ? AND folder = ?"
        return {row[0]: Stamp(*row[1:]) for row in self._database.execute(sql, (bucket, folder))}

    def folders(self, bucket: str) -> list[str]:
        sql = "SELECT DISTINCT folder FROM objects WHERE bucket = ? ORDER BY folder"
        return [folder for (folder,) in self._database.execute(sql, (bucket,))]

    def below(self, bucket: str, folder: str) -> Iterator[File]:
        """Of the folder and all folders in it. "0" is what comes after "/"."""
        sql = "SELECT folder, name FROM objects WHERE bucket = ? AND (folder = ? OR folder >= ? AND folder < ?)"
        for found, name in self._database.execute(sql, (bucket, folder, f"{folder}/", f"{folder}0")).fetchall():
            yield File(bucket, found, name)

    def put(self, file: File, known: Known) -> None:
        sql = "INSERT OR REPLACE INTO objects (bucket, folder, name, size, mtime, inode, etag) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._database.execute(sql, (*file, *known.stamp, known.etag))

    def drop(self, file: File) -> None:
        self._database.execute("DELETE FROM objects WHERE bucket = ? AND folder = ? AND name = ?", file)

    def sequencer(self) -> str:
        """Grows with every event, and compares as text: S3's way to tell which of two events was later."""
        sql = "INSERT INTO marks VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"
        ((count,),) = self._database.execute(sql, (_COUNTER,)).fetchall()
        return f"{count:016X}"
