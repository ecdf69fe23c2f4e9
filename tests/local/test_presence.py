"""The database is gone from under its server: it is noticed, said, and nothing that came in its place is touched."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from support.murmur import Shop, shop

from events.ports import Unavailable
from murmuration.local.acting import Acting
from murmuration.local.owner import own
from murmuration.local.presence import PACE_MS, DatabaseGone, Presence
from murmuration.local.requests import Letter
from murmuration.local.wakeup import WakeUp, wake
from murmuration.workspace import Workspace


def removed(state: Path) -> None:
    (state / "state.db").unlink()


def replaced(state: Path) -> None:
    other = state / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (n)")
    connection.close()
    other.replace(state / "state.db")


def without_log(state: Path) -> None:
    (state / "state.db-wal").unlink()


def without_lock(state: Path) -> None:
    (state / "lock").unlink()


def without_folder(state: Path) -> None:
    shutil.rmtree(state)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr("murmuration.local.presence.PACE_MS", 50)
    return shop(tmp_path / "shop")


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (removed, "state.db was removed"),
        (replaced, "state.db was replaced"),
        (without_log, "state.db-wal was removed"),
        (without_lock, "lock was removed"),
        (without_folder, "state.db was removed"),
    ],
)
def test_a_server_whose_database_goes_says_so_and_ends(here: Shop, gone: Callable[[Path], None], told: str) -> None:
    here("publish")
    with pytest.raises(DatabaseGone, match=told), Acting(Workspace(here.root), "test") as acting:
        acting.serve().run(_after_the_first_look(lambda: gone(here.root / ".murmuration")))


def _after_the_first_look(do: Callable[[], None]) -> Callable[[], bool]:
    asked: list[bool] = []

    def over() -> bool:
        if not asked:
            asked.append(True)
            do()
        return False

    return over


def test_what_came_in_its_place_is_left_as_it_is(here: Shop) -> None:
    here("publish")
    state = here.root / ".murmuration"
    with pytest.raises(DatabaseGone), Acting(Workspace(here.root), "test") as acting:
        acting.serve().run(_after_the_first_look(lambda: replaced(state)))
    with sqlite3.connect(state / "state.db") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("mine",)]
    connection.close()


def test_a_disk_that_does_not_answer_is_no_file_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "state.db"
    file.touch()
    presence = Presence(file, tmp_path / "never")

    def refuse(_: Path) -> None:
        raise OSError("stale")

    monkeypatch.setattr(Path, "stat", refuse)
    presence.look(1)
    monkeypatch.undo()
    file.unlink()
    presence.look(PACE_MS)
    with pytest.raises(DatabaseGone, match="removed"):
        presence.look(PACE_MS + 1)


def test_who_asks_while_the_database_is_gone_does_it_himself_once_the_server_has_ended(here: Shop) -> None:
    here("publish")
    state = here.root / ".murmuration"
    server = own(state, "murmur up")
    assert server is not None
    removed(state)
    with Acting(Workspace(here.root), "test") as acting:
        assert not acting.alone
        server.close()
        assert acting.ask("publish", {"pipelines": []})["published"] == []
        assert acting.alone


def test_a_file_that_is_not_there_is_no_folder_that_may_not_be_written(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as told:
        Letter(tmp_path / "state.db", "publish", {})
    assert "The file is gone" in told.value.advice


def test_the_bell_of_the_next_server_is_left_to_it(tmp_path: Path) -> None:
    bell = WakeUp(tmp_path)
    (tmp_path / "wake.sock").unlink()
    next_one = WakeUp(tmp_path)
    bell.close()
    assert wake(tmp_path)
    assert next_one.drain()
    next_one.close()
    assert not wake(tmp_path)
