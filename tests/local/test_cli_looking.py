"""Looking on: at what was refused, at runs that nobody works on, at files that may only be read; and what is told on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.murmur import Shop, shop

from murmuration.local.acting import Acting
from murmuration.workspace import Workspace

EMIT = ("emit", "--source", "shop", "--type", "order.placed", "--detail")


@pytest.fixture
def here(tmp_path: Path) -> Shop:
    made = shop(tmp_path / "shop")
    made("publish")
    return made


def test_what_was_refused_is_listed_with_its_reason(here: Shop) -> None:
    assert here("refused").stdout == "Nothing was refused.\n"
    here(*EMIT, '{"total": 1}')
    here("pause", "orders")
    here(*EMIT, '{"id": 7}')
    told = here("refused").stdout
    assert "the key ${detail.id} gives nothing for this event" in told
    assert told.index("is paused") < told.index("the key"), "the newest first"
    [newest] = here.json("refused", "--limit", 1)["refused"]  # type: ignore[misc]  # a list
    assert isinstance(newest, dict)
    assert (newest["pipeline"], newest["trigger"]) == ("shop/orders", "placed")
    assert isinstance(newest["event"], dict)
    assert newest["event"]["detail"] == {"id": 7}


@pytest.fixture
def left(here: Shop) -> Shop:
    """A run that was begun, and nobody works on it."""
    with Acting(Workspace(here.root), "test") as acting:
        acting.ask("run", {"pipeline": "orders", "input": {"id": 1}, "request": "one"})
    return here


def test_whoever_looks_at_a_run_that_goes_on_is_told_that_nobody_works(left: Shop) -> None:
    assert "Nobody works here now: murmur up goes on with what is left." in left("show").stderr
    left("up", "--once")
    assert "Nobody works" not in left("show").stderr


@pytest.mark.parametrize("verb", [("watch",), ("logs", "--follow")])
def test_whoever_follows_a_run_that_nobody_works_on_is_told_and_goes_on(left: Shop, verb: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", "from murmuration.cli.main import main; main()", *verb]
    with subprocess.Popen(
        command, cwd=left.root, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "Nobody works here" in line:
                break
        else:
            raise AssertionError("it was not told")
        left("up", "--once")
        assert "Nobody" not in process.stderr.read()
        assert process.wait(60) == 0


def test_a_command_that_works_alone_keeps_what_is_out_of_order_to_the_log(here: Shop) -> None:
    told = here("run", "orders", "--input", "[1]", code=2)
    assert "does not fit" in told.stderr
    assert "shop/orders: refused" not in told.stderr
    assert "shop/orders: refused" in (here.root / ".murmuration" / "server.log").read_text()


@pytest.mark.parametrize("verb", ["runs", "show", "refused", "doctor"])
def test_files_that_may_only_be_read_can_be_looked_at(left: Shop, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    left("up", "--once")
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
    left(verb)
    assert not (left.root / ".murmuration" / "state.db-shm").exists()


def test_a_token_settles_one_way_or_the_other(left: Shop) -> None:
    settle = ("settle", "last", "check", "--token", "t")
    assert "not both" in left(*settle, "--output", "1", "--error", "x", code=2).stderr
    assert "has no task chekc" in left("settle", "last", "chekc", "--token", "t", code=2).stderr
    assert "waits under this token" in left(*settle, code=2).stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"\xff\xfea", ":1:1)\n"), (b"{", ":1:2)\n"), (None, "no such file")],
)
def test_a_file_that_is_no_json_is_told_once_and_with_its_place(
    here: Shop, tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "input.json"
    if content is not None:
        file.write_bytes(content)
    answer = here("run", "orders", "--input", f"@{file}", code=2).stderr
    assert told in answer
    assert "[unreadable]" not in answer
    assert answer.count(str(file)) == 1


def test_ctrl_c_while_the_command_is_being_loaded_shows_no_trace(tmp_path: Path) -> None:
    program = """
import builtins, os, signal
before = builtins.__import__
def importing(name, *more):
    if name == "click":
        os.kill(os.getpid(), signal.SIGINT)
    return before(name, *more)
builtins.__import__ = importing
from murmuration.cli.start import main
main()
"""
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (-signal.SIGINT, "")


def test_the_command_begins() -> None:
    program = "from murmuration.cli.start import main; main()"
    told = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=True)
    assert "Pipelines that run because events reach them" in told.stdout
