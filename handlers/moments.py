"""Moments as documents and requests spell them: ISO 8601, in UTC, with milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime

from events.ledger import Millis
from schemas.errors import MurmurationError


class NoMoment(MurmurationError):
    code = "bad-moment"


def iso(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(at: Millis) -> str | None:
    """A record has 0 for what has not come yet."""
    return iso(at) if at else None


def millis(text: str, where: str = "") -> Millis:
    """One without a zone is in UTC."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        return round(found.timestamp() * 1000)
    except (ValueError, OverflowError):
        advice = "Write it as ISO 8601: 2026-02-03T04:05:06Z. In an address a + is written %2B"
        raise NoMoment(f"{text[:80]!r} is no moment", where=where, advice=advice) from None
