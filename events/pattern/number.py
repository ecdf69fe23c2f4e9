"""Numbers as EventBridge compares them.

It compares two numbers by value, 1 = 1.0 = 1e0, as long as a double says exactly what the text says: the shortest
decimal that reads back as the double equals the text. 9007199254740993, 1e400 and 0.10000000000000000001 are not so. Such
a number is a `Spelled`: it equals only the same spelling, and no `numeric` test holds for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

EXACT_INTEGERS = 2**53


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number that no double holds, known by its text alone."""

    text: str


Number = int | float | Spelled


def read_number(text: str) -> float | Spelled:
    value = float(text)
    return value if repr(value) == text or _holds(value, text) else Spelled(text)


def as_number(value: int | float) -> Number:
    """A number that came parsed: kept where a double holds it, else known by how Python would write it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else Spelled(repr(value))
    if -EXACT_INTEGERS <= value <= EXACT_INTEGERS:
        return value
    return Spelled(f"{value:x}") if value.bit_length() > 8192 else read_number(str(value))


def _holds(value: float, text: str) -> bool:
    if not math.isfinite(value):
        return False
    try:
        # The smallest doubles have two spellings: 5e-324 is shorter, 4.9e-324 (two digits at least) is Java's.
        return Decimal(text) in (Decimal(repr(value)), Decimal(f"{value:.1e}"))
    except InvalidOperation:  # an exponent beyond anything that can be compared
        return False
