"""Files that runs have written, below `files/` in the bucket of artifacts."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from events.ports import NoSuchArtifact
from handlers.run_files import too_large
from murmuration.aws.clients import Clients
from murmuration.aws.files import FILES
from murmuration.aws.refusals import code_of, translated


class AwsRunFiles:
    def __init__(self, clients: Clients, artifacts: str) -> None:
        self._clients = clients
        self._artifacts = artifacts

    def read(self, key: str, most: int) -> bytes:
        client: Any = self._clients.s3
        with translated("S3"):
            try:
                found = client.get_object(Bucket=self._artifacts, Key=FILES + key)
            except ClientError as wrong:
                if code_of(wrong) not in ("NoSuchKey", "404", "NotFound"):
                    raise
                raise NoSuchArtifact(
                    f"there is no file {key[:200]}", advice="Files are removed with their runs"
                ) from None
            if found["ContentLength"] > most:
                found["Body"].close()
                raise too_large(key, int(found["ContentLength"]), most)
            content: bytes = found["Body"].read()
        return content
