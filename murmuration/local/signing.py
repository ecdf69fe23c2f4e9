"""Signing: addresses by which files go in and out of buckets, past the API. Good for one thing, and for a while.

    /objects?bucket=B&do=PUT&expires=T&key=K&size=N&type=C&signature=S

The signature is an HMAC over the method, bucket, key, moment, content type and size, each with its length, by a key that only
the workspace's owner can read. What must always hold: nothing that is not signed decides anything; signatures are compared in
constant time; a query that says something twice, or something else, is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode

from handlers.auth import Forbidden
from murmuration.local.keys import plain

FILE: Final = "signing.key"
PATH: Final = "/objects"
_BYTES: Final = 32
_FIELDS: Final = ("bucket", "do", "expires", "key", "size", "type")

Doing = Literal["GET", "PUT"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What an address is good for."""

    doing: Doing
    bucket: str
    key: str
    expires: int
    """Seconds since 1970."""
    content_type: str = ""
    size: int = 0
    """At most so many bytes are taken."""

    def fields(self) -> dict[str, str]:
        return {
            "bucket": self.bucket,
            "do": self.doing,
            "expires": str(self.expires),
            "key": self.key,
            "size": str(self.size),
            "type": self.content_type,
        }


class Signing:
    def __init__(self, state: Path, now: Callable[[], float]) -> None:
        self._key = _key_in(state)
        self._now = now

    def address(self, grant: Grant) -> str:
        return f"{PATH}?{urlencode({**grant.fields(), 'signature': self._signature(grant)})}"

    def read(self, method: str, query: str) -> Grant:
        """What the address is good for; `Forbidden`, if it is not for this, or no more."""
        grant, signature = _read(query)
        if not hmac.compare_digest(self._signature(grant).encode(), signature.encode()):
            raise _no("its signature is wrong")
        if grant.expires <= self._now():
            raise _no("its time is over")
        if method != grant.doing and not (method == "HEAD" and grant.doing == "GET"):
            raise _no(f"it is good for {grant.doing}, not for {method[:20]}")
        return grant

    def _signature(self, grant: Grant) -> str:
        text = "".join(f"{len(value.encode())}:{value}" for value in grant.fields().values())
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def _read(query: str) -> tuple[Grant, str]:
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=len(_FIELDS) + 1
        )
        given = dict(pairs)
        if len(given) != len(pairs) or given.keys() != {*_FIELDS, "signature"}:
            raise ValueError
        if not all(given[name].isascii() and given[name].isdecimal() for name in ("expires", "size")):
            raise ValueError
        doing: Doing = "PUT" if given["do"] == "PUT" else "GET"
        if given["do"] != doing or plain(given["key"]) != given["key"]:
            raise ValueError
        grant = Grant(doing, given["bucket"], given["key"], int(given["expires"]), given["type"], int(given["size"]))
        if grant.fields() != {name: given[name] for name in _FIELDS}:
            raise ValueError
    except ValueError:
        raise _no("it is not as it was given out") from None
    return grant, given["signature"]


def _key_in(state: Path) -> bytes:
    """Made once. Whoever comes second at that takes the first one's."""
    file = state / FILE
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as there:
            key = there.read()
        if len(key) == _BYTES:
            return key
        file.unlink()  # a crash left half of one: what it has signed is good no more
        return _key_in(state)
    key = secrets.token_bytes(_BYTES)
    with os.fdopen(descriptor, "wb") as made:
        made.write(key)
    return key


def _no(why: str) -> Forbidden:
    return Forbidden(f"the address is refused: {why}", advice="Ask for a new one")
