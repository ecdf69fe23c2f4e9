"""`murmur check`: exit codes, JSON for programs, and text as a good compiler's."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from murmuration.cli.main import main
from schemas.source import MAX_BYTES

SOUND = "project: shop\npipeline: orders\ntasks:\n  pack: {function: pack, timeout: 5m}\n"
WRONG = "project: shop\npipeline: orders\ntasks:\n  pack: {function: pack, timeout: 5}\n"


def run(*arguments: str, stdin: str | bytes = b"") -> Result:
    return CliRunner().invoke(main, ["check", *arguments], input=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "project.yaml").write_text("project: shop\n")
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / "pipelines" / "orders.yaml").write_text(SOUND)
    return tmp_path


def test_warnings_do_not_fail(folder: Path) -> None:
    result = run(str(folder / "pipelines" / "orders.yaml"))
    assert result.exit_code == 0
    assert "1 file: no mistakes, 1 warning" in result.output


def test_mistakes_are_shown_at_their_line(folder: Path) -> None:
    file = folder / "wrong.yaml"
    file.write_text(WRONG)
    result = run(str(file))
    assert result.exit_code == 1
    lines = result.output.splitlines()
    at = next(number for number, line in enumerate(lines) if "bad-duration" in line)
    assert lines[at] == f"{file}:4:35: error [bad-duration] 5 is not a duration (at tasks.pack.timeout)"
    assert lines[at + 1] == "      4 |   pack: {function: pack, timeout: 5}"
    assert lines[at + 2].index("^") == lines[at + 1].index("5}")
    assert lines[at + 3] == "        = Write 5s for 5 seconds"
    assert "\x1b" not in result.output


def test_json_is_for_programs() -> None:
    result = run("-", "--json", stdin=WRONG)
    assert result.exit_code == 1
    document = json.loads(result.output)
    assert document["ok"] is False
    (error,) = [problem for problem in document["problems"] if problem["severity"] == "error"]
    assert error == {
        "code": "bad-duration",
        "severity": "error",
        "file": "<stdin>",
        "line": 4,
        "column": 35,
        "path": "tasks.pack.timeout",
        "message": "5 is not a duration",
        "advice": "Write 5s for 5 seconds",
    }


def test_a_folder_is_its_documents_and_those_of_its_pipelines(folder: Path) -> None:
    assert "2 files: no mistakes" in run(str(folder)).output
    assert "2 files: no mistakes" in run(str(folder), str(folder / "pipelines" / ".." / "project.yaml")).output


def test_files_are_checked_together(folder: Path) -> None:
    (folder / "pipelines" / "again.yaml").write_text(SOUND)
    result = run(str(folder))
    assert result.exit_code == 1
    assert "duplicate-pipeline" in result.output


def test_what_cannot_be_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(100 * 2**20)
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\x00\x01")
    empty = tmp_path / "empty"
    empty.mkdir()
    for path, words in (
        (huge, "100.0 MB"),
        (binary, "U+0000"),
        (tmp_path / "none.yaml", "no such file"),
        (empty, "folder"),
    ):
        result = run(str(path))
        assert result.exit_code == 2
        assert words in result.output
    assert "U+0000" in run(str(binary), str(huge), "--json").output


def test_the_standard_input_is_read_no_further_than_a_document_goes() -> None:
    result = run("-", stdin=b"x" * (MAX_BYTES + 5))
    assert result.exit_code == 2
    assert "at most 4 MB" in result.output


@pytest.mark.parametrize("begins", ["{", " {", "{ ", "{\r\n\t"])
def test_json_comes_in_as_json(begins: str) -> None:
    text = (
        begins
        + '"project": "shop", "pipeline": "orders", "tasks": {"pack": {"function": "pack", "description": "\\ud83d\\ude00"}}}'
    )
    assert run("-", stdin=text).exit_code == 0


def test_many_warnings_of_a_kind_are_counted() -> None:
    tasks = "".join(f"  t{n}: {{function: f}}\n" for n in range(20))
    output = run("-", stdin=f"project: shop\npipeline: orders\ntasks:\n{tasks}").output
    assert output.count("[no-timeout]") == 4
    assert "17 more warnings [no-timeout]: tasks.t3," in output


def test_a_platform_is_named() -> None:
    text = SOUND.replace("5m", "20m")
    assert run("-", stdin=text).exit_code == 0
    assert run("-", "--target", "aws", stdin=text).exit_code == 1
    assert run("-", "--target", "mars", stdin=text).exit_code == 2


def test_a_long_line_is_shown_around_the_mistake() -> None:
    text = SOUND + f"description: {'x' * 300} # \n" + "owner: " + "[" * 3 + "]" * 3 + " " * 200 + "\n"
    shown = [line for line in run("-", stdin=text).output.splitlines() if " | " in line]
    assert all(len(line) < 180 for line in shown)


def test_a_name_that_no_terminal_shows_is_no_stack_trace(tmp_path: Path) -> None:
    result = run(os.fsdecode(bytes(tmp_path) + b"/no\xfftext.yaml"))
    assert result.exit_code == 2
    assert "no such file" in result.output


def test_what_a_document_holds_cannot_drive_the_terminal() -> None:
    text = 'project: shop\npipeline: orders\n"\\e[31mred\\n": 1\ntasks: {pack: {function: pack, join: "a\\rb"}}\n'
    output = run("-", stdin=text).output
    assert 'nobody knows the key "\\x1b[31mred\\n" (at \\x1b[31mred\\n)' in output
    assert 'join cannot be "a\\rb"' in output
    assert not {"\x1b", "\r"} & set(output)
