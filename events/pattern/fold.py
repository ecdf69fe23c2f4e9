"""Text without regard to case, as EventBridge sees it.

Each UTF-16 unit of the *pattern* stands for its lower-case and its upper-case form, and nothing else: "ß" takes "ß" and
"SS", while "SS" does not take "ß", and "k" does not take the Kelvin sign. Half of a surrogate pair has no UTF-8, so a
character beyond U+FFFF stands for "??". Forms may differ in length, so the set of places reached is followed along.
"""

from __future__ import annotations

from collections.abc import Iterable


class Fold:
    """One text of a pattern; the answers hold for whole texts, starts and ends."""

    __slots__ = ("_forms", "_plain", "_uneven", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._plain = text.lower() if text.isascii() else None
        self._forms = tuple(_forms(text))
        self._uneven = any(len(form) != 1 for forms in self._forms for form in forms)

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
            end = value[len(value) - len(self._plain) :] if len(value) >= len(self._plain) else ""
            return len(end) == len(self._plain) and end.isascii() and end.lower() == self._plain
        return any(
            len(value) in self._ends(value, start)
            for start in range(max(0, len(value) - self._longest()), len(value) + 1)
        )

    def _ends(self, value: str, start: int = 0) -> set[int]:
        """Where the pattern's text can end in the value when it begins at `start`."""
        places = {start}
        for forms in self._forms:
            places = {place + len(form) for place in places for form in forms if value.startswith(form, place)}
            if not places:
                break
        return places

    def _longest(self) -> int:
        return sum(max(map(len, forms)) for forms in self._forms)


def _forms(text: str) -> Iterable[tuple[str, ...]]:
    for character in text:
        if ord(character) > 0xFFFF:
            yield ("?",)
            yield ("?",)
        elif 0xD800 <= ord(character) <= 0xDFFF:
            yield ("?",)
        else:
            yield tuple({character.lower(), character.upper()})
