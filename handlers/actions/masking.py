"""Secrets are filled into parameters, and must not come out again in what a failure tells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pydantic import JsonValue

from handlers.actions.action import ActionFailed

_MASK: Final = "***"
_SHORTEST: Final = 4
"""Masking shorter values would hide every other word of a message."""


class Masking:
    __slots__ = ("_secrets",)

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _MASK)
        return text

    def value(self, value: JsonValue) -> JsonValue:
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(item) for item in value]
            case dict():
                return {self.text(key): self.value(item) for key, item in value.items()}
            case _:
                return value

    def failure(self, failed: ActionFailed) -> ActionFailed:
        if not self._secrets:
            return failed
        detail = self.value(failed.detail)
        assert isinstance(detail, dict)
        what, where, advice = map(self.text, (failed.what, failed.where, failed.advice))
        return ActionFailed(failed.type, what, where=where, advice=advice, detail=detail)
