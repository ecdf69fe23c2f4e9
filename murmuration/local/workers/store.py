"""The store of artifacts on this machine: a folder per bucket, and one for what attempts write. Buckets are the workspace's own.

A file appears under its name when it is complete and durable; until then it has a name that is no object's (`local/keys.py`, which is
imported with the first file: it brings pydantic along, and most functions need neither).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from murmuration.sdk.artifacts import ARTIFACTS


class Folders:
    __slots__ = ("_artifacts", "_buckets")

    def __init__(self, artifacts: str, buckets: str) -> None:
        self._artifacts = artifacts
        self._buckets = buckets

    def write(self, bucket: str, key: str, data: bytes | Path) -> int:
        from murmuration.local.keys import HALF

        target = self._file(bucket, key)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=HALF, delete=False) as file:
            try:
                if isinstance(data, Path):
                    with data.open("rb") as source:
                        shutil.copyfileobj(source, file, 1024 * 1024)
                else:
                    file.write(data)
                size = file.tell()
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).chmod(0o644)
                Path(file.name).replace(target)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        return size

    def open(self, bucket: str, key: str) -> BinaryIO:
        return self.path(bucket, key).open("rb")

    def path(self, bucket: str, key: str) -> Path:
        file = self._file(bucket, key)
        if not file.is_file():
            raise FileNotFoundError(f"There is no {key!r} in the bucket {bucket!r}.")
        return file

    def _file(self, bucket: str, key: str) -> Path:
        """Where an object lies. Not beyond a link: a key leads nowhere but into its bucket."""
        from murmuration.local.keys import key_mistake, plain

        root, name = self._root(bucket), plain(key)
        if wrong := key_mistake(name):
            raise ValueError(f"{key!r} cannot be the key of an object: {wrong}.")
        file = root / PurePosixPath(name)
        if not file.resolve().is_relative_to(root.resolve()):
            raise ValueError(f"{key!r} leads out of the bucket {bucket!r}.")
        return file

    def _root(self, bucket: str) -> Path:
        if bucket == ARTIFACTS:
            return Path(self._artifacts)
        from murmuration.local.keys import is_bucket

        if not is_bucket(bucket):
            raise ValueError(f"{bucket!r} is no name of a bucket.")
        folder = Path(self._buckets, bucket)
        if not folder.is_dir():
            raise FileNotFoundError(f"There is no bucket {bucket!r}: it would be the folder {folder}.")
        return folder
