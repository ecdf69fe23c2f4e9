"""Moments as documents spell them: ISO 8601, in UTC, with milliseconds."""

from __future__ import annotations

from events.ledger import Millis
from events.ports import moment


def iso(at: Millis) -> str:
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(at: Millis) -> str | None:
    """A record has 0 for what has not come yet."""
    return iso(at) if at else None
