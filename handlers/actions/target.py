"""Where an HTTP request goes: a URL taken apart, strictly, so that nobody downstream can read it in another way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from handlers.actions.action import ActionFailed, Fault
from handlers.actions.addresses import plain_host

_PORTS: Final = {"http": 80, "https": 443}
_LONGEST: Final = 8_192
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f\\]")
_SAFE: Final = "/?%:@!$&'()*+,;=~-._[]"
"""What stays as it is in a path or a query; everything else is percent-encoded as UTF-8."""


@dataclass(frozen=True, slots=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str
    """With the query. May hold secrets: never told."""

    @classmethod
    def parse(cls, url: str) -> Target:
        if len(url) > _LONGEST or _FORBIDDEN.search(url):
            raise _bad(
                "the URL is longer than 8,192 characters, or has a space, a backslash or a control character in it"
            )
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _bad("the URL cannot be read") from None
        if parts.scheme not in _PORTS:
            raise _bad("only http and https are spoken", "Write https://...")
        if "@" in parts.netloc:
            raise _bad(
                "a URL does not carry a user or a password", "Write auth: {basic: {username: ..., password: ...}}"
            )
        if not parts.hostname or port == 0:
            raise _bad("the URL names no host, or port 0")
        path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
        return cls(parts.scheme, plain_host(parts.hostname), port or _PORTS[parts.scheme], path)

    def redirected(self, location: str) -> Target:
        """Where a `Location` leads from here. Never from https to http."""
        target = Target.parse(urljoin(f"{self.origin}{self.path}", location))
        if self.scheme == "https" and target.scheme == "http":
            raise _bad(f"{self.origin} redirects from https to http")
        return target

    def with_query(self, query: str) -> Target:
        if not query:
            return self
        return Target(self.scheme, self.host, self.port, f"{self.path}{'&' if '?' in self.path else '?'}{query}")

    @property
    def authority(self) -> str:
        """As the `Host` header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """All of a URL that a message may tell."""
        return f"{self.scheme}://{self.authority}"


def _bad(what: str, advice: str = "") -> ActionFailed:
    return ActionFailed(Fault.REFUSED, what, advice=advice)
