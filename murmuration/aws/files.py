"""Files of functions on S3: `context.artifacts`. What an attempt writes lies under `files/` in the bucket of artifacts.

A PUT is whole or not there. What a function asks for as a file is fetched to the disk, and taken away after its attempt.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

from botocore.exceptions import ClientError

from murmuration.aws.clients import Clients
from murmuration.aws.refusals import code_of, translated
from murmuration.sdk.artifacts import ARTIFACTS

FILES: Final = "files/"
_WHERE: Final = "S3"
_GONE: Final = frozenset({"NoSuchKey", "NoSuchBucket", "404", "NotFound"})
_IN_MEMORY: Final = 8 * 1024 * 1024

Name = Callable[[str], str]
"""The real name of a bucket."""


class Files:
    """A `Store` of the SDK's. `clear` takes away what was fetched to the disk."""

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
