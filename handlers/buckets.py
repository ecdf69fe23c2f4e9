"""Buckets, as people and programs reach them from outside: listed, and read and written by signed addresses.

A signed address is good for one thing: one method on one object of one bucket, until a moment, and where it writes for one
content type and up to one size. So a file of any size goes past the API, and whoever moves it needs no token.

What actions do to objects is another port (`handlers.actions.action.Buckets`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol
from urllib.parse import quote

from handlers.actions.action import ObjectInfo
from schemas.errors import MurmurationError
from schemas.model import JsonObject

LONGEST_KEY: Final = 1024
GOOD_FOR_S: Final = 900
LARGEST_UPLOAD: Final = 5 * 1024**3
"""S3's own limit for one PUT."""
ANY_TYPE: Final = "application/octet-stream"
_MEDIA_TYPE: Final = re.compile(
    r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}(?:; ?[A-Za-z0-9-]+=[A-Za-z0-9_.+-]+)*", re.ASCII
)
_NONE: Final = r"/\\\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffd"
_PART: Final = f"[^.{_NONE}][^{_NONE}]*"
SPELLING: Final[JsonObject] = {"minLength": 1, "maxLength": LONGEST_KEY, "pattern": f"^{_PART}(/{_PART})*$"}
"""Of keys, for the OpenAPI document: about what `check_spelling` says in words."""
_TURNS: Final = re.compile("[\u0080-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
"""Controls, and what makes a name look like another one."""


class NoSuchBucket(MurmurationError):
    code = "no-such-bucket"


class NoSuchObject(MurmurationError):
    code = "no-such-object"


class BadKey(MurmurationError):
    code = "bad-key"


class BadContentType(MurmurationError):
    code = "bad-content-type"


class NoRoom(MurmurationError):
    code = "no-room"


class Page(NamedTuple):
    objects: Sequence[ObjectInfo]
    more: str | None
    """The key after which the next page begins; None where this is the last one."""


class Signed(NamedTuple):
    """Where to send a request, and how. An address that begins with a slash is at the server that was asked."""

    address: str
    method: str
    headers: dict[str, str]
    """They were signed, so they have to be sent."""


class Buckets(Protocol):
    """Keys are checked by whoever keeps the objects: `BadKey`. `NoSuchBucket`, where it knows which there are."""

    def names(self) -> Sequence[str]: ...

    def page(self, bucket: str, prefix: str, after: str, most: int) -> Page:
        """In the order of their keys."""
        ...

    def head(self, bucket: str, key: str) -> ObjectInfo | None: ...

    def delete(self, bucket: str, key: str) -> bool:
        """False where it was not there, as far as that is known."""
        ...

    def upload(self, bucket: str, key: str, content_type: str, size: int, seconds: int) -> Signed: ...

    def download(self, bucket: str, key: str, seconds: int) -> Signed: ...


def check_spelling(key: str) -> None:
    """What no backend takes. Each has rules of its own beside these."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        raise BadKey("the key is not Unicode text", advice="Send it in UTF-8") from None
    if not 0 < size <= LONGEST_KEY:
        raise BadKey(f"the key has {size:,} bytes", advice=f"A key has 1 to {LONGEST_KEY:,}")
    if "\ufffd" in key or _TURNS.search(key) or any(ord(one) < 32 or ord(one) == 127 for one in key):
        raise BadKey(
            f"the key {key[:80]!r} holds what cannot be seen, or is not UTF-8",
            advice="Leave out control characters and what turns the direction of writing",
        )
    if "\\" in key or any(not part or part.startswith(".") for part in key.split("/")):
        raise BadKey(
            f"the key {key[:80]!r} has a backslash, or a part that is empty or begins with a dot",
            advice="Write it as reports/january.csv",
        )


def check_type(content_type: str) -> str:
    if len(content_type) > 255 or not _MEDIA_TYPE.fullmatch(content_type):
        raise BadContentType(f"{content_type[:80]!r} is no content type", advice="Write it as image/png")
    return content_type


def attachment(key: str) -> str:
    """`Content-Disposition` for an object: saved, never shown, under its key's last part."""
    name = key.rpartition("/")[2]
    plain = re.sub(r"[^A-Za-z0-9 !#$&()+,.;=@\[\]^_`{}~-]", "_", name) or "object"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
