"""The body: what is taken as JSON, before anything is made of it. I-JSON (RFC 7493) in short, and nothing that two readers read
differently.

    UTF-8 without a byte order mark · each key once · no NaN and no Infinity · integers that fit 64 bits · at most `DEEPEST` levels

Every refusal says where: line and column. Halves of surrogate pairs are refused by whoever builds the value.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Final, NoReturn

from handlers.api.problem import InvalidRequest
from schemas.errors import MurmurationError

DEEPEST: Final = 100
_LEAST, _LARGEST = -(2**63), 2**64 - 1
_DIGITS: Final = 20
_NESTING: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_ADVICE: Final = "Send JSON as RFC 8259 has it, in UTF-8"


class UnsupportedType(MurmurationError):
    code = "unsupported-type"


def kind_of(content_type: str) -> str:
    """Without its parameters. Whatever is text is in UTF-8 here."""
    kind, _, rest = content_type.partition(";")
    for parameter in rest.split(";"):
        name, _, value = parameter.partition("=")
        charset = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and charset not in ("utf-8", "utf8", "us-ascii"):
            raise UnsupportedType(f"the body is in {charset[:40]}", advice="Send it in UTF-8")
    return kind.strip().lower()


def check_coding(coding: str) -> None:
    """A body is read as it comes: nothing that is small grows large here."""
    if coding.strip().lower() not in ("", "identity"):
        raise UnsupportedType(
            f"the body is encoded as {coding[:40]}", advice="Send it as it is, without content-encoding"
        )


def is_json(kind: str) -> bool:
    """What comes without a type is taken as JSON."""
    return kind in ("", "application/json") or (kind.startswith("application/") and kind.endswith("+json"))


def text_of(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as wrong:
        raise InvalidRequest(f"the body is no UTF-8 from byte {wrong.start} on", where="body", advice=_ADVICE) from None


def check(body: bytes) -> None:
    """Refuses what is no JSON, and what is some that nobody should rely on."""
    text = text_of(body)
    if text.startswith("\ufeff"):
        raise InvalidRequest("the body begins with a byte order mark", where="body", advice=_ADVICE)
    if body.count(b"[") + body.count(b"{") > DEEPEST:
        _bounded(text)
    try:
        json.loads(text, object_pairs_hook=_once, parse_int=_sized, parse_float=_finite, parse_constant=_no_number)
    except json.JSONDecodeError as wrong:
        told = f"the body is no JSON at line {wrong.lineno}, column {wrong.colno}: {wrong.msg}"
        raise InvalidRequest(told, where="body", advice=_ADVICE) from None


def _bounded(text: str) -> None:
    depth = 0
    for found in _NESTING.finditer(text):
        match found[0]:
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
            case _:
                continue
        if depth > DEEPEST:
            line = text.count("\n", 0, found.start()) + 1
            told = f"the body is more than {DEEPEST} levels deep at line {line}"
            raise InvalidRequest(told, where="body", advice="Flatten it")


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for at, key in enumerate(keys) if key in keys[:at])
        told = f"the key {twice[:80]!r} is there twice in one object"
        raise InvalidRequest(told, where="body", advice="Readers would disagree on which one counts: keep one")
    return found


def _sized(digits: str) -> int:
    if len(digits) <= _DIGITS + 1 and _LEAST <= (number := int(digits)) <= _LARGEST:
        return number
    told = f"the number {digits[:24]}{'...' if len(digits) > 24 else ''} does not fit 64 bits"
    raise InvalidRequest(told, where="body", advice="Send it as a string")


def _finite(digits: str) -> float:
    if math.isfinite(number := float(digits)):
        return number
    raise InvalidRequest(f"the number {digits[:24]} is too large", where="body", advice="Send it as a string")


def _no_number(name: str) -> NoReturn:
    raise InvalidRequest(f"{name} is no number in JSON", where="body", advice="Send null, or a string")
