"""The stores under faults: each call to AWS fails before it is made, is done with its reply lost, or is throttled. Whoever then
tries again finds all as if nothing had happened, and is told the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from support.aws import Cloud, cloud
from support.drawing import drawn

from events.event import Event, EventType
from events.ports import Published, Refusal, Unavailable
from murmuration.aws import artifacts
from murmuration.aws.artifacts import PART, VERSIONS, AwsArtifacts
from murmuration.aws.catalog import IDLE_MS, AwsCatalog, Pointer
from murmuration.aws.refused import AwsRefusals
from murmuration.aws.settings import AwsSettings
from murmuration.aws.view import AwsRunView
from murmuration.memory import ManualClock
from schemas.version import Version

NAME = "media/thumbnails"
LARGE = "".join(chr(0x4E00 + n * 7 % 20_000) for n in range(5_000))
SEEN = 1_000 + IDLE_MS


def a_version(number: int) -> Published:
    return Published(Version(pipeline=drawn("a>b").pipeline, number=number))


def ended(task: str, text: str = "") -> Event:
    data: dict[str, Any] = {"status": "succeeded", "output": text}
    time = datetime(2026, 1, 2, 12, tzinfo=UTC)
    pipeline = f"{NAME}@1"
    return Event(
        type=EventType.TASK_SUCCEEDED, time=time, pipeline=pipeline, run="r-1", task=task, attempt=1, data=data
    )


class Stores:
    def __init__(self, here: Cloud, folder: Path) -> None:
        clock = ManualClock()
        self.here = here
        self.artifacts = AwsArtifacts(here.clients, here.environment.artifacts, clock)
        documents = AwsArtifacts(here.clients, here.environment.artifacts, clock, VERSIONS)
        self.catalog = AwsCatalog(here.table, documents, clock)
        self.view = AwsRunView(here.table, self.artifacts, clock)
        self.refusals = AwsRefusals(here.table, self.artifacts)
        self.settings = AwsSettings(here.clients, here.environment.parameters, clock)
        self.pointer = Pointer()
        self.file = folder / "large"

    def prepare(self, name: str) -> None:
        if name in CATALOGS:
            self.publish()
        if name == "removal":
            self.settings.put_secrets("media", {"old": "s3cr3t"})
        if name == "file" and not self.file.exists():
            self.file.write_bytes(b"murmuration" * (PART // 10))

    def publish(self) -> None:
        assert self.catalog.put(a_version(1), [], 1_000)
        assert self.catalog.put(a_version(2), [], 1_000)
        assert self.catalog.flip(NAME, 1, self.catalog.pointer(NAME), 1_000)
        self.pointer = self.catalog.pointer(NAME)

    def left(self) -> object:
        """All that is there now, but for the moments at which events were heard."""
        clients, environment = self.here.clients, self.here.environment
        items = clients.dynamodb.scan(TableName=environment.table)["Items"]
        objects = clients.s3.list_objects_v2(Bucket=environment.artifacts).get("Contents", ())
        parameters = clients.ssm.get_parameters_by_path(Path="/", Recursive=True, WithDecryption=True)["Parameters"]
        return (
            sorted(repr(sorted((name, value) for name, value in item.items() if name != "heard")) for item in items),
            sorted(one["Key"] for one in objects),
            sorted((one["Name"], one["Type"], one["Value"]) for one in parameters),
        )


RETIREMENT: tuple[Callable[[AwsCatalog], bool], ...] = (
    lambda catalog: catalog.retiring(NAME, 2, SEEN),
    lambda catalog: catalog.retired(NAME, 2, SEEN + 1),
    lambda catalog: catalog.wake(NAME, 2, SEEN + 2),
)
DONE: dict[str, Callable[[Stores], object]] = {
    "events": lambda its: its.view.put([ended("a"), ended("b", LARGE)]),
    "refusal": lambda its: its.refusals.put(Refusal(NAME, "uploads", 5, "it is paused", LARGE)),
    "artifact": lambda its: its.artifacts.put(b"{}"),
    "file": lambda its: its.artifacts.put_file(its.file),
    "version": lambda its: its.catalog.put(a_version(3), [], 2_000),
    "flip": lambda its: its.catalog.flip(NAME, 2, its.pointer, 2_000),
    "taking out": lambda its: its.catalog.take_out(NAME, its.pointer, 2_000),
    "pause": lambda its: its.catalog.pause(NAME, True),
    "drain": lambda its: its.catalog.drain(NAME, 2, 2_000),
    "retiring": lambda its: its.catalog.retiring(NAME, 2, SEEN),
    "variables": lambda its: its.settings.put_variables("media", {"a": 1, "b": [2]}),
    "secrets": lambda its: its.settings.put_secrets("media", {"a": "1"}),
    "removal": lambda its: its.settings.remove("media", "secrets", ["old", "unknown"]),
}
CATALOGS = ("version", "flip", "taking out", "pause", "drain", "retiring")
BEFORE, AFTER, THROTTLED = "fails before", "fails after", "is throttled"


@dataclass
class Fault:
    kind: str
    at: int
    calls: int = 0
    met: bool = False

    def before(self, **_: object) -> None:
        self.calls += 1
        if self.calls == self.at and self.kind != AFTER:
            self.met = True
            if self.kind == BEFORE:
                raise ConnectTimeoutError(endpoint_url="https://aws")
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "any")

    def after(self, **_: object) -> None:
        if self.calls == self.at and self.kind == AFTER and not self.met:
            self.met = True
            raise ReadTimeoutError(endpoint_url="https://aws")


@contextmanager
def faulty(here: Cloud, fault: Fault) -> Iterator[None]:
    clients = (here.clients.dynamodb, here.clients.s3, here.clients.ssm)
    for client in clients:
        client.meta.events.register("before-call", fault.before)
        client.meta.events.register("after-call", fault.after)
    try:
        yield
    finally:
        for client in clients:
            client.meta.events.unregister("before-call", fault.before)
            client.meta.events.unregister("after-call", fault.after)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # One part after the other, in the same order each time.
    monkeypatch.setattr(artifacts._transfer(), "use_threads", False)
    return tmp_path


@contextmanager
def fresh(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[Stores]:
    with cloud() as here:
        monkeypatch.setattr(here.clients, "patient", lambda service: getattr(here.clients, service))
        stores = Stores(here, folder)
        stores.prepare(name)
        yield stores


@pytest.mark.parametrize("name", DONE)
def test_whoever_tries_again_finds_all_as_if_nothing_had_happened(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    work = DONE[name]
    with fresh(folder, monkeypatch, name) as stores:
        counting = Fault(BEFORE, at=0)
        with faulty(stores.here, counting):
            told = work(stores)
        wanted = stores.left()
    assert counting.calls > 0
    for fault in [Fault(kind, at + 1) for at in range(counting.calls) for kind in (BEFORE, AFTER, THROTTLED)]:
        with fresh(folder, monkeypatch, name) as stores:
            with faulty(stores.here, fault):
                with pytest.raises(Unavailable):
                    work(stores)
                assert work(stores) == told
            assert fault.met
            assert stores.left() == wanted, f"{name} when call {fault.at} {fault.kind}"


@pytest.mark.parametrize("name", CATALOGS)
def test_a_call_that_botocore_makes_again_knows_its_own_traces(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with fresh(folder, monkeypatch, name) as stores:
        told = DONE[name](stores)
        wanted = stores.left()
    with fresh(folder, monkeypatch, name) as stores:
        events = stores.here.clients.dynamodb.meta.events

        def lost(attempts: int, **_: object) -> int | None:
            return 0 if attempts == 1 else None

        events.register_first("needs-retry.dynamodb", lost)
        try:
            assert DONE[name](stores) == told
        finally:
            events.unregister("needs-retry.dynamodb", lost)
        assert stores.left() == wanted


@pytest.mark.parametrize("kind", [BEFORE, AFTER, THROTTLED])
def test_a_retirement_that_is_cut_short_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    with fresh(folder, monkeypatch, "retiring") as stores:
        catalog = stores.catalog
        for step in RETIREMENT:
            with faulty(stores.here, Fault(kind, 1)), pytest.raises(Unavailable):
                step(catalog)
            assert step(catalog)
        assert catalog.flip(NAME, 2, catalog.pointer(NAME), SEEN + 3)
