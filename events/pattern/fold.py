"""Text without regard to case, as EventBridge sees it.

Each UTF-16 unit of the *pattern* stands for its lower-case and its upper-case form, and nothing else: "ß" takes "ß" and
"SS", while "SS" does not take "ß", and "k" does not take the Kelvin sign. Half of a surrogate pair has no UTF-8, so a
character beyond U+FFFF stands for "??". Forms may differ in length, so the set of places reached is followed along: a step
for each unit of the pattern, however long the value.
"""

from __future__ import annotations

from collections.abc import Iterable


class Fold:
    """One text of a pattern; the answers hold for whole texts, starts and ends."""

    __slots__ = ("_forms", "_plain")

    def __init__(self, text: str) -> None:
        self._plain = text.lower() if text.isascii() else None
        self._forms = tuple(_forms(text))

    def equals(self, value: str) -> bool:
        if self._plain is not None:
            return value.isascii() and value.lower() == self._plain
        return len(value) in self._ends(value)

    def starts(self, value: str) -> bool:
        if self._plain is not None:
            start = value[: len(self._plain)]
            return start.isascii() and start.lower() == self._plain
        return bool(self._ends(value))

    def ends(self, value: str) -> bool:
        if self._plain is not None:
            end = value[-len(self._plain) :] if self._plain else ""
            return end.isascii() and end.lower() == self._plain
        return bool(self._starts(value))

    def _ends(self, value: str) -> set[int]:
        """Where the pattern's text can end in a value that begins with it."""
        places = {0}
        for forms in self._forms:
            places = {place + len(form) for place in places for form in forms if value.startswith(form, place)}
        return places

    def _starts(self, value: str) -> set[int]:
        """Where the pattern's text can start in a value that ends with it."""
        places = {len(value)}
        for forms in reversed(self._forms):
            places = {place - len(form) for place in places for form in forms if value.endswith(form, 0, place)}
        return places


def _forms(text: str) -> Iterable[tuple[str, ...]]:
    for character in text:
        if ord(character) > 0xFFFF:
            yield ("?",)
            yield ("?",)
        else:
            yield tuple({character.lower(), character.upper()})
