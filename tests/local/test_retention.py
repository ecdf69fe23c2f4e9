"""What ended long ago makes room, and nothing else does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from events.ledger import RunRecord, RunState
from events.ports import Arriving, Refusal
from handlers.reading import Line
from murmuration.local.artifacts import LocalArtifacts
from murmuration.local.retention import LONGEST_RUN_MS, PAUSE_MS, PORTION, Retention
from murmuration.local.stack import Stack
from schemas.trigger import RunEnd

DAY = 86_400_000
NOW = 1_900_000_000_000
KEEP = 30 * DAY


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path)
    yield stack
    stack.close()


def ended(stack: Stack, name: str, at: int) -> None:
    started = RunRecord(name, "p/x", 1, RunState.OPEN, at - 1_000, at + DAY)
    stack.ledger.open(started)
    stack.ledger.skip(name, "a", at)
    stack.ledger.arrive(name, [Arriving("b", {"e": True}, {"e": 0, "f": 1}, 2)])
    stack.ledger.end(name, RunEnd.SUCCEEDED, at, "")
    stack.logs.put([Line(name, "a", 1, at, "stdout", "", "hello")])


def take_all(stack: Stack, retention: Retention) -> None:
    while True:
        with stack.database.transaction():
            gone = retention.take(NOW)
        if not gone:
            return


def rows(stack: Stack, table: str) -> int:
    count: tuple[int] = stack.database.execute(f"SELECT count(*) FROM {table}").fetchone()
    return count[0]


def test_a_run_that_ended_long_ago_is_gone_with_all_that_belongs_to_it(stack: Stack, tmp_path: Path) -> None:
    with stack.database.transaction():
        ended(stack, "old", NOW - KEEP - DAY)
        ended(stack, "young", NOW - KEEP + DAY)
        stack.ledger.open(RunRecord("open", "p/x", 1, RunState.OPEN, NOW - 5 * KEEP, NOW + DAY))
    retention = Retention(stack.database, tmp_path / "artifacts", KEEP)
    take_all(stack, retention)
    assert [run for (run,) in stack.database.execute("SELECT id FROM runs ORDER BY id")] == ["open", "young"]
    assert {table: rows(stack, table) for table in ("journal", "logs")} == {"journal": 1, "logs": 1}
    assert retention.next_due(NOW) == NOW + PAUSE_MS


def test_more_than_a_portion_goes_in_steps(stack: Stack, tmp_path: Path) -> None:
    with stack.database.transaction():
        for number in range(PORTION + 1):
            stack.refusals.put(Refusal("p/x", "t", NOW - 2 * KEEP, f"{number}"))
    retention = Retention(stack.database, tmp_path / "artifacts", KEEP)
    with stack.database.transaction():
        assert retention.take(NOW) == PORTION
    assert retention.next_due(NOW) == NOW
    take_all(stack, retention)
    assert rows(stack, "refusals") == 0


def test_artifacts_outlast_every_run_that_may_name_them(stack: Stack, tmp_path: Path) -> None:
    folder = tmp_path / "artifacts"
    paths = [folder / "ab" / name for name in ("old", "young")]
    for path, age in zip(paths, (KEEP + LONGEST_RUN_MS + DAY, KEEP + DAY), strict=True):
        aged(path, age)
    cleared(stack, folder)
    assert [path.exists() for path in paths] == [False, True]


def test_files_that_attempts_wrote_go_with_their_folders(stack: Stack, tmp_path: Path) -> None:
    folder = tmp_path / "artifacts"
    old, young = (folder / run / "task" / "1" / "deep" / "picture.png" for run in ("r-old", "r-young"))
    for path, age in ((old, KEEP + LONGEST_RUN_MS + DAY), (young, KEEP)):
        aged(path, age)
    (folder / "r-new" / "task" / "1").mkdir(parents=True)
    cleared(stack, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["r-new", "r-young"]
    assert young.exists()
    assert (folder / "r-new" / "task" / "1").exists(), "it may be just in the making"


def test_an_output_that_was_there_a_year_ago_is_as_young_as_the_run_that_has_it_again(tmp_path: Path) -> None:
    artifacts = LocalArtifacts(tmp_path)
    named = artifacts.put(b"the same every year")
    [path] = tmp_path.glob("*/*")
    os.utime(path, (0, 0))
    assert artifacts.put(b"the same every year") == named
    assert path.stat().st_mtime > 0


def test_the_walk_holds_up_no_transaction(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, begun, go = tmp_path / "artifacts", Event(), Event()
    aged(folder / "ab" / "old", KEEP + LONGEST_RUN_MS + DAY)

    def slow(path: str) -> object:
        begun.set()
        go.wait(30)
        return scandir(path)

    scandir = os.scandir
    monkeypatch.setattr("murmuration.local.clearing.os.scandir", slow)
    retention = Retention(stack.database, folder, KEEP)
    take_all(stack, retention)
    assert begun.wait(30)
    assert not stack.database.connection.in_transaction, "it was committed, and the walk has hardly begun"
    assert (folder / "ab" / "old").exists()
    go.set()
    retention.clearing.wait()
    assert not (folder / "ab" / "old").exists()


def test_a_folder_that_cannot_be_read_ends_nothing(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: str) -> None:
        raise PermissionError("no")

    (tmp_path / "artifacts").mkdir()
    monkeypatch.setattr("murmuration.local.clearing.os.scandir", refuse)
    cleared(stack, tmp_path / "artifacts")
    assert "artifacts could not be looked at: no" in caplog.text


def aged(path: Path, age: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(b"x")
    os.utime(path, ((NOW - age) / 1_000,) * 2)


def cleared(stack: Stack, folder: Path) -> None:
    retention = Retention(stack.database, folder, KEEP)
    take_all(stack, retention)
    retention.clearing.wait()
