"""Effects: the events that a task itself says. They go out when its attempt counts, and are not lost with whoever says them.

    keep    before the outcome is settled, and only where there are any
    send    once it is settled: on the bus, then out of the table
    heal    after an invocation that died: what it had settled and not sent

    pk             sk      token                     events
    effects#RUN    TASK    the attempt's own         JSON, or where it lies

What must always hold: nothing is sent for an attempt that did not settle its task. What is sent twice has the same id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson

from events.envelope import spelled
from events.ledger import TaskState
from events.ports import Artifacts, Bus, Clock, Ledger, moment
from events.surroundings import Surroundings
from handlers.task import Work
from murmuration.aws.table import Item, Key, Table
from schemas.model import JsonObject
from schemas.outcome import Status

KEPT_SECONDS: Final = 7 * 86_400
_LARGEST: Final = 300_000


class Effects:
    def __init__(
        self,
        table: Table,
        bus: Bus,
        ledger: Ledger,
        artifacts: Artifacts,
        clock: Clock,
        surroundings: Surroundings,
    ) -> None:
        self._table = table
        self._bus = bus
        self._ledger = ledger
        self._artifacts = artifacts
        self._clock = clock
        self._surroundings = surroundings

    def keep(self, work: Work, events: Sequence[JsonObject]) -> Sequence[JsonObject]:
        """As they will be sent."""
        now = self._clock.now()
        stamp: JsonObject = {
            "version": "0",
            "account": self._surroundings.account,
            "time": spelled(moment(now)),
            "region": self._surroundings.region,
            "resources": [],
        }
        # The id is derived, so that it is the same event in a second attempt.
        whole = [{**stamp, "id": f"{work.idempotency_key}/{at}", **event} for at, event in enumerate(events)]
        content = orjson.dumps(whole)
        item: Item = {
            **_key(work.run.id, work.node.name)._asdict(),
            "token": work.token,
            "expires": now // 1000 + KEPT_SECONDS,
        }
        if len(content) <= _LARGEST:
            item["events"] = content
        else:
            item["at"] = self._artifacts.put(content)
        self._table.put(item)
        return whole

    def send(self, work: Work, events: Sequence[JsonObject]) -> None:
        self._bus.put_outside(events)
        self._table.remove(_key(work.run.id, work.node.name))

    def drop(self, work: Work) -> None:
        """The attempt did not count."""
        self._table.remove(_key(work.run.id, work.node.name))

    def heal(self, run: str, task: str) -> bool:
        """True if something was sent."""
        item = self._table.get(_key(run, task))
        if item is None:
            return False
        record = self._ledger.task(run, task)
        if record is None or record.state is not TaskState.SETTLED:
            return False
        counts = record.token == item["token"] and record.outcome is not None
        if counts and record.outcome is not None and record.outcome.status is Status.SUCCEEDED:
            self._bus.put_outside(self._events(item))
        self._table.remove(_key(run, task))
        return counts

    def _events(self, item: Item) -> list[JsonObject]:
        content = item.get("events")
        if not isinstance(content, bytes):
            content = self._artifacts.get(str(item["at"]))
        events: list[JsonObject] = orjson.loads(content)
        return events


def _key(run: str, task: str) -> Key:
    return Key(f"effects#{run}", task)
