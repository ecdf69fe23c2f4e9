"""Buckets on S3, for actions: a project's buckets under their real names. Whatever is wrong is an `ActionFailed`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

from botocore.exceptions import ClientError

from events.ports import Unavailable
from handlers.actions.action import ActionFailed, Fault, ObjectInfo
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import AwsRefused, Denied, code_of, translated

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
