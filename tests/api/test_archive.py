"""The archive: events from outside are looked through and replayed, and what is looked through is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from support.aws import Cloud, cloud
from support.murmur import shop
from support.served import Served, served

from events.ports import moment
from handlers.archive import Archive, Wanted
from handlers.letters import NoPlace
from murmuration.aws.archive import AwsArchive
from murmuration.aws.artifacts import AwsArtifacts
from murmuration.aws.outside import Outside
from murmuration.local.archive import LocalArchive
from murmuration.local.database import Database
from murmuration.memory import ManualClock
from schemas.model import JsonObject

DAY = 86_400_000
NOW = ManualClock().at


def event(n: int, at: int, source: str = "shop", type_: str = "order", **detail: object) -> JsonObject:
    told: JsonObject = {"id": f"e{n}", "source": source, "detail-type": type_, "detail": {"n": n, **detail}}  # type: ignore[dict-item]
    return {**told, "time": moment(at).isoformat().replace("+00:00", "Z")}


EVENTS = [
    (NOW - 9 * DAY, event(0, NOW - 9 * DAY, note="Größe")),
    (NOW - 2 * DAY, event(1, NOW - 2 * DAY, "till", "payment")),
    (NOW - 2 * DAY + 1_000, event(2, NOW - 2 * DAY + 1_000)),
    (NOW - 60_000, event(3, NOW - 60_000, type_="order.gone")),
    (NOW - 1_000, event(4, NOW - 1_000, note='a "quoted" word')),
]


def local(folder: Path) -> Iterator[Archive]:
    database = Database(folder / "state.db", "NORMAL")
    for at, one in EVENTS:
        row = (one["id"], one["source"], one["detail-type"], at, orjson.dumps(one))
        database.execute("INSERT INTO outside (id, source, type, at, body) VALUES (?, ?, ?, ?, ?)", row)
    yield LocalArchive(database)
    database.close()


def outside(here: Cloud) -> tuple[Outside, AwsArchive]:
    clock = ManualClock()
    artifacts = AwsArtifacts(here.clients, here.environment.artifacts, clock)
    given = here.table, artifacts, clock, timedelta(days=30)
    return Outside(*given), AwsArchive(*given)


def deployed(_: Path) -> Iterator[Archive]:
    with cloud() as here:
        kept, archive = outside(here)
        for _at, one in EVENTS:
            kept.put(one)
        yield archive


@pytest.fixture(params=[local, deployed], ids=["local", "aws"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    yield from request.param(tmp_path)


def ids(archive: Archive, most: int = 50, **wanted: object) -> list[str]:
    found: list[str] = []
    after: str | None = None
    while True:
        page, after = archive.search(Wanted.model_validate(wanted), after=after, most=most)
        assert len(page) <= most
        found += [str(one.event["id"]) for one in page]
        if after is None:
            return found


@pytest.mark.parametrize("most", [1, 2, 50])
def test_the_newest_come_first_and_each_once(archive: Archive, most: int) -> None:
    assert ids(archive, most) == ["e4", "e3", "e2", "e1", "e0"]


@pytest.mark.parametrize("most", [1, 50])
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"source": "till"}, ["e1"]),
        ({"type": "order"}, ["e4", "e2", "e0"]),
        ({"type": "order", "source": "till"}, []),
        ({"since": NOW - 3 * DAY}, ["e4", "e3", "e2", "e1"]),
        ({"since": NOW - 3 * DAY, "until": NOW - DAY}, ["e2", "e1"]),
        ({"until": NOW - 2 * DAY}, ["e1", "e0"]),
        ({"until": NOW - 20 * DAY}, []),
        ({"q": "größe"}, ["e0"]),
        ({"q": "GRÖSSE"}, ["e0"]),
        ({"q": "payment"}, ["e1"]),
        ({"q": "nowhere"}, []),
    ],
)
def test_what_is_wanted_is_found(archive: Archive, wanted: dict[str, object], found: list[str], most: int) -> None:
    assert ids(archive, most, **wanted) == found


@pytest.mark.parametrize("place", ["x", "-1", "1e9", "9" * 40])
def test_a_place_that_somebody_made_up_is_refused(archive: Archive, place: str) -> None:
    with pytest.raises(NoPlace):
        archive.search(Wanted(), after=place)


def test_the_same_event_heard_by_two_triggers_is_kept_once() -> None:
    with cloud() as here:
        kept, archive = outside(here)
        for _ in range(3):
            kept.put(EVENTS[4][1])
        assert ids(archive) == ["e4"]


def test_an_event_of_any_size_is_found_whole() -> None:
    with cloud() as here:
        kept, archive = outside(here)
        large = event(9, NOW, text="".join(chr(33 + n * n % 90) for n in range(200_000)))
        kept.put(large)
        [found], _ = archive.search(Wanted())
        assert found.event == large


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = shop(tmp_path_factory.mktemp("archive") / "shop").root
    with served(root) as here:
        yield here


def test_it_is_said_what_is_looked_through(here: Served) -> None:
    told = here.get("/archive", q="nothing-like-it").json
    assert (told["events"], told["next"]) == ([], None)
    assert "every event from outside" in told["searched"]


@pytest.mark.parametrize(
    "query", [{"since": "yesterday"}, {"until": "2027-13-01T00:00:00Z"}, {"after": "x"}, {"most": 0}, {"most": 10_000}]
)
def test_what_cannot_be_read_is_refused(here: Served, query: dict[str, object]) -> None:
    assert here.get("/archive", **query).status == 422


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "ä"])
def test_a_replay_has_a_name_that_every_stack_takes(here: Served, name: str) -> None:
    assert here.post("/archive/replay", {"name": name}).status == 422


def test_a_dry_replay_changes_nothing(here: Served) -> None:
    told = here.post("/archive/replay", {"name": "again", "dry_run": True})
    assert told.status == 200, told.body
    assert told.json["dry_run"] is True
    assert here.get("/audit", operation="archive.replay").json["entries"] == []
