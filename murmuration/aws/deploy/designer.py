"""The designer's built files go into its bucket. What is named by its content stays in caches for ever; the page is asked for each time.

The page goes last: whoever gets the new one finds all that it names. Old files stay for those who still have the old page.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any, Final

from murmuration.aws.clients import Clients
from murmuration.aws.refusals import translated

BUILT: Final = "designer/dist"
_PAGE: Final = "index.html"
_ALWAYS: Final = "public, max-age=31536000, immutable"
_NEVER: Final = "no-cache"


def files_of(root: Path) -> list[Path]:
    """The page last. None where it was not built."""
    folder = root / BUILT
    if not (folder / _PAGE).is_file():
        return []
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if path != folder / _PAGE] + [folder / _PAGE]


def upload(clients: Clients, root: Path, bucket: str) -> int:
    """How many files were sent."""
    client: Any = clients.s3
    files = files_of(root)
    for file in files:
        key = file.relative_to(root / BUILT).as_posix()
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        lasting = _ALWAYS if key.startswith("assets/") else _NEVER
        with translated("S3"):
            client.put_object(Bucket=bucket, Key=key, Body=file.read_bytes(), ContentType=kind, CacheControl=lasting)
    return len(files)


def refresh(clients: Clients, distribution: str, reference: str) -> None:
    """CloudFront asks for the page anew; what is named by its content need not be asked for. `reference` is new each time."""
    paths = {"Quantity": 1, "Items": ["/*"]}
    with translated("CloudFront"):
        clients.patient("cloudfront").create_invalidation(
            DistributionId=distribution, InvalidationBatch={"Paths": paths, "CallerReference": reference}
        )
