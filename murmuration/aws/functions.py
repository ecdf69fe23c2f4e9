"""Functions of a deployed stack, as they were deployed: read from the bundles that its projects' manifests name.

Nothing is written here: what runs comes from a workspace, by `murmur deploy`, so that what is deployed is what its repository says. And
nothing of a function is run here, so its parameters' schema is not known: its docstring is.

Bundles never change, so what was read of one is kept; a manifest is read anew.
"""

from __future__ import annotations

import io
import zipfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError
from pydantic import ValidationError

from handlers.functions import HANDLER, LARGEST_FILE, LEFT_OUT, MOST_FILES, File, Source, Told, docstring
from murmuration.aws.acting import NotThere
from murmuration.aws.bundles import Manifest, Parts, bundle_key
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import code_of, translated

_FOLDER: Final = "functions/"
_ENDING: Final = ".json"
_WHERE: Final = "S3"
_KEPT: Final = 50


class AwsFunctions:
    def __init__(self, clients: Clients, bucket: str) -> None:
        self._clients = clients
        self._bucket = bucket
        self._files: OrderedDict[str, tuple[File, ...]] = OrderedDict()

    def project(self, name: str) -> str:
        """The first that has it."""
        return next((project for project, functions in self._manifests() if name in functions), "functions")

    def names(self) -> Sequence[str]:
        return sorted({name for _, functions in self._manifests() for name in functions})

    def source(self, name: str) -> Source | None:
        for _, functions in self._manifests():
            if (parts := functions.get(name)) is not None:
                return Source(name, parts.code[:32], self._of(parts.code))
        return None

    def told(self, name: str) -> Told | None:
        source = self.source(name)
        return Told() if source is None else Told(text=docstring(source))

    def write(self, name: str, files: Mapping[str, str]) -> None:
        raise _deployed(name)

    def remove(self, name: str) -> None:
        raise _deployed(name)

    def _manifests(self) -> Iterator[tuple[str, Mapping[str, Parts]]]:
        pages = self._client.get_paginator("list_objects_v2")
        with translated(_WHERE):
            keys = [
                one["Key"]
                for page in pages.paginate(Bucket=self._bucket, Prefix=_FOLDER)
                for one in page.get("Contents", ())
            ]
        for key in sorted(keys):
            content = self._get(key) if key.endswith(_ENDING) else None
            if content is None:
                continue
            try:
                functions = Manifest.model_validate_json(content).functions
            except ValidationError:
                continue  # a run of it says so
            yield key[len(_FOLDER) : -len(_ENDING)], functions

    def _of(self, digest: str) -> tuple[File, ...]:
        known = self._files.get(digest)
        if known is None:
            content = self._get(bundle_key(digest))
            known = () if content is None else tuple(_unpacked(content))
            self._files[digest] = known
            if len(self._files) > _KEPT:
                self._files.popitem(last=False)
        return known

    def _get(self, key: str) -> bytes | None:
        with translated(_WHERE):
            try:
                content: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as wrong:
                if code_of(wrong) not in ("NoSuchKey", "404"):
                    raise
                return None
        return content

    @property
    def _client(self) -> Any:
        return self._clients.s3


def _unpacked(content: bytes) -> Iterator[File]:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        entries = [one for one in bundle.infolist() if not one.is_dir() and not _hidden(one.filename)]
        entries.sort(key=lambda one: (one.filename != HANDLER, one.filename))
        for entry in entries[: 2 * MOST_FILES]:
            text = bundle.read(entry) if entry.file_size <= LARGEST_FILE else b"\0"
            yield File(entry.filename, entry.file_size, _text(text))


def _hidden(path: str) -> bool:
    return any(part.startswith(".") or part in LEFT_OUT for part in path.split("/"))


def _text(content: bytes) -> str | None:
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


def _deployed(name: str) -> NotThere:
    return NotThere(
        f"{name} is not edited on a deployed stack", advice="Edit it in its workspace, and then: murmur deploy"
    )
