"""What an action is given in a test: ports in memory, a clock that stands still, and servers on loopback.

Nothing here leaves the machine. A name that a test does not know has no address.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import JsonValue

from events.outside import OutsideEvent
from handlers.actions import registry
from handlers.actions.action import ActionFailed, Fault, ObjectInfo, Waiting
from handlers.actions.addresses import Reach
from handlers.actions.databases import Databases
from handlers.actions.mail_server import MailServer
from schemas.model import JsonObject

NOON = datetime(2027, 1, 31, 12, 0, tzinfo=UTC)
CERTIFICATE = Path(__file__).with_name("loopback.pem")


class MemoryBuckets:
    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.types: dict[tuple[str, str], str] = {}

    def head(self, bucket: str, key: str) -> ObjectInfo | None:
        content = self.objects.get((bucket, key))
        if content is None:
            return None
        return ObjectInfo(bucket, key, len(content), "e", self.types.get((bucket, key), ""))

    def read(self, bucket: str, key: str, limit: int) -> bytes:
        content = self.objects.get((bucket, key))
        if content is None:
            raise ActionFailed(Fault.NOT_FOUND, f"{bucket} has no object {key}")
        if len(content) > limit:
            raise ActionFailed(Fault.TOO_LARGE, f"{key} has more than {limit} bytes")
        return content

    def write(self, bucket: str, key: str, content: bytes | Iterable[bytes], content_type: str) -> ObjectInfo:
        whole = content if isinstance(content, bytes) else b"".join(content)
        self.objects[bucket, key] = whole
        self.types[bucket, key] = content_type
        return ObjectInfo(bucket, key, len(whole), "e", content_type)

    def copy(self, bucket: str, key: str, to_bucket: str, to_key: str) -> ObjectInfo:
        return self.write(to_bucket, to_key, self.read(bucket, key, 10**9), self.types.get((bucket, key), ""))

    def delete(self, bucket: str, key: str) -> bool:
        return self.objects.pop((bucket, key), None) is not None


@dataclass
class MemoryArtifacts:
    stored: dict[str, bytes] = field(default_factory=dict)

    def get(self, reference: str) -> bytes:
        return self.stored[reference]


@dataclass
class NamedFunctions:
    known: dict[str, Callable[[JsonValue], JsonValue]] = field(default_factory=dict)
    given: list[int] = field(default_factory=list)

    def invoke(self, function: str, payload: JsonValue, timeout_ms: int) -> JsonValue:
        self.given.append(timeout_ms)
        if function not in self.known:
            raise ActionFailed(Fault.NOT_FOUND, f"there is no function {function}")
        return self.known[function](payload)


@dataclass
class Context:
    """An `ActionContext`. `left` is what the task has left; a list of numbers counts down as it is asked."""

    folder: Path | None = None
    reach: Reach = field(default_factory=lambda: Reach(resolve=names({})))
    named: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    mail: MailServer | None = None
    left: Callable[[], int] = lambda: 60_000
    run: str = "r-1"
    task: str = "t"
    attempt: int = 1
    idempotency_key: str = "r-1/t"
    buckets: MemoryBuckets = field(default_factory=MemoryBuckets)
    artifacts: MemoryArtifacts = field(default_factory=MemoryArtifacts)
    functions: NamedFunctions = field(default_factory=NamedFunctions)
    emitted: list[OutsideEvent] = field(default_factory=list)

    @property
    def databases(self) -> Databases:
        return Databases(self.reach, folder=self.folder, named=self.named)

    def now(self) -> datetime:
        return NOON

    def remaining_ms(self) -> int:
        return self.left()

    def emit(self, event: OutsideEvent) -> None:
        self.emitted.append(event)


def do(name: str, context: Context | None = None, /, **parameters: JsonValue) -> JsonValue:
    """The action's output."""
    output = registry.run(name, parameters, context or Context())
    assert not isinstance(output, Waiting)
    return output


def done(name: str, context: Context | None = None, /, **parameters: JsonValue) -> JsonObject:
    """The action's output, for actions that give an object."""
    output = do(name, context, **parameters)
    assert isinstance(output, dict)
    return output


def refusal(name: str, context: Context | None = None, /, **parameters: JsonValue) -> ActionFailed:
    """How the action failed."""
    with pytest.raises(ActionFailed) as failed:
        registry.run(name, parameters, context or Context())
    return failed.value


def names(known: Mapping[str, Sequence[str]]) -> Callable[[str, int], Sequence[str]]:
    """A resolver that knows these names and no others."""

    def resolve(host: str, _: int) -> Sequence[str]:
        if host not in known:
            raise OSError(f"{host} is not known")
        return known[host]

    return resolve


@dataclass
class Heard:
    """A request as the server received it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> JsonValue:
        value: JsonValue = json.loads(self.body)
        return value


@dataclass
class Said:
    """What the server answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Server:
    port: int
    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, Said] = field(default_factory=dict)
    otherwise: Said = field(default_factory=Said)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def http_server() -> Iterator[Server]:
    """Answers by path, and remembers what it heard."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.heard.append(Heard(self.command, self.path, headers, body))
            said = server.answers.get(self.path.partition("?")[0], server.otherwise)
            self.send_response(said.status)
            for name, value in {"content-length": str(len(said.body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said.body)

        do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, format: str, *args: object) -> None:
            """A test's server says nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(listening.server_address[1])
    with serving(listening):
        yield server


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def loopback(**known: Sequence[str]) -> Reach:
    """May reach this machine."""
    return Reach(["127.0.0.1"], resolve=names({"localhost": ["127.0.0.1"], **known}))
