"""What is said of a run, as it comes: by a cursor that stays, and with patience where there is nothing yet."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from support.murmur import Shop, shop
from support.served import Served, served


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return shop(tmp_path_factory.mktemp("events") / "shop")


@pytest.fixture(scope="module")
def here(there: Shop) -> Iterator[Served]:
    with served(there.root) as found:
        yield found


def started(here: Served, **input: object) -> str:
    return str(here.post("/runs", {"pipeline": "orders", "input": input}).json["run"])


def test_whoever_waits_is_told_as_it_happens_and_reaches_the_end(here: Served, there: Shop) -> None:
    run = started(here, id=1, total=20, wait=True)
    types: list[str] = []
    after = ""
    while True:
        told = here.get(f"/runs/{run}/events", after=after, wait=20).json
        assert told["events"] or told["ended"], "an answer that waited has something to tell"
        types += [event["type"] for event in told["events"]]
        after = told["next"]
        if told["ended"]:
            break
        there.let_go()
    assert types[0] == "run.started"
    assert types[-1] == "run.succeeded"
    assert {"task.succeeded"} <= set(types)
    assert here.get(f"/runs/{run}/events", after=after).json == {"events": [], "next": after, "ended": True}


def test_every_place_on_the_way_is_one_to_go_on_from(here: Served, there: Shop) -> None:
    there.let_go()
    run = started(here, id=2, total=20)
    while not here.get(f"/runs/{run}/events", after="", wait=5).json["ended"]:
        pass
    whole = here.get(f"/runs/{run}/events").json["events"]
    assert all(event["specversion"] == "1.0" and event["run"] == run for event in whole)
    for most in (1, 2, 3):
        found, after = [], ""
        while len(found) < len(whole):
            told = here.get(f"/runs/{run}/events", after=after, most=most).json
            assert 0 < len(told["events"]) <= most
            found += told["events"]
            after = told["next"]
        assert found == whole


@pytest.mark.parametrize("after", ["x", "1", "1.", ".1", "-1.0", "1.0.0", "١.0"])
def test_a_place_that_is_none_is_refused(here: Served, after: str) -> None:
    run = started(here, id=3)
    assert here.get(f"/runs/{run}/events", after=after).status == 422


def test_one_that_waits_keeps_nobody_else_waiting(here: Served, there: Shop) -> None:
    (there.root / "functions" / "check" / "go").unlink(missing_ok=True)
    run = started(here, id=4, total=20, wait=True)
    told = here.get(f"/runs/{run}/events").json
    answers = []
    waiting = threading.Thread(
        target=lambda: answers.append(here.get(f"/runs/{run}/events", after=told["next"], wait=20))
    )
    waiting.start()
    for _ in range(3):
        assert here.get("/runs").status == 200
    there.let_go()
    waiting.join(20)
    assert answers
    assert answers[0].json["events"]


def test_lines_are_told_by_task_and_attempt(here: Served, there: Shop) -> None:
    there.let_go()
    run = started(here, id="seven", total=20)
    lines, after = [], None
    began = time.monotonic()
    while True:
        told = here.get(f"/runs/{run}/logs", after=after, wait=10).json
        lines += told["logs"]
        after = told["next"]
        if told["ended"]:
            break
        assert time.monotonic() - began < 30
    assert [(one["task"], one["stream"], one["text"]) for one in lines] == [
        ("check", "stdout", "checking seven\n"),
        ("deliver", "stdout", "checking seven\n"),
    ]
    of_one = here.get(f"/runs/{run}/logs", task="deliver", attempt=1).json["logs"]
    assert [one["task"] for one in of_one] == ["deliver"]
    assert here.get(f"/runs/{run}/logs", attempt=2).json["logs"] == []
    assert here.get(f"/runs/{run}/logs", task="nobody").code == "no-such-task"
    assert here.get(f"/runs/{run}/logs", after="1").status == 422
