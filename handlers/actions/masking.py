"""Secrets are filled into parameters, and must not come out again: in what is printed, in what a failure tells, in an output, in an
event that a function says. Nor as base64, or escaped for an address, for JSON, for HTML or as Python
shows a text: so they are sent to others, and told of.

A secret of several lines (a key) is also masked line by line, for whoever prints it so. What comes in pieces goes through a
`MaskedFlow`, which keeps back what may be the beginning of a secret until it knows.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from html import escape
from typing import Final
from urllib.parse import quote, quote_plus

from pydantic import JsonValue

from handlers.actions.action import ActionFailed

_MASK: Final = "***"
_SHORTEST: Final = 4
"""Masking shorter values would hide every other word of a message."""
_SHORTEST_LINE: Final = 8
"""Of a secret that has several."""


class Masking:
    __slots__ = ("_secrets",)

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted({part for secret in secrets for part in _parts(secret)}, key=len, reverse=True)

    def flow(self) -> MaskedFlow | None:
        """For what comes in pieces. None where there is nothing to mask."""
        return MaskedFlow(self, self._secrets) if self._secrets else None

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _MASK)
        return text

    def value(self, value: JsonValue) -> JsonValue:
        return self._masked(value) if self._secrets else value

    def _masked(self, value: JsonValue) -> JsonValue:
        match value:
            case str():
                return self.text(value)
            case list():
                return [self._masked(item) for item in value]
            case dict():
                return {self.text(key): self._masked(item) for key, item in value.items()}
            case _:
                return value

    def failure(self, failed: ActionFailed) -> ActionFailed:
        if not self._secrets:
            return failed
        detail = self.value(failed.detail)
        assert isinstance(detail, dict)
        what, where, advice = map(self.text, (failed.what, failed.where, failed.advice))
        return ActionFailed(failed.type, what, where=where, advice=advice, detail=detail)


class MaskedFlow:
    __slots__ = ("_held", "_masking", "_secrets", "_whole")

    def __init__(self, masking: Masking, secrets: list[str]) -> None:
        self._masking = masking
        self._secrets = secrets
        self._whole = re.compile("|".join(map(re.escape, secrets)))
        self._held = ""

    def take(self, piece: str) -> str:
        """What may be shown by now."""
        text = self._held + piece
        begun = self._begun(text, 0)
        for found in self._whole.finditer(text):
            if found.start() >= begun:  # it may be the beginning of a longer one
                break
            if found.end() > begun:
                begun = self._begun(text, found.end())
        self._held = text[begun:]
        return self._masking.text(text[:begun])

    def end(self) -> str:
        """The rest. A text that was cut in the middle of a secret shows nothing of it."""
        held, self._held = self._held, ""
        text = self._masking.text(held)
        half = any(secret.startswith(text) and 2 * len(text) >= len(secret) for secret in self._secrets)
        return _MASK if text and half else text

    def _begun(self, text: str, at: int) -> int:
        """Where a secret begins that may go on in the next piece; the end of the text if none does."""
        begun = len(text)
        for secret in self._secrets:
            from_ = max(at, len(text) - len(secret) + 1)
            while (from_ := text.find(secret[0], from_, begun)) > -1:
                if secret.startswith(text[from_:]):
                    begun = from_
                    break
                from_ += 1
        return begun


def _parts(secret: str) -> Iterator[str]:
    if len(secret) >= _SHORTEST:
        yield secret
        yield from (spelled for spelled in _spelled(secret) if len(spelled) >= _SHORTEST_LINE)
    lines = secret.splitlines()
    if len(lines) > 1:
        yield from (line for line in map(str.strip, lines) if len(line) >= _SHORTEST_LINE)


def _spelled(secret: str) -> Iterator[str]:
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    yield from (quote(secret, safe=""), quote(secret), quote_plus(secret))
    # As Python shows a text among others: in an exception's arguments, say.
    yield from (repr(secret)[1:-1], ascii(secret)[1:-1], repr(secret.encode(errors="surrogatepass"))[2:-1])
    yield from (escape(secret), escape(secret, quote=False))
    # Base64 looks different with what stands before: of each of the three ways, what depends on the secret alone.
    content = secret.encode(errors="surrogatepass")
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            whole = encode(bytes(before) + content).decode()
            yield whole[-(-8 * before // 6) : 8 * (before + len(content)) // 6]
