"""Keys: an idempotency key as it was sent, for those who derive what they make from it. `idempotency` keeps answers; nothing is kept here.

A run whose id is derived from its caller's key is the same run however often it is asked for, also while it is under way, and also
where it has failed: it is told as it stands now. What must always hold: the key with another request is refused, and never answered with what came of the first.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

import orjson
from pydantic import JsonValue

from handlers.api.asked import Asked
from handlers.api.problem import InvalidRequest
from schemas.errors import MurmurationError

HEADER: Final = "idempotency-key"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


class KeyReused(MurmurationError):
    code = "key-reused"


def key_of(asked: Asked) -> str | None:
    key = asked.headers.get(HEADER)
    if key is not None and _KEY.fullmatch(key) is None:
        raise InvalidRequest(
            "the idempotency key is not 1 to 255 characters of ASCII without spaces",
            where=f"header.{HEADER}",
            advice="A UUID is a good one",
        )
    return key


def request_of(asked: Asked) -> str:
    """What a run's id is derived from. By its own key nobody is answered with what somebody else was told."""
    key = key_of(asked)
    return asked.request if key is None else hashlib.sha256(orjson.dumps([asked.caller.name, key])).hexdigest()


def agree(asked: Asked, kept: JsonValue, sent: JsonValue) -> None:
    """`KeyReused` where the run that there is by this key was asked for with something else."""
    if asked.headers.get(HEADER) is not None and _spelled(kept) != _spelled(sent):
        raise reused()


def reused() -> KeyReused:
    return KeyReused(
        "the idempotency key was sent with another request",
        where=HEADER,
        advice="Take a new key for each request",
    )


def _spelled(value: JsonValue) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
