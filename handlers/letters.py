"""Letters: dead ones, as people look through them. What could not be delivered lies there until somebody sends it again or
throws it away; both are asked of `Acting` (`redrive`, `drop`). One adapter per backend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from events.ledger import Millis
from handlers.reading import DeadLetter
from schemas.errors import MurmurationError

_DIGITS: Final = 15


class NoPlace(MurmurationError):
    """A cursor that somebody has made up."""

    code = "invalid-request"


@dataclass(frozen=True, slots=True)
class Lying:
    letter: DeadLetter
    since: Millis
    """When it was first to be delivered, or when it was given up: what the backend knows."""

    @property
    def place(self) -> str:
        """Among all letters: later ones are greater."""
        return f"{self.since:0{_DIGITS}d}/{self.letter.id}"


class Letters(Protocol):
    def page(self, *, after: str | None = None, most: int = 50) -> Sequence[Lying]:
        """The oldest first; `after` is the place of the last one of the page before. Fewer than `most`: these are the last."""
        ...


def place_of(given: str) -> tuple[Millis, str]:
    since, slash, id_ = given.partition("/")
    if not slash or not (since.isascii() and since.isdecimal() and len(since) == _DIGITS):
        raise NoPlace(f"{given[:80]!r} is no place among the letters", advice="Send the `next` of the page before")
    return int(since), id_
