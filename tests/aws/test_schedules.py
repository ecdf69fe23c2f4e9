"""Schedules on AWS: the same times in Scheduler's words, published as a difference, whatever was there and was killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cronsim import CronSim
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.aws import Cloud, cloud

from handlers.schedules import next_time
from murmuration.aws.refusals import Denied
from murmuration.aws.schedules import (
    AwsSchedules,
    CannotSchedule,
    Changes,
    expression,
    name_prefix,
    next_of_rate,
    schedule_name,
)
from murmuration.memory import ManualClock
from schemas.pipeline import Pipeline
from schemas.schedule import Mistake, cron_mistake, scheduler_cron
from schemas.trigger import ScheduleSource

DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
BEGIN = date(2027, 1, 1)


def pipeline(name: str = "x", **schedules: Any) -> Pipeline:
    triggers = {trigger: {"schedule": schedule} for trigger, schedule in schedules.items()}
    return Pipeline.read(
        {
            "project": "p",
            "pipeline": name,
            "tasks": {"a": {"function": "f"}},
            "triggers": {**triggers, "by_hand": {"manual": {}}},
        }
    )


class Stand:
    def __init__(self, here: Cloud) -> None:
        self.here = here
        # moto refuses a start that is past by its own clock.
        self.clock = ManualClock(4_000_000_000_500)
        self.schedules = AwsSchedules(here.clients, here.environment, self.clock)

    def there(self) -> dict[str, dict[str, Any]]:
        group = self.here.environment.schedules
        found = self.here.clients.scheduler.list_schedules(GroupName=group)["Schedules"]
        return {one["Name"]: self._whole(one["Name"]) for one in found}

    def _whole(self, name: str) -> dict[str, Any]:
        found = self.here.clients.scheduler.get_schedule(Name=name, GroupName=self.here.environment.schedules)
        return {field: value for field, value in found.items() if field != "ResponseMetadata"}


@pytest.fixture
def stand() -> Iterator[Stand]:
    with cloud() as here:
        yield Stand(here)


class TestPut:
    def test_a_schedule_calls_the_start_function_with_the_time_that_was_meant(self, stand: Stand) -> None:
        stand.schedules.put(pipeline(nightly={"cron": "30 2 * * 1-5", "timezone": "Europe/Zurich"}))
        [found] = stand.there().values()
        assert found["ScheduleExpression"] == "cron(30 2 ? * MON,TUE,WED,THU,FRI *)"
        assert found["ScheduleExpressionTimezone"] == "Europe/Zurich"
        assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}
        assert found["GroupName"] == "murmur-test"
        assert found["Target"]["Arn"].endswith(":function:murmur-test-start")
        assert found["Target"]["RoleArn"] == stand.here.environment.scheduler_role
        assert json.loads(found["Target"]["Input"]) == {
            "trigger": "p/x/nightly",
            "scheduled": "<aws.scheduler.scheduled-time>",
            "execution": "<aws.scheduler.execution-id>",
        }

    def test_what_is_there_already_is_left_alone(self, stand: Stand) -> None:
        wanted = pipeline(nightly={"cron": "0 2 * * *"}, often={"rate": "15m"})
        assert len(stand.schedules.put(wanted).created) == 2
        before = stand.there()
        stand.clock.at += 3_600_000
        assert stand.schedules.put(wanted) == Changes()
        assert stand.there() == before

    def test_only_the_difference_is_made(self, stand: Stand) -> None:
        stand.schedules.put(pipeline(a={"cron": "0 2 * * *"}, b={"cron": "0 3 * * *"}, c={"cron": "0 4 * * *"}))
        made = stand.schedules.put(pipeline(a={"cron": "0 2 * * *"}, b={"cron": "5 3 * * *"}, d={"rate": "1d"}))
        name = {trigger: schedule_name("p/x", trigger) for trigger in "abcd"}
        assert made == Changes(created=(name["d"],), changed=(name["b"],), deleted=(name["c"],))
        assert stand.there()[name["b"]]["ScheduleExpression"] == "cron(5 3 * * ? *)"

    def test_other_pipelines_are_left_alone(self, stand: Stand) -> None:
        stand.schedules.put(pipeline("other", nightly={"cron": "0 2 * * *"}))
        stand.schedules.put(pipeline("x", nightly={"cron": "0 2 * * *"}))
        stand.schedules.put(pipeline("x"))
        assert list(stand.there()) == [schedule_name("p/other", "nightly")]
        assert stand.schedules.remove("p/other").deleted == (schedule_name("p/other", "nightly"),)
        assert not stand.there()

    def test_one_that_was_made_by_a_call_whose_reply_was_lost_is_put_again(self, stand: Stand) -> None:
        schedules = stand.schedules
        wanted = pipeline(nightly={"cron": "0 2 * * *"})
        schedules.put(wanted)
        schedules._names = lambda _: iter(())  # type: ignore[method-assign]  # as it was seen before
        assert len(schedules.put(wanted).created) == 1
        assert len(stand.there()) == 1

    def test_one_that_is_gone_already_is_deleted(self, stand: Stand) -> None:
        stand.schedules._delete("never-there")

    def test_one_that_may_not_be_deleted_is_told(self, stand: Stand) -> None:
        def denied(**_: Any) -> None:
            answer: Any = {"Error": {"Code": "AccessDeniedException", "Message": "not DeleteSchedule"}}
            raise ClientError(answer, "DeleteSchedule")

        stand.schedules.put(pipeline(nightly={"cron": "0 2 * * *"}))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(stand.here.clients.scheduler, "delete_schedule", denied)
            with pytest.raises(Denied, match="not DeleteSchedule"):
                stand.schedules.remove("p/x")

    @pytest.mark.parametrize(("catch_up", "age"), [("none", 60), ("latest", 86_400), ("all", 86_400)])
    def test_what_is_not_made_up_for_is_not_tried_for_long(self, stand: Stand, catch_up: str, age: int) -> None:
        stand.schedules.put(pipeline(nightly={"cron": "0 2 * * *", "catch_up": catch_up}))
        [found] = stand.there().values()
        assert found["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] == age
        assert found["Target"]["DeadLetterConfig"]["Arn"].endswith(":murmur-test-undelivered")

    def test_a_throttled_call_leaves_the_rest_to_the_next_time(self, stand: Stand) -> None:
        scheduler, real = stand.here.clients.scheduler, stand.here.clients.scheduler.create_schedule
        calls: list[str] = []

        def fails_at_the_second(**asks: Any) -> Any:
            calls.append(asks["Name"])
            if len(calls) == 2:
                answer: Any = {"Error": {"Code": "ThrottlingException", "Message": "slowly"}}
                raise ClientError(answer, "CreateSchedule")
            return real(**asks)

        wanted = pipeline(a={"cron": "0 2 * * *"}, b={"cron": "0 3 * * *"})
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(scheduler, "create_schedule", fails_at_the_second)
            with pytest.raises(Exception, match="slowly"):
                stand.schedules.put(wanted)
        assert stand.schedules.put(wanted).created == (schedule_name("p/x", "b"),)


class TestRates:
    def test_a_rate_begins_one_interval_after_it_was_published(self, stand: Stand) -> None:
        stand.schedules.put(pipeline(often={"rate": "15m"}))
        [found] = stand.there().values()
        assert found["ScheduleExpression"] == "rate(15 minutes)"
        assert found["StartDate"] == at(4_000_000_000_000 + 900_000)

    def test_it_keeps_its_times_when_something_else_changes(self, stand: Stand) -> None:
        stand.schedules.put(pipeline(often={"rate": "15m"}))
        stand.clock.at += 40 * 60_000
        stand.schedules.put(pipeline(often={"rate": "15m", "catch_up": "none"}))
        [found] = stand.there().values()
        assert found["StartDate"] == at(4_000_000_000_000 + 45 * 60_000)

    def test_another_rate_begins_anew(self, stand: Stand) -> None:
        stand.schedules.put(pipeline(often={"rate": "15m"}))
        stand.clock.at += 40 * 60_000
        stand.schedules.put(pipeline(often={"rate": "10m"}))
        [found] = stand.there().values()
        assert found["StartDate"] == at(4_000_000_000_000 + 50 * 60_000)

    @given(begun=st.integers(0, 10**13), minutes=st.integers(1, 10_000), now=st.integers(0, 10**13))
    def test_the_next_time_is_the_one_that_every_backend_means(self, begun: int, minutes: int, now: int) -> None:
        source = ScheduleSource.read({"rate": f"{minutes}m"})
        found = next_of_rate(begun, minutes * 60_000, now)
        assert found > now
        assert found - now <= minutes * 60_000
        if now >= begun:
            assert found == next_time(source, begun, now)


def at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


class TestNames:
    def test_a_name_says_the_trigger_and_is_one_that_scheduler_takes(self) -> None:
        assert schedule_name("p/x", "nightly").endswith("-nightly")
        assert schedule_name("a-b/c", "t") != schedule_name("a/b-c", "t")
        long = {schedule_name("p" * 48 + "/" + "x" * 64, "t" * 63 + end) for end in "ab"}
        assert len(long) == 2
        assert all(len(name) <= 64 and name.startswith(name_prefix("p" * 48 + "/" + "x" * 64)) for name in long)

    @pytest.mark.parametrize("source", [{"cron": "0 0 1 * 1"}, {"rate": "90s"}, {"cron": "0 0 LW * *"}])
    def test_what_scheduler_cannot_say_is_told_by_its_trigger(self, source: dict[str, str]) -> None:
        with pytest.raises(CannotSchedule, match=r"p/x/t: .*Scheduler") as told:
            expression(ScheduleSource.read(source), "p/x/t")
        assert told.value.advice


# Scheduler's cron, read as its documentation says, and by nothing of ours.


def matches(field: str, value: int, low: int, high: int) -> bool:
    if field in ("*", "?"):
        return True
    for part in field.split(","):
        body, _, step = part.partition("/")
        first, _, last = body.partition("-")
        begin = low if first == "*" else int(first)
        end = int(last) if last else (high if step else begin)
        if begin <= value <= end and (value - begin) % int(step or 1) == 0:
            return True
    return False


def on_day(expression: str, day: date) -> bool:
    _, _, days, months, weekdays, years = expression.removeprefix("cron(").removesuffix(")").split()
    assert years == "*"
    assert [days, weekdays].count("?") == 1, "exactly one of them is left open"
    if not matches(months, day.month, 1, 12):
        return False
    number = (day.weekday() + 1) % 7 + 1
    if weekdays == "?":
        return (day + timedelta(days=1)).day == 1 if days == "L" else matches(days, day.day, 1, 31)
    if weekdays.endswith("L"):
        return number == int(weekdays[0]) and (day + timedelta(days=7)).month != day.month
    if "#" in weekdays:
        return number == int(weekdays[0]) and (day.day - 1) // 7 + 1 == int(weekdays[2])
    named = weekdays
    for at_, name in enumerate(DAYS, 1):
        named = named.replace(name, str(at_))
    return matches(named, number, 1, 7)


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    one = st.integers(low, high).map(str)
    ranges = st.tuples(st.integers(low, high), st.integers(low, high)).map(lambda two: f"{min(two)}-{max(two)}")
    steps = st.tuples(st.one_of(st.just("*"), ranges), st.integers(1, 20)).map(lambda two: f"{two[0]}/{two[1]}")
    return st.one_of(st.just("*"), st.lists(st.one_of(one, ranges, steps), min_size=1, max_size=3).map(",".join))


MONTH_DAYS = st.one_of(numbers(1, 31), st.just("L"))
WEEKDAYS = st.one_of(
    numbers(0, 7),
    st.lists(st.sampled_from(DAYS), min_size=1, max_size=3).map(",".join),
    st.just("MON-FRI"),
    st.tuples(st.integers(0, 6), st.integers(1, 5)).map(lambda two: f"{two[0]}#{two[1]}"),
    st.integers(0, 6).map(lambda day: f"{day}L"),
)
CRONS = st.tuples(
    numbers(0, 59),
    numbers(0, 23),
    st.one_of(st.just("*"), MONTH_DAYS),
    numbers(1, 12),
    st.one_of(st.just("*"), WEEKDAYS),
).map(" ".join)


@settings(max_examples=150)
@given(CRONS)
def test_a_cron_fires_on_the_same_days_at_the_same_times(cron: str) -> None:
    assume(cron_mistake(cron) is None)
    said = scheduler_cron(cron)
    assume(not isinstance(said, Mistake))
    assert isinstance(said, str)
    ours = CronSim(cron, datetime(2027, 1, 1, tzinfo=UTC))
    minutes, hours = said.removeprefix("cron(").split()[:2]
    assert {minute for minute in range(60) if matches(minutes, minute, 0, 59)} == ours.minutes
    assert {hour for hour in range(24) if matches(hours, hour, 0, 23)} == ours.hours
    for offset in range(800):
        day = BEGIN + timedelta(days=offset)
        mine = day.month in ours.months and ours.match_day(day)
        assert on_day(said, day) == mine, day
