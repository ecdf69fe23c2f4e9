"""An object's place: its bucket and its key. And content that is written as base64.

That a key never leaves its bucket is the port's promise. What could only be meant badly, or would name another object
in a folder than in S3, is refused here already, in words.
"""

from __future__ import annotations

import base64
import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from schemas.model import Model
from schemas.names import BucketName

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\\]")


def _plain_key(key: str) -> str:
    wrong = ""
    if not key or len(key.encode()) > 1024:
        wrong = "a key has 1 to 1,024 bytes"
    elif _CONTROL.search(key):
        wrong = "a key has no backslash and no control character"
    elif key.startswith("/") or key.endswith("/"):
        wrong = "a key neither starts nor ends with a slash"
    elif {"", ".", ".."} & set(key.split("/")):
        wrong = 'no part of a key is empty, "." or ".."'
    if wrong:
        raise PydanticCustomError("key", "{wrong}", {"wrong": wrong, "advice": "Write it as reports/2027/january.csv"})
    return key


def _is_base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        raise PydanticCustomError("base64", "this is not base64", {}) from None
    return text


ObjectKey = Annotated[str, AfterValidator(_plain_key)]
Base64 = Annotated[str, AfterValidator(_is_base64)]


class Place(Model):
    bucket: BucketName = Field(description="A bucket of the project.")
    key: ObjectKey = Field(description="The object's key in it.")

    def __str__(self) -> str:
        return f"{self.bucket}/{self.key}"
