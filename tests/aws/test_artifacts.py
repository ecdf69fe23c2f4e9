"""Artifacts on S3: files of any size, what is put again and what is not, and what is not there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from support.aws import Cloud, cloud

from events.ports import NoSuchArtifact, Unavailable
from murmuration.aws.artifacts import NEW_MS, PART, VERSIONS, AwsArtifacts
from murmuration.aws.refusals import Denied
from murmuration.memory import ManualClock

LARGE = bytes(range(256)) * (PART // 256 + 1)
NOBODYS = "artifact:" + "0" * 64


@pytest.fixture
def here() -> Iterator[Cloud]:
    with cloud() as here:
        yield here


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def artifacts(here: Cloud, clock: ManualClock) -> AwsArtifacts:
    return AwsArtifacts(here.clients, here.environment.artifacts, clock)


@pytest.fixture
def calls(here: Cloud) -> Iterator[list[str]]:
    made: list[str] = []
    events = here.clients.s3.meta.events

    def note(model: Any, **_: object) -> None:
        made.append(model.name)

    events.register("before-call.s3", note)
    yield made
    events.unregister("before-call.s3", note)


def file(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", [b"", b"small", LARGE])
def test_a_file_is_the_same_artifact_as_its_bytes(artifacts: AwsArtifacts, tmp_path: Path, content: bytes) -> None:
    reference = artifacts.put_file(file(tmp_path, content))
    assert reference == f"artifact:{hashlib.sha256(content).hexdigest()}"
    assert artifacts.get(reference) == content
    with artifacts.open(reference) as stream:
        assert stream.read(5) == content[:5]
        assert stream.read() == content[5:]
    there = tmp_path / "there"
    artifacts.fetch(reference, there)
    assert there.read_bytes() == content


def test_a_small_one_is_one_call(artifacts: AwsArtifacts, tmp_path: Path, calls: list[str]) -> None:
    artifacts.put(b"small")
    artifacts.put_file(file(tmp_path, b"small"))
    assert calls == ["PutObject", "PutObject"]


def test_a_large_one_that_is_there_is_not_sent_again(
    here: Cloud, artifacts: AwsArtifacts, clock: ManualClock, tmp_path: Path, calls: list[str]
) -> None:
    path = file(tmp_path, LARGE)
    artifacts.put_file(path)
    [there] = here.clients.s3.list_objects_v2(Bucket=here.environment.artifacts)["Contents"]
    clock.at = int(there["LastModified"].timestamp() * 1_000) + NEW_MS - 1
    calls.clear()
    artifacts.put_file(path)
    assert calls == ["HeadObject"]


def test_a_large_one_that_may_soon_be_removed_is_put_anew(
    here: Cloud, artifacts: AwsArtifacts, clock: ManualClock, tmp_path: Path, calls: list[str]
) -> None:
    path = file(tmp_path, LARGE)
    artifacts.put_file(path)
    [there] = here.clients.s3.list_objects_v2(Bucket=here.environment.artifacts)["Contents"]
    clock.at = int(there["LastModified"].timestamp() * 1_000) + NEW_MS
    calls.clear()
    artifacts.put_file(path)
    assert "CompleteMultipartUpload" in calls


def test_what_has_another_prefix_is_another_artifact(here: Cloud, artifacts: AwsArtifacts, clock: ManualClock) -> None:
    kept = AwsArtifacts(here.clients, here.environment.artifacts, clock, VERSIONS)
    reference = kept.put(b"{}")
    with pytest.raises(NoSuchArtifact):
        artifacts.get(reference)


@pytest.mark.parametrize("reference", [NOBODYS, "artifact:../secret", "s3://another/bucket"])
def test_what_is_not_there_is_refused_in_words_however_it_is_read(
    artifacts: AwsArtifacts, tmp_path: Path, reference: str
) -> None:
    with pytest.raises(NoSuchArtifact):
        artifacts.open(reference)
    with pytest.raises(NoSuchArtifact):
        artifacts.fetch(reference, tmp_path / "there")
    assert list(tmp_path.iterdir()) == [], "nor is half of it left"


@pytest.mark.parametrize(
    ("wrong", "ours"),
    [
        (ClientError({"Error": {"Code": "SlowDown"}}, "any"), Unavailable),
        (ClientError({"Error": {"Code": "AccessDenied"}}, "any"), Denied),
        (ReadTimeoutError(endpoint_url="https://s3"), Unavailable),
    ],
)
def test_what_s3_refuses_is_said_in_our_words(
    here: Cloud, artifacts: AwsArtifacts, tmp_path: Path, wrong: Exception, ours: type[Exception]
) -> None:
    path = file(tmp_path, LARGE)

    def refuse(**_: object) -> None:
        raise wrong

    here.clients.s3.meta.events.register("before-call.s3", refuse)
    try:
        for call in (
            lambda: artifacts.put(b"small"),
            lambda: artifacts.put_file(path),
            lambda: artifacts.get(NOBODYS),
            lambda: artifacts.open(NOBODYS),
            lambda: artifacts.fetch(NOBODYS, tmp_path / "there"),
        ):
            with pytest.raises(ours):
                call()
    finally:
        here.clients.s3.meta.events.unregister("before-call.s3", refuse)
    assert list(tmp_path.iterdir()) == [path]


def test_a_stream_that_breaks_off_is_said_in_our_words(artifacts: AwsArtifacts, here: Cloud) -> None:
    reference = artifacts.put(b"small")

    class Broken:
        def read(self, _: int) -> bytes:
            raise ReadTimeoutError(endpoint_url="https://s3")

        def close(self) -> None: ...

    def break_(parsed: Any, **_: object) -> None:
        parsed["Body"] = Broken()

    here.clients.s3.meta.events.register("after-call.s3.GetObject", break_)
    try:
        with artifacts.open(reference) as stream, pytest.raises(Unavailable):
            stream.read()
    finally:
        here.clients.s3.meta.events.unregister("after-call.s3.GetObject", break_)
