"""All mistakes at once: collects what is wrong with something from outside, then raises one error that says it all."""

from __future__ import annotations

from schemas.errors import InvalidEvent


class Mistakes:
    __slots__ = ("_advice", "_what", "where")

    def __init__(self, where: str = "") -> None:
        self.where = where
        self._what: list[str] = []
        self._advice: list[str] = []

    def add(self, what: str, advice: str = "") -> None:
        self._what.append(f"{self.where}: {what}" if self.where else what)
        if advice and advice not in self._advice:
            self._advice.append(advice)

    def take(self, others: Mistakes) -> None:
        self._what += others._what
        self._advice += [advice for advice in others._advice if advice not in self._advice]

    def __bool__(self) -> bool:
        return bool(self._what)

    def refuse(self) -> None:
        """Raise, if anything was found."""
        if self._what:
            raise InvalidEvent("; ".join(self._what), advice=". ".join(self._advice))
