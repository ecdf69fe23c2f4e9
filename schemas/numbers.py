"""Numbers that every part of the system holds alike: integers of 64 bits and finite floats."""

from __future__ import annotations

import math

NUMBER_OR_TEXT = "Write a number, or put it in quotes if it is text"


class Unfit(Exception):
    """A number that would not arrive as it was written."""

    def __init__(self, what: str, advice: str = NUMBER_OR_TEXT) -> None:
        self.what, self.advice = what, advice
        super().__init__(what)


def whole(text: str, base: int = 10) -> int:
    # 66 characters: a sign, 0b and 64 digits. Longer ones are not even converted, for that takes quadratic time.
    number = int(text, base) if len(text) <= 66 else None
    if number is None or not -(2**63) <= number < 2**63:
        shown = text if len(text) <= 30 else f"{text[:27]}..."
        raise Unfit(f"{shown} does not fit into 64 bits")
    return number


def real(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        shown = text if len(text) <= 30 else f"{text[:27]}..."
        raise Unfit(f"{shown} is larger than any number that JSON programs can hold")
    return number
