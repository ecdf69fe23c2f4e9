"""The run view on DynamoDB: what an event costs, and that nothing of a large one is lost for being kept aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from support.aws import Cloud, cloud
from support.aws_units import charged

from events.event import Event, EventType
from events.ports import Unavailable
from murmuration.aws.artifacts import AwsArtifacts
from murmuration.aws.table import Table
from murmuration.aws.view import KEPT_MS, AwsRunView
from murmuration.memory import ManualClock

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
RUN = "r-" + "a" * 26
LONGEST = "x" * 64


def ended(task: str = "resize", size: int = 0, **more: Any) -> Event:
    # Nothing that could be compressed: what does not repeat, does not shrink.
    text = "".join(chr(0x4E00 + n * 7 % 20_000) for n in range(size))
    data = {"status": "succeeded", "output": {"text": text}}
    return Event(
        type=EventType.TASK_SUCCEEDED,
        time=NOON,
        pipeline=f"{'p' * 48}/{LONGEST}@999999999",
        run=RUN,
        task=task,
        attempt=1,
        cause=f"{RUN}/{LONGEST}/1/task.succeeded",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        data=data,
        **more,
    )


@pytest.fixture
def here() -> Iterator[Cloud]:
    with cloud() as here:
        yield here


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def view(here: Cloud, clock: ManualClock) -> AwsRunView:
    return view_on(here, clock)


def view_on(here: Cloud, clock: ManualClock, pause: Callable[[float], None] = lambda _: None) -> AwsRunView:
    table = Table(here.clients, here.environment.table, pause)
    return AwsRunView(table, AwsArtifacts(here.clients, here.environment.artifacts, clock), clock)


def objects(here: Cloud) -> int:
    return int(here.clients.s3.list_objects_v2(Bucket=here.environment.artifacts)["KeyCount"])


@pytest.mark.parametrize("task", ["a", LONGEST])
def test_every_event_is_one_write_unit_and_comes_back_whole(here: Cloud, view: AwsRunView, task: str) -> None:
    for size in (0, 50, 100, 150, 180, 200, 220, 250, 300, 1_000, 40_000):
        event = ended(task, size)
        with charged(here) as bill:
            view.put([event])
        assert bill.writes == 1, size
        assert list(view.events(RUN)) == [event]


def test_a_usual_event_needs_no_object(here: Cloud, view: AwsRunView) -> None:
    view.put([ended(size=100)])
    assert objects(here) == 0


def test_what_repeats_itself_is_compressed_before_it_is_kept_aside(here: Cloud, view: AwsRunView) -> None:
    event = ended()
    event.data["rows"] = [{"width": n, "height": n, "kind": "thumbnail"} for n in range(100)]
    with charged(here) as bill:
        view.put([event])
    assert (bill.writes, objects(here), list(view.events(RUN))) == (1, 0, [event])


def test_the_same_data_kept_aside_is_one_object(here: Cloud, view: AwsRunView) -> None:
    for _ in range(2):
        view.put([ended(task, 2_000) for task in ("a", "b", "c")])
    assert objects(here) == 1
    assert [event.task for event in view.events(RUN)] == ["a", "b", "c"]


def test_an_envelope_of_every_attribute_is_one_unit_too(here: Cloud, view: AwsRunView) -> None:
    state = ",".join(f"vendor{n}=value{n}" for n in range(30))
    event = ended(LONGEST, 2_000, tracestate=state, dataref="s3://murmur-test/events/" + "f" * 64)
    with charged(here) as bill:
        view.put([event])
    assert (bill.writes, list(view.events(RUN))) == (1, [event])


def test_many_events_go_in_calls_of_25_and_are_asked_for_in_calls_of_100(here: Cloud, view: AwsRunView) -> None:
    events = [ended(f"t{n}") for n in range(120)]
    with charged(here) as bill:
        view.put([*events, *events])
    assert (bill.writes, bill.calls["BatchWriteItem"]) == (120, 5)
    with charged(here) as bill:
        asked = [*(event.id for event in events), f"{RUN}/run.started"]
        assert view.unheard(RUN, asked) == [f"{RUN}/run.started"]
    assert dict(bill.calls) == {"BatchGetItem": 2}
    assert list(view.events(RUN)) == events


def test_the_order_outlives_the_process_that_heard_them(here: Cloud, clock: ManualClock) -> None:
    tasks = ["c", "a", "b"]
    for task in tasks:
        view_on(here, clock).put([ended(task)])
        clock.at += 1
    assert [event.task for event in view_on(here, clock).events(RUN)] == tasks


def test_events_expire_with_their_run(here: Cloud, view: AwsRunView) -> None:
    here.table.put({"pk": f"run#{RUN}", "sk": "run", "expires": 4_000_000_000})
    with charged(here) as bill:
        view.put([ended("a")])
        view.put([ended("b")])
    assert [item["expires"] for item in here.table.under(f"log#{RUN}")] == [4_000_000_000] * 2
    assert bill.calls["BatchGetItem"] == 1, "that of a run is asked once"


def test_events_of_no_run_expire_too(
    here: Cloud, view: AwsRunView, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("murmuration.aws.view.REMEMBERED", 0)
    view.put([ended("a")])
    [item] = here.table.under(f"log#{RUN}")
    assert item["expires"] == (clock.at + KEPT_MS) // 1_000


def test_what_a_batch_left_undone_is_asked_for_again_after_a_pause(here: Cloud, clock: ManualClock) -> None:
    paused: list[float] = []
    view = view_on(here, clock, paused.append)
    with undone(here, [1, 2]):
        view.put([ended("a"), ended("b")])
    assert [event.task for event in view.events(RUN)] == ["a", "b"]
    assert paused == sorted(paused)
    assert len(paused) == 2


def test_a_table_that_stays_too_busy_is_said_to_be_unavailable(here: Cloud, clock: ManualClock) -> None:
    view = view_on(here, clock)
    with undone(here, range(1, 100)), pytest.raises(Unavailable):
        view.put([ended("a")])


class undone:
    """The n-th calls leave all of their batch undone."""

    def __init__(self, here: Cloud, numbers: Sequence[int]) -> None:
        self._events = here.clients.dynamodb.meta.events
        self._numbers = set(numbers)
        self._count = 0
        self._asked: Any = None

    def __enter__(self) -> None:
        self._events.register("before-parameter-build.dynamodb.BatchWriteItem", self._note)
        self._events.register("before-call.dynamodb.BatchWriteItem", self._answer)

    def __exit__(self, *_: object) -> None:
        self._events.unregister("before-parameter-build.dynamodb.BatchWriteItem", self._note)
        self._events.unregister("before-call.dynamodb.BatchWriteItem", self._answer)

    def _note(self, params: Any, **_: object) -> None:
        self._asked = params["RequestItems"]

    def _answer(self, **_: object) -> Any:
        self._count += 1
        if self._count not in self._numbers:
            return None
        return _Answer(), {"UnprocessedItems": self._asked, "ResponseMetadata": {}}


class _Answer:
    status_code = 200
