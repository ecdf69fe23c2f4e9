"""Databases of actions on AWS. A file of SQLite's is an object, and the data folder is `data/` in the bucket of artifacts.

    fetch the object, remember its ETag
    run the statement on the copy, in a transaction of its own
    put the copy back if it has changed, on the condition that the object still has that ETag; else begin again

So a statement sees all that was done before it and is done as a whole, once, as in a file that all share. It suits tables that a
pipeline keeps for itself: small, and written by few at a time. What many write belongs into a server's database.

What must always hold: a statement whose PUT was done and its reply lost is not done again. The PUT carries a mark of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from botocore.exceptions import ClientError

from handlers.actions.action import ActionFailed, Fault
from handlers.actions.addresses import Reach
from handlers.actions.databases import Databases
from handlers.actions.rows import Rows, Values
from handlers.actions.time_left import TimeLeft
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import code_of, translated

DATA: Final = "data/"
LARGEST: Final = 64 * 1024 * 1024
_SQLITE: Final = "sqlite:///"
_GONE: Final = frozenset({"NoSuchKey", "404", "NotFound"})
_CHANGED: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409"})
_MARK: Final = "murmur-mark"


class S3Databases(Databases):
    def __init__(
        self,
        clients: Clients,
        bucket: str,
        reach: Reach,
        folder: Path,
        named: Mapping[str, str],
        token: Callable[[], str],
    ) -> None:
        super().__init__(reach, folder=folder, named=named)
        self._clients = clients
        self._bucket = bucket
        self._copies = folder
        self._token = token
        self._urls = named

    def query(self, database: str, statement: str, values: Values, limit: int, left: TimeLeft) -> Rows:
        url = self._urls.get(database, database)
        name = url.removeprefix(_SQLITE)
        if not url.startswith(_SQLITE) or not name or ".." in PurePosixPath(name).parts or name.startswith("/"):
            return super().query(database, statement, values, limit, left)
        copy = self._copies / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            while True:
                left.seconds()
                etag = self._fetch(name, copy)
                before = _digest(copy)
                rows = super().query(database, statement, values, limit, left)
                if _digest(copy) == before or self._put(name, copy, etag):
                    return rows
        finally:
            copy.unlink(missing_ok=True)

    def _fetch(self, name: str, copy: Path) -> str:
        """Its ETag; empty where there is none yet."""
        copy.unlink(missing_ok=True)
        with translated("S3"):
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=DATA + name)
            except ClientError as wrong:
                if code_of(wrong) not in _GONE:
                    raise
                return ""
            copy.write_bytes(found["Body"].read())
        return str(found["ETag"])

    def _put(self, name: str, copy: Path, etag: str) -> bool:
        """False where somebody else has changed it meanwhile."""
        if copy.stat().st_size > LARGEST:
            told = f"the database {name} would have more than {LARGEST:,} bytes"
            raise ActionFailed(Fault.TOO_LARGE, told, advice="Use a database server")
        mark = self._token()
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        place = {"Bucket": self._bucket, "Key": DATA + name}
        with translated("S3"):
            try:
                self._client.put_object(**place, Body=copy.read_bytes(), Metadata={_MARK: mark}, **condition)
            except ClientError as wrong:
                if code_of(wrong) not in _CHANGED:
                    raise
                return self._is_ours(place, mark)
        return True

    def _is_ours(self, place: dict[str, str], mark: str) -> bool:
        try:
            return bool(self._client.head_object(**place)["Metadata"].get(_MARK) == mark)
        except ClientError as wrong:
            if code_of(wrong) not in _GONE:
                raise
            return False

    @property
    def _client(self) -> Any:
        return self._clients.s3


def _digest(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).digest() if file.exists() else b""
