"""The local bus: EventBridge's part, by the same compiled rules and never by looking at a graph.

    put      route the event; what its targets are to hear is pending, in this very transaction
    take     the loop hands pending deliveries to their handlers before it commits
    spill    what cannot be handled now becomes a row of the queue, in the same transaction

So a delivery that is handled at once costs no row, and one that is not survives a crash. Rows are visible again after a
backoff, and dead after too many tries or too long a time; `redrive` brings the dead back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import orjson
from pydantic import JsonValue

from events.envelope import read_detail, write_detail
from events.event import BUS_SOURCE, Event
from events.ports import Clock, Said
from events.router import Routed, Router
from murmuration.local.database import Database
from schemas.model import JsonObject

TRIES: Final = 185
OLDEST_MS: Final = 6 * 3_600_000
FIRST_WAIT_MS: Final = 200
LONGEST_WAIT_MS: Final = 300_000


class To(StrEnum):
    TASK = "task"
    START = "start"
    PROJECTOR = "projector"


@dataclass(slots=True)
class Item:
    """A delivery on its way: to whom, what it is told, and the event, ours or another's."""

    id: str
    to: To
    told: JsonObject
    event: Event | None
    outside: JsonObject | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class DeadLetter:
    id: str
    to: str
    told: JsonObject
    event: JsonObject
    tries: int
    why: str


class LocalBus:
    def __init__(self, database: Database, clock: Clock, projector: str) -> None:
        self._database = database
        self._clock = clock
        self._projector = projector
        self._pending: deque[Item] = deque()
        self.own = Router()
        self.default = Router()
        database.keep(self)

    def put(self, said: Sequence[Said]) -> None:
        for one in said:
            detail: JsonObject = orjson.loads(write_detail(one.event, one.routing))
            event: JsonObject = {"source": BUS_SOURCE, "detail-type": one.event.type.value, "detail": detail}
            for routed in self.own.route(event):
                self._pending.append(self._item(routed, one.event, event))

    def put_outside(self, events: Sequence[JsonObject]) -> None:
        """Kept first, so that they can be searched and replayed; then routed."""
        rows = []
        for event in events:
            rows.append((event["id"], event["source"], event["detail-type"], self._clock.now(), orjson.dumps(event)))
            aws = str(event["source"]).startswith("aws.")
            for routed in (self.default if aws else self.own).route(event):
                told = routed.told or {}
                self._pending.append(Item(f"{event['id']}>{told.get('trigger')}", To.START, told, None, event))
        self._database.executemany("INSERT INTO outside (id, source, type, at, body) VALUES (?, ?, ?, ?, ?)", rows)

    def _item(self, routed: Routed, event: Event, whole: JsonObject) -> Item:
        told = routed.told
        if told is None:
            assert routed.arn == self._projector, f"{routed.arn} is nobody here"
            return Item(f"{event.id}>projector", To.PROJECTOR, {}, event)
        if "trigger" in told:
            whole = {**whole, "id": event.id, "time": event.time.isoformat()}
            return Item(f"{event.id}>{told['trigger']}", To.START, told, None, whole)
        return Item(f"{event.id}>{routed.rule}/{routed.target}", To.TASK, told, event)

    def take(self) -> Item | None:
        return self._pending.popleft() if self._pending else None

    # the queue

    def spill(self, items: Iterable[Item] = ()) -> None:
        now = self._clock.now()
        rows = [self._queued(item, now, now) for item in (*items, *self._pending)]
        self._pending.clear()
        self._database.executemany("INSERT OR IGNORE INTO queue VALUES (?, ?, ?, ?, ?, ?, NULL)", rows)

    def visible(self, most: int) -> list[Item]:
        sql = "SELECT id, target, body, tries FROM queue WHERE dead IS NULL AND visible <= ? ORDER BY visible LIMIT ?"
        rows = self._database.execute(sql, (self._clock.now(), most)).fetchall()
        return [_item(id_, target, body, tries) for id_, target, body, tries in rows]

    def done(self, item: Item) -> None:
        self._database.execute("DELETE FROM queue WHERE id = ?", (item.id,))

    def failed(self, item: Item, why: str) -> None:
        """Later again, or dead."""
        now = self._clock.now()
        (first,) = self._database.execute("SELECT first FROM queue WHERE id = ?", (item.id,)).fetchone() or (now,)
        dead = why if item.tries + 1 >= TRIES or now - first > OLDEST_MS else None
        visible = now + min(FIRST_WAIT_MS * 2 ** min(item.tries, 20), LONGEST_WAIT_MS)
        item.tries += 1
        sql = "INSERT OR REPLACE INTO queue VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._database.execute(sql, (*self._queued(item, first, visible), dead))

    def next_visible(self) -> int | None:
        found: tuple[int | None] = self._database.execute(
            "SELECT min(visible) FROM queue WHERE dead IS NULL"
        ).fetchone()
        return found[0]

    def dead(self, most: int = 1000) -> list[DeadLetter]:
        sql = "SELECT id, target, body, tries, dead FROM queue WHERE dead IS NOT NULL ORDER BY first LIMIT ?"
        rows = self._database.execute(sql, (most,)).fetchall()
        return [_dead(id_, target, orjson.loads(body), tries, why) for id_, target, body, tries, why in rows]

    def redrive(self, ids: Iterable[str] | None = None) -> int:
        now = self._clock.now()
        sql = "UPDATE queue SET dead = NULL, tries = 0, first = ?, visible = ? WHERE dead IS NOT NULL"
        if ids is None:
            return self._database.execute(sql, (now, now)).rowcount
        return sum(self._database.execute(f"{sql} AND id = ?", (now, now, id_)).rowcount for id_ in ids)

    def _queued(self, item: Item, first: int, visible: int) -> tuple[str, str, bytes, int, int, int]:
        if item.event is None:
            assert item.outside is not None, "a delivery has its event"
            event: JsonValue = item.outside
        else:
            event = orjson.loads(write_detail(item.event))
        return item.id, item.to.value, orjson.dumps([item.told, event]), item.tries, first, visible

    def flush(self) -> None:
        """What nobody took is kept."""
        if self._pending:
            self.spill()

    def forget(self) -> None:
        self._pending.clear()


def _item(id_: str, target: str, body: bytes, tries: int) -> Item:
    told, event = orjson.loads(body)
    to = To(target)
    if to is To.START:
        return Item(id_, to, told, None, event, tries)
    return Item(id_, to, told, read_detail(event), None, tries)


def _dead(id_: str, target: str, body: list[JsonObject], tries: int, why: str) -> DeadLetter:
    told, event = body
    return DeadLetter(id_, target, told, event, tries, why)
