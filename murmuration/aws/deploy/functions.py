"""Functions become bundles in the artifact bucket, and a manifest that names them: `murmuration.aws.bundles` says how they lie there.

Bundles first, the manifest last: whoever reads it finds all of it. What is there already is not sent again. Bundles that no
manifest names any more stay until the bucket's own rules remove them: an attempt that has begun may still want one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from murmuration.aws.build.target import Target
from murmuration.aws.bundles import Manifest, Parts, bundle_key, digest, manifest_key, pack
from murmuration.aws.clients import Clients
from murmuration.aws.deploy.libraries import FILE, bundle, lines_of
from murmuration.aws.refusals import code_of, translated
from murmuration.functions.folder import Function

_WHERE = "S3"


@dataclass(frozen=True, slots=True)
class Uploaded:
    function: str
    sent: int
    """Bytes; none where all was there."""
    libraries: bool


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where bundles go, and for which machine."""

    clients: Clients
    bucket: str
    target: Target
    kept: Path
    """Libraries that were made before."""


def upload(shelves: Shelves, project: str, functions: dict[str, Function]) -> list[Uploaded]:
    """All functions of a project: those that are not named are not the project's any more."""
    parts: dict[str, Parts] = {}
    told: list[Uploaded] = []
    for name, function in sorted(functions.items()):
        code, sent = _sent(shelves, pack(function.folder))
        libraries = None
        requirements, spelled = function.folder / FILE, f"functions/{name}/{FILE}"
        if requirements.is_file() and (lines := lines_of(requirements, spelled)):
            libraries, more = _sent(shelves, bundle(lines, shelves.target, shelves.kept, spelled))
            sent += more
        parts[name] = Parts(code=code, libraries=libraries)
        told.append(Uploaded(name, sent, libraries is not None))
    manifest = Manifest(functions=parts).model_dump_json(exclude_none=True).encode()
    with translated(_WHERE):
        shelves.clients.s3.put_object(
            Bucket=shelves.bucket, Key=manifest_key(project), Body=manifest, ContentType="application/json"
        )
    return told


def _sent(shelves: Shelves, content: bytes) -> tuple[str, int]:
    """Its name, and how much was sent."""
    name = digest(content)
    client: Any = shelves.clients.s3
    with translated(_WHERE):
        try:
            client.head_object(Bucket=shelves.bucket, Key=bundle_key(name))
        except ClientError as wrong:
            if code_of(wrong) not in ("404", "NoSuchKey"):
                raise
            client.put_object(Bucket=shelves.bucket, Key=bundle_key(name), Body=content, ContentType="application/zip")
            return name, len(content)
    return name, 0
