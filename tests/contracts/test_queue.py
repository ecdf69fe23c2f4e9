"""The local bus's queue: what is not handled at once is kept, tried again, given up aloud, and brought back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.contracts.bus import ORDER, TRIGGERS, event
from support.drawing import drawn

from events.event import EventType
from events.ports import Said
from events.rules import Choice, Surroundings, compile_rules, render_all
from murmuration.local.bus import OLDEST_MS, TRIES, Item, LocalBus, To
from murmuration.local.database import Database
from murmuration.memory import ManualClock

RULES = render_all(
    compile_rules(drawn("a>b", "a>c", triggers=TRIGGERS), choice=Choice.EDGE).all,
    Surroundings(),
)


class Queue:
    """A bus on a file, which may be opened again."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.clock = ManualClock()
        self.open()

    def open(self) -> None:
        self.database = Database(self.file, "NORMAL")
        self.database.execute("PRAGMA synchronous = OFF")
        self.bus = LocalBus(self.database, self.clock, Surroundings().projector_queue)
        for rule in RULES:
            (self.bus.default if rule["Bus"] == "default" else self.bus.own).add(rule)

    def say(self) -> None:
        """Three deliveries: two tasks and the projector."""
        with self.database.transaction():
            self.bus.put([Said(event(EventType.TASK_SUCCEEDED, "a"))])

    def visible(self) -> list[Item]:
        return self.bus.visible(100)

    def fail(self, item: Item, why: str = "it broke") -> None:
        with self.database.transaction():
            self.bus.failed(item, why)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    queue = Queue(tmp_path / "state.db")
    yield queue
    queue.database.close()


def one(queue: Queue) -> Item:
    queue.say()
    return next(item for item in queue.visible() if item.to is To.TASK)


def test_what_nobody_took_is_there_after_a_restart(queue: Queue) -> None:
    queue.say()
    with queue.database.transaction():
        queue.bus.put_outside([ORDER])
    before = {item.id: (item.to, item.told, item.event, item.outside) for item in queue.visible()}
    queue.database.close()
    queue.open()
    assert {item.id: (item.to, item.told, item.event, item.outside) for item in queue.visible()} == before
    assert sorted(to for to, *_ in before.values()) == [To.PROJECTOR, To.START, To.TASK, To.TASK]


def test_what_was_taken_in_its_own_transaction_leaves_no_row(queue: Queue) -> None:
    with queue.database.transaction():
        queue.bus.put([Said(event(EventType.TASK_SUCCEEDED, "a"))])
        taken = [queue.bus.take() for _ in range(2)]
        assert queue.bus.take() is None
    assert [len(item.told) for item in taken if item is not None and item.to is To.TASK] == [2]
    assert queue.visible() == []
    assert queue.bus.next_visible() is None


def test_a_transaction_that_fails_leaves_nothing_under_way(queue: Queue) -> None:
    def fails() -> None:
        with queue.database.transaction():
            queue.bus.put([Said(event(EventType.TASK_SUCCEEDED, "a"))])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert queue.bus.take() is None
    assert queue.visible() == []


def test_the_same_delivery_said_twice_is_one_row(queue: Queue) -> None:
    queue.say()
    queue.say()
    assert len(queue.visible()) == 3


def test_each_delivery_stands_alone(queue: Queue) -> None:
    """One that fails holds up none of the others that hear the same event."""
    failing = one(queue)
    queue.fail(failing)
    others = queue.visible()
    assert failing.id not in {item.id for item in others}
    assert len(others) == 2


def test_what_failed_comes_again_later_and_ever_later(queue: Queue) -> None:
    item = one(queue)
    waits: list[int] = []
    for _ in range(14):
        before = queue.clock.at
        queue.fail(item)
        while item.id not in {other.id for other in queue.visible()}:
            queue.clock.at += 100
        waits.append(queue.clock.at - before)
    assert waits == sorted(waits)
    assert waits[:3] == [200, 400, 800]
    assert waits[-1] == waits[-2] == 300_000
    [again] = [other for other in queue.visible() if other.id == item.id]
    assert (again.tries, again.event, again.told) == (14, item.event, item.told)


def test_a_delivery_that_is_done_never_comes_again(queue: Queue) -> None:
    item = one(queue)
    queue.fail(item)
    with queue.database.transaction():
        queue.bus.done(item)
    queue.clock.at += OLDEST_MS
    assert item.id not in {other.id for other in queue.visible()}


def test_after_too_many_tries_it_is_dead_and_says_why(queue: Queue) -> None:
    item = one(queue)
    item.tries = TRIES - 2
    queue.fail(item, "the first")
    assert queue.bus.dead() == []
    queue.fail(item, "the last")
    [dead] = queue.bus.dead()
    assert (dead.id, dead.to, dead.tries, dead.why) == (item.id, "task", TRIES, "the last")
    assert dead.event["id"] == "r-1/a/1/task.succeeded"
    queue.clock.at += 10 * OLDEST_MS
    assert item.id not in {other.id for other in queue.visible()}


def test_after_too_long_a_time_it_is_dead(queue: Queue) -> None:
    item = one(queue)
    queue.fail(item)
    queue.clock.at += OLDEST_MS
    queue.fail(item)
    assert queue.bus.dead() == []
    queue.clock.at += 1
    queue.fail(item)
    assert [dead.id for dead in queue.bus.dead()] == [item.id]


@pytest.mark.parametrize("named", [False, True])
def test_the_dead_are_brought_back_and_tried_anew(queue: Queue, named: bool) -> None:
    queue.say()
    dead = queue.visible()
    for item in dead:
        item.tries = TRIES
        queue.fail(item)
    queue.clock.at += 2 * OLDEST_MS
    wanted = [item.id for item in dead[: 1 if named else 3]]
    with queue.database.transaction():
        assert queue.bus.redrive(wanted if named else None) == len(wanted)
    assert sorted(item.id for item in queue.visible()) == sorted(wanted)
    assert {item.tries for item in queue.visible()} == {0}
    queue.fail(queue.visible()[0])
    assert len(queue.bus.dead()) == 3 - len(wanted), "and its age is counted from now"


def test_who_waits_knows_when_to_look(queue: Queue) -> None:
    assert queue.bus.next_visible() is None
    item = one(queue)
    for other in queue.visible():
        queue.fail(other)
    assert queue.bus.next_visible() == queue.clock.at + 200
    queue.clock.at += 200
    assert item.id in {other.id for other in queue.visible()}


def test_events_from_outside_are_kept_for_search_and_replay(queue: Queue) -> None:
    unheard = {**ORDER, "id": "e-9", "detail": {"total": 1}}
    with queue.database.transaction():
        queue.bus.put_outside([ORDER, unheard])
    rows = queue.database.execute("SELECT id, source, type, at FROM outside ORDER BY seq").fetchall()
    assert rows == [(one["id"], "shop", "order.created", queue.clock.at) for one in (ORDER, unheard)]
