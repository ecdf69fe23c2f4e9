"""What ended long ago makes room, and nothing else does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.ledger import RunRecord, RunState
from events.ports import Arriving, Refusal
from murmuration.local.logs import Line
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
    stack.ledger.arrive(name, [Arriving("b", {"e": True}, 2, 2)])
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
    assert {table: rows(stack, table) for table in ("tasks", "gates", "logs")} == {"tasks": 1, "gates": 1, "logs": 1}
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
    paths[0].parent.mkdir(parents=True)
    for path, age in zip(paths, (KEEP + LONGEST_RUN_MS + DAY, KEEP + DAY), strict=True):
        path.write_bytes(b"x")
        os.utime(path, ((NOW - age) / 1_000,) * 2)
    take_all(stack, Retention(stack.database, folder, KEEP))
    assert [path.exists() for path in paths] == [False, True]
