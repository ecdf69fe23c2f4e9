"""The embedded stack at rest: from the command to serving, what it holds in memory, and what a hundred thousand runs cost it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from events.ledger import RunRecord, RunState
from murmuration.local.database import Database
from murmuration.local.ledger import LocalLedger
from schemas.trigger import RunEnd

TITLE = "the embedded stack at rest"
MURMUR = (str(Path(sys.executable).with_name("murmur")),)
MANY = 100_000


def run() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "workspace"
        _murmur("init", str(root))
        began = time.perf_counter()
        server = _serving(root)
        yield "from the command to serving", f"{time.perf_counter() - began:.2f} s"
        time.sleep(1)
        yield "memory of server, nursery and workers", f"{_memory_mb(server.pid):.0f} MB (proportional)"
        few = _timed(root)
        server.send_signal(signal.SIGTERM)
        server.wait()
        _fill(root)
        server = _serving(root)
        many = _timed(root)
        for what, before, after in zip(("starting a run", "showing a run"), few, many, strict=True):
            yield f"{what} with {MANY:,} runs stored", f"{after / before:.2f} of what it costs with few"
        server.send_signal(signal.SIGTERM)
        server.wait()


def _serving(root: Path) -> subprocess.Popen[str]:
    """A server that has said that it serves."""
    server = subprocess.Popen([*MURMUR, "up", "--workspace", str(root)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None, "it was asked for"
    while "serv" not in server.stdout.readline():
        assert server.poll() is None, "the server ended"
    return server


def _murmur(*arguments: str) -> str:
    return subprocess.run([*MURMUR, *arguments], capture_output=True, text=True, check=True).stdout


def _timed(root: Path) -> tuple[float, float]:
    """Seconds of CPU and waiting for one command each, the median of some."""
    starts, shows = [], []
    for _ in range(7):
        began = time.perf_counter()
        told = _murmur("run", "hello", "--json", "--workspace", str(root))
        starts.append(time.perf_counter() - began)
        began = time.perf_counter()
        _murmur("show", json.loads(told)["run"], "--json", "--workspace", str(root))
        shows.append(time.perf_counter() - began)
    return median(starts), median(shows)


def _fill(root: Path) -> None:
    database = Database(root / ".murmuration" / "state.db", "NORMAL")
    ledger = LocalLedger(database)
    for first in range(0, MANY, 5_000):
        with database.transaction():
            for number in range(first, first + 5_000):
                name = f"r-filled{number}"
                at = 1_700_000_000_000 + number
                ledger.open(RunRecord(name, "workspace/hello", 1, RunState.OPEN, at, at + 1))
                ledger.skip(name, "greet", at)
                ledger.end(name, RunEnd.SUCCEEDED, int(time.time() * 1_000), "")
    database.close()


def _memory_mb(pid: int) -> float:
    """Of a process and all below it; what they share is counted once."""
    total = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            total += int(line.split()[1])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return total / 1024 + sum(_memory_mb(int(child)) for child in children if Path(f"/proc/{child}").exists())
