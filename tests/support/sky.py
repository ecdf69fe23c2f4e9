"""A deployed stack that works, in the process: everything by moto but EventBridge's routing and Lambda's calling (`deliverer`),
and the Lambdas are the real doors of `handlers.entry`, with the real user code behind them.

    with sky(folder, seed=3, doubled=0.3) as here:
        here.deploy("examples", Path("examples/functions"))
        here.publish(pipeline)
        run = here.ask("examples/arithmetic", {})
        here.settle()
        here.ledger.run(run)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from moto.events import utils
from support.aws import REGION
from support.publishing import Stage, stage

from events.event import Event
from events.ports import Ledger
from handlers import entry
from murmuration.aws import inside
from murmuration.aws.bundles import Manifest, Parts, bundle_key, digest, manifest_key, pack
from murmuration.aws.stack import Stack
from murmuration.memory import MemoryObserver
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.project import Project

LASTS_MS = 900_000


@dataclass(frozen=True)
class Invoked:
    """Lambda's context."""

    aws_request_id: str
    log_group_name: str = "/aws/lambda/murmur-test-task"
    log_stream_name: str = "2027/01/15/[$LATEST]0f"
    lasts: int = LASTS_MS

    def get_remaining_time_in_millis(self) -> int:
        return self.lasts


class NoOperators:
    """Nobody is told, so nothing is printed."""

    @contextmanager
    def observe(self, context: object) -> Iterator[None]:
        yield


@dataclass
class Sky:
    stage: Stage
    stack: Stack
    observer: MemoryObserver
    asked: int = 0

    @property
    def ledger(self) -> Ledger:
        return self.stack.ports.ledger

    def bucket(self, name: str) -> str:
        """Make it."""
        real = self.stack.environment.surroundings.bucket(name)
        known = {one["Name"] for one in self.stack.clients.s3.list_buckets()["Buckets"]}
        if real not in known:
            where = {"LocationConstraint": REGION}
            self.stack.clients.s3.create_bucket(Bucket=real, CreateBucketConfiguration=where)
        return real

    def put(self, bucket: str, key: str, content: bytes) -> None:
        # moto gives all events of S3 one id, and the same event twice starts one run.
        utils._BASE_EVENT_MESSAGE["id"] = str(uuid4())
        kind = guess_type(key)[0] or "binary/octet-stream"
        self.stack.clients.s3.put_object(Bucket=self.bucket(bucket), Key=key, Body=content, ContentType=kind)

    def get(self, bucket: str, key: str) -> bytes:
        content: bytes = self.stack.clients.s3.get_object(Bucket=self.bucket(bucket), Key=key)["Body"].read()
        return content

    def deploy(self, project: str, functions: Path, *, libraries: Mapping[str, Path] | None = None) -> None:
        """Each folder below is a function."""
        parts = {
            folder.name: Parts(
                code=self._bundle(folder),
                libraries=self._bundle(libraries[folder.name]) if libraries and folder.name in libraries else None,
            )
            for folder in sorted(functions.iterdir())
            if folder.is_dir()
        }
        manifest = Manifest(functions=parts).model_dump_json().encode()
        self.put_artifact(manifest_key(project), manifest)

    def put_artifact(self, key: str, content: bytes) -> None:
        self.stack.clients.s3.put_object(Bucket=self.stack.environment.artifacts, Key=key, Body=content)

    def _bundle(self, folder: Path) -> str:
        content = pack(folder)
        self.put_artifact(bundle_key(digest(content)), content)
        return digest(content)

    def publish(self, *pipelines: Pipeline, projects: Sequence[Project] = ()) -> None:
        self.stage.publish(*pipelines, projects=projects)

    def ask(self, pipeline: str, input_: Any = None) -> str:
        self.asked += 1
        body: JsonObject = {"pipeline": pipeline, "request": f"asked-{self.asked}", "input": input_}
        told = entry.start({"asked": body}, Invoked(f"asking-{self.asked}"))
        assert "run" in told, told
        return str(told["run"])

    def emit(self, source: str, type_: str, detail: JsonObject) -> None:
        told = {"Source": source, "DetailType": type_, "Detail": json.dumps(detail)}
        bus = self.stack.environment.prefix
        self.stack.clients.events.put_events(Entries=[{**told, "EventBusName": bus}])

    def settle(self) -> int:
        return self.stage.deliverer.settle()

    def events(self, run: str) -> Sequence[Event]:
        return self.stack.ports.view.events(run)

    def end(self, run: str) -> str | None:
        record = self.ledger.run(run)
        assert record is not None, f"there is no run {run}"
        return None if record.end is None else record.end.value

    def output(self, run: str, task: str) -> Any:
        record = self.ledger.task(run, task)
        assert record is not None, f"{task} has no record"
        assert record.outcome is not None, f"{task} has no outcome"
        return record.outcome.output


@contextmanager
def sky(folder: Path, *, seed: int = 0, doubled: float = 0.0, in_order: bool = False) -> Iterator[Sky]:
    observer = MemoryObserver()
    with stage() as here:
        environment = here.cloud.environment
        stack = Stack(environment, here.clients, observer, here.clock, folder)
        made = Sky(here, stack, observer)
        deliverer = here.deliverer
        deliverer.seed, deliverer.doubled, deliverer.in_order = seed, doubled, in_order
        deliverer._random.seed(seed)
        prefix = environment.prefix
        for name in ("task", "start"):
            deliverer.functions[f"{prefix}-{name}"] = _called(getattr(entry, name))
        deliverer.queues[here.cloud.queue("projector")] = _called(entry.projector)
        deliverer.queues[here.cloud.queue("timers")] = _called(entry.timers)
        entry._task_door.cache_clear()
        with patch.object(inside, "stack", lambda: stack), patch.object(inside, "operators", NoOperators):
            yield made
        entry._task_door.cache_clear()


def _called(function: Callable[..., Any]) -> Callable[[JsonObject, str], Any]:
    return lambda event, request: function(event, Invoked(request))
