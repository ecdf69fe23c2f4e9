"""Users' functions from bundles: what is deployed is what runs, and none sees another's modules."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.aws import Cloud, cloud

from events.ports import Unavailable
from murmuration.aws.bundles import LOOK_AGAIN_MS, BadBundle, Bundles, bundle_key, digest, manifest_key, pack
from murmuration.functions.folder import FunctionNotFound
from murmuration.memory import ManualClock

HERE: Any = None
"""A context: these functions look at none."""


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


class Project:
    def __init__(self, here: Cloud, tmp_path: Path) -> None:
        self.here = here
        self.clock = ManualClock()
        self.folder = tmp_path / "bundles"
        self.bundles = Bundles(here.clients, here.environment.artifacts, self.clock, self.folder)
        self.parts: dict[str, dict[str, str]] = {}

    def put(self, key: str, content: bytes) -> None:
        self.here.clients.s3.put_object(Bucket=self.here.environment.artifacts, Key=key, Body=content)

    def bundle(self, folder: Path) -> str:
        content = pack(folder)
        self.put(bundle_key(digest(content)), content)
        return digest(content)

    def deploy(self, function: str, code: Path, libraries: Path | None = None) -> None:
        self.parts[function] = {"code": self.bundle(code)}
        if libraries is not None:
            self.parts[function]["libraries"] = self.bundle(libraries)
        self.put(manifest_key("p"), json.dumps({"functions": self.parts}).encode())

    def call(self, function: str) -> object:
        try:
            return self.bundles.handler("p", function)({}, HERE)
        finally:
            self.bundles.close()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with cloud() as here:
        path, finders = list(sys.path), list(sys.meta_path)
        yield Project(here, tmp_path)
        sys.path[:], sys.meta_path[:] = path, finders


def test_equal_files_are_one_bundle_whenever_they_were_written(tmp_path: Path) -> None:
    one = written(tmp_path / "one", handler="def handler(): return 1", util__deep="x = 1")
    other = written(tmp_path / "other", util__deep="x = 1", handler="def handler(): return 1")
    (other / "__pycache__").mkdir()
    (other / "__pycache__" / "handler.pyc").write_bytes(b"no")
    assert pack(one) == pack(other)


def test_two_functions_have_modules_of_one_name_each_its_own(project: Project, tmp_path: Path) -> None:
    for n in (1, 2):
        late = "def handler():\n    import late\n    from util import value\n    return value + late.value"
        code = written(tmp_path / str(n), handler=late, util=f"value = {n}", late=f"value = {n * 10}")
        project.deploy(f"f{n}", code)
    assert [project.call(f"f{n}") for n in (1, 2, 1, 2)] == [11, 22, 11, 22]


def test_two_functions_want_two_versions_of_a_library(project: Project, tmp_path: Path) -> None:
    code = written(
        tmp_path / "code",
        handler="from shapes import core\ndef handler():\n    import shapes.core\n    return core.VERSION",
    )
    for n in (1, 2):
        libraries = written(tmp_path / f"lib{n}", shapes__core=f"VERSION = {n}")
        project.deploy(
            f"f{n}", written(tmp_path / f"code{n}", handler=(code / "handler.py").read_text() + f"\n# {n}"), libraries
        )
    assert [project.call(f"f{n}") for n in (1, 2, 1, 2)] == [1, 2, 1, 2]


def test_what_was_deployed_anew_runs_after_a_while(project: Project, tmp_path: Path) -> None:
    project.deploy("f", written(tmp_path / "one", handler="def handler(): return 1"))
    assert project.call("f") == 1
    project.deploy("f", written(tmp_path / "two", handler="def handler(): return 2"))
    assert project.call("f") == 1, "the manifest is not looked at for every task"
    project.clock.at += LOOK_AGAIN_MS
    assert project.call("f") == 2


def test_what_is_not_what_its_name_says_is_not_run(project: Project, tmp_path: Path) -> None:
    project.deploy("f", written(tmp_path / "one", handler="def handler(): return 1"))
    project.put(
        bundle_key(project.parts["f"]["code"]), pack(written(tmp_path / "evil", handler="def handler(): return 666"))
    )
    with pytest.raises(BadBundle, match="holds something else"):
        project.call("f")


def test_what_is_not_there_is_told(project: Project, tmp_path: Path) -> None:
    with pytest.raises(FunctionNotFound, match="no function 'f' of p on AWS"):
        project.call("f")
    project.deploy("resize", written(tmp_path / "one", handler="def handler(): return 1"))
    project.clock.at += LOOK_AGAIN_MS
    with pytest.raises(FunctionNotFound, match="resize"):
        project.call("resise")
    project.put(manifest_key("p"), json.dumps({"functions": {"gone": {"code": "0" * 64}}}).encode())
    project.clock.at += LOOK_AGAIN_MS
    with pytest.raises(BadBundle, match="is gone"):
        project.call("gone")
    project.put(manifest_key("p"), b'{"functions": {"f": {"code": "../../etc"}}}')
    project.clock.at += LOOK_AGAIN_MS
    with pytest.raises(BadBundle, match="is none"):
        project.call("f")


def test_the_disk_has_room_for_so_much(project: Project, tmp_path: Path) -> None:
    project.bundles = Bundles(
        project.here.clients, project.here.environment.artifacts, project.clock, project.folder, most_bytes=100
    )
    for n in (1, 2, 3, 4):
        project.deploy(f"f{n}", written(tmp_path / str(n), handler=f"def handler(): return {n}  # {'x' * 30}"))
    assert [project.call(f"f{n}") for n in (1, 2, 3, 4, 1, 2)] == [1, 2, 3, 4, 1, 2]
    assert len(list(project.folder.iterdir())) <= 2


def test_while_s3_refuses_what_was_known_goes_on(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.deploy("f", written(tmp_path / "one", handler="def handler(): return 1"))
    assert project.call("f") == 1

    def refuse(_: str) -> bytes:
        raise Unavailable("S3 refuses for now")

    monkeypatch.setattr(project.bundles, "_get", refuse)
    project.clock.at += LOOK_AGAIN_MS
    assert project.call("f") == 1
