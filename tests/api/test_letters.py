"""Dead letters: listed in pages, sent again, thrown away with an entry in the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from support.aws import Cloud, cloud
from support.murmur import shop
from support.served import Served, served

from events.ports import Clock
from handlers.letters import Letters, NoPlace
from murmuration.aws.dead import DeadQueues
from murmuration.local.bus import LocalBus
from murmuration.local.database import Database
from murmuration.local.letters import LocalLetters
from murmuration.memory import ManualClock

EVENT = {"source": "shop", "detail-type": "order", "id": "e", "detail": {}}


def a_queue(folder: Path, *since: int) -> tuple[Database, LocalBus]:
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(folder / "state.db", "NORMAL")
    clock: Clock = ManualClock()
    for n, at in enumerate(since):
        body = orjson.dumps([[["r", "t", "arn", None]], {**EVENT, "id": f"e{n}"}])
        row = (f"d{n}", "start", body, 9, at, at, f"it failed for the {n}. time")
        database.execute("INSERT INTO queue VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    row = ("alive", "start", b"[[], {}]", 0, 1, 1, None)
    database.execute("INSERT INTO queue VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return database, LocalBus(database, clock, "arn")


def all_of(letters: Letters, most: int) -> list[str]:
    found: list[str] = []
    after: str | None = None
    while page := letters.page(after=after, most=most):
        found += [one.letter.id for one in page]
        after = page[-1].place
    return found


@pytest.mark.parametrize("most", [1, 2, 50])
def test_pages_of_a_workspace_hold_each_letter_once_the_oldest_first(tmp_path: Path, most: int) -> None:
    database, _ = a_queue(tmp_path, 5, 3, 5, 5, 1)
    assert all_of(LocalLetters(database), most) == ["d4", "d1", "d0", "d2", "d3"]
    database.close()


def test_what_is_dropped_of_a_workspace_is_gone_and_what_lives_is_not(tmp_path: Path) -> None:
    database, bus = a_queue(tmp_path, 1, 2, 3)
    with database.transaction():
        assert bus.drop(["d0", "d2", "alive", "none"]) == 2
    assert all_of(LocalLetters(database), 5) == ["d1"]
    assert database.execute("SELECT count(*) FROM queue WHERE id = 'alive'").fetchone() == (1,)
    database.close()


@pytest.fixture
def sky() -> Iterator[Cloud]:
    with cloud() as here:
        yield here


def give_up(here: Cloud, *bodies: str) -> None:
    for body in bodies:
        here.clients.sqs.send_message(QueueUrl=here.queue("undelivered-dead"), MessageBody=body)


@pytest.mark.parametrize("most", [1, 2, 50])
def test_pages_of_a_deployed_stack_hold_each_letter_once(sky: Cloud, most: int) -> None:
    give_up(sky, *(orjson.dumps({"n": n}).decode() for n in range(5)))
    queues = DeadQueues(sky.clients, sky.environment.prefix)
    found = all_of(queues, most)
    assert len(found) == 5
    assert {one.letter.id for one in queues.page()} == {*found}


def test_what_is_dropped_of_a_deployed_stack_is_gone(sky: Cloud) -> None:
    give_up(sky, '{"n": 1}', '{"n": 2}', "no JSON")
    queues = DeadQueues(sky.clients, sky.environment.prefix)
    first, second, third = (one.letter for one in queues.page())
    assert queues.drop([first.id, third.id, "none"]) == 2
    assert [one.letter.id for one in queues.page()] == [second.id]
    assert queues.drop([first.id]) == 0


@pytest.mark.parametrize("place", ["", "x/y", "12", "-1/d", "1/d"])
def test_a_place_that_somebody_made_up_is_refused(sky: Cloud, tmp_path: Path, place: str) -> None:
    database, _ = a_queue(tmp_path)
    for letters in (LocalLetters(database), DeadQueues(sky.clients, sky.environment.prefix)):
        with pytest.raises(NoPlace):
            letters.page(after=place)
    database.close()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = shop(tmp_path_factory.mktemp("letters") / "shop").root
    with served(root) as here:
        yield here


def test_there_are_none_at_first(here: Served) -> None:
    assert here.get("/dead-letters").json == {"letters": [], "next": None}
    assert here.post("/dead-letters/redrive").json == {"redriven": 0}
    assert here.post("/dead-letters/drop", {"ids": ["none"]}).json == {"dropped": 0}


def test_what_was_dropped_by_whom_is_in_the_audit_log(here: Served) -> None:
    here.post("/dead-letters/drop", {"ids": ["some-letter"]})
    [entry, *_] = here.get("/audit", operation="letter.drop").json["entries"]
    assert entry["before"] == {"ids": ["some-letter"]}
    assert entry["after"] == {"ids": ["some-letter"], "dropped": 0}


@pytest.mark.parametrize(
    ("path", "body"),
    [("drop", {}), ("drop", {"ids": []}), ("drop", {"ids": "all"}), ("redrive", {"ids": []}), ("drop", {"ids": [""]})],
)
def test_what_is_to_go_is_named(here: Served, path: str, body: dict[str, object]) -> None:
    assert here.post(f"/dead-letters/{path}", body).status == 422


def test_a_cursor_of_another_list_is_refused(here: Served) -> None:
    assert here.get("/dead-letters", after="bm9uc2Vuc2U").code == "invalid-request"
