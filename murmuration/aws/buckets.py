"""Buckets on S3: a project's buckets under their real names, for actions, and for what functions read and write.

    actions       `Buckets`: whatever is wrong is an `ActionFailed`
    functions     `Files`: `context.artifacts`; what an attempt writes lies under `files/` in the bucket of artifacts

A PUT is whole or not there. What a function asks for as a file is fetched to the disk, and taken away after its attempt.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from botocore.exceptions import ClientError

from events.ports import Unavailable
from handlers.actions.action import ActionFailed, Fault, ObjectInfo
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import AwsRefused, Denied, code_of, translated
from murmuration.sdk.artifacts import ARTIFACTS

FILES: Final = "files/"
_WHERE: Final = "S3"
_GONE: Final = frozenset({"NoSuchKey", "NoSuchBucket", "404", "NotFound"})
_COPIED_AT_ONCE: Final = 5 * 1024**3
_IN_MEMORY: Final = 8 * 1024 * 1024

Name = Callable[[str], str]
"""The real name of a bucket."""


class S3Buckets:
    def __init__(self, clients: Clients, name: Name) -> None:
        self._clients = clients
        self._name = name

    def head(self, bucket: str, key: str) -> ObjectInfo | None:
        with _told(f"{bucket}/{key}"):
            try:
                found = self._client.head_object(Bucket=self._name(bucket), Key=key)
            except ClientError as wrong:
                if code_of(wrong) not in _GONE:
                    raise
                return None
        return ObjectInfo(bucket, key, found["ContentLength"], _etag(found), found.get("ContentType", ""))

    def read(self, bucket: str, key: str, limit: int) -> bytes:
        with _told(f"{bucket}/{key}"):
            found = self._client.get_object(Bucket=self._name(bucket), Key=key)
            if found["ContentLength"] > limit:
                found["Body"].close()
                told = f"{bucket}/{key} has more than {limit:,} bytes"
                raise ActionFailed(Fault.TOO_LARGE, told, advice="Give it on by its key")
            return cast(bytes, found["Body"].read())

    def write(self, bucket: str, key: str, content: bytes | Iterable[bytes], content_type: str) -> ObjectInfo:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as whole:
            # What the giver of the chunks raises is his own affair, so it is not translated.
            for chunk in (content,) if isinstance(content, bytes) else content:
                whole.write(chunk)
            size = whole.tell()
            whole.seek(0)
            with _told(f"{bucket}/{key}"):
                done = self._client.put_object(Bucket=self._name(bucket), Key=key, Body=whole, ContentType=content_type)
        return ObjectInfo(bucket, key, size, _etag(done), content_type)

    def copy(self, bucket: str, key: str, to_bucket: str, to_key: str) -> ObjectInfo:
        found = self.head(bucket, key)
        if found is None:
            raise ActionFailed(Fault.NOT_FOUND, f"there is no {bucket}/{key}")
        source = {"Bucket": self._name(bucket), "Key": key}
        with _told(f"{to_bucket}/{to_key}"):
            if found.size <= _COPIED_AT_ONCE:
                done = self._client.copy_object(Bucket=self._name(to_bucket), Key=to_key, CopySource=source)
                etag = _etag(done["CopyObjectResult"])
            else:
                self._client.copy(source, self._name(to_bucket), to_key)
                etag = ""
        return ObjectInfo(to_bucket, to_key, found.size, etag, found.content_type)

    def delete(self, bucket: str, key: str) -> bool:
        """S3 does not say whether there was anything to delete."""
        there = self.head(bucket, key) is not None
        with _told(f"{bucket}/{key}"):
            self._client.delete_object(Bucket=self._name(bucket), Key=key)
        return there

    @property
    def _client(self) -> Any:
        return self._clients.s3


class Files:
    """A `Store`. `clear` takes away what was fetched to the disk."""

    def __init__(self, clients: Clients, artifacts: str, name: Name, folder: Path) -> None:
        self._clients = clients
        self._artifacts = artifacts
        self._name = name
        self._folder = folder
        self._fetched = 0

    def write(self, bucket: str, key: str, data: bytes | Path) -> int:
        place = self._place(bucket, key)
        with translated(_WHERE):
            if isinstance(data, Path):
                self._client.upload_file(str(data), **place)
                return data.stat().st_size
            self._client.put_object(**place, Body=data)
        return len(data)

    def open(self, bucket: str, key: str) -> BinaryIO:
        """To be read from anywhere in it, as a file is."""
        size = self._get(bucket, key, lambda place: self._client.head_object(**place))["ContentLength"]
        if size > _IN_MEMORY:
            return self.path(bucket, key).open("rb")
        found = self._get(bucket, key, lambda place: self._client.get_object(**place))
        with translated(_WHERE):
            return io.BytesIO(found["Body"].read())

    def path(self, bucket: str, key: str) -> Path:
        self._fetched += 1
        target = self._folder / str(self._fetched) / Path(key).name
        target.parent.mkdir(parents=True, exist_ok=True)
        self._get(bucket, key, lambda place: self._client.download_file(**place, Filename=str(target)))
        return target

    def clear(self) -> None:
        if self._fetched:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._fetched = 0

    def _get(self, bucket: str, key: str, call: Callable[[dict[str, str]], Any]) -> Any:
        with translated(_WHERE):
            try:
                return call(self._place(bucket, key))
            except ClientError as wrong:
                if code_of(wrong) not in _GONE:
                    raise
                raise FileNotFoundError(f"There is no {key!r} in the bucket {bucket!r}.") from None

    def _place(self, bucket: str, key: str) -> dict[str, str]:
        if bucket == ARTIFACTS:
            return {"Bucket": self._artifacts, "Key": FILES + key}
        return {"Bucket": self._name(bucket), "Key": key}

    @property
    def _client(self) -> Any:
        return self._clients.s3


@contextmanager
def _told(place: str) -> Iterator[None]:
    try:
        with translated(_WHERE):
            try:
                yield
            except ClientError as wrong:
                if code_of(wrong) not in _GONE:
                    raise
                raise ActionFailed(Fault.NOT_FOUND, f"there is no {place}") from None
    except Denied as denied:
        advice = "Is the bucket one of the stack's? Its roles reach no others"
        raise ActionFailed(Fault.REFUSED, f"{place}: {denied.what}", advice=advice) from None
    except Unavailable as unavailable:
        raise ActionFailed(Fault.CONNECTION_FAILED, unavailable.what, advice=unavailable.advice) from None
    except AwsRefused as refused:
        raise ActionFailed(Fault.REFUSED, f"{place}: {refused.what}", advice=refused.advice) from None


def _etag(answer: dict[str, Any]) -> str:
    return str(answer["ETag"]).strip('"')
