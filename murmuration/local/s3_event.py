"""The events that S3 sends to EventBridge, for files in folders.

As for a bucket without versions. Where the request came from is left out: nobody knows who dropped a file. The id follows
from the object and the sequencer, so it is the event's own.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from events.ledger import Millis
from events.ports import moment
from events.surroundings import Surroundings
from schemas.model import JsonObject


def created(
    surroundings: Surroundings, bucket: str, key: str, size: int, etag: str, seq: str, at: Millis
) -> JsonObject:
    object_: JsonObject = {"key": key, "size": size, "etag": etag, "sequencer": seq}
    return _event(surroundings, "Object Created", bucket, object_, at, {"reason": "PutObject"})


def deleted(surroundings: Surroundings, bucket: str, key: str, etag: str, seq: str, at: Millis) -> JsonObject:
    object_: JsonObject = {"key": key, "etag": etag, "sequencer": seq}
    why: JsonObject = {"reason": "DeleteObject", "deletion-type": "Permanently Deleted"}
    return _event(surroundings, "Object Deleted", bucket, object_, at, why)


def _event(
    surroundings: Surroundings, type_: str, bucket: str, object_: JsonObject, at: Millis, why: JsonObject
) -> JsonObject:
    name = surroundings.bucket(bucket)
    told = hashlib.sha256(f"{type_}\n{bucket}\n{object_['key']}\n{object_['sequencer']}".encode()).digest()
    return {
        "version": "0",
        "id": str(UUID(bytes=told[:16], version=4)),
        "detail-type": type_,
        "source": "aws.s3",
        "account": surroundings.account,
        "time": moment(at).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "region": surroundings.region,
        "resources": [f"arn:{surroundings.partition}:s3:::{name}"],
        "detail": {
            "version": "0",
            "bucket": {"name": name},
            "object": object_,
            "request-id": told[16:24].hex().upper(),
            "requester": surroundings.account,
            **why,
        },
    }
