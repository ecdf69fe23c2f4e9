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
    if repr(value) == text or (value and repr(value) == text + ".0"):
        return value
    return value if _holds(value, text) else Spelled(text)


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
        return _shortest(value) == Decimal(text)
    except InvalidOperation:  # an exponent beyond anything that can be compared
        return False


def _shortest(value: float) -> Decimal:
    """The shortest decimal for the double, of two digits at least: the smallest double is 4.9e-324, not 5e-324."""
    two = f"{value:.1e}"
    return Decimal(two if float(two) == value else repr(value))
