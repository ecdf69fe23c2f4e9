"""Progress: told in a small file, a few times a second, and worth nothing after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from murmuration.local.progress import ProgressBoard, read_progress


def test_whoever_watches_reads_the_last_word_of_each_task_at_work(tmp_path: Path) -> None:
    board = ProgressBoard(tmp_path)
    board.note("r-1", "a", 0.25, "one of four")
    board.note("r-1", "a", 0.5, "two of four")
    board.note("r-2", "a", 1.0, "")
    assert board.patience() == 0.0
    board.write()
    assert read_progress(tmp_path) == {("r-1", "a"): (0.5, "two of four"), ("r-2", "a"): (1.0, "")}
    assert board.patience() is None, "nothing is new"


def test_it_is_written_a_few_times_a_second_and_the_last_word_is_never_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = [100.0]
    monkeypatch.setattr("murmuration.local.progress.time.monotonic", lambda: time[0])
    board = ProgressBoard(tmp_path)
    board.note("r-1", "a", 0.1, "")
    board.write()
    board.drop("r-1", "a")
    board.drop("r-1", "never heard of")
    board.write()
    assert read_progress(tmp_path), "too soon"
    wait = board.patience()
    assert wait
    time[0] += wait
    board.write()
    assert read_progress(tmp_path) == {}


def test_what_a_crash_left_is_gone_with_the_next_one(tmp_path: Path) -> None:
    board = ProgressBoard(tmp_path)
    board.note("r-1", "a", 0.1, "")
    board.write()
    ProgressBoard(tmp_path)
    assert read_progress(tmp_path) == {}
    (tmp_path / "progress.json").write_text("half a")
    assert read_progress(tmp_path) == {}
    board.close()
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_be_written_it_is_left_out(tmp_path: Path) -> None:
    board = ProgressBoard(tmp_path / "gone")
    board.note("r-1", "a", 0.1, "")
    board.write()
    board.close()
    assert read_progress(tmp_path / "gone") == {}
