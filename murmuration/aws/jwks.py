"""The user pool's keys, as it publishes them: a JSON web key set at an address that its configuration alone makes up.

What must always hold:
  1. Nothing that a token says leads anywhere: the address is the pool's, and is not left by a redirect.
  2. They are fetched at most once a minute, however many tokens name keys that are not there. A key that is new is found within that.
  3. Keys that were fetched serve for an hour without a look, and for a day where nobody answers. A key that the pool no longer
     publishes is gone with the next look.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

import jwt
import orjson
import urllib3
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from events.ledger import Millis
from events.ports import Clock, Unavailable

log = logging.getLogger("murmuration.api")

PATH: Final = "/.well-known/jwks.json"
FRESH_MS: Final[Millis] = 3_600_000
KEPT_MS: Final[Millis] = 24 * FRESH_MS
PAUSE_MS: Final[Millis] = 60_000
LARGEST: Final = 65_536
"""Bytes of the set; Cognito's has two keys."""
_SMALLEST_KEY: Final = 2_048
_TIMEOUT: Final = urllib3.Timeout(connect=1.0, read=2.0)

Fetch = Callable[[str], bytes]


class Unreadable(Exception):  # no error of the product's: it is caught here, and logged
    """What was fetched is no key set."""


class Jwks:
    """`pool` is the pool's own address; `fetch` gives what is at one."""

    def __init__(self, pool: str, clock: Clock, fetch: Fetch | None = None) -> None:
        self._address = pool + PATH
        self._clock = clock
        self._fetch = fetch or fetched
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._as_of: Millis | None = None
        self._looked: Millis | None = None

    def find(self, kid: str) -> RSAPublicKey | None:
        """`Unavailable` where there are no keys to be had at all."""
        now = self._clock.now()
        stale = self._as_of is None or now - self._as_of >= FRESH_MS
        if (stale or kid not in self._keys) and (self._looked is None or now - self._looked >= PAUSE_MS):
            self._looked = now
            self._look(now)
        if self._as_of is None or now - self._as_of >= KEPT_MS:
            raise Unavailable("the user pool's keys cannot be had", where=self._address, advice="Try again in a minute")
        return self._keys.get(kid)

    def _look(self, now: Millis) -> None:
        try:
            self._keys = keys_of(self._fetch(self._address))
            self._as_of = now
        except (urllib3.exceptions.HTTPError, Unreadable) as wrong:
            log.warning("%s: the user pool's keys cannot be had: %s", self._address, wrong)


def fetched(address: str) -> bytes:
    with urllib3.PoolManager(retries=False, timeout=_TIMEOUT) as http:
        told = http.request("GET", address, redirect=False, preload_content=False)
        try:
            if told.status != 200:
                raise Unreadable(f"it answers {told.status}")
            content = told.read(LARGEST + 1)
        finally:
            told.release_conn()
            told.close()
    if len(content) > LARGEST:
        raise Unreadable(f"it has more than {LARGEST:,} bytes")
    return content


def keys_of(document: bytes) -> dict[str, RSAPublicKey]:
    """By id. Keys of other kinds and for other uses are left out, and so are small ones."""
    try:
        told: Any = orjson.loads(document)
    except orjson.JSONDecodeError as wrong:
        raise Unreadable(f"it is no JSON: {wrong}") from wrong
    listed = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(listed, list):
        raise Unreadable("it has no keys")
    found: dict[str, RSAPublicKey] = {}
    for one in listed:
        if isinstance(one, dict) and isinstance(kid := one.get("kid"), str) and (key := _key(one)) is not None:
            found[kid] = key
    if not found:
        raise Unreadable("it has no key that signs tokens")
    return found


def _key(told: Mapping[str, Any]) -> RSAPublicKey | None:
    if told.get("kty") != "RSA" or told.get("use", "sig") != "sig" or told.get("alg", "RS256") != "RS256":
        return None
    try:
        key = RSAAlgorithm.from_jwk({name: told[name] for name in ("kty", "n", "e")})
    except (jwt.PyJWTError, KeyError, ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _SMALLEST_KEY else None
