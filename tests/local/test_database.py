"""The file: whose it is, and who may open it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from events.ports import Unavailable
from murmuration.local.database import LAYOUT, Database


def made(path: Path, layout: int) -> Path:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {layout}")
    connection.execute("CREATE TABLE something (x)")
    connection.close()
    return path


@pytest.mark.parametrize("readonly", [False, True])
@pytest.mark.parametrize(
    ("layout", "told"), [(LAYOUT + 1, "a newer version"), (LAYOUT - 1, "before the first release")]
)
def test_a_file_of_another_layout_is_refused_in_words(tmp_path: Path, layout: int, told: str, readonly: bool) -> None:
    with pytest.raises(Unavailable, match=told):
        Database(made(tmp_path / "state.db", layout), readonly=readonly)


def test_whoever_looks_while_it_is_made_is_asked_to_wait(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="only being made"):
        Database(made(tmp_path / "state.db", 0), readonly=True)


def test_it_is_made_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        database = Database(tmp_path / "state.db")
        with database.transaction():
            database.execute("INSERT INTO marks VALUES (?, ?)", (name, b""))
        database.close()
    looking = Database(tmp_path / "state.db", readonly=True)
    assert looking.execute("SELECT count(*) FROM marks").fetchone() == (2,)
    looking.close()
