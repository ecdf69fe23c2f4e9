"""schemathesis, driven from outside: every operation of the OpenAPI document, with data that fits it and data that does not.

It lives in an environment of its own (`make tools`) and speaks HTTP to whatever it is given. What is accepted of a valid request
besides success: that it does not fit how things stand (409, 412), has mistakes that no schema tells (422), or names no version (428).
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

TOOL: Final = Path(__file__).parents[2] / ".tools" / "schemathesis" / "bin" / "schemathesis"
_CONFIG: Final = """
{auth}
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "401", "403", "404", "409", "412", "422", "424", "428", "501"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "412", "413", "414", "415", "422", "424", "428", "431", "501"]
[parameters]
"query.wait" = 0
{parameters}
"""


def tried(
    folder: Path,
    url: str,
    document: Any,
    *options: str,
    token: str | None,
    parameters: Mapping[str, str],
    seed: int = 1,
) -> None:
    """Every check; the test fails with what was found. `parameters` are things that are there."""
    assert TOOL.exists(), "it is not installed: make tools"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "openapi.json").write_bytes(orjson.dumps(document))
    named = "\n".join(f'"path.{name}" = "{value}"' for name, value in parameters.items())
    auth = "" if token is None else f'[auth.openapi.bearer]\nbearer = "{token}"'
    (folder / "schemathesis.toml").write_text(_CONFIG.format(auth=auth, parameters=named))
    command = [
        *(str(TOOL), "--config-file", "schemathesis.toml", "run", "openapi.json", "--url", url),
        *(
            "--seed",
            str(seed),
            "--continue-on-failure",
            "--no-color",
            "--warnings",
            "off",
            "--request-timeout",
            "30",
            *options,
        ),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found = done.stdout[done.stdout.find("FAILURES") :][-20_000:]
    assert done.returncode == 0, f"{found}\n{done.stderr[-2_000:]}"


@contextmanager
def over_http(here: Any) -> Iterator[str]:
    """What is only asked in this process (`api_on_aws`), at an address. One request at a time, as a Lambda takes them."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Quietly."""

        def parse_request(self) -> bool:
            there = super().parse_request()
            if there:
                setattr(self, f"do_{self.command}", self._answer)
            return there

        def _answer(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(size)
            address = urlsplit(self.path)
            path = f"{address.path.removeprefix('/api') or '/'}{'?' + address.query if address.query else ''}"
            headers = {name.lower(): value for name, value in self.headers.items()}
            told = here.ask(self.command, path, body or None, token=None, headers=headers)
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if told.status not in (204, 304) and "content-length" not in told.headers:
                self.send_header("content-length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api"
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()
