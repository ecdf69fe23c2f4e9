"""Functions of a deployed stack, as the API reads them: what was deployed, and nothing to edit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.aws import Cloud, cloud

from events.ports import NoSuchArtifact
from handlers.run_files import FileTooLarge
from murmuration.aws.acting import NotThere
from murmuration.aws.bundles import bundle_key, digest, manifest_key, pack
from murmuration.aws.functions import AwsFunctions
from murmuration.aws.run_files import AwsRunFiles


@pytest.fixture
def here() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


def _deploy(here: Cloud, folder: Path, project: str, *functions: str) -> None:
    parts = {}
    for name in functions:
        place = folder / project / name
        (place / ".git").mkdir(parents=True)
        (place / ".git" / "config").write_text("x")
        (place / "handler.py").write_text(f'"""The {name} of {project}.\n\nMore."""\ndef handler(event): ...\n')
        (place / "weights.bin").write_bytes(b"\0\xff")
        content = pack(place)
        here.clients.s3.put_object(Bucket=here.environment.artifacts, Key=bundle_key(digest(content)), Body=content)
        parts[name] = {"code": digest(content)}
    manifest = json.dumps({"functions": parts}).encode()
    here.clients.s3.put_object(Bucket=here.environment.artifacts, Key=manifest_key(project), Body=manifest)


def test_what_was_deployed_is_read(here: Cloud, tmp_path: Path) -> None:
    functions = AwsFunctions(here.clients, here.environment.artifacts)
    assert functions.names() == []
    _deploy(here, tmp_path, "media", "resize", "crop")
    _deploy(here, tmp_path, "shop", "bill", "resize")
    assert functions.names() == ["bill", "crop", "resize"]
    assert (functions.project("bill"), functions.project("resize")) == ("shop", "media")
    source = functions.source("crop")
    assert source is not None
    assert [(one.path, one.text is None) for one in source.files] == [("handler.py", False), ("weights.bin", True)]
    told = functions.told("crop")
    assert told is not None
    assert told.text.startswith("The crop of media.")
    assert functions.source("nobody") is None


def test_what_is_deployed_anew_is_another_version(here: Cloud, tmp_path: Path) -> None:
    functions = AwsFunctions(here.clients, here.environment.artifacts)
    _deploy(here, tmp_path / "1", "media", "crop")
    before = functions.source("crop")
    (tmp_path / "2").mkdir()
    place = tmp_path / "2" / "crop"
    place.mkdir()
    (place / "handler.py").write_text("def handler(event): return 2\n")
    content = pack(place)
    here.clients.s3.put_object(Bucket=here.environment.artifacts, Key=bundle_key(digest(content)), Body=content)
    manifest = json.dumps({"functions": {"crop": {"code": digest(content)}}}).encode()
    here.clients.s3.put_object(Bucket=here.environment.artifacts, Key=manifest_key("media"), Body=manifest)
    after = functions.source("crop")
    assert before is not None
    assert after is not None
    assert before.version != after.version
    assert after.handler.endswith("return 2\n")


def test_nothing_is_written_there(here: Cloud) -> None:
    functions = AwsFunctions(here.clients, here.environment.artifacts)
    with pytest.raises(NotThere, match="deployed") as told:
        functions.write("crop", {"handler.py": ""})
    assert "murmur deploy" in told.value.advice
    with pytest.raises(NotThere):
        functions.remove("crop")


def test_files_that_runs_have_written_are_read(here: Cloud) -> None:
    files = AwsRunFiles(here.clients, here.environment.artifacts)
    here.clients.s3.put_object(Bucket=here.environment.artifacts, Key="files/r-1/a/1/note", Body=b"\xffhello")
    assert files.read("r-1/a/1/note", 6) == b"\xffhello"
    with pytest.raises(FileTooLarge, match="6 bytes"):
        files.read("r-1/a/1/note", 5)
    with pytest.raises(NoSuchArtifact):
        files.read("r-1/a/1/nothing", 5)
