"""Lambda's Runtime API, as far as its runtime clients use it: a function in a process of its own, invoked over HTTP.

    with runtime("handlers.entry.task", environment) as lambda_:
        answer = lambda_.invoke({"task": ...})        # Answered, with what it gave back or the error that it told
        lambda_.lines()                               # what it printed so far
    lambda_.init_error                                # what it told instead of asking for its first invocation

Small answers are written at once: in pieces, with Nagle's algorithm, each would wait for 40 ms.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from schemas.model import JsonObject

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:murmur-test-task"


@dataclass(frozen=True)
class Answered:
    value: Any = None
    error: JsonObject | None = None
    """As the failure destination has it: errorType, errorMessage, stackTrace."""


@dataclass
class Runtime:
    process: subprocess.Popen[bytes] | None = None
    init_error: JsonObject | None = None
    init_cpu: float = 0.0
    """Seconds of processor time until it asked for its first invocation."""
    lasts_ms: int = 60_000
    _asked: queue.Queue[tuple[str, bytes]] = field(default_factory=queue.Queue)
    _answers: queue.Queue[tuple[str, Answered]] = field(default_factory=queue.Queue)
    _ready: threading.Event = field(default_factory=threading.Event)
    _count: int = 0
    _printed: list[str] = field(default_factory=list)

    def invoke(self, event: JsonObject) -> Answered:
        self._count += 1
        self._asked.put((f"request-{self._count}", json.dumps(event).encode()))
        request, answer = self._answers.get(timeout=PATIENCE)
        assert request == f"request-{self._count}", "it answered another request"
        return answer

    def lines(self) -> list[str]:
        return list(self._printed)

    def wait_until_ready(self) -> None:
        assert self._ready.wait(PATIENCE), f"it did not start: {self._printed}"

    # what the function's process asks

    def next(self) -> tuple[str, bytes]:
        if not self._ready.is_set():
            assert self.process is not None
            self.init_cpu = _cpu(self.process.pid)
            self._ready.set()
        return self._asked.get()

    def answered(self, request: str, answer: Answered) -> None:
        self._answers.put((request, answer))

    def could_not_start(self, error: JsonObject) -> None:
        self.init_error = error
        self._ready.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.runtime = runtime


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        assert self.path.endswith("/runtime/invocation/next"), self.path
        request, body = self.server.runtime.next()
        deadline = int(time.time() * 1000) + self.server.runtime.lasts_ms
        self._answer(
            200,
            body,
            {
                "Lambda-Runtime-Aws-Request-Id": request,
                "Lambda-Runtime-Deadline-Ms": str(deadline),
                "Lambda-Runtime-Invoked-Function-Arn": FUNCTION,
                "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
            },
        )

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"null")
        runtime = self.server.runtime
        match self.path.split("/runtime/")[1].split("/"):
            case ["init", "error"]:
                runtime.could_not_start(body)
            case ["invocation", request, "response"]:
                runtime.answered(request, Answered(value=body))
            case ["invocation", request, "error"]:
                runtime.answered(request, Answered(error=body))
        self._answer(202, b"{}", {})

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Content-Type": "application/json"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def runtime(
    handler: str,
    environment: Mapping[str, str],
    *,
    folder: Path = ROOT,
    python: str = sys.executable,
    lasts_ms: int = 60_000,
) -> Iterator[Runtime]:
    """`folder` holds what the package holds: nothing else of ours can be imported."""
    made = Runtime(lasts_ms=lasts_ms)
    server = _Server(made)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host, port = server.server_address[:2]
    told = {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_RUNTIME_API": f"{host!s}:{port}",
        "AWS_LAMBDA_FUNCTION_NAME": FUNCTION.rpartition(":")[2],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/murmur-test-task",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2027/01/15/[$LATEST]0f",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "LAMBDA_TASK_ROOT": str(folder),
        "PYTHONPATH": str(folder),
        "_HANDLER": handler,
        **environment,
    }
    made.process = subprocess.Popen(
        [python, "-m", "awslambdaric", handler],
        cwd=folder, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    reader = threading.Thread(target=_read, args=(made,), daemon=True)
    reader.start()
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()
        server.shutdown()
        server.server_close()
        reader.join(PATIENCE)


def _read(made: Runtime) -> None:
    assert made.process is not None
    assert made.process.stdout is not None
    with made.process.stdout as stream:
        for line in stream:
            made._printed.append(line.decode("utf-8", "replace").rstrip("\n"))


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
