"""JSON web tokens: whether one is what the user pool has said of somebody. After RFC 8725; pure, with the keys from a port.

    1. the form      three parts, of bounded size, in the one spelling that base64url has
    2. the header    `alg` is RS256 and nothing else; `kid` names a key; no other member is taken, so that none brings a key of
                     its own (jwk, jku, x5u, x5c), changes what is signed (b64, crit) or hides another token within (cty, zip)
    3. the key       the pool's own, by `kid`; where it comes from is never the token's to say
    4. the signature by that key, before anything of the claims is believed
    5. the claims    issuer, client, use and times, each of its type; no member is there twice

What must always hold: whatever is wrong with a token is `Unauthenticated`; what is not understood is refused.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

import jwt
from pydantic import JsonValue

from events.ledger import Millis
from events.mistakes import Mistakes
from events.strict_json import read_json
from handlers.auth import Unauthenticated
from schemas.model import JsonObject

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ALGORITHM: Final = "RS256"
LARGEST: Final = 8_192
"""Characters. API Gateway takes headers of 10 KB together."""
LEEWAY_S: Final = 60
LONGEST_LIFE_S: Final = 86_400
"""No token of Cognito's is valid for more than a day."""
_HEADER: Final = frozenset({"alg", "kid", "typ"})
_TYPES: Final = ("JWT", "at+jwt")
_KID: Final = re.compile(r"[A-Za-z0-9+/=_-]{1,128}")
_PART: Final = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_TEXT: Final = 512
_MOST_GROUPS: Final = 200
_ADVICE: Final = "Sign in again; /auth/config says where"

_JWS: Final = jwt.PyJWS(algorithms=[ALGORITHM], options={"verify_signature": True, "enforce_minimum_key_length": True})


class Keys(Protocol):
    def find(self, kid: str) -> RSAPublicKey | None:
        """Of those that the pool has published."""
        ...


@dataclass(frozen=True, slots=True)
class Claims:
    """What the pool says of somebody."""

    subject: str
    """His own id, for ever."""
    address: str | None
    """Verified; only an id token has it."""
    groups: frozenset[str]
    issued: Millis
    expires: Millis


class Judge:
    def __init__(self, issuer: str, client: str, keys: Keys) -> None:
        assert issuer, "there is one pool"
        assert client, "there is one client"
        self._issuer = issuer
        self._client = client
        self._keys = keys

    def claims(self, token: str, now: Millis) -> Claims:
        if len(token) > LARGEST:
            _refuse("the token is too large")
        parts = token.split(".")
        if len(parts) != 3:
            _refuse("the token is neither one of this stack's nor a signed one")
        header, payload, _ = (_decoded(part) for part in parts)
        key = self._key(_object(header, "header"))
        try:
            _JWS.decode_complete(token, key, algorithms=[ALGORITHM])
        except jwt.PyJWTError:
            _refuse("the token's signature is not the user pool's")
        return self._judged(_object(payload, "claims"), now)

    def _key(self, header: JsonObject) -> RSAPublicKey:
        if strange := header.keys() - _HEADER:
            _refuse(f"the token's header says more than it may: {min(strange)[:40]!r}")
        if header.get("alg") != ALGORITHM:
            _refuse(f"the token is not signed with {ALGORITHM}")
        if "typ" in header and header["typ"] not in _TYPES:
            _refuse("the token is of another type")
        kid = header.get("kid")
        if not isinstance(kid, str) or not _KID.fullmatch(kid):
            _refuse("the token names no key")
        key = self._keys.find(kid)
        if key is None:
            _refuse("the token is signed with a key that the user pool does not have")
        return key

    def _judged(self, claims: JsonObject, now: Millis) -> Claims:
        if _text(claims, "iss") != self._issuer:
            _refuse("the token is not of this stack's user pool")
        subject, use = _text(claims, "sub"), _text(claims, "token_use")
        match use:
            case "access":
                client, other = _text(claims, "client_id"), claims.get("aud", self._client)
            case "id":
                client, other = _text(claims, "aud"), claims.get("client_id", self._client)
            case _:
                _refuse("the token is neither an access token nor an id token")
        if client != self._client or other != self._client:
            _refuse("the token was made for another client")
        issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
        begins = _seconds(claims, "nbf") if "nbf" in claims else issued
        if now >= (expires + LEEWAY_S) * 1000:
            _refuse("the token has expired")
        if now < (max(issued, begins) - LEEWAY_S) * 1000:
            _refuse("the token is not valid yet", "The clock of this machine, or of what made it, is wrong")
        if not 0 < expires - issued <= LONGEST_LIFE_S:
            _refuse("the token is valid for longer than any token of the user pool")
        return Claims(subject, _address(claims, use), _groups(claims), issued * 1000, expires * 1000)


def looks_like(token: str) -> bool:
    """Whether anybody would take it for one: its header is a JSON object."""
    return token.startswith("ey") and token.count(".") == 2


def _decoded(part: str) -> bytes:
    if not _PART.fullmatch(part):
        _refuse("the token is mistyped, or was cut off")
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        _refuse("the token is mistyped, or was cut off")
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        _refuse("the token is not in its one spelling")
    return raw


def _object(raw: bytes, what: str) -> JsonObject:
    mistakes = Mistakes()
    value = read_json(raw, mistakes)
    if mistakes or not isinstance(value, dict):
        _refuse(
            f"the token's {what} are no JSON object" if what == "claims" else f"the token's {what} is no JSON object"
        )
    return value


def _text(claims: Mapping[str, JsonValue], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
        _refuse(f"the token's claim {name} is not there, or is no text")
    return value


def _seconds(claims: Mapping[str, JsonValue], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int or not 0 < value < 1 << 40:
        _refuse(f"the token's claim {name} is not there, or is no moment")
    return value


def _address(claims: Mapping[str, JsonValue], use: str) -> str | None:
    """One that is not verified may be anybody's."""
    if use != "id" or claims.get("email_verified") is not True or "email" not in claims:
        return None
    return _text(claims, "email")


def _groups(claims: Mapping[str, JsonValue]) -> frozenset[str]:
    value = claims.get("cognito:groups", [])
    if not isinstance(value, list) or len(value) > _MOST_GROUPS:
        _refuse("the token's groups are no list")
    if not all(isinstance(one, str) for one in value):
        _refuse("the token's groups are no texts")
    return frozenset(str(one) for one in value)


def _refuse(what: str, advice: str = _ADVICE) -> NoReturn:
    raise Unauthenticated(what, advice=advice)
