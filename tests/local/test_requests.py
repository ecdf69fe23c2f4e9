"""How other processes have the owner of a workspace change something."""

from __future__ import annotations

import multiprocessing
import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.ports import Unavailable
from handlers.acting import Refused, refusal
from murmuration.local import wakeup
from murmuration.local.database import Database
from murmuration.local.owner import holder, own
from murmuration.local.requests import PATIENCE_S, Inbox, Letter, NoAnswer
from murmuration.local.wakeup import WakeUp, wake
from schemas.errors import MurmurationError
from schemas.model import JsonObject

NOW = 1_800_000_000_000


class Echo:
    """Answers with what it was asked, and breaks where it is asked to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.done: list[JsonObject] = []
        self.undoings = 0

    def answer(self, kind: str, body: JsonObject) -> JsonObject:
        self._database.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (str(body.get("n")), b"done"))
        if kind == "break":
            raise RuntimeError("it broke")
        if kind == "refuse":
            return {"refused": refusal(NoAnswer("no", where="here", advice="Ask somebody else"))}
        self.done.append(body)
        return {"done": body}

    def undone(self) -> None:
        self.undoings += 1


class Owner:
    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "state.db", "NORMAL")
        self.echo = Echo(self.database)
        self.inbox = Inbox(self.database, self.echo)

    def step(self, now: int | None = None) -> int:
        """As the engine's step: False where nothing is due."""
        moment = now if now is not None else _now()
        if self.inbox.next_due(moment) is None:
            return 0
        with self.database.transaction():
            return self.inbox.take(moment)

    def marks(self) -> list[str]:
        return [name for (name,) in self.database.execute("SELECT name FROM marks ORDER BY name")]

    def close(self) -> None:
        self.inbox.close()
        self.database.close()


def _now() -> int:
    import time

    return time.time_ns() // 1_000_000


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    made = Owner(tmp_path)
    yield made
    made.close()


def test_a_request_is_done_and_answered(owner: Owner, tmp_path: Path) -> None:
    owner.step()
    with Letter(tmp_path / "state.db", "say", {"n": 1}) as letter:
        assert letter.look() is None
        assert select.select([owner.inbox.fileno()], [], [], 5)[0], "the owner was woken"
        assert owner.step() == 1
        assert letter.look() == {"n": 1}
    assert owner.step() == 0


def test_a_refusal_has_its_three_parts(owner: Owner, tmp_path: Path) -> None:
    with Letter(tmp_path / "state.db", "refuse", {}) as letter:
        owner.step()
        with pytest.raises(Refused) as told:
            letter.look()
    assert (told.value.what, told.value.where, told.value.advice) == ("no", "here", "Ask somebody else")
    assert told.value.reason == "no-answer"


def test_requests_that_came_before_their_owner_are_done_in_order(owner: Owner, tmp_path: Path) -> None:
    letters = [Letter(tmp_path / "state.db", "say", {"n": n}) for n in range(3)]
    assert owner.step() == 3
    assert owner.echo.done == [{"n": 0}, {"n": 1}, {"n": 2}]
    for letter in letters:
        letter.__exit__()


def test_what_was_withdrawn_is_never_done(owner: Owner, tmp_path: Path) -> None:
    with Letter(tmp_path / "state.db", "say", {"n": 1}) as letter:
        assert letter.withdraw()
    assert owner.step() == 0
    with Letter(tmp_path / "state.db", "say", {"n": 2}) as letter:
        wake(tmp_path)
        owner.step()
        assert not letter.withdraw()
        assert letter.look() == {"n": 2}


def test_whoever_goes_away_takes_his_request_along(owner: Owner, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Letter(tmp_path / "state.db", "say", {"n": 1}):
        raise KeyboardInterrupt
    assert owner.step() == 0


def test_a_request_that_nobody_waits_for_any_more_is_not_done(owner: Owner, tmp_path: Path) -> None:
    with Letter(tmp_path / "state.db", "say", {"n": 1}) as letter:
        owner.step(_now() + round(PATIENCE_S * 1000) + 1)
        with pytest.raises(Refused, match="nobody waits"):
            letter.look()
    assert owner.echo.done == []


def test_one_that_breaks_is_undone_and_refused_and_hurts_no_other(owner: Owner, tmp_path: Path) -> None:
    bad = Letter(tmp_path / "state.db", "break", {"n": "bad"})
    good = Letter(tmp_path / "state.db", "say", {"n": "good"})
    with pytest.raises(RuntimeError):
        owner.step()
    assert owner.marks() == []
    assert owner.step() == 2
    assert owner.marks() == ["good"]
    assert owner.echo.undoings == 1
    assert good.look() == {"n": "good"}
    with pytest.raises(Refused, match="RuntimeError: it broke"):
        bad.look()
    bad.__exit__()
    good.__exit__()


def test_a_letter_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        Letter(tmp_path / "state.db", "say", {})
    assert not (tmp_path / "state.db").exists()


def test_a_wake_up_where_no_unix_socket_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "_unix", lambda _: None)
    assert not wake(tmp_path)
    bell = WakeUp(tmp_path)
    assert not bell.drain()
    assert wake(tmp_path)
    assert select.select([bell], [], [], 5)[0]
    assert bell.drain()
    assert not bell.drain()
    bell.close()
    assert not wake(tmp_path)


def test_a_path_that_is_too_long_for_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    bell = WakeUp(deep)
    assert wake(deep)
    assert select.select([bell], [], [], 5)[0]
    bell.close()


def test_a_full_bell_is_rung_enough(tmp_path: Path) -> None:
    bell = WakeUp(tmp_path)
    assert all(wake(tmp_path) for _ in range(2_000))
    assert bell.drain()
    bell.close()


def test_one_owner_at_a_time(tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = own(state, "murmur up")
    assert first is not None
    assert own(state, "murmur run") is None
    there = holder(state)
    assert there is not None
    assert (there.process, there.what) == (os.getpid(), "murmur up")
    first.close()
    assert holder(state) is None
    second = own(state, "murmur run")
    assert second is not None
    second.close()


def _own_and_die(state: Path) -> None:
    assert own(state, "murmur up") is not None
    os._exit(0)


def test_an_owner_that_dies_owns_nothing(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_own_and_die, args=(tmp_path,))
    process.start()
    process.join()
    assert holder(tmp_path) is None
    again = own(tmp_path, "murmur up")
    assert again is not None
    again.close()


def test_errors_are_told_in_three_parts() -> None:
    told = refusal(MurmurationError("what", where="where", advice="advice"))
    assert told == {"code": "error", "what": "what", "where": "where", "advice": "advice"}
