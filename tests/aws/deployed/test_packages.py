"""The packages that are shipped, made of the real wheels of the lock: how large they are, for which machine, and that each
function loads from its folder alone.

Wheels are fetched once and kept in .tools.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from murmuration.aws.build.package import FUNCTIONS, build, of_name
from murmuration.aws.build.target import Target, here

ROOT = Path(__file__).parents[3]
ENTRY = ROOT / "handlers" / "entry.py"
AARCH64 = 183
"""As an ELF file spells it."""
HOT_BYTES = 20_000_000
THERE = [name for name in FUNCTIONS if f"\ndef {name}(" in ENTRY.read_text()]
"""Doors that are there."""
LOAD = """
import sys
sys.path[:0] = sys.argv[1:]
import handlers.entry
alien = [module.__file__ for module in sys.modules.values()
         if "site-packages" in (getattr(module, "__file__", None) or "")]
assert not alien, alien
print(sorted({name.partition(".")[0] for name in sys.modules}))
"""
SURROUNDINGS = {
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "knows",
    "MURMUR_STAGE": "test",
    "MURMUR_ACCOUNT": "123456789012",
    "MURMUR_PARTITION": "aws",
    "MURMUR_TABLE": "murmur-test",
    "MURMUR_ARTIFACTS": "murmur-test-artifacts-123456789012",
    "MURMUR_PROJECTOR_QUEUE": "https://sqs.eu-central-1.amazonaws.com/123456789012/murmur-test-projector",
    "MURMUR_TIMERS_QUEUE": "https://sqs.eu-central-1.amazonaws.com/123456789012/murmur-test-timers",
    "MURMUR_SCHEDULER_ROLE": "arn:aws:iam::123456789012:role/murmur-test-scheduler",
    "MURMUR_USER_POOL": "eu-central-1_Ab3",
    "MURMUR_USER_POOL_CLIENT": "1example23456789",
    "MURMUR_SIGN_IN": "https://murmur-test-123456789012.auth.eu-central-1.amazoncognito.com",
    "MURMUR_URL": "https://d111111abcdef8.cloudfront.net",
}


def test_the_hot_function_is_small_and_for_the_machine_that_is_shipped_for(tmp_path: Path) -> None:
    built = build(ROOT, of_name("TaskFunction"), tmp_path, Target())
    assert built.size < HOT_BYTES
    tops = {path.name for path in tmp_path.iterdir()}
    assert not tops & {"boto3", "botocore", "networkx", "rich", "click", "yaml", "jsonschema_rs", "tests"}
    libraries = list(tmp_path.rglob("*.so"))
    assert libraries, "pydantic_core and orjson at least"
    for library in libraries:
        assert int.from_bytes(library.read_bytes()[18:20], "little") == AARCH64, library
    assert not [
        path for path in tmp_path.rglob("*") if path.suffix in (".pyi", ".whl") or path.name.endswith(".dist-info")
    ]


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling takes longer than all else here."""
    monkeypatch.setattr("murmuration.aws.build.package.compile_in", lambda *_: False)


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda's own Python has, and no package need bring."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in ("boto3", "botocore", "s3transfer", "dateutil", "six"):
        spec = find_spec(name)
        assert spec is not None, name
        assert spec.origin is not None, name
        origin = Path(spec.origin)
        place = origin.parent if origin.name == "__init__.py" else origin
        (folder / place.name).symlink_to(place)
    return folder


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize("name", THERE)
def test_a_function_loads_from_its_folder_and_what_lambda_has(tmp_path: Path, runtime: Path, name: str) -> None:
    build(ROOT, of_name(name), tmp_path, here(boto3=False))
    told = {"PATH": os.environ["PATH"], **SURROUNDINGS, "_HANDLER": f"handlers.entry.{name}"}
    asked = [sys.executable, "-I", "-S", "-c", LOAD, str(tmp_path), str(runtime)]
    done = subprocess.run(asked, env=told, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    if name == "task":
        assert "networkx" not in done.stdout


@pytest.mark.usefixtures("uncompiled")
def test_the_layer_has_the_sdk_where_lambda_looks_for_it(tmp_path: Path) -> None:
    build(ROOT, of_name("SdkLayer"), tmp_path, here(boto3=False))
    assert [path.name for path in tmp_path.iterdir()] == ["python"]
    program = "import sys; sys.path.insert(0, sys.argv[1]); from murmuration import Context, lambda_handler, task"
    asked = [sys.executable, "-I", "-S", "-c", program, str(tmp_path / "python")]
    done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
