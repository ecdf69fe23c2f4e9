"""Many at once: nobody hangs, nobody is told what is another's, and who waits costs next to nothing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support.murmur import shop
from support.served import Answered, Served, served

from handlers.api.app import Wait
from murmuration.local.web.waiting import Waiting
from schemas.model import JsonObject

CONNECTIONS = 50
WAITING = {"project": "shop", "pipeline": "later", "tasks": {"rest": {"action": "wait", "with": {"duration": "10m"}}}}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("many") / "shop"
    shop(root)
    with served(root) as found:
        yield found


def at_once(calls: list[Any]) -> list[Answered]:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return [one.result(60) for one in [pool.submit(call) for call in calls]]


def test_nobody_is_told_what_is_anothers(here: Served) -> None:
    """Powertools keeps the request at hand in its classes."""
    names = [f"user-{number}" for number in range(20)]
    tokens = {name: here.post("/users", {"name": name, "role": "viewer"}).json["token"] for name in names}
    calls: list[Any] = []
    for name in names * 5:
        calls.append(lambda name=name: (name, here.get("/auth/verify", token=tokens[name])))
        calls.append(lambda name=name: (name, here.get("/tokens", token=tokens[name])))
        calls.append(lambda name=name: (name, here.post("/runs", {"pipeline": name}, token=tokens[name])))
        calls.append(lambda name=name: (name, here.get(f"/nowhere/{name}", token=tokens[name])))
    told: list[Any] = at_once(calls)
    for at in range(0, len(told), 4):
        (name, verified), (_, tokens_of), (_, started), (_, nowhere) = told[at : at + 4]
        assert verified.json["name"] == name
        assert tokens_of.status == 403
        assert name in tokens_of.json["detail"]
        assert name in started.json["detail"]
        assert name in nowhere.json["detail"]
    ids = [one.headers["x-request-id"] for _, one in told]
    assert len(set(ids)) == len(ids)


def test_who_waits_holds_nobody_up(here: Served) -> None:
    run = here.post("/runs", {"definition": WAITING}).json["run"]
    time.sleep(0.5)
    place = here.get(f"/runs/{run}/events").json["next"]
    told: list[Answered] = []
    waiting = [
        threading.Thread(target=lambda: told.append(here.get(f"/runs/{run}/events", after=place, wait=25)))
        for _ in range(30)
    ]
    for one in waiting:
        one.start()
    mixed = [lambda: here.get("/runs"), lambda: here.get(f"/runs/{run}"), lambda: here.get("/auth/verify")] * 30
    assert {one.status for one in at_once(mixed)} == {200}
    assert here.post(f"/runs/{run}/cancel", {}).status == 200
    for one in waiting:
        one.join(20)
    assert len(told) == len(waiting)
    assert all(one.json["events"] for one in told), "each hears of the end as soon as it is there"
    assert len({one.headers["x-request-id"] for one in told}) == len(told)


def event(number: int, path: str) -> JsonObject:
    context: JsonObject = {"requestId": str(number), "http": {"method": "GET"}}
    return {"headers": {}, "requestContext": context, "rawPath": path, "rawQueryString": "", "body": ""}


class Desk:
    """An API that has nothing to tell until it has news, and counts what it is asked."""

    def __init__(self) -> None:
        self.news = 0
        self.looks = 0
        self.asked = 0

    async def ask(self, event: JsonObject, waited: float) -> tuple[JsonObject | Wait, int]:
        self.asked += 1
        if self.news or waited > 100:
            return {"statusCode": 200, "headers": {}, "body": str(event["rawPath"])}, self.news
        return Wait(25), self.news

    async def version(self) -> int:
        self.looks += 1
        return self.news


def test_one_look_for_all_who_wait() -> None:
    async def tried() -> tuple[Desk, int, int, list[JsonObject | None]]:
        desk = Desk()
        waiting = Waiting(desk.ask, desk.version)
        never = asyncio.Event()
        tasks = [
            asyncio.create_task(waiting.wait(event(number, f"/{number % 4}"), 0, time.monotonic(), 25, never.wait()))
            for number in range(200)
        ]
        while desk.looks < 5:
            await asyncio.sleep(0.01)
        before = desk.asked
        desk.news = 1
        told = await asyncio.gather(*tasks)
        return desk, before, len(waiting), told

    desk, before, left, told = asyncio.run(tried())
    assert before == 0, "while nothing is new, nobody is asked again"
    assert desk.asked == 4, "who ask the same are asked once"
    assert left == 0
    for number, one in enumerate(told):
        assert one is not None
        assert one["body"] == f"/{number % 4}"


def test_who_has_gone_is_not_waited_for_and_who_has_waited_enough_is_told() -> None:
    async def tried() -> tuple[list[JsonObject | None], int]:
        desk = Desk()
        waiting = Waiting(desk.ask, desk.version)
        never, left = asyncio.Event(), asyncio.Event()
        tasks = [
            asyncio.create_task(waiting.wait(event(1, "/gone"), 0, time.monotonic(), 25, left.wait())),
            asyncio.create_task(waiting.wait(event(2, "/patient"), 0, time.monotonic(), 0.2, never.wait())),
        ]
        await asyncio.sleep(0)
        left.set()
        return await asyncio.gather(*tasks), len(waiting)

    (gone, patient), left = asyncio.run(tried())
    assert gone is None
    assert patient is not None
    assert patient["body"] == "/patient"
    assert left == 0


def test_at_the_end_everybody_is_told() -> None:
    async def tried() -> list[JsonObject | None]:
        desk = Desk()
        waiting = Waiting(desk.ask, desk.version)
        never = asyncio.Event()
        tasks = [
            asyncio.create_task(waiting.wait(event(number, "/x"), 0, time.monotonic(), 25, never.wait()))
            for number in range(3)
        ]
        await asyncio.sleep(0)
        waiting.end()
        return await asyncio.wait_for(asyncio.gather(*tasks), 10)

    assert all(one is not None for one in asyncio.run(tried()))
