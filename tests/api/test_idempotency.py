"""Idempotency keys, on every cabinet there is: what creates is done once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.aws import cloud
from support.small_api import Small, small

from handlers.api.asked import Here
from handlers.api.idempotency import _UNDER_WAY_MS, DRAWER, KEPT_MS
from handlers.api.routes import Routes
from handlers.auth import Operation
from handlers.cabinet import Cabinet
from handlers.unknown import NoSuchRun
from murmuration.aws.cabinet import AwsCabinet
from murmuration.local.cabinet import LocalCabinet
from murmuration.memory import ManualClock, MemoryCabinet
from schemas.model import Model


class Made(Model):
    number: int
    by: str


class Wanted(Model):
    name: str
    fails: bool = False


@dataclass
class Maker:
    made: list[str] = field(default_factory=list)
    api: Small | None = None
    dies: bool = False

    def routes(self) -> Routes:
        routes = Routes("about")
        routes.post("/things", Operation.RUN_START, self.make, "Make a thing", status=201, creates=True)
        routes.post("/others", Operation.RUN_START, self.make, "Make another", status=201, creates=True)
        routes.post("/plain", Operation.RUN_START, self.make, "Make one each time", status=201)
        routes.post("/once", Operation.RUN_START, self.make, "Tell it once", creates=True, untold=("by",))
        routes.post("/nested", Operation.RUN_START, self.nested, "Ask the same again meanwhile", creates=True)
        return routes

    def make(self, wanted: Wanted, asked: Here) -> Made:
        if self.dies:
            raise KeyboardInterrupt
        self.made.append(wanted.name)
        if wanted.fails:
            raise NoSuchRun("there is none")
        return Made(number=len(self.made), by=asked.caller.name)

    def nested(self, wanted: Wanted, asked: Here) -> Made:
        assert self.api is not None
        meanwhile = self.api.ask("POST", "/nested", wanted.document(), headers={"idempotency-key": "k"})
        return Made(number=meanwhile.status, by=meanwhile.code)


@pytest.fixture(params=["memory", "sqlite", "dynamodb"])
def clocked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Cabinet, ManualClock]]:
    clock = ManualClock()
    match request.param:
        case "memory":
            yield MemoryCabinet(clock), clock
        case "sqlite":
            cabinet = LocalCabinet(tmp_path, clock)
            yield cabinet, clock
            cabinet.close()
        case _:
            with cloud() as here:
                yield AwsCabinet(here.table, clock), clock


@pytest.fixture
def maker(clocked: tuple[Cabinet, ManualClock]) -> Maker:
    cabinet, clock = clocked
    maker = Maker()
    maker.api = small(maker.routes(), cabinet=cabinet, clock=clock)
    return maker


def ask(
    maker: Maker, path: str = "/things", name: str = "a", key: str | None = "k", token: str = "admin", **more: object
):  # type: ignore[no-untyped-def]
    assert maker.api is not None
    headers = {} if key is None else {"idempotency-key": key}
    return maker.api.ask("POST", path, {"name": name, **more}, token=token, headers=headers)


def test_the_same_is_done_once_and_answered_the_same(maker: Maker) -> None:
    first, again = ask(maker), ask(maker)
    assert (first.status, first.body) == (again.status, again.body) == (201, b'{"number":1,"by":"admin"}')
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert maker.made == ["a"]


def test_without_a_key_or_where_nothing_is_created_each_is_done(maker: Maker) -> None:
    assert [ask(maker, key=None).json["number"] for _ in range(2)] == [1, 2]
    assert [ask(maker, "/plain").json["number"] for _ in range(2)] == [3, 4]


def test_what_is_told_once_is_not_kept(clocked: tuple[Cabinet, ManualClock], maker: Maker) -> None:
    first, again = (ask(maker, "/once", token="somebody-in-particular:admin") for _ in range(2))
    assert (first.json["number"], again.json["number"]) == (1, 1)
    assert (first.json["by"], again.json["by"]) == ("somebody-in-particular", None)
    assert "somebody-in-particular" not in repr(clocked[0].list(DRAWER))


def test_a_key_is_its_callers_and_its_routes(maker: Maker) -> None:
    told = [ask(maker), ask(maker, token="ada:admin"), ask(maker, "/others"), ask(maker, key="K")]
    assert [one.json["number"] for one in told] == [1, 2, 3, 4]


def test_a_key_is_for_one_request(maker: Maker) -> None:
    ask(maker)
    told = ask(maker, name="b")
    assert (told.status, told.code) == (422, "key-reused")
    assert maker.made == ["a"]


def test_what_failed_is_not_kept(maker: Maker) -> None:
    assert [ask(maker, fails=True).status for _ in range(2)] == [404, 404]
    assert maker.api is not None
    bad = maker.api.ask("POST", "/things", {}, headers={"idempotency-key": "k"})
    assert bad.status == 422
    assert ask(maker).status == 201
    assert maker.made == ["a", "a", "a"]


def test_while_it_is_under_way_it_is_not_begun_again(maker: Maker) -> None:
    assert ask(maker, "/nested").json == {"number": 409, "by": "under-way"}


def test_what_died_frees_its_key_in_time(maker: Maker) -> None:
    assert maker.api is not None
    maker.dies = True
    with pytest.raises(KeyboardInterrupt):
        ask(maker)
    maker.dies = False
    assert ask(maker).code == "under-way"
    maker.api.clock.at += _UNDER_WAY_MS
    assert ask(maker).status == 201


def test_a_day_later_it_is_another_request(maker: Maker) -> None:
    ask(maker)
    assert maker.api is not None
    maker.api.clock.at += KEPT_MS - 1
    assert ask(maker).headers["idempotency-replayed"]
    maker.api.clock.at += 2
    assert ask(maker).json["number"] == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "a" * 256, "ä"])
def test_what_is_no_key_is_refused(key: str) -> None:
    maker = Maker()
    api = small(maker.routes())
    told = api.ask("POST", "/things", {"name": "a"}, headers={"idempotency-key": key})
    assert (told.status, told.code) == (422, "invalid-request")
    assert maker.made == []


def test_no_key_and_no_request_is_kept_as_it_came(clocked: tuple[Cabinet, ManualClock], maker: Maker) -> None:
    ask(maker, name="a name that nobody else has", key="key-of-mine")
    kept = repr(clocked[0].list(DRAWER))
    assert "key-of-mine" not in kept
    assert "nobody else" not in kept
