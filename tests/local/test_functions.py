"""Functions: found, loaded apart from each other, loaded again when edited, typed and described."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from support.shop import Shop

from murmuration.functions import Function, FunctionNotFound, describe, discover, find
from murmuration.functions.description import told
from murmuration.local.workers import Kind


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop(tmp_path_factory.mktemp("shop"), size=1, largest=1) as shop:
        yield shop


# what there is


def test_functions_are_the_folders_with_a_handler(tmp_path: Path) -> None:
    assert discover(tmp_path) == {}
    for path in ("resize/handler.py", "notes/readme.md", "_hidden/handler.py", "clean-up/handler.py"):
        file = tmp_path / "functions" / path
        file.parent.mkdir(parents=True)
        file.write_text("def handler(event, context):\n    '''Say what it does.'''\n")
    found = discover(tmp_path)
    assert list(found) == ["clean-up", "resize"]
    assert found["resize"] == Function("resize", tmp_path / "functions/resize") == find(tmp_path, "resize")
    assert found["resize"].description() == "Say what it does."


@pytest.mark.parametrize(
    ("name", "says"), [("resise", 'Did you mean "resize"?'), ("../resize", "no function"), ("", "")]
)
def test_a_function_that_is_not_there(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "functions/resize").mkdir(parents=True)
    (tmp_path / "functions/resize/handler.py").touch()
    with pytest.raises(FunctionNotFound, match="There is no function") as error:
        find(tmp_path, name)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("'''The file.'''\nx = 1", "The file."),
        ("'''The file.'''\ndef handler(): pass", "The file."),
        ("def (", ""),
        ("", ""),
    ],
)
def test_the_description_is_read_without_running_anything(tmp_path: Path, source: str, says: str) -> None:
    (tmp_path / "handler.py").write_text(source)
    assert Function("f", tmp_path).description() == says


# apart from each other


def test_each_function_has_its_own_helpers(shop: Shop) -> None:
    for name in ("one", "two"):
        files = {
            "util.py": f"NAME = {name!r}\nCALLS = []",
            "parts/__init__.py": "",
            "parts/deep.py": f"DEEP = '{name} deep'",
        }
        source = """
            import util
            from parts.deep import DEEP
            def handler(event, context):
                import util as again
                from parts import late
                util.CALLS.append(1)
                return [util.NAME, DEEP, again is util, late.NAME, len(util.CALLS)]
        """
        shop.function(name, source, {**files, "parts/late.py": f"NAME = 'late {name}'"})
    for count in (1, 2, 3):
        for name in ("one", "two"):
            assert shop.run(name).output == [name, f"{name} deep", True, f"late {name}", count]


def test_a_helper_may_be_named_like_a_part_of_the_product(shop: Shop) -> None:
    shop.function(
        "own",
        "import events, schemas\ndef handler(event, context): return [events.X, schemas.X]",
        {"events.py": "X = 1", "schemas/__init__.py": "X = 2"},
    )
    shop.function("theirs", "import events.event\ndef handler(event, context): return events.__name__")
    for _ in range(2):
        assert shop.run("own").output == [1, 2]
        assert shop.run("theirs").output == "events"


def test_relative_imports_and_packages_without_init(shop: Shop) -> None:
    shop.function(
        "pack",
        "from lib.a import A\ndef handler(event, context): return A",
        {"lib/a.py": "from .b import A", "lib/b.py": "A = 5"},
    )
    assert shop.run("pack").output == 5


# loaded again


def test_an_edit_counts_from_the_next_attempt_on(shop: Shop) -> None:
    for number in range(12):
        shop.function(
            "edited",
            f"from util import more\ndef handler(event, context): return [{number % 10}, more()]",
            {"util.py": f"def more(): return {number % 10}"},
        )
        assert shop.run("edited").output == [number % 10] * 2


def test_an_edit_of_a_helper_alone_a_new_helper_and_a_removed_one(shop: Shop) -> None:
    shop.function("helped", "import util\ndef handler(event, context): return util.X", {"util.py": "X = 1"})
    assert shop.run("helped").output == 1
    shop.function("helped", "import util\ndef handler(event, context): return util.X", {"util.py": "X = 2"})
    assert shop.run("helped").output == 2
    (shop.workspace / "functions/helped/util.py").write_text("import other\nX = other.X")
    assert shop.run("helped").failure.type == "ModuleNotFoundError"
    (shop.workspace / "functions/helped/other.py").write_text("X = 3")
    assert shop.run("helped").output == 3
    (shop.workspace / "functions/helped/other.py").unlink()
    assert shop.run("helped").failure.type == "ModuleNotFoundError"


def test_an_attempt_sees_one_version_also_when_it_imports_late(shop: Shop, tmp_path: Path) -> None:
    go, began = tmp_path / "go", tmp_path / "began"
    source = """
        import os, pathlib, time
        VERSION = {version}
        def handler(event, context):
            pathlib.Path(event[0]).touch()
            while not os.path.exists(event[1]): time.sleep(0.002)
            import late
            return [VERSION, late.VERSION]
    """
    shop.function("mixed", source.format(version=1), {"late.py": "VERSION = 1"})
    job = shop.submit("mixed", [str(began), str(go)])
    shop.until(began.exists)
    shop.function("mixed", source.format(version=2), {"late.py": "VERSION = 2"})
    go.touch()
    assert shop.told(job).output == [1, 1]
    assert shop.run("mixed", [str(began), str(go)]).output == [2, 2]


def test_state_lives_as_long_as_the_version(shop: Shop) -> None:
    source = "seen = []\ndef handler(event, context):\n    seen.append(event)\n    return len(seen)"
    shop.function("counts", source)
    assert [shop.run("counts").output for _ in range(3)] == [1, 2, 3]
    shop.function("counts", source + "\n")
    assert shop.run("counts").output == 1


def test_a_function_can_be_removed_and_come_back(shop: Shop) -> None:
    shop.function("gone", "def handler(event, context): return 1")
    assert shop.run("gone").output == 1
    file = shop.workspace / "functions/gone/handler.py"
    file.unlink()
    assert shop.run("gone").failure.type == "FunctionNotFound"
    file.write_text("def handler(event, context): return 2")
    assert shop.run("gone").output == 2


def test_no_file_is_written_into_a_functions_folder(shop: Shop) -> None:
    shop.function("clean", "import util\ndef handler(event, context): return 1", {"util.py": ""})
    shop.run("clean")
    assert sorted(file.name for file in (shop.workspace / "functions/clean").iterdir()) == ["handler.py", "util.py"]


# typed


TYPED = """
    from murmuration import Context, task
    from pydantic import BaseModel, Field

    class Size(BaseModel):
        width: int = Field(gt=0)
        height: int = 10

    @task
    def handler(file: str, size: Size, tags: list[str] | None = None, *, context: Context) -> Size:
        '''Make it smaller.'''
        context.logger.info(file)
        return Size(width=size.width // 2, height=size.height)
"""


def test_arguments_are_what_the_annotations_say(shop: Shop) -> None:
    shop.function("typed", TYPED)
    answer = shop.run("typed", {"file": "a.png", "size": {"width": 8}})
    assert answer.output == {"width": 4, "height": 10}
    assert answer.text("log") == "a.png"


@pytest.mark.parametrize(
    ("parameters", "problems"),
    [
        (
            {"size": {"width": -1, "height": "tall"}, "colour": "red"},
            {
                "file": "is missing",
                "size.width": "greater than 0, not -1",
                "size.height": "not 'tall'",
                "colour": "is no parameter",
            },
        ),
        ({"file": "a", "size": {"width": 1}, "tags": ["a", 2]}, {"tags[1]": "not 2"}),
        (None, {"file": "is missing", "size": "is missing"}),
        ([1], {"": "not [1]"}),
    ],
)
def test_every_wrong_argument_is_named(shop: Shop, parameters: Any, problems: dict[str, str]) -> None:
    failure = shop.run(shop.function("typed", TYPED), parameters).failure
    assert failure.type == "InvalidInput"
    named = {found["at"]: found["message"] for found in failure.detail["problems"]}  # type: ignore[union-attr,index,call-overload]
    assert named.keys() == problems.keys()
    for place, says in problems.items():
        assert says in str(named[place])
    assert failure.traceback == ""


@pytest.mark.parametrize(
    ("source", "parameters", "output"),
    [
        ("@task\ndef handler(a: int = 2, /, *, b: int = 3) -> int: return a * b", {"b": 5}, 10),
        ("@task\ndef handler(**more: int): return more", {"x": 1}, {"x": 1}),
        (
            "@task(description='d')\nasync def handler(model_x: int, _y: int = 1) -> int: return model_x + _y",
            {"model_x": 1},
            2,
        ),
        ("@task\ndef only_one(a): return a", {"a": [1]}, [1]),
        (
            "import datetime\n@task\ndef handler(day: datetime.date) -> datetime.date: return day + datetime.timedelta(1)",
            {"day": "2026-01-31"},
            "2026-02-01",
        ),
        (
            "from typing import Annotated\nfrom pydantic import Field\n@task\ndef handler(a: Annotated[int, Field(ge=0)] = Field(7)): return a",
            {},
            7,
        ),
        (
            "@task\ndef handler(c: Context, copy: int = 1, json: int = 2): return [c.task, copy, json]",
            {"json": 3},
            ["step", 1, 3],
        ),
    ],
)
def test_all_shapes_of_a_task(shop: Shop, source: str, parameters: Any, output: Any) -> None:
    assert (
        shop.run(shop.function("shape", f"from murmuration import Context, task\n{source}\n"), parameters).output
        == output
    )


def test_two_tasks_in_a_file_need_a_handler(shop: Shop) -> None:
    source = "from murmuration import task\n@task\ndef a(): pass\n@task\ndef b(): pass\n"
    failure = shop.run(shop.function("two_tasks", source)).failure
    assert failure.type == "InvalidFunction"
    assert "2 functions are decorated" in failure.message


def test_a_task_called_directly_is_the_plain_function() -> None:
    from murmuration import task

    @task
    def double(number: int) -> int:
        """Twice."""
        return number * 2

    assert double(4) == 8
    assert (getattr(double, "__name__", ""), double.__doc__) == ("double", "Twice.")


def test_the_sdk_imports_nothing_heavy() -> None:
    code = (
        "import sys; from murmuration import task, Context; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pydantic", "boto3", "networkx", "asyncio", "sqlite3", "click"} & set(loaded)


# described


def test_designers_see_the_schemas(shop: Shop) -> None:
    shop.function("typed", TYPED)
    job = shop.submit("typed", kind=Kind.DESCRIBE)
    description = told("typed", shop.told(job).finished)
    assert description.text == "Make it smaller."
    assert description.input is not None
    assert description.input["required"] == ["file", "size"]
    assert list(description.input["properties"]) == ["file", "size", "tags"]  # type: ignore[arg-type]
    assert description.output is not None
    assert description.output["type"] == "object"


def test_describing_runs_the_code_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "functions/spy"
    folder.mkdir(parents=True)
    note = tmp_path / "pid"
    (folder / "handler.py").write_text(
        dedent(f"""
        import os, pathlib
        pathlib.Path({str(note)!r}).write_text(str(os.getpid()))
        def handler(event, context):
            '''Looks around.'''
        """)
    )
    description = describe(folder)
    assert (description.name, description.text, description.input, description.problem) == (
        "spy",
        "Looks around.",
        None,
        "",
    )
    assert int(note.read_text()) != os.getpid()


def test_a_function_that_cannot_be_described_says_why(shop: Shop) -> None:
    shop.function("broken", "import nothing_like_this")
    description = told("broken", shop.run("broken", kind=Kind.DESCRIBE).finished)
    assert description.problem == "ModuleNotFoundError: No module named 'nothing_like_this'"
