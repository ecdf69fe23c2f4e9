"""Reading over HTTP beside a hundred thousand runs: pages of the list, as people filter it, and one run shown.

What is compared with is the same server's answer to what needs no look at any run, over the same connection.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.at_rest import MANY, MURMUR
from events.ledger import RunRecord, RunState
from murmuration.local.database import Database
from murmuration.local.ledger import LocalLedger
from schemas.model import JsonObject
from schemas.trigger import RunEnd

TITLE = f"reading over HTTP beside {MANY:,} runs: median and 95th of a hundred"
PIPELINES = 20
_ASKED = 100
_BEGAN = 1_700_000_000_000
_SECOND_MS = 1_000
_PATIENCE_S = 60.0
_PIPELINE = """
project: workspace
pipeline: p{number}
tasks: {{greet: {{function: greet, timeout: 30s, with: {{greeting: hi, name: you}}}}, after: {{action: pass, timeout: 30s}}}}
edges: [{{from: greet, to: after}}]
"""


def run() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "workspace"
        _murmur("init", str(root))
        for number in range(PIPELINES):
            (root / "pipelines" / f"p{number}.yaml").write_text(_PIPELINE.format(number=number))
        _murmur("publish", "--workspace", str(root))
        _fill(root)
        shown = json.loads(_murmur("run", "p3", "--wait", "--json", "--workspace", str(root)))["run"]
        with _served(root) as ask:
            after = ask("/runs", most=50)["next"]
            for _ in range(20):
                after = ask("/runs", most=200, after=after)["next"]
            nothing = _figure(ask, "/auth/verify", {})
            yield "who asks (no look at runs)", nothing
            reads: tuple[tuple[str, str, Mapping[str, object]], ...] = (
                ("the newest 50", "/runs", {}),
                ("50, from four thousand on", "/runs", {"after": after}),
                ("50 of one pipeline", "/runs", {"pipeline": "p7"}),
                ("50 that failed (1 in 100)", "/runs", {"state": "failed"}),
                ("those that run now (none)", "/runs", {"state": "running"}),
                ("50 of a day long ago", "/runs", {"since": "2023-11-14T23:00:00Z", "until": "2023-11-15T00:00:00Z"}),
                ("a text that is nowhere, in 2,000", "/runs", {"q": "zebra"}),
                ("a run by the beginning of its id", "/runs", {"q": shown[:8]}),
                ("all pipelines, with their last runs", "/pipelines", {}),
                ("all projects", "/projects", {}),
                ("one run shown", f"/runs/{shown}", {}),
                ("its events", f"/runs/{shown}/events", {}),
            )
            for what, path, query in reads:
                yield what, _figure(ask, path, query)


def _figure(ask: Any, path: str, query: Mapping[str, object]) -> str:
    took = []
    for _ in range(_ASKED):
        began = time.perf_counter()
        ask(path, **query)
        took.append((time.perf_counter() - began) * 1e3)
    return f"{median(took):.1f} ms, {sorted(took)[int(_ASKED * 0.95)]:.1f} ms"


def _murmur(*arguments: str) -> str:
    return subprocess.run([*MURMUR, *arguments], capture_output=True, text=True, check=True).stdout


def _fill(root: Path) -> None:
    database = Database(root / ".murmuration" / "state.db", "NORMAL")
    ledger = LocalLedger(database)
    for first in range(0, MANY, 5_000):
        with database.transaction():
            for number in range(first, first + 5_000):
                name, at = f"r-filled{number}", _BEGAN + number * _SECOND_MS
                pipeline = f"workspace/p{number % PIPELINES}"
                input_: JsonObject = {"name": f"visitor {number}", "text": "x" * 200}
                ledger.open(RunRecord(name, pipeline, 1, RunState.OPEN, at, at + 1, input_, "manual", f"o-{number}"))
                ledger.skip(name, "greet", at)
                end = RunEnd.FAILED if number % 100 == 0 else RunEnd.SUCCEEDED
                # Ended lately: what ended long ago is not kept.
                ledger.end(name, end, time.time_ns() // 1_000_000, "")
                ledger.told(name)
    database.close()


@contextmanager
def _served(root: Path) -> Iterator[Any]:
    state = root / ".murmuration"
    (state / "url").unlink(missing_ok=True)
    server = subprocess.Popen(
        [*MURMUR, "up", "--port", "0", "--no-browser", "-C", str(root)], stdout=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + _PATIENCE_S
        while not (state / "url").exists() or not (state / "url").read_text():
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < until, "it is not served"
            time.sleep(0.05)
        address = urlsplit((state / "url").read_text())
        connection = HTTPConnection(address.hostname or "", address.port, timeout=_PATIENCE_S)
        headers = {"authorization": f"Bearer {(state / 'token').read_text()}"}

        def ask(path: str, **query: object) -> Any:
            connection.request("GET", f"{path}?{urlencode(query)}" if query else path, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == 200, content
            return json.loads(content)

        yield ask
        connection.close()
    finally:
        server.terminate()
        server.wait(_PATIENCE_S)
