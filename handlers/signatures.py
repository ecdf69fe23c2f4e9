"""Signatures of webhooks: who knows the secret, when did he sign, and is it the same call again. Pure.

    github   X-Hub-Signature-256: sha256=HMAC(body)                          told apart by X-GitHub-Delivery
    stripe   Stripe-Signature: t=SECONDS,v1=HMAC(SECONDS.body)               told apart by the event's own `id`
    plain    X-Signature: sha256=HMAC(SECONDS.ID.body), X-Timestamp: SECONDS,
             X-Delivery-Id: ID (may be left out, and is signed as empty)     told apart by ID
    none     anybody                                                         told apart by X-Delivery-Id, if sent

HMAC is that of SHA-256, in hexadecimal. A call without what tells it apart is told apart by what was signed: sent twice it is
one call. What is signed with a time is good for the trigger's `window`, before and after.

GitHub signs neither a time nor the delivery's id: whoever gets hold of such a call, body and signature, can send it again
under another id. So signatures are kept away from a run's input.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

import orjson

from events.ledger import Millis
from schemas.trigger import WebhookSource

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
KEPT_AWAY: Final = frozenset(
    {
        *("x-hub-signature", "x-hub-signature-256", "stripe-signature", "x-signature"),
        *("authorization", "proxy-authorization", "cookie"),
    }
)
"""Headers that no run is given: they are worth something to whoever reads its input."""


@dataclass(frozen=True, slots=True)
class Genuine:
    call: str | None
    """What tells this call from others; None if nothing does."""


@dataclass(frozen=True, slots=True)
class NotGenuine:
    why: str


def judged(
    source: WebhookSource, secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: Millis
) -> Genuine | NotGenuine:
    """`secrets`: every one that is good now, so that one can be replaced while both are. Names of headers are lower case."""
    assert source.signature == "none" or (secrets and all(secrets)), "an empty secret is everybody's"
    match source.signature:
        case "github":
            return _github(secrets, headers, body)
        case "stripe":
            return _stripe(secrets, headers, body, now, source.window.ms)
        case "plain":
            return _plain(secrets, headers, body, now, source.window.ms)
        case "none":
            named = headers.get("x-delivery-id") or headers.get("x-github-delivery")
            return Genuine(f"id {named}" if named else None)
        case _:
            assert_never(source.signature)


def _github(secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> Genuine | NotGenuine:
    given = headers.get("x-hub-signature-256")
    if given is None:
        return NotGenuine("it has no X-Hub-Signature-256")
    if not _signed(secrets, body, [given.removeprefix("sha256=")]):
        return NotGenuine("X-Hub-Signature-256 is not made with this secret from this body")
    named = headers.get("x-github-delivery")
    return Genuine(f"id {named}" if named else _digest(body))


def _stripe(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: Millis, window: Millis
) -> Genuine | NotGenuine:
    given = headers.get("stripe-signature")
    if given is None:
        return NotGenuine("it has no Stripe-Signature")
    parts = [part.strip().partition("=") for part in given.split(",")]
    time = next((value for name, _, value in parts if name == "t"), "")
    signatures = [value for name, _, value in parts if name == "v1"]
    text = f"{time}.".encode() + body
    if not _SECONDS.fullmatch(time) or not _signed(secrets, text, signatures):
        return NotGenuine("Stripe-Signature is not made with this secret from its time and this body")
    if late := _not_in(window, time, now):
        return NotGenuine(late)
    return Genuine(_event_id(body) or _digest(text))


def _plain(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: Millis, window: Millis
) -> Genuine | NotGenuine:
    given, time, named = headers.get("x-signature"), headers.get("x-timestamp", ""), headers.get("x-delivery-id", "")
    if given is None:
        return NotGenuine("it has no X-Signature")
    if not _SECONDS.fullmatch(time):
        return NotGenuine("it has no X-Timestamp in seconds since 1970")
    if named and not _ID.fullmatch(named):
        return NotGenuine("X-Delivery-Id has at most 128 letters, digits, - and _")
    text = f"{time}.{named}.".encode() + body
    if not _signed(secrets, text, [given.removeprefix("sha256=")]):
        return NotGenuine("X-Signature is not made with this secret from the time, the id and this body")
    if late := _not_in(window, time, now):
        return NotGenuine(late)
    return Genuine(f"id {named}" if named else _digest(text))


def _signed(secrets: Sequence[str], text: bytes, given: Sequence[str]) -> bool:
    """Compared in a time that tells nothing about how far it was right; all of them, whichever fits."""
    right = False
    for secret in secrets:
        made = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest().encode()
        for one in given[:10]:
            right |= hmac.compare_digest(made, one.encode())
    return right


def _digest(text: bytes) -> str:
    """Of what was signed, not of the signature: that can be spelt in many ways."""
    return f"signed {hashlib.sha256(text).hexdigest()}"


def _not_in(window: Millis, time: str, now: Millis) -> str:
    apart = now - int(time) * 1000
    if abs(apart) <= window:
        return ""
    return f"it was signed {abs(apart) // 1000} s {'ago' if apart > 0 else 'ahead of our clock'}"


def _event_id(body: bytes) -> str | None:
    """A try again has another time, so another signature; the event in it is the same."""
    try:
        event = orjson.loads(body)
    except ValueError:
        return None
    named = event.get("id") if isinstance(event, dict) else None
    return f"event {named}" if isinstance(named, str) and named else None
