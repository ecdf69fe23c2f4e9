"""A workspace served for real: `murmur up` in a process of its own at a free port, and HTTP to speak to it.

with served(root) as here:
    here.get("/runs").json
    here.post("/runs", {"pipeline": "orders"}, token=viewer).status
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

_PATIENCE_S = 60.0


@dataclass
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Of a problem."""
        return str(self.json["code"])


@dataclass
class Served:
    root: Path
    url: str
    token: str
    """An admin's."""
    process: subprocess.Popen[bytes]
    _http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
        **query: object,
    ) -> Answered:
        """`token` None: none is sent. A body that is no bytes is sent as JSON."""
        sent = dict(headers or {})
        if token is not None:
            sent.setdefault("authorization", f"Bearer {token or self.token}")
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if content is not None:
            sent.setdefault("content-type", "application/json")
        asked = {name: value for name, value in query.items() if value is not None}
        address = f"{self.url}{path}{'?' + urlencode(asked, doseq=True) if asked else ''}"
        told = self._http.request(method, address, body=content, headers=sent, timeout=_PATIENCE_S, redirect=False)
        return Answered(told.status, {name.lower(): value for name, value in told.headers.items()}, told.data)

    def get(self, path: str, **more: Any) -> Answered:
        return self.ask("GET", path, **more)

    def post(self, path: str, body: object = None, **more: Any) -> Answered:
        return self.ask("POST", path, {} if body is None else body, **more)

    def put(self, path: str, body: object = None, **more: Any) -> Answered:
        return self.ask("PUT", path, {} if body is None else body, **more)

    def patch(self, path: str, body: object = None, **more: Any) -> Answered:
        return self.ask("PATCH", path, {} if body is None else body, **more)

    def delete(self, path: str, **more: Any) -> Answered:
        return self.ask("DELETE", path, **more)


@contextmanager
def served(root: Path, *options: str) -> Iterator[Served]:
    state = root / ".murmuration"
    command = [
        str(Path(sys.executable).with_name("murmur")),
        *("up", "--port", "0", "--no-browser", "-C", str(root), *options),
    ]
    log = (root.parent / f"{root.name}.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + _PATIENCE_S
        while not (state / "url").exists():
            assert process.poll() is None, (root.parent / f"{root.name}.log").read_text()
            assert time.monotonic() < until, "it is not served"
            time.sleep(0.02)
        yield Served(root, (state / "url").read_text(), (state / "token").read_text(), process)
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE_S)
        finally:
            process.kill()
            log.close()
