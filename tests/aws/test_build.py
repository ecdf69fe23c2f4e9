"""What is shipped: what can be reached and nothing else, the lock's own wheels for the target, the same bytes every time."""

from __future__ import annotations

import marshal
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest
from support.wheels import wheel

from murmuration.aws.build.__main__ import main
from murmuration.aws.build.closure import Closure, NoEntry, closure
from murmuration.aws.build.compiled import compile_in, interpreter
from murmuration.aws.build.lock import NotLocked, lock_of, needed, read_lock
from murmuration.aws.build.package import NoPackage, Package, build, closure_of, of_name
from murmuration.aws.build.target import BadTarget, Target, here, of_variables
from murmuration.aws.build.wheels import BadWheel, NotFetched, fetch, fits, tags_of, unpack

ROOT = Path(__file__).parents[2]
ARM = Target("arm64", "3.13")


def tree(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


ENTRY = {
    "handlers/__init__.py": "",
    "handlers/entry.py": """
import json
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import events.only_types
def task(event, context):
    from handlers.task import run
    return _told(run(event))
def publish(event, context):
    import networkx
    from handlers.compiler import compile_all
    return compile_all(event)
def _told(found):
    import events.words
    return found
""",
    "handlers/task.py": """
import orjson
from importlib import import_module
from handlers.machine import Machine
def run(event):
    getattr(Machine(), "reached_by_name")()
    return Machine().small, import_module(f"handlers.kinds.{event}"), import_module("sqlalchemy")
""",
    "handlers/machine.py": """
class Machine:
    @property
    def small(self):
        from events.small import SMALL
        return SMALL
    @property
    def large(self):
        import networkx
        from handlers.compiler import compile_all
        return compile_all
    def reached_by_name(self):
        import events.by_name
""",
    "handlers/compiler.py": "import rich\ndef compile_all(event): ...",
    "handlers/kinds/__init__.py": "",
    "handlers/kinds/a.py": "import jmespath",
    "handlers/kinds/b.py": "",
    "events/__init__.py": "",
    "events/small.py": "SMALL = 1",
    "events/words.py": "",
    "events/by_name.py": "",
    "events/only_types.py": "",
}


def test_a_door_brings_what_it_can_reach_and_no_more(tmp_path: Path) -> None:
    found = closure(tree(tmp_path, ENTRY), "handlers.entry", "task")
    assert found == Closure(
        frozenset(
            {
                "handlers", "handlers.entry", "handlers.task", "handlers.machine",
                "handlers.kinds", "handlers.kinds.a", "handlers.kinds.b",
                "events", "events.small", "events.words", "events.by_name",
            }
        ),
        frozenset({"orjson", "jmespath"}),
    )  # fmt: skip


def test_another_door_brings_its_own(tmp_path: Path) -> None:
    found = closure(tree(tmp_path, ENTRY), "handlers.entry", "publish")
    assert found.modules == {"handlers", "handlers.entry", "handlers.compiler"}
    assert found.libraries == {"networkx", "rich"}


def test_a_door_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(NoEntry, match="publish, task") as told:
        closure(tree(tmp_path, ENTRY), "handlers.entry", "nothing")
    assert "nothing" in told.value.what
    with pytest.raises(NoEntry):
        closure(tmp_path, "handlers.absent")


def test_what_a_task_loads_is_reached_by_no_way_round() -> None:
    """The real tree: the hot path may need none of these, however indirectly."""
    found = closure(ROOT, "handlers.task")
    assert not found.libraries & {"networkx", "rich", "click", "yaml", "boto3", "jsonschema_rs"}
    assert "handlers.gates" in found.modules


HOT = ("task", "start", "projector", "sweeper", "timers")
API_ALONE = {"jwt", "cryptography", "cloudevents", "networkx", "yaml"}
"""What signs and judges tokens, and what only people's requests need."""


@pytest.mark.parametrize("name", HOT)
def test_nothing_of_the_api_is_in_a_package_that_runs_work(name: str) -> None:
    found = closure_of(ROOT, of_name(name))
    assert not found.libraries & API_ALONE
    assert not {module for module in found.modules if module.startswith("handlers.api")}
    assert len(found.modules) < 190, sorted(found.modules)


def test_the_apis_package_has_what_it_asks_for() -> None:
    found = closure_of(ROOT, of_name("api"))
    assert found.libraries >= API_ALONE
    assert not found.libraries & {"uvicorn", "httptools", "click", "rich", "sqlalchemy"}
    assert {"handlers.api.whole", "murmuration.aws.house", "handlers.api.idempotency"} <= found.modules
    assert not {module for module in found.modules if module.startswith("murmuration.cli")}


def test_what_says_its_version_is_told_it(tmp_path: Path) -> None:
    lock = {"requirements/runtime.lock": ""}
    files = {"murmuration/__init__.py": "", "murmuration/aws/__init__.py": "", "murmuration/aws/house.py": ""}
    root = tree(tmp_path / "tree", {**files, **lock})
    build(root, Package("api", (("murmuration.aws.house", None),)), tmp_path / "into", here(), tmp_path / "wheels")
    program = "from importlib.metadata import version; print(version('murmuration'))"
    asked = [sys.executable, "-S", "-c", program]
    told = subprocess.run(asked, cwd=tmp_path / "into", capture_output=True, text=True, check=True)
    assert told.stdout.strip() == version("murmuration")


def test_names_are_sams_or_ours() -> None:
    assert of_name("TaskFunction") == of_name("task")
    assert of_name("StartFunction").roots == (("handlers.entry", "start"),)
    medium = of_name("TaskMediumFunction")
    assert medium.roots == of_name("task").roots
    assert of_name("task").without - medium.without == {"jsonschema_rs"}
    assert of_name("SdkLayer").below == "python"
    with pytest.raises(NoPackage, match="task"):
        of_name("TaksFunction")


# -- the target


def test_to_ship_is_arm64_and_3_13() -> None:
    assert of_variables({}) == Target("arm64", "3.13", boto3=False)
    told = {"MURMUR_ARCHITECTURE": "x86_64", "MURMUR_PYTHON": "3.12", "MURMUR_BOTO3": "shipped"}
    assert of_variables(told) == Target("x86_64", "3.12", boto3=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MURMUR_ARCHITECTURE", "mips"), ("MURMUR_PYTHON", "2.7"), ("MURMUR_PYTHON", "new"), ("MURMUR_BOTO3", "yes")],
)
def test_a_target_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadTarget) as told:
        of_variables({name: value})
    assert told.value.where == name


@pytest.mark.parametrize(
    ("tag", "well"),
    [
        ("py3-none-any", True),
        ("py2.py3-none-any", True),
        ("py2-none-any", False),
        ("cp313-cp313-manylinux_2_17_aarch64.manylinux2014_aarch64", True),
        ("cp313-cp313-manylinux_2_34_aarch64", True),
        ("cp313-cp313-manylinux_2_35_aarch64", False),
        ("cp313-cp313-musllinux_1_2_aarch64", False),
        ("cp313-cp313-manylinux2014_x86_64", False),
        ("cp313-cp313t-manylinux2014_aarch64", False),
        ("cp312-cp312-manylinux2014_aarch64", False),
        ("cp310-abi3-manylinux_2_28_aarch64", True),
        ("cp314-abi3-manylinux_2_28_aarch64", False),
        ("py3-none-manylinux2014_aarch64", True),
    ],
)
def test_a_wheel_fits_or_does_not(tag: str, well: bool) -> None:
    assert fits(tags_of(f"any_thing-1.0-{tag}.whl"), ARM) is well


# -- the lock

LOCK = """\
six==1.17.0 \\
    --hash=sha256:{0}
python-dateutil==2.9.0 \\
    --hash=sha256:{0} \\
    --hash=sha256:{1}
networkx==3.6.1 ; python_full_version < '3.12' \\
    --hash=sha256:{0}
networkx==3.7 ; python_full_version >= '3.12' \\
    --hash=sha256:{1}
colorama==1.0 ; sys_platform == 'win32' \\
    --hash=sha256:{0}
boto3==1.44.5 \\
    --hash=sha256:{0}
""".format("a" * 64, "b" * 64)


def test_a_line_counts_where_its_marker_says_so() -> None:
    found = read_lock(LOCK, ARM)
    assert found["networkx"].version == "3.7"
    assert read_lock(LOCK, Target("arm64", "3.11"))["networkx"].version == "3.6.1"
    assert "colorama" not in found
    assert len(found["python-dateutil"].hashes) == 2


def test_what_is_needed_brings_what_that_needs() -> None:
    found = read_lock(LOCK, ARM)
    assert [one.name for one in needed({"dateutil"}, found, ARM)] == ["python-dateutil", "six"]


def test_boto3_is_the_runtimes_unless_it_is_shipped() -> None:
    lock = lock_of(ROOT, ARM)
    assert [one.name for one in needed({"boto3", "orjson"}, lock, ARM)] == ["orjson"]
    shipped = needed({"boto3", "orjson"}, lock, Target("arm64", "3.13", boto3=True))
    assert {"boto3", "botocore", "s3transfer", "urllib3"} <= {one.name for one in shipped}


def test_what_no_hash_vouches_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotLocked, match="no hash"):
        read_lock("six==1.17.0\n", ARM)
    with pytest.raises(NotLocked, match="pytest"):
        needed({"pytest"}, read_lock(LOCK, ARM), ARM)
    with pytest.raises(NotLocked, match="nothing_like_it"):
        needed({"nothing_like_it"}, read_lock(LOCK, ARM), ARM)
    with pytest.raises(NotLocked, match=r"runtime\.lock"):
        lock_of(tmp_path, ARM)


# -- wheels


def test_a_wheel_is_unpacked_without_what_nobody_runs(tmp_path: Path) -> None:
    wheel(
        tmp_path,
        "thing",
        {
            "thing/__init__.py": "", "thing/__init__.pyi": "", "thing/py.typed": "", "thing/tests/test_it.py": "",
            "thing/__pycache__/x.pyc": "", "thing-1.0.data/purelib/beside.py": "", "thing-1.0.data/scripts/run": "",
            "thing/data.json": "{}",
        },
    )  # fmt: skip
    unpack(tmp_path / "thing-1.0-py3-none-any.whl", tmp_path / "into", ARM)
    found = {str(path.relative_to(tmp_path / "into")) for path in (tmp_path / "into").rglob("*") if path.is_file()}
    assert found == {"thing/__init__.py", "thing/data.json", "beside.py"}


def test_the_page_that_shows_the_api_is_there_for_the_api_alone(tmp_path: Path) -> None:
    page = "event_handler/openapi/swagger_ui/swagger-ui.min.css"
    name = "aws_lambda_powertools"
    wheel(tmp_path, name, {f"{name}/__init__.py": "", f"{name}/{page}": ""})
    for at, whole in enumerate(((), (name,))):
        unpack(tmp_path / f"{name}-1.0-py3-none-any.whl", tmp_path / str(at), ARM, whole)
        assert (tmp_path / str(at) / name / page).exists() is bool(whole)


def test_a_wheel_that_says_another_machine_than_its_name_is_refused(tmp_path: Path) -> None:
    name = "cp313-cp313-manylinux2014_aarch64"
    wheel(tmp_path, "thing", {"thing.py": ""}, name, told="cp313-cp313-manylinux2014_x86_64")
    with pytest.raises(BadWheel, match="x86_64"):
        unpack(tmp_path / f"thing-1.0-{name}.whl", tmp_path / "into", ARM)


def test_a_wheel_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    wheel(tmp_path, "thing", {"../thing.py": ""})
    with pytest.raises(BadWheel, match="leads out"):
        unpack(tmp_path / "thing-1.0-py3-none-any.whl", tmp_path / "into", ARM)
    assert not (tmp_path / "thing.py").exists()


def test_a_wheel_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    wheel(tmp_path, "six", {"six.py": "evil"})
    lock = read_lock(f"six==1.0 --hash=sha256:{'a' * 64}", ARM)
    with pytest.raises(BadWheel, match="no hash"):
        fetch(tuple(lock.values()), ARM, tmp_path)


def test_without_an_index_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    lock = read_lock(f"six==1.0 --hash=sha256:{'a' * 64}", ARM)
    with pytest.raises(NotFetched, match="arm64") as told:
        fetch(tuple(lock.values()), ARM, tmp_path)
    assert "six" in told.value.what


# -- the whole


def _made(tmp_path: Path, target: Target, name: str = "one") -> tuple[Path, bool]:
    root = tree(tmp_path / "tree", ENTRY)
    lines = [
        f"{library}==1.0 {wheel(tmp_path / 'wheels', library, {f'{library}.py': 'VALUE = 1'})}"
        for library in ("orjson", "jmespath")
    ]
    tree(root, {"requirements/runtime.lock": "\n".join(lines)})
    tree(tmp_path / name, {"left/over.py": ""})
    package = Package("task", (("handlers.entry", "task"),))
    return tmp_path / name, build(root, package, tmp_path / name, target, tmp_path / "wheels").compiled


def test_a_package_holds_what_runs_compiled_for_its_python(tmp_path: Path) -> None:
    folder, compiled = _made(tmp_path, here())
    assert compiled
    assert not (folder / "left").exists()
    assert not (folder / "handlers" / "compiler.py").exists()
    kept = next((folder / "handlers" / "__pycache__").glob("entry.*.pyc")).read_bytes()
    assert kept[4:8] == (1).to_bytes(4, "little"), "its hash is not checked"
    assert marshal.loads(kept[16:]).co_filename == "/var/task/handlers/entry.py"
    program = "import handlers.entry as entry; print(entry.task('a', None)[0])"
    asked = [sys.executable, "-S", "-c", program]
    told = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "sqlalchemy" in told.stderr, "all else was there"


def test_two_builds_are_the_same_byte_by_byte(tmp_path: Path) -> None:
    one, two = _made(tmp_path, here(), "one")[0], _made(tmp_path, here(), "two")[0]

    def told(folder: Path) -> list[tuple[str, int, int, bytes]]:
        files = sorted(path for path in folder.rglob("*"))
        return [
            (
                str(path.relative_to(folder)),
                path.stat().st_mode,
                int(path.stat().st_mtime),
                path.read_bytes() if path.is_file() else b"",
            )
            for path in files
        ]

    assert told(one) == told(two)


def test_without_a_python_of_that_version_it_is_said_that_nothing_is_compiled(tmp_path: Path) -> None:
    odd = Target("arm64", "3.99")
    assert interpreter(odd) is None
    folder, compiled = _made(tmp_path, odd)
    assert not compiled
    assert not list(folder.rglob("*.pyc"))


def test_what_cannot_be_compiled_is_told(tmp_path: Path) -> None:
    tree(tmp_path, {"broken.py": "def ("})
    with pytest.raises(Exception, match=r"broken\.py"):
        compile_in(tmp_path, here())


def test_make_is_told_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["Nonsense", str(tmp_path)]) == 1
    assert main([]) == 2
    monkeypatch.setenv("MURMUR_ARCHITECTURE", "mips")
    assert main(["TaskFunction", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "there is no package Nonsense" in told
    assert "usage" in told
    assert "arm64 or x86_64" in told
