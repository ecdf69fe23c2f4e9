"""Buckets: what lies in them, and addresses by which files go in and out.

GET    /buckets
GET    /buckets/<bucket>/objects          in the order of their keys
DELETE /buckets/<bucket>/objects?key=
POST   /buckets/<bucket>/uploads          {key, content_type, size} -> where to PUT it
POST   /buckets/<bucket>/downloads        {key} -> where to GET it

Keys travel in the query or the body, never in a path: what stands between would tidy their dots and slashes.
"""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from pydantic import Field

from handlers.api import paging
from handlers.api.asked import Asked, Here
from handlers.api.house import House
from handlers.api.paging import After
from handlers.api.routes import Routes
from handlers.auth import Operation
from handlers.buckets import (
    ANY_TYPE,
    GOOD_FOR_S,
    LARGEST_UPLOAD,
    SPELLING,
    BadKey,
    NoSuchBucket,
    NoSuchObject,
    Signed,
    check_spelling,
    check_type,
)
from schemas.model import Model

_LIST: Final = "objects"
_MOST: Final = 1_000
_LONGEST_S: Final = 7 * 86_400
"""S3's own limit."""

Bucket = Annotated[str, Path(description="A bucket's name", max_length=63)]


Key = Annotated[str, Field(json_schema_extra=SPELLING)]


class Stored(Model):
    key: str
    size: int
    etag: str = ""
    """Empty on the local stack, where it would cost a reading of all; a download says it."""
    content_type: str = ""


class Page(Model):
    objects: list[Stored]
    next: str | None


class Listed(Model):
    buckets: list[str]


class Upload(Model):
    key: Key
    content_type: str = ANY_TYPE
    size: int = Field(ge=0, le=LARGEST_UPLOAD)
    """Bytes: on the local stack at most so many, on AWS exactly so many."""
    seconds: int = Field(default=GOOD_FOR_S, ge=1, le=_LONGEST_S)


class Download(Model):
    key: Key
    seconds: int = Field(default=GOOD_FOR_S, ge=1, le=_LONGEST_S)


class Address(Model):
    url: str
    method: str
    headers: dict[str, str]
    """To be sent as they are: they were signed."""
    expires_in: int
    """Seconds."""


class BucketsIn:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        read, write = Operation.BUCKET_READ, Operation.BUCKET_WRITE
        routes = Routes("buckets")
        routes.get("/buckets", read, self.names, "Buckets, by name")
        routes.get("/buckets/<bucket>/objects", read, self.list, "What lies in a bucket, by key")
        routes.delete("/buckets/<bucket>/objects", write, self.delete, "Take an object away")
        routes.post("/buckets/<bucket>/uploads", write, self.upload, "Where to send a file, past the API")
        routes.post("/buckets/<bucket>/downloads", read, self.download, "Where to fetch a file, past the API")
        return routes

    def names(self, asked: Here) -> Listed:
        asked.caller.require(Operation.BUCKET_READ)
        return Listed(buckets=sorted(self._house.buckets.names()))

    def list(
        self,
        asked: Here,
        bucket: Bucket,
        prefix: Annotated[str, Query(max_length=1024)] = "",
        after: After = None,
        most: Annotated[int, Query(ge=1, le=_MOST)] = 100,
    ) -> Page:
        asked.caller.require(Operation.BUCKET_READ)
        self._find(bucket)
        _strictly(asked)
        found = self._house.buckets.page(bucket, prefix, paging.start(_LIST, after) or "", most)
        listed = [
            Stored(key=one.key, size=one.size, etag=one.etag, content_type=one.content_type) for one in found.objects
        ]
        return Page(objects=listed, next=paging.cursor(_LIST, found.more))

    def delete(self, asked: Here, bucket: Bucket, key: Annotated[str, Query(json_schema_extra=SPELLING)]) -> None:
        asked.caller.require(Operation.BUCKET_WRITE)
        self._find(bucket)
        _strictly(asked)
        check_spelling(key)
        with self._house.audit.of(
            asked.caller, Operation.BUCKET_WRITE, f"{bucket}/{key}", request=asked.request
        ) as entry:
            if not self._house.buckets.delete(bucket, key):
                raise _no_object(bucket, key)
            entry.after({"deleted": key})

    def upload(self, asked: Here, bucket: Bucket, body: Annotated[Upload, Body()]) -> Address:
        asked.caller.require(Operation.BUCKET_WRITE)
        self._find(bucket)
        check_spelling(body.key)
        kind = check_type(body.content_type)
        with self._house.audit.of(
            asked.caller, Operation.BUCKET_WRITE, f"{bucket}/{body.key}", request=asked.request
        ) as entry:
            signed = self._house.buckets.upload(bucket, body.key, kind, body.size, body.seconds)
            entry.after({"may_upload": body.key, "size": body.size, "content_type": kind})
        return _address(asked, signed, body.seconds)

    def download(self, asked: Here, bucket: Bucket, body: Annotated[Download, Body()]) -> Address:
        asked.caller.require(Operation.BUCKET_READ)
        self._find(bucket)
        check_spelling(body.key)
        if self._house.buckets.head(bucket, body.key) is None:
            raise _no_object(bucket, body.key)
        return _address(asked, self._house.buckets.download(bucket, body.key, body.seconds), body.seconds)

    def _find(self, bucket: str) -> None:
        if bucket not in self._house.buckets.names():
            raise NoSuchBucket(f"there is no bucket {bucket[:63]!r}", advice="GET /buckets lists those there are")


def _address(asked: Asked, signed: Signed, seconds: int) -> Address:
    """At the server that was asked, where the address does not say otherwise: the door has made sure of its name."""
    here = f"http://{asked.headers.get('host', '')}" if signed.address.startswith("/") else ""
    return Address(url=f"{here}{signed.address}", method=signed.method, headers=signed.headers, expires_in=seconds)


def _no_object(bucket: str, key: str) -> NoSuchObject:
    return NoSuchObject(f"there is no {key[:200]} in {bucket}", advice=f"GET /buckets/{bucket}/objects lists them")


def _strictly(asked: Asked) -> None:
    """What is not UTF-8 would be read as something else."""
    try:
        parse_qsl(asked.query, keep_blank_values=True, errors="strict")
    except ValueError:
        raise BadKey("the query is not UTF-8", advice="Encode what is not ASCII as %C3%A9") from None
