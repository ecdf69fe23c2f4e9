"""What lanes share: events that go to the engine together, tokens that are looked up together, and what survives a kill."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3
from support.doors import doors, outside
from support.served import served

from events.outside import OutsideEvent
from events.ports import Unavailable
from handlers.auth import EVERYWHERE, Caller, Forbidden, Operation, Unauthenticated
from murmuration.local.web.accepting import Accepting
from murmuration.local.web.callers import Callers
from schemas.model import JsonObject
from schemas.project import Role


def event(id: str) -> OutsideEvent:
    return OutsideEvent(id, "shop", "order.placed", datetime(2030, 1, 1, tzinfo=UTC), {})


class Engine:
    """Answers when it is told to, and refuses what a test says."""

    def __init__(self, refused: frozenset[str] = frozenset()) -> None:
        self.asked: list[list[str]] = []
        self._refused = refused
        self._open: list[tuple[list[str], Future[JsonObject]]] = []

    def ask(self, kind: str, body: JsonObject) -> Future[JsonObject]:
        events = body["events"]
        assert kind == "events"
        assert isinstance(events, list)
        ids = [str(one["id"]) for one in events if isinstance(one, dict)]
        self.asked.append(ids)
        future: Future[JsonObject] = Future()
        self._open.append((ids, future))
        return future

    async def answer(self) -> None:
        while not self._open:
            await asyncio.sleep(0)
        ids, future = self._open.pop(0)
        if self._refused & set(ids):
            future.set_exception(Unavailable("not that one"))
        else:
            future.set_result({})


def test_requests_share_what_the_engine_does_and_none_is_answered_before() -> None:
    async def run() -> None:
        engine = Engine()
        accepting = Accepting(engine.ask)
        first = asyncio.create_task(accepting.accept([event("1")]))
        await asyncio.sleep(0.01)
        others = [asyncio.create_task(accepting.accept([event(f"{n}")])) for n in range(2, 50)]
        await asyncio.sleep(0.01)
        assert not first.done()
        await engine.answer()
        await first
        await asyncio.sleep(0.01)
        assert not any(one.done() for one in others)
        await engine.answer()
        await asyncio.gather(*others)
        assert engine.asked == [["1"], [f"{n}" for n in range(2, 50)]]

    asyncio.run(run())


def test_a_refusal_is_told_to_whom_it_concerns_alone() -> None:
    async def run() -> None:
        engine = Engine(frozenset({"bad"}))
        accepting = Accepting(engine.ask)
        tries = [asyncio.create_task(accepting.accept([event(id)])) for id in ("a", "bad", "b")]
        for _ in range(4):
            await engine.answer()
        found = await asyncio.gather(*tries, return_exceptions=True)
        assert [type(one) for one in found] == [type(None), Unavailable, type(None)]
        assert engine.asked == [["a", "bad", "b"], ["a"], ["bad"], ["b"]]

    asyncio.run(run())


def test_whoever_has_gone_holds_up_nobody() -> None:
    async def run() -> None:
        engine = Engine()
        accepting = Accepting(engine.ask)
        gone, stays = (asyncio.create_task(accepting.accept([event(id)])) for id in ("gone", "stays"))
        await asyncio.sleep(0.01)
        gone.cancel()
        await engine.answer()
        await stays

    asyncio.run(run())


def test_nothing_is_nothing() -> None:
    engine = Engine()
    asyncio.run(Accepting(engine.ask).accept([]))
    assert engine.asked == []


class Identities:
    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.revoked: set[str] = set()
        self.threads: set[int] = set()

    def identify(self, token: str) -> Caller:
        self.asked[token] += 1
        self.threads.add(threading.get_ident())
        if token in self.revoked:
            raise Unauthenticated("it was revoked")
        return Caller(token, {EVERYWHERE: Role(token)})


def calling(what: Callable[[Callers, Identities], Awaitable[None]]) -> None:
    async def run() -> None:
        identities = Identities()
        with ThreadPoolExecutor(1) as thread:
            await what(Callers(identities, thread), identities)
            assert identities.threads == {thread.submit(threading.get_ident).result()}, "they belong to one thread"

    asyncio.run(run())


def test_a_token_is_looked_up_once_for_all_who_come_together_and_again_for_whoever_comes_later() -> None:
    async def what(callers: Callers, identities: Identities) -> None:
        found = await asyncio.gather(*(callers.identify(role) for role in ["admin", "viewer"] * 20))
        assert {one.name for one in found} == {"admin", "viewer"}
        assert identities.asked == {"admin": 1, "viewer": 1}
        identities.revoked.add("admin")
        with pytest.raises(Unauthenticated):
            await callers.identify("admin")
        assert (await callers.identify("viewer")).name == "viewer"

    calling(what)


def test_a_mistake_of_ours_is_told_and_the_next_one_is_looked_up() -> None:
    async def what(callers: Callers, _: Identities) -> None:
        wrong, right = await asyncio.gather(
            callers.identify("nobody"), callers.identify("viewer"), return_exceptions=True
        )
        assert isinstance(wrong, ValueError)
        assert isinstance(right, Caller), "it is nobody else's mistake"
        assert (await callers.identify("admin")).name == "admin"

    calling(what)


def test_a_caller_may_what_the_table_says() -> None:
    async def what(callers: Callers, _: Identities) -> None:
        assert (await callers.bearer("Bearer operator", Operation.EVENT_EMIT)).name == "operator"
        with pytest.raises(Forbidden):
            await callers.bearer("bearer viewer", Operation.EVENT_EMIT)
        for nothing in ("", "Basic x", "operator"):
            with pytest.raises(Unauthenticated):
                await callers.bearer(nothing, Operation.EVENT_EMIT)

    calling(what)


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    answered: list[str] = []
    with served(doors(tmp_path / "shop")) as here:

        def send(sender: int) -> None:
            http = urllib3.PoolManager(retries=False)
            headers = {"authorization": f"Bearer {here.token}", "content-type": "application/cloudevents+json"}
            for number in range(100_000):
                body: dict[str, Any] = {
                    "specversion": "1.0",
                    "id": f"{sender}-{number}",
                    "source": "/shop",
                    "type": "order.placed",
                }
                try:
                    told = http.request("POST", f"{here.url}/events", json=body, headers=headers)
                except urllib3.exceptions.HTTPError:
                    return
                assert told.status == 202, told.data
                answered.append(body["id"])

        senders = [threading.Thread(target=send, args=(one,)) for one in range(8)]
        for one in senders:
            one.start()
        until = time.monotonic() + 30
        while len(answered) < 300 and time.monotonic() < until:
            time.sleep(0.005)
        here.process.kill()
        for one in senders:
            one.join()
        kept = [one["id"] for one in outside(here)]
    assert len(answered) >= 300
    assert set(answered) <= set(kept)
    with sqlite3.connect(here.root / ".murmuration/state.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
