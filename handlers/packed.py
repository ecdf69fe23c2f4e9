"""Packed: a document with a long text in it, made small enough for the cabinet. Short ones stay as they are, to be read."""

from __future__ import annotations

import base64
import zlib
from typing import Final

import orjson

from schemas.model import JsonObject

_PLAIN: Final = 64 * 1024
"""Up to so many bytes a document stays as it is."""
_MARK: Final = "packed"


def packed(body: JsonObject) -> JsonObject:
    content = orjson.dumps(body)
    if len(content) <= _PLAIN:
        return body
    return {_MARK: base64.b64encode(zlib.compress(content)).decode()}


def unpacked(body: JsonObject) -> JsonObject:
    content = body.get(_MARK)
    if not isinstance(content, str):
        return body
    found: JsonObject = orjson.loads(zlib.decompress(base64.b64decode(content)))
    return found
