"""Files that runs have written, in the folder of artifacts."""

from __future__ import annotations

from pathlib import Path

from events.ports import NoSuchArtifact
from handlers.run_files import too_large
from murmuration.local.workers.store import Folders
from murmuration.sdk.artifacts import ARTIFACTS


class LocalRunFiles:
    def __init__(self, artifacts: Path, buckets: Path) -> None:
        self._folders = Folders(str(artifacts), str(buckets))

    def read(self, key: str, most: int) -> bytes:
        try:
            with self._folders.open(ARTIFACTS, key) as file:
                content = file.read(most + 1)
                if len(content) > most:
                    raise too_large(key, file.seek(0, 2), most)
                return content
        except (OSError, ValueError) as wrong:
            raise NoSuchArtifact(f"there is no file {key[:200]}", advice="Files are removed with their runs") from wrong
