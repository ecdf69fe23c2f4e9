"""Files that travel by reference.

A reference is plain JSON, `{"bucket": ..., "key": ..., "size": ...}`, so it can be returned, put into an event, and read
by a later task or by the same pipeline on AWS. What an attempt writes lies under its own run, task and attempt, in the
bucket of artifacts unless another one is named; what comes in from outside (an object that started the run) is read in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

if TYPE_CHECKING:
    from pydantic import JsonValue

ARTIFACTS: Final = "artifacts"
"""The name of the bucket where an attempt's files go."""

Reference = dict[str, "JsonValue"]


class Store(Protocol):
    """Where the bytes are: folders here, S3 elsewhere. `key` has been checked."""

    def write(self, bucket: str, key: str, data: bytes | Path) -> int:
        """The object as a whole, or nothing of it. Returns its size."""
        ...

    def open(self, bucket: str, key: str) -> BinaryIO:
        """For reading; FileNotFoundError when there is none."""
        ...

    def path(self, bucket: str, key: str) -> Path:
        """A local file with the object's content, only to be read."""
        ...


class Artifacts:
    """`context.artifacts`."""

    __slots__ = ("_prefix", "_store")

    def __init__(self, store: Store, prefix: str) -> None:
        self._store = store
        self._prefix = prefix

    def write(self, name: str, data: bytes | str | Path, *, bucket: str | None = None) -> Reference:
        """Keep `data` (bytes, or a file named by a Path; text is written as UTF-8) and return the reference to it.

        In another `bucket`, `name` is the whole key: an object that the bucket's triggers may take up.
        """
        key = _checked(name if bucket is not None else f"{self._prefix}/{name}")
        content = data.encode() if isinstance(data, str) else data
        where = bucket or ARTIFACTS
        return {"bucket": where, "key": key, "size": self._store.write(where, key, content)}

    def read(self, reference: Mapping[str, JsonValue]) -> bytes:
        with self.open(reference) as file:
            return file.read()

    def open(self, reference: Mapping[str, JsonValue]) -> BinaryIO:
        return self._store.open(*_place(reference))

    def path(self, reference: Mapping[str, JsonValue]) -> Path:
        """A local file with that content, for libraries that want a name. Do not write to it."""
        return self._store.path(*_place(reference))


def _place(reference: Mapping[str, JsonValue]) -> tuple[str, str]:
    """Bucket and key, of a reference or of the `detail` that an S3 event brings."""
    bucket: object = reference.get("bucket", ARTIFACTS)
    key: object = reference.get("key")
    if isinstance(bucket, Mapping):
        bucket = bucket.get("name")
    found = reference.get("object")
    if key is None and isinstance(found, Mapping):
        key = found.get("key")
    if not isinstance(bucket, str) or not isinstance(key, str):
        raise ValueError(
            f'This is no reference to a file: {reference!r}. One looks like {{"bucket": "uploads", "key": "in/a.png"}}.'
        )
    return bucket, _checked(key)


def _checked(key: str) -> str:
    if not key or key.startswith("/") or "\0" in key or any(part in ("", ".", "..") for part in key.split("/")):
        raise ValueError(
            f"{key!r} cannot be the name of a file here: it must be relative, without empty parts, `.` and `..`."
        )
    return key
