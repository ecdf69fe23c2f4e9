"""Going on in the events of a run that several projectors write: nothing is missed, whatever their clocks say."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from events.event import Event, EventType
from handlers.reading import BadPlace
from murmuration.aws.heard import SETTLED_MS, told_after
from murmuration.aws.view import STEPS

START = 1_800_000_000_000


def _event(number: int) -> Event:
    return Event(
        type=EventType.TASK_SUCCEEDED,
        time=datetime(2030, 1, 1, tzinfo=UTC),
        pipeline="a/b@1",
        run="r-1",
        task=f"t{number}",
        attempt=1,
    )


@pytest.mark.parametrize("seed", range(30))
def test_what_is_heard_out_of_order_is_told_all_the_same(seed: int) -> None:
    chance = random.Random(seed)
    coming = [(START + 200 * n + chance.randrange(SETTLED_MS - 200), _event(n)) for n in range(60)]
    there: list[tuple[int, Event]] = []
    after, told, answers = "", set[str](), 0
    for n, (at, event) in enumerate(coming):
        there.append((at * STEPS, event))
        there.sort(key=lambda one: one[0])
        if chance.random() < 0.5:
            found = told_after(there, after, chance.choice((1, 3, 100)), START + 200 * n + SETTLED_MS - 200, False)
            told |= {one.id for one in found.events}
            after = found.after
    while True:
        found = told_after(there, after, 5, START + 10**6, True)
        told |= {one.id for one in found.events}
        after, answers = found.after, answers + 1
        if found.over:
            break
        assert answers < 100, "it goes on to the end"
    assert told == {event.id for _, event in coming}
    assert told_after(there, after, 5, START + 10**6, True) == ((), after, True)


def test_nothing_new_is_nothing_to_tell() -> None:
    there = [(START * STEPS, _event(1))]
    found = told_after(there, "", 10, START + 1, False)
    assert [one.id for one in found.events] == [_event(1).id]
    assert told_after(there, found.after, 10, START + 1, False).events == ()


def test_a_place_that_is_none_is_refused() -> None:
    with pytest.raises(BadPlace):
        told_after([], "1.x", 1, START, False)
