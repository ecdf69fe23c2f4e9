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
from enum import StrEnum
from typing import Final

import orjson

from events.envelope import Routing, detail, read_detail, spelled
from events.event import BUS_SOURCE, Event
from events.kinds import KindRouter
from events.ledger import Millis
from events.ports import Clock, Said
from events.router import Routed, Router
from handlers.operations import dead
from handlers.reading import DeadLetter
from murmuration.local.database import Database
from murmuration.local.dead_letters import dead_letters
from schemas.model import JsonObject

TRIES: Final = 185
OLDEST_MS: Final = 6 * 3_600_000
FIRST_WAIT_MS: Final = 200
LONGEST_WAIT_MS: Final = 300_000
PARTS: Final = 10_000
HELD: Final = 1 << 62
"""Visible when it is let go."""

Answer = tuple[Routed, ...]


class To(StrEnum):
    TASK = "task"
    START = "start"
    PROJECTOR = "projector"


class Item:
    """Deliveries of one event, ours or another's, on their way: to whom, and what each target is told."""

    __slots__ = ("_id", "event", "outside", "to", "told", "tries")

    def __init__(
        self,
        to: To,
        told: tuple[Routed, ...],
        event: Event | None,
        outside: JsonObject | None = None,
        *,
        id: str = "",
        tries: int = 0,
    ) -> None:
        assert (event is None) != (outside is None), "a delivery has its event"
        self._id = id
        self.to = to
        self.told = told
        self.event = event
        self.outside = outside
        self.tries = tries

    @property
    def id(self) -> str:
        """The same for the same event and targets, however often it is delivered."""
        if not self._id:
            event = self.event.id if self.event is not None else self.outside and self.outside["id"]
            self._id = f"{event}>{self.to}" + "".join(f">{routed.by}" for routed in self.told)
        return self._id

    def apart(self) -> list[Item]:
        """Each delivery alone, so that none is held up by another."""
        if len(self.told) < 2:
            return [self]
        return [Item(self.to, (routed,), self.event, self.outside) for routed in self.told]


class LocalBus:
    def __init__(self, database: Database, clock: Clock, projector: str) -> None:
        self._database = database
        self._clock = clock
        self._projector = projector
        self._pending: deque[Item] = deque()
        self._parts: dict[int, tuple[Answer, Answer, Answer]] = {}
        self._next_visible: int | None = None
        self._queue_changed = True
        self.own = KindRouter()
        self.default = Router()
        database.keep(self)

    def put(self, said: Sequence[Said]) -> None:
        for one in said:
            event, routing = one
            kind = (event.type, event.pipeline, event.task, routing)
            answer = self.own.known(kind)
            if answer is None:
                answer = self.own.learn(kind, _enveloped(event, routing))
            tasks, others = self._parted(answer)
            for routed in others:
                if routed.told is None:
                    self._pending.append(Item(To.PROJECTOR, (), event))
                else:
                    self._pending.append(Item(To.START, (routed,), None, _enveloped(event, routing)))
            if tasks:
                self._pending.append(Item(To.TASK, tasks, event))

    def _parted(self, answer: Answer) -> tuple[Answer, Answer]:
        """Tasks, and others. The same for the same answer of the router, which is kept alive here."""
        known = self._parts.get(id(answer))
        if known is None:
            others = tuple(one for one in answer if one.told is None or "trigger" in one.told)
            assert all(one.told is not None or one.arn == self._projector for one in others), "nobody here is deaf"
            tasks = tuple(one for one in answer if one not in others)
            if len(self._parts) >= PARTS:
                self._parts.clear()
            known = self._parts[id(answer)] = (answer, tasks, others)
        return known[1], known[2]

    def put_operations(self, events: Sequence[JsonObject]) -> None:
        self.put_outside(events)

    def put_outside(self, events: Sequence[JsonObject]) -> None:
        """Kept first, so that they can be searched and replayed; then routed."""
        rows = []
        for event in events:
            rows.append((event["id"], event["source"], event["detail-type"], self._clock.now(), orjson.dumps(event)))
            aws = str(event["source"]).startswith("aws.")
            for routed in (self.default if aws else self.own).route(event):
                self._pending.append(Item(To.START, (routed,), None, event))
        self._database.executemany("INSERT INTO outside (id, source, type, at, body) VALUES (?, ?, ?, ?, ?)", rows)

    def take(self) -> Item | None:
        return self._pending.popleft() if self._pending else None

    # the queue

    def spill(self, items: Iterable[Item] = ()) -> None:
        now = self._clock.now()
        self._queue_changed = True
        rows = [self._queued(alone, now, now) for item in (*items, *self._pending) for alone in item.apart()]
        self._pending.clear()
        self._database.executemany("INSERT OR IGNORE INTO queue VALUES (?, ?, ?, ?, ?, ?, NULL)", rows)

    def hold(self, item: Item) -> None:
        """Kept until `let_go`."""
        sql = """INSERT INTO queue VALUES (?, ?, ?, ?, ?, ?, NULL)
            ON CONFLICT (id) DO UPDATE SET visible = excluded.visible"""
        rows = [self._queued(alone, self._clock.now(), HELD) for alone in item.apart()]
        self._database.executemany(sql, rows)
        self._queue_changed = True

    def let_go(self) -> None:
        now = self._clock.now()
        sql = "UPDATE queue SET first = ?, visible = ? WHERE dead IS NULL AND visible = ?"
        self._database.execute(sql, (now, now, HELD))
        self._queue_changed = True

    def visible(self, most: int) -> list[Item]:
        sql = "SELECT id, target, body, tries FROM queue WHERE dead IS NULL AND visible <= ? ORDER BY visible LIMIT ?"
        rows = self._database.execute(sql, (self._clock.now(), most)).fetchall()
        return [_item(id_, target, body, tries) for id_, target, body, tries in rows]

    def done(self, item: Item) -> None:
        self._queue_changed = True
        self._database.execute("DELETE FROM queue WHERE id = ?", (item.id,))

    def failed(self, item: Item, why: str) -> None:
        """Later again, or dead."""
        self._queue_changed = True
        now = self._clock.now()
        (first,) = self._database.execute("SELECT first FROM queue WHERE id = ?", (item.id,)).fetchone() or (now,)
        over = why if item.tries + 1 >= TRIES or now - first > OLDEST_MS else None
        visible = now + min(FIRST_WAIT_MS * 2 ** min(item.tries, 20), LONGEST_WAIT_MS)
        item.tries += 1
        sql = "INSERT OR REPLACE INTO queue VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._database.execute(sql, (*self._queued(item, first, visible), over))
        if over is not None and (told := _dead(item, now, why)) is not None:
            self.put_operations([told])

    def next_visible(self) -> int | None:
        if self._queue_changed:
            sql = "SELECT min(visible) FROM queue WHERE dead IS NULL AND visible < ?"
            (self._next_visible,) = self._database.execute(sql, (HELD,)).fetchone()
            self._queue_changed = False
        return self._next_visible

    def dead(self, most: int = 1000) -> list[DeadLetter]:
        return dead_letters(self._database, most)

    def redrive(self, ids: Iterable[str] | None = None) -> int:
        now = self._clock.now()
        self._queue_changed = True
        sql = "UPDATE queue SET dead = NULL, tries = 0, first = ?, visible = ? WHERE dead IS NOT NULL"
        if ids is None:
            return self._database.execute(sql, (now, now)).rowcount
        return sum(self._database.execute(f"{sql} AND id = ?", (now, now, id_)).rowcount for id_ in ids)

    def drop(self, ids: Iterable[str]) -> int:
        """Dead letters, for good."""
        sql = "DELETE FROM queue WHERE dead IS NOT NULL AND id = ?"
        return sum(self._database.execute(sql, (id_,)).rowcount for id_ in ids)

    def _queued(self, item: Item, first: int, visible: int) -> tuple[str, str, bytes, int, int, int]:
        event = item.outside if item.event is None else detail(item.event)
        told = [[routed.rule, routed.target, routed.arn, routed.told] for routed in item.told]
        return item.id, item.to.value, orjson.dumps([told, event]), item.tries, first, visible

    def flush(self) -> None:
        """What nobody took is kept."""
        if self._pending:
            self.spill()

    def forget(self) -> None:
        self._pending.clear()
        self._queue_changed = True


def _enveloped(event: Event, routing: Routing) -> JsonObject:
    """As EventBridge would have it."""
    return {
        "source": BUS_SOURCE,
        "detail-type": event.type.value,
        "detail": detail(event, routing),
        "id": event.id,
        "time": spelled(event.time),
    }


def _dead(item: Item, now: Millis, why: str) -> JsonObject | None:
    event = detail(item.event) if item.event is not None else item.outside or {}
    if item.event is not None:
        pipeline = item.event.pipeline
    else:
        pipeline = str((item.told[0].told or {}).get("trigger", "")).rpartition("/")[0] if item.told else ""
    return dead(item.id, pipeline, now, to=item.to.value, why=why, event=event)


def _item(id_: str, target: str, body: bytes, tries: int) -> Item:
    told, event = orjson.loads(body)
    to = To(target)
    routed = tuple(Routed(*fields) for fields in told)
    if to is To.START:
        return Item(to, routed, None, event, id=id_, tries=tries)
    return Item(to, routed, read_detail(event), id=id_, tries=tries)
