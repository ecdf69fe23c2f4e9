"""The stack's buckets from outside: by logical names, and by addresses that S3 itself takes.

What is signed is signed with the role of whoever asks for it, so an address is good for no more than that role may, and no longer
than its session. A content type and a length that were signed have to be sent: S3 takes exactly that many bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import ClientError

from events.ports import Unavailable
from handlers.actions.action import ActionFailed, Fault, ObjectInfo
from handlers.buckets import BadKey, NoSuchBucket, NoSuchObject, Page, Signed, attachment
from murmuration.aws.buckets import Name, S3Buckets
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import code_of, translated

_SIGNING: Final = Config(
    signature_version="s3v4",
    s3={"addressing_style": "virtual"},
    request_checksum_calculation="when_required",
    connect_timeout=2,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 4},
)
"""A checksum would be one of a body that nobody has seen yet. Addresses name the region: the one without it leads elsewhere first,
where no browser follows, and where the designer's page may not speak to."""


class PresignedBuckets:
    def __init__(self, clients: Clients, names: Iterable[str], real: Name) -> None:
        """`names` are the logical ones that people may look into; `real` gives each one's own."""
        self._clients = clients
        self._names = tuple(sorted(set(names)))
        self._real = real
        self._objects = S3Buckets(clients, real)

    def names(self) -> Sequence[str]:
        return self._names

    def page(self, bucket: str, prefix: str, after: str, most: int) -> Page:
        with translated("S3"):
            try:
                answer = self._client.list_objects_v2(
                    Bucket=self._real(bucket), Prefix=prefix, StartAfter=after, MaxKeys=most
                )
            except ClientError as wrong:
                if code_of(wrong) != "NoSuchBucket":
                    raise
                told = f"the bucket {bucket} is not there"
                raise NoSuchBucket(told, advice="murmur deploy makes those that pipelines name") from None
        found = [
            ObjectInfo(bucket, one["Key"], one["Size"], one["ETag"].strip('"')) for one in answer.get("Contents", ())
        ]
        return Page(found, found[-1].key if answer["IsTruncated"] and found else None)

    def head(self, bucket: str, key: str) -> ObjectInfo | None:
        with _told():
            return self._objects.head(bucket, key)

    def delete(self, bucket: str, key: str) -> bool:
        with _told():
            return self._objects.delete(bucket, key)

    def upload(self, bucket: str, key: str, content_type: str, size: int, seconds: int) -> Signed:
        asked = {"ContentType": content_type, "ContentLength": size}
        address = self._signed("put_object", bucket, key, seconds, asked)
        return Signed(address, "PUT", {"content-type": content_type, "content-length": str(size)})

    def download(self, bucket: str, key: str, seconds: int) -> Signed:
        asked = {"ResponseContentDisposition": attachment(key)}
        return Signed(self._signed("get_object", bucket, key, seconds, asked), "GET", {})

    def _signed(self, operation: str, bucket: str, key: str, seconds: int, more: dict[str, Any]) -> str:
        asked = {"Bucket": self._real(bucket), "Key": key, **more}
        with translated("S3"):
            address: str = self._client.generate_presigned_url(operation, Params=asked, ExpiresIn=seconds)
        return address

    @cached_property
    def _client(self) -> Any:
        return self._clients.with_config("s3", _SIGNING)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ActionFailed as failed:
        match failed.type:
            case Fault.NOT_FOUND:
                raise NoSuchObject(failed.what, advice=failed.advice) from None
            case Fault.CONNECTION_FAILED:
                raise Unavailable(failed.what, advice=failed.advice) from None
            case _:
                raise BadKey(failed.what, advice=failed.advice) from None
