"""Times that the API is given. How it spells its own: `handlers.moments`."""

from __future__ import annotations

from datetime import UTC, datetime

from events.ledger import Millis
from handlers.api.problem import InvalidRequest


def millis(text: str, field: str) -> Millis:
    """`InvalidRequest`, by the field's name, for what is no moment with its zone."""
    try:
        # A plus that nobody escaped has become a space on its way.
        time = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
        return round(time.astimezone(UTC).timestamp() * 1000) if time.tzinfo is not None else _no_moment(text, field)
    except (ValueError, OverflowError):
        return _no_moment(text, field)


def _no_moment(text: str, field: str) -> Millis:
    raise InvalidRequest(
        f"{text[:40]!r} is not a moment with its zone", where=field, advice="Write 2030-01-31T12:00:00Z"
    )
