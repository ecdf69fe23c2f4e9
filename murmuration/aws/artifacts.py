"""Artifacts on S3: named by what they hold, written whole or not at all, never changed.

    artifacts/SHA256      outputs and events' data; the bucket's lifecycle removes them once no run can name them
    versions/SHA256       documents of versions; they stay

A PUT is one request of any size up to a part, and costs as much as twelve HEADs: to look first would pay if one in twelve
were there already, and of outputs hardly any is. So they are put. A large file is many PUTs and a long way, so there it is looked
first. What lies there may be near the end of its time, so it counts only while it is new; else it is put again, which
makes it new.

Roles that read need `s3:ListBucket` on the bucket too: without it S3 says "denied" of what is not there.
"""

from __future__ import annotations

import hashlib
import io
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, cast

from botocore.exceptions import ClientError

from events.ports import Clock, NoSuchArtifact
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import code_of, translated

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

OUTPUTS: Final = "artifacts/"
VERSIONS: Final = "versions/"
WHERE: Final = "S3"
PART: Final = 8 * 1024 * 1024
NEW_MS: Final = 86_400_000
"""So long what lies there need not be put again. The lifecycle leaves at least this much beyond what runs need."""
_SCHEME: Final = "artifact:"
_NAME: Final = re.compile(r"artifact:([0-9a-f]{64})")
_GONE: Final = frozenset({"NoSuchKey", "404", "NotFound"})
_CHUNK: Final = 1024 * 1024


class AwsArtifacts:
    def __init__(self, clients: Clients, bucket: str, clock: Clock, prefix: str = OUTPUTS) -> None:
        self._clients = clients
        self._bucket = bucket
        self._clock = clock
        self._prefix = prefix

    def put(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        with translated(WHERE):
            self._client.put_object(**self._at(name), Body=content)
        return _SCHEME + name

    def put_file(self, path: Path) -> str:
        """Of any size: it is read twice, and never held."""
        with path.open("rb") as file:
            name, size = _digest(file)
            if size > PART and self._is_new(name):
                return _SCHEME + name
            file.seek(0)
            with translated(WHERE):
                self._client.upload_fileobj(file, self._bucket, self._prefix + name, Config=_transfer())
        return _SCHEME + name

    def get(self, reference: str) -> bytes:
        with translated(WHERE):
            return cast(bytes, self._body(reference).read())

    def open(self, reference: str) -> BinaryIO:
        """For reading, once and from its beginning, as it comes over the network."""
        with translated(WHERE):
            return io.BufferedReader(_Stream(self._body(reference)), _CHUNK)

    def fetch(self, reference: str, path: Path) -> None:
        """Into a file, which is there whole or not at all."""
        name = _named(reference)
        half = path.with_name(f".{path.name}.{name}")
        try:
            with half.open("wb") as file:
                self._download(reference, name, file)
            half.replace(path)
        finally:
            with suppress(FileNotFoundError):
                half.unlink()

    def _download(self, reference: str, name: str, file: IO[bytes]) -> None:
        with translated(WHERE):
            try:
                self._client.download_fileobj(self._bucket, self._prefix + name, file, Config=_transfer())
            except ClientError as wrong:
                raise _told(reference, wrong) from wrong

    def _body(self, reference: str) -> Any:
        name = _named(reference)
        try:
            return self._client.get_object(**self._at(name))["Body"]
        except ClientError as wrong:
            raise _told(reference, wrong) from wrong

    def _is_new(self, name: str) -> bool:
        with translated(WHERE):
            try:
                found = self._client.head_object(**self._at(name))
            except ClientError as wrong:
                if code_of(wrong) in _GONE:
                    return False
                raise
        return self._clock.now() - int(found["LastModified"].timestamp() * 1_000) < NEW_MS

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + name}

    @property
    def _client(self) -> Any:
        return self._clients.s3


@cache
def _transfer() -> Any:
    # Task functions load this file, and files of many parts are rare: what sends them is loaded with the first.
    from boto3.s3.transfer import TransferConfig

    return TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)


class _Stream(io.RawIOBase):
    """What is on its way, and what AWS says when it breaks off, in our own words."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        room = memoryview(buffer).cast("B")
        with translated(WHERE):
            content = cast(bytes, self._body.read(len(room)))
        room[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._body.close()
        super().close()


def _named(reference: str) -> str:
    found = _NAME.fullmatch(reference)
    if found is None:
        raise NoSuchArtifact(f"{reference[:100]!r} names no artifact")
    return found[1]


def _told(reference: str, wrong: Exception) -> Exception:
    if not isinstance(wrong, ClientError) or code_of(wrong) not in _GONE:
        return wrong
    return NoSuchArtifact(f"{reference} is gone", advice="Artifacts are removed with the runs that made them")


def _digest(file: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
