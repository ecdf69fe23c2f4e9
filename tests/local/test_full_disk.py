"""Little room on the disk: what is not needed takes none, and what could not be written leaves nothing behind."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from murmuration.local.artifacts import LocalArtifacts
from murmuration.local.database import LOG_PAGES, PAGE, Database

WHOLE = LOG_PAGES * (PAGE + 24)


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_could_not_be_kept_leaves_no_half_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    artifacts = LocalArtifacts(tmp_path)
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space left"):
        artifacts.put(b"large")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def log_size(folder: Path, free: int, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, free))  # type: ignore[attr-defined]  # its own type
    database = Database(folder / "state.db")
    database.make_room()
    size = (folder / "state.db-wal").stat().st_size
    database.close()
    return size


def test_the_log_is_given_its_size_only_where_that_leaves_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert log_size(tmp_path, 100 * WHOLE, monkeypatch) == WHOLE
    assert log_size(tmp_path, 2 * WHOLE, monkeypatch) < WHOLE // 10


def test_a_log_that_could_not_be_given_its_size_takes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("murmuration.local.database.os.fsync", no_room)
    assert log_size(tmp_path, 100 * WHOLE, monkeypatch) < WHOLE // 10
