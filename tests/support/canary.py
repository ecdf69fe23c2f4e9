"""The canary: a secret with a value of its own, looked for wherever anything is kept or told.

    canary = Canary()                       set it as a secret, use it, and then
    assert canary.found(root) == []         every file below, however it is spelled
    assert not canary.sings(answer.body)    bytes or text

A database's file is searched as it lies: what was deleted and not overwritten counts, too.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from html import escape
from pathlib import Path
from urllib.parse import quote, quote_plus


class Canary:
    def __init__(self, value: str = "") -> None:
        """With all that is escaped somewhere in it."""
        self.value = value or f'canary "{secrets.token_hex(12)}"/ü+{secrets.token_hex(12)}\\&'
        self.forms = frozenset(_forms(self.value))

    def sings(self, told: bytes | str) -> bool:
        content = told.encode() if isinstance(told, str) else told
        return any(form in content for form in self.forms)

    def found(self, *roots: Path) -> list[str]:
        """Every file in which it is."""
        files = [path for root in roots for path in ([root] if root.is_file() else sorted(root.rglob("*")))]
        return [str(path) for path in files if path.is_file() and self.sings(path.read_bytes())]


def _forms(value: str) -> Iterable[bytes]:
    yield value.encode()
    yield value.encode("utf-16-le")
    for escaped in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        yield escaped[1:-1].encode()
        yield json.dumps(escaped)[1:-1].encode()
    yield from (repr(value)[1:-1].encode(), ascii(value)[1:-1].encode(), repr(value.encode())[2:-1].encode())
    yield from (escape(value).encode(), escape(value, quote=False).encode())
    yield from (quote(value, safe="").encode(), quote(value).encode(), quote_plus(value).encode())
    yield value.encode().hex().encode()
    content = value.encode()
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(bytes(before) + content)[-(-8 * before // 6) : 8 * (before + len(content)) // 6]
