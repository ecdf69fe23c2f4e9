"""Files that runs have written, as the API reads them: below the id of their run, in the bucket of artifacts."""

from __future__ import annotations

from typing import Protocol

from schemas.errors import MurmurationError


class FileTooLarge(MurmurationError):
    code = "too-large"


class RunFiles(Protocol):
    def read(self, key: str, most: int) -> bytes:
        """`NoSuchArtifact` for what is not there, `FileTooLarge` for more bytes than that."""
        ...


def too_large(key: str, size: int, most: int) -> FileTooLarge:
    advice = (
        "Let the function write what is so large into a bucket of its own: context.artifacts.write(..., bucket=...)"
    )
    return FileTooLarge(f"the file has {size:,} bytes, and {most:,} can be answered", where=key, advice=advice)
