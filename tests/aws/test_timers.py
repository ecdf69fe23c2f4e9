"""Timers on AWS: never early, never lost; what SQS holds back, what Scheduler wakes, what the timers function does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from support.aws import Cloud, cloud
from support.aws_wires import Collecting, Hands, fires_at

from events.envelope import Routing
from events.event import Event, EventType
from events.ledger import Millis
from events.ports import Said, Unavailable
from murmuration.aws.clients import Clients
from murmuration.aws.environment import Environment
from murmuration.aws.timers import (
    EARLY_MS,
    LONGEST_DELAY_MS,
    AwsTimers,
    Timer,
    TimersFunction,
    read_timer,
    schedule_name,
)
from murmuration.memory import ManualClock
from schemas.errors import InvalidEvent
from schemas.model import JsonObject

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
NOW = ManualClock().at
ENVIRONMENT = Environment(
    stage="test",
    account="123456789012",
    region="eu-central-1",
    partition="aws",
    table="t",
    artifacts="a",
    projector_queue="https://sqs/123456789012/murmur-test-projector",
    timers_queue="https://sqs/123456789012/murmur-test-timers",
    scheduler_role="role",
)


def said(task: str = "a") -> Said:
    event = Event(type=EventType.TASK_REQUESTED, time=NOON, pipeline="p/x@1", run="r-1", task=task, attempt=2, data={})
    return Said(event, Routing(lambda_="murmur-test-task"))


@dataclass
class Held:
    """SQS and Scheduler as the timers call them."""

    sent: list[tuple[str, int]] = field(default_factory=list)
    """Texts, and for how many seconds each is held back."""
    scheduled: dict[str, dict[str, Any]] = field(default_factory=dict)
    refuses: list[str] = field(default_factory=list)

    def send_message(self, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> None:
        self._refuse("SendMessage")
        assert QueueUrl == ENVIRONMENT.timers_queue
        assert 0 <= DelaySeconds <= 900
        self.sent.append((MessageBody, DelaySeconds))

    def create_schedule(self, **asks: Any) -> None:
        self._refuse("CreateSchedule")
        if asks["Name"] in self.scheduled:
            raise refusal("ConflictException", "CreateSchedule")
        self.scheduled[asks["Name"]] = asks

    def update_schedule(self, **asks: Any) -> None:
        self._refuse("UpdateSchedule")
        if asks["Name"] not in self.scheduled:
            raise refusal("ResourceNotFoundException", "UpdateSchedule")
        self.scheduled[asks["Name"]] = asks

    def _refuse(self, call: str) -> None:
        if self.refuses and self.refuses[0].startswith(call):
            raise refusal(self.refuses.pop(0).partition(":")[2], call)


def refusal(code: str, call: str) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "no"}}
    return ClientError(answer, call)


@dataclass
class Stand:
    held: Held = field(default_factory=Held)
    clock: ManualClock = field(default_factory=ManualClock)

    @property
    def timers(self) -> AwsTimers:
        return AwsTimers(cast(Clients, SimpleNamespace(sqs=self.held, scheduler=self.held)), ENVIRONMENT, self.clock)


@pytest.fixture
def stand() -> Stand:
    return Stand()


class TestSet:
    @pytest.mark.parametrize(
        ("left", "seconds"), [(-5_000, 0), (0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2), (LONGEST_DELAY_MS, 900)]
    )
    def test_what_is_due_soon_is_held_back_by_whole_seconds_rounded_up(
        self, stand: Stand, left: int, seconds: int
    ) -> None:
        stand.timers.set("t", NOW + left, said())
        [(text, delay)] = stand.held.sent
        assert delay == seconds
        assert read_timer(text) == Timer("t", NOW + left, said())

    def test_what_is_due_later_is_woken_before_its_time_and_then_gone(self, stand: Stand) -> None:
        due = NOW + LONGEST_DELAY_MS + 1
        stand.timers.set("r-1/a/2/due", due, said())
        assert not stand.held.sent
        [(name, asks)] = stand.held.scheduled.items()
        assert name == schedule_name("r-1/a/2/due")
        assert due - EARLY_MS - 1000 < fires_at(asks) <= due - EARLY_MS
        assert asks["GroupName"] == "murmur-test"
        assert asks["ActionAfterCompletion"] == "DELETE"
        assert asks["FlexibleTimeWindow"] == {"Mode": "OFF"}
        assert asks["Target"]["Arn"] == "arn:aws:sqs:eu-central-1:123456789012:murmur-test-timers"
        assert asks["Target"]["DeadLetterConfig"]["Arn"].endswith(":murmur-test-undelivered")
        assert read_timer(asks["Target"]["Input"]) == Timer("r-1/a/2/due", due, said())

    def test_the_same_id_replaces(self, stand: Stand) -> None:
        for hours in (1, 2):
            stand.timers.set("t", NOW + hours * 3_600_000, said())
        [asks] = stand.held.scheduled.values()
        assert read_timer(asks["Target"]["Input"]).due == NOW + 2 * 3_600_000

    def test_one_that_goes_off_while_it_is_replaced_is_made_anew(self, stand: Stand) -> None:
        stand.held.refuses = ["CreateSchedule:ConflictException", "UpdateSchedule:ResourceNotFoundException"]
        stand.timers.set("t", NOW + 3_600_000, said())
        assert len(stand.held.scheduled) == 1

    def test_one_that_is_there_and_is_not_there_is_for_the_caller_to_set_again(self, stand: Stand) -> None:
        stand.held.refuses = ["CreateSchedule:ConflictException", "UpdateSchedule:ResourceNotFoundException"] * 9
        with pytest.raises(Unavailable):
            stand.timers.set("t", NOW + 3_600_000, said())

    @pytest.mark.parametrize("call", ["CreateSchedule", "UpdateSchedule", "SendMessage"])
    def test_a_throttled_call_is_unavailable(self, stand: Stand, call: str) -> None:
        later = 0 if call == "SendMessage" else 3_600_000
        if call == "UpdateSchedule":
            stand.timers.set("t", NOW + later, said())
        stand.held.refuses = [f"{call}:ThrottlingException"]
        with pytest.raises(Unavailable):
            stand.timers.set("t", NOW + later, said())

    def test_a_name_is_one_that_scheduler_takes(self) -> None:
        name = schedule_name("r-1/é à/" + "x" * 200)
        assert len(name) <= 64
        assert name.replace("-", "").isalnum()
        assert name.isascii()


@dataclass
class Flaky:
    fails: bool = False
    said: list[Said] = field(default_factory=list)

    def put(self, said: Sequence[Said]) -> None:
        if self.fails:
            raise Unavailable("not now")
        self.said += said

    def put_outside(self, events: Sequence[JsonObject]) -> None:
        raise AssertionError("timers say our own events")


class TestFunction:
    def test_what_is_due_is_said_in_one_call_and_what_is_early_held_back_for_the_rest(self, stand: Stand) -> None:
        bus = Flaky()
        texts = {
            "1": Timer("b", NOW, said("b")),
            "2": Timer("c", NOW + 2_500, said("c")),
            "3": Timer("a", NOW - 9, said("a")),
        }
        left = TimersFunction(bus, stand.timers, stand.clock).take({id_: timer.text() for id_, timer in texts.items()})
        assert left == []
        assert [one.event.task for one in bus.said] == ["a", "b"]
        assert [(read_timer(text).id, delay) for text, delay in stand.held.sent] == [("c", 3)]

    def test_what_cannot_be_said_comes_again(self, stand: Stand) -> None:
        early, due = Timer("c", NOW + 2_500, said("c")).text(), Timer("b", NOW, said("b")).text()
        function = TimersFunction(Flaky(fails=True), stand.timers, stand.clock)
        assert function.take({"1": early, "2": due}) == ["2"]

    def test_what_cannot_be_held_back_comes_again(self, stand: Stand) -> None:
        stand.held.refuses = ["SendMessage:ThrottlingException"]
        bus = Flaky()
        left = TimersFunction(bus, stand.timers, stand.clock).take(
            {"1": Timer("c", NOW + 1, said("c")).text(), "2": Timer("b", NOW, said("b")).text()}
        )
        assert left == ["1"]
        assert len(bus.said) == 1

    @pytest.mark.parametrize(
        "text",
        [
            "no JSON",
            "[]",
            "{}",
            '{"timer": "t", "due": "soon", "detail": {}}',
            '{"timer": "t", "due": 1, "detail": {}}',
        ],
    )
    def test_what_is_no_timer_comes_again_and_in_the_end_lies_with_the_dead(self, stand: Stand, text: str) -> None:
        bus = Flaky()
        good = Timer("b", NOW, said("b")).text()
        assert TimersFunction(bus, stand.timers, stand.clock).take({"1": text, "2": good}) == ["1"]
        assert len(bus.said) == 1
        with pytest.raises(InvalidEvent):
            read_timer(text)


@given(
    now=st.integers(NOW, NOW + 5_000),
    left=st.integers(-2_000, 5_000_000),
    late=st.integers(0, 59_999),
    slow=st.integers(0, 2_000),
)
def test_it_is_said_once_when_it_is_due_and_never_before(now: Millis, left: int, late: int, slow: int) -> None:
    """However late Scheduler is within its minute, and SQS and Lambda within two seconds."""
    stand = Stand(clock=ManualClock(now))
    bus = Flaky()
    function = TimersFunction(bus, stand.timers, stand.clock)
    due = now + left
    stand.timers.set("t", due, said())
    for asks in list(stand.held.scheduled.values()):
        stand.clock.at = max(stand.clock.at, fires_at(asks)) + late
        stand.held.sent.append((asks["Target"]["Input"], 0))
    while stand.held.sent:
        text, delay = stand.held.sent.pop()
        stand.clock.at += delay * 1000 + slow
        assert function.take({"m": text}) == []
    assert bus.said == [said()]
    assert stand.clock.at >= due
    assert stand.clock.at <= max(due, now) + 1_000 + 2 * slow


@pytest.fixture
def here() -> Iterator[Cloud]:
    with cloud() as here:
        yield here


def test_a_schedule_is_made_replaced_and_gone(here: Cloud) -> None:
    clock = ManualClock()
    hands = Hands(here, clock)
    hands.timers.set("t", NOW + 3_600_000, said("a"))
    hands.timers.set("t", NOW + 7_200_000, said("b"))
    [schedule] = hands.schedules()
    assert orjson.loads(schedule["Target"]["Input"])["due"] == NOW + 7_200_000
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert isinstance(hands.bus, Collecting)
