"""The command as such: what its help says, how it starts, how it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from support.murmur import shop

from murmuration.cli.documentation import page
from murmuration.cli.main import INTERRUPTED, NOT_TRIED, VERBS, main
from murmuration.local.acting import Acting
from murmuration.workspace import Workspace

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
IDLE = {
    "events.router", "events.kinds", "events.rules", "handlers.control", "handlers.start", "handlers.loaded",
    "jsonschema_rs", "networkx", "yaml", "rich",
}  # fmt: skip
HEAVY = {"pydantic", "rich", "networkx", "sqlite3", "yaml", "orjson", "boto3", "jmespath", "events", "handlers"}


def test_the_page_is_what_the_verbs_say() -> None:
    assert page() == PAGE.read_text(), "write it anew: python -m murmuration.cli.documentation > docs/commands.md"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_tells_its_exit_codes(verb: str) -> None:
    command = main.get_command(click.Context(main), verb)
    assert command is not None
    told = CliRunner().invoke(main, [verb, "--help"]).stdout
    if not isinstance(command, click.Group):
        assert "Exit code" in told
    assert "\b" not in told


def test_the_list_of_verbs_loads_nothing_heavy() -> None:
    program = """
import json, sys
from click.testing import CliRunner
from murmuration.cli.main import main
assert CliRunner().invoke(main, ["--help"]).exit_code == 0
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not HEAVY & set(json.loads(told.stdout))


@pytest.mark.parametrize("verb", ["show", "runs", "logs", "events"])
def test_who_only_looks_loads_nothing_of_what_does_the_work(tmp_path: Path, verb: str) -> None:
    here = shop(tmp_path / "shop")
    here("publish")
    with Acting(Workspace(here.root), "test") as acting:
        acting.ask("run", {"pipeline": "orders", "input": {}, "request": "one"})
    program = f"""
import json, sys
from murmuration.cli.main import main
main(["{verb}", "--json", "--workspace", {str(here.root)!r}], standalone_mode=False)
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not IDLE & set(json.loads(told.stderr.splitlines()[-1]))


def test_a_folder_that_is_gone_is_told_as_such(tmp_path: Path) -> None:
    program = "import os; os.rmdir(os.getcwd()); from murmuration.cli.main import main; main(['runs'])"
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == NOT_TRIED
    assert "the current folder is gone" in told.stderr


class _Breaking(click.Command):
    def __init__(self, wrong: BaseException) -> None:
        super().__init__("runs")
        self.wrong = wrong

    def invoke(self, ctx: click.Context) -> object:
        raise self.wrong


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        (KeyboardInterrupt(), INTERRUPTED, "Interrupted."),
        (RuntimeError("never thought of"), NOT_TRIED, "murmur: RuntimeError: never thought of"),
        (click.UsageError("not so"), NOT_TRIED, "Error: not so"),
    ],
)
def test_no_stack_trace_reaches_anybody(
    wrong: BaseException, code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(main), "get_command", lambda *_: _Breaking(wrong))
    answer = CliRunner().invoke(main, ["runs"])
    assert answer.exit_code == code
    assert words in answer.stderr
    assert "Traceback" not in answer.output


def test_whoever_wants_the_trace_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(main), "get_command", lambda *_: _Breaking(RuntimeError("it broke")))
    answer = CliRunner().invoke(main, ["runs"], env={"MURMUR_TRACE": "1"})
    assert isinstance(answer.exception, RuntimeError)
