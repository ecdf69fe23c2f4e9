"""Pages: the designer's built files, at the server's root. Places within it are behind the #, so it is one page.

What is named by its content (`assets/`) stays in caches for ever; the page is asked for each time. Which files there are is looked
up when one is asked for, so what is built while it serves is served, and a name that is none of theirs is left to the API.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from murmuration.local.web.door import Receive, Scope, Send, header, reply

BUILT: Final = Path(os.environ.get("MURMUR_DESIGNER") or Path(__file__).parents[3] / "designer" / "dist")
PAGE: Final = "index.html"
_LASTING: Final = "assets/"
_ALWAYS: Final = b"public, max-age=31536000, immutable"
_SQUEEZED: Final = ("text/", "application/javascript", "application/json", "image/svg+xml")
_NOT_BUILT: Final = b"""<!doctype html><meta charset="utf-8"><title>Murmuration</title>
<p>The designer is not built here. <code>make designer</code> builds it; the API answers all the same, and
<a href="docs">/docs</a> says what there is.
"""


class _File(NamedTuple):
    kind: str
    etag: str
    content: bytes
    squeezed: bytes | None


class Pages:
    def __init__(self, folder: Path = BUILT) -> None:
        self._folder = folder

    def takes(self, scope: Scope) -> bool:
        return scope["method"] in ("GET", "HEAD") and (scope["path"] == "/" or self._named(scope["path"]) is not None)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self._named(PAGE if scope["path"] == "/" else scope["path"])
        if path is None:
            await self._send(scope, send, _File("text/html", "", _NOT_BUILT, None), b"no-store")
            return
        lasting = _ALWAYS if path.relative_to(self._folder).as_posix().startswith(_LASTING) else b"no-cache"
        await self._send(scope, send, _file(path, path.stat().st_mtime_ns), lasting)

    async def _send(self, scope: Scope, send: Send, file: _File, lasting: bytes) -> None:
        headers = [(b"cache-control", lasting), (b"vary", b"accept-encoding")]
        if file.etag:
            headers.append((b"etag", file.etag.encode()))
            if file.etag in header(scope, b"if-none-match"):
                await reply(send, 304, headers, b"")
                return
        charset = "; charset=utf-8" if file.kind.startswith("text/") else ""
        headers.append((b"content-type", f"{file.kind}{charset}".encode()))
        content = file.content
        if file.squeezed is not None and "gzip" in header(scope, b"accept-encoding"):
            headers.append((b"content-encoding", b"gzip"))
            content = file.squeezed
        await reply(send, 200, headers, content, only_told=scope["method"] == "HEAD")

    def _named(self, path: str) -> Path | None:
        """One of the built files. No step of a path leads out of their folder."""
        parts = path.strip("/").split("/")
        if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
            return None
        found = self._folder.joinpath(*parts)
        try:
            return found if found.is_file() and not found.is_symlink() else None
        except OSError:  # no file can have that name
            return None


@lru_cache(maxsize=64)
def _file(path: Path, _written_ns: int) -> _File:
    content = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = "application/javascript" if path.suffix == ".js" else kind
    squeezed = gzip.compress(content, 6, mtime=0) if kind.startswith(_SQUEEZED) else None
    return _File(kind, f'"{hashlib.sha256(content).hexdigest()[:24]}"', content, squeezed)
