"""The workspace's buckets from outside: its folders, and signed addresses at its own server (`murmuration.local.signing`)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from events.ports import Clock
from handlers.actions.action import ActionFailed, Fault, ObjectInfo
from handlers.buckets import BadKey, NoRoom, NoSuchObject, Page, Signed
from murmuration.local.buckets import LocalBuckets
from murmuration.local.keys import plain
from murmuration.local.signing import Doing, Grant, Signing


class SignedBuckets:
    def __init__(self, buckets: LocalBuckets, signing: Signing, clock: Clock) -> None:
        self._buckets = buckets
        self._signing = signing
        self._clock = clock

    def names(self) -> Sequence[str]:
        return self._buckets.names()

    def page(self, bucket: str, prefix: str, after: str, most: int) -> Page:
        with told():
            found = self._buckets.list(bucket, prefix, after, most + 1)
        return Page(found[:most], found[most - 1].key if len(found) > most else None)

    def head(self, bucket: str, key: str) -> ObjectInfo | None:
        with told():
            return self._buckets.head(bucket, key)

    def delete(self, bucket: str, key: str) -> bool:
        with told():
            return self._buckets.delete(bucket, key)

    def upload(self, bucket: str, key: str, content_type: str, size: int, seconds: int) -> Signed:
        with told():
            self._buckets.check(bucket, key)
        grant = self._grant("PUT", bucket, key, seconds, content_type, size)
        return Signed(self._signing.address(grant), "PUT", {"content-type": content_type})

    def download(self, bucket: str, key: str, seconds: int) -> Signed:
        return Signed(self._signing.address(self._grant("GET", bucket, key, seconds)), "GET", {})

    def _grant(self, doing: Doing, bucket: str, key: str, seconds: int, content_type: str = "", size: int = 0) -> Grant:
        expires = math.ceil(self._clock.now() / 1000) + seconds
        return Grant(doing, bucket, plain(key), expires, content_type, size)


@contextmanager
def told() -> Iterator[None]:
    """What went wrong, as the API tells it."""
    try:
        yield
    except ActionFailed as failed:
        match failed.type:
            case Fault.NOT_FOUND:
                raise NoSuchObject(failed.what, advice=failed.advice) from None
            case Fault.TOO_LARGE:
                raise NoRoom(failed.what, advice=failed.advice) from None
            case _:
                raise BadKey(failed.what, advice=failed.advice) from None
