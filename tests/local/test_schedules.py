"""Schedules: the right times on every clock, and one run for each time, whatever is killed when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers import schedules
from handlers.schedules import MOST, Due, due, next_time, scheduled_event
from murmuration.local.publish import publish
from murmuration.local.schedules import Schedules
from murmuration.local.stack import Stack
from schemas.pipeline import Pipeline
from schemas.trigger import RunEnd, ScheduleSource

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def at(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def source(cron=None, zone="UTC", **more):
    return ScheduleSource.read({"timezone": zone, **({} if cron is None else {"cron": cron}), **more})


def between(schedule, start, end):
    """All times, in UTC."""
    found, time = [], at(start)
    while (time := next_time(schedule, 0, time)) is not None and time <= at(end):
        found.append(datetime.fromtimestamp(time / 1000, UTC).strftime("%d %H:%M"))
    return found


# the clock on the wall


def test_a_time_that_is_skipped_comes_at_the_first_minute_that_exists():
    nightly = source("30 2 * * *", "Europe/Zurich")
    assert between(nightly, "2027-03-27T00:00Z", "2027-03-29T12:00Z") == ["27 01:30", "28 01:00", "29 00:30"]


def test_skipped_times_come_together_and_once():
    often = source("*/15 2,3 * * *", "Europe/Zurich")
    expected = ["28 01:00", "28 01:15", "28 01:30", "28 01:45"]
    assert between(often, "2027-03-28T00:00Z", "2027-03-28T12:00Z") == expected


def test_a_time_that_is_shown_twice_comes_the_first_time():
    nightly = source("30 2 * * *", "Europe/Zurich")
    assert between(nightly, "2027-10-30T00:00Z", "2027-11-01T12:00Z") == ["30 00:30", "31 00:30", "01 01:30"]
    even = source("0 */2 * * *", "Europe/Zurich")
    assert between(even, "2027-10-30T22:30Z", "2027-10-31T03:00Z") == ["31 00:00", "31 03:00"]


@pytest.mark.parametrize(("day", "hours"), [("03-28", 23), ("10-31", 25)])
@pytest.mark.parametrize(("cron", "an_hour"), [("0 * * * *", 1), ("5,20 0-23 * * *", 2), ("*/15 * * * *", 4)])
def test_every_hour_means_time_that_passes(day, hours, cron, an_hour):
    zone = ZoneInfo("Europe/Zurich")
    start = datetime.fromisoformat(f"2027-{day}").replace(tzinfo=zone)
    end = (start + timedelta(days=1)).replace(tzinfo=zone)
    times = between(source(cron, "Europe/Zurich"), (start - timedelta(seconds=1)).isoformat(), end.isoformat())
    assert len([time for time in times if time != end.astimezone(UTC).strftime("%d %H:%M")]) == hours * an_hour


@pytest.mark.parametrize(
    ("zone", "cron", "start", "expected"),
    [
        # Turned by half an hour.
        ("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00Z", ["03 15:30", "04 15:15"]),
        # Midnight itself is skipped.
        ("Asia/Beirut", "0 0 * * *", "2027-03-27T00:00Z", ["27 22:00", "28 21:00"]),
        # A whole day is skipped.
        ("Pacific/Apia", "0 2 * * *", "2011-12-29T13:00Z", ["30 10:00", "30 12:00"]),
    ],
)
def test_clocks_are_turned_in_odd_ways(zone, cron, start, expected):
    end = (datetime.fromisoformat(start) + timedelta(days=2)).isoformat()
    assert between(source(cron, zone), start, end)[: len(expected)] == expected


CRONS = ["30 2 * * *", "*/20 1-3 * * *", "0 0 * * *", "59 23 * * SUN", "0 */3 * * *", "10 2 31 * *", "0 2 L * *"]
TURNS = [
    *(("Europe/Zurich", "2027-03-28"), ("Europe/Zurich", "2027-10-31"), ("America/New_York", "2027-03-14")),
    *(("America/New_York", "2027-11-07"), ("Australia/Lord_Howe", "2027-04-04"), ("Asia/Beirut", "2027-03-28")),
    *(("Africa/Cairo", "2027-10-29"), ("UTC", "2027-10-31")),
]


@pytest.mark.parametrize(("zone", "day"), TURNS)
@pytest.mark.parametrize("cron", CRONS)
def test_against_a_clock_that_is_watched_minute_by_minute(zone, day, cron):
    place = ZoneInfo(zone)
    middle = datetime.fromisoformat(day).replace(tzinfo=UTC)
    start = middle - timedelta(days=2)
    wanted = set(between_plain(cron, start - timedelta(days=2), 7))
    expected, furthest = [], start.astimezone(place).replace(tzinfo=None)
    for minute in range(1, 4 * 1440 + 1):
        time = start + timedelta(minutes=minute)
        shown = time.astimezone(place).replace(tzinfo=None)
        if shown <= furthest:
            continue
        # All that the clock shows for the first time now, or has skipped.
        if any(furthest < one <= shown for one in wanted):
            expected.append(time.strftime("%d %H:%M"))
        furthest = shown
    found = between(source(cron, zone), start.isoformat(), (start + timedelta(days=4)).isoformat())
    assert found == expected


def between_plain(cron, start, days):
    """The times of a cron for clocks that are never turned."""
    found, time = [], round(start.timestamp() * 1000)
    plain = source(cron)
    while (time := next_time(plain, 0, time)) <= round(start.timestamp() * 1000) + days * DAY:
        found.append(datetime.fromtimestamp(time / 1000, UTC).replace(tzinfo=None))
    return found


def test_a_rate_counts_from_its_beginning():
    quarter = source(rate="15m")
    assert next_time(quarter, 1_000, 1_000) == 1_000 + 15 * MINUTE
    assert next_time(quarter, 1_000, 1_000 + 15 * MINUTE) == 1_000 + 30 * MINUTE
    assert next_time(quarter, 1_000, 1_000 + 40 * MINUTE) == 1_000 + 45 * MINUTE
    assert next_time(quarter, 1_000_000, 0) == 1_000_000 + 15 * MINUTE


# what passed while nothing ran


def test_what_is_due_within_a_minute_is_on_time_under_every_policy():
    noon = at("2027-01-31T12:00Z")
    for policy in ("none", "latest", "all"):
        hourly = source("0 * * * *", catch_up=policy)
        assert due(hourly, 0, noon - 5 * MINUTE, noon + 59_999) == Due((noon,))
        assert due(hourly, 0, noon, noon + 59_999) == Due(())
        seconds = source(rate="1s", catch_up=policy)
        assert due(seconds, noon, noon, noon + 5_000).times == tuple(noon + n * 1000 for n in range(1, 6))


@pytest.mark.parametrize(
    ("policy", "late_by", "hours", "passed"),
    [
        *(("none", 30, (12,), 3), ("latest", 30, (12,), 3), ("all", 30, (9, 10, 11, 12), 0)),
        *(("none", 600, (), 4), ("latest", 600, (12,), 3), ("all", 600, (9, 10, 11, 12), 0)),
    ],
)
def test_the_policies_for_what_is_late(policy, late_by, hours, passed):
    noon = at("2027-01-31T12:00Z")
    found = due(source("0 * * * *", catch_up=policy), 0, noon - 3 * HOUR - 1, noon + late_by * 1000)
    assert found.times == tuple(noon - (12 - hour) * HOUR for hour in hours)
    assert found.passed == passed


@pytest.mark.parametrize("schedule", [{"cron": "* * * * *"}, {"rate": "1s"}, {"cron": "* 5 * * *"}])
def test_no_more_than_a_hundred_are_made_up_for_after_years(schedule):
    now = at("2027-01-31T12:00:30Z")
    found = due(source(catch_up="all", **schedule), 0, now - 4 * 366 * DAY, now)
    assert len(found.times) == MOST
    assert found.more
    assert found.passed > 0
    assert list(found.times) == sorted(set(found.times))
    assert next_time(source(**schedule), 0, found.times[-1]) > now


def test_an_event_is_the_times_own():
    names = schedules.Surroundings()
    first, again, other = (
        scheduled_event("p/x", "nightly", time, names)
        for time in (at("2027-01-31T02:00Z"),) * 2 + (at("2027-02-01T02:00Z"),)
    )
    assert first == again
    assert first["id"] != other["id"]
    assert first["id"] != scheduled_event("p/x", "hourly", at("2027-01-31T02:00Z"), names)["id"]
    assert (first["source"], first["detail-type"]) == ("aws.scheduler", "Scheduled Event")
    assert first["time"] == "2027-01-31T02:00:00Z"


# kept, and starting runs


class Clock:
    def __init__(self):
        self.time = at("2027-01-31T12:00:10Z")

    def now(self):
        return self.time


class Stage:
    def __init__(self, path):
        self.path = path
        self.clock = Clock()
        self.open()

    def open(self):
        self.stack = Stack(self.path, clock=self.clock)
        stack = self.stack
        self.schedules = Schedules(
            stack.database, stack.catalog, stack.ledger, stack.start, stack.refusals, stack.surroundings
        )

    def publish(self, **schedule):
        self.publish_triggers({"nightly": {"schedule": schedule, "input": {"at": "${time}"}}})

    def publish_triggers(self, triggers, schema=None):
        document = {"project": "p", "pipeline": "x", "tasks": {"a": {"action": "pass"}}, "triggers": triggers}
        publish(self.stack, Pipeline.read({**document, **({} if schema is None else {"input": schema})}))
        self.schedules.changed()
        self.take()

    def take(self, later=0):
        self.clock.time += later
        with self.stack.database.transaction():
            self.schedules.take(self.clock.time)
        return self.runs()

    def runs(self):
        sql = "SELECT id FROM runs ORDER BY n"
        runs = [self.stack.ledger.run(id_) for (id_,) in self.stack.database.execute(sql).fetchall()]
        return [run.input["at"][11:16] for run in runs]

    def end_last(self):
        (run,) = self.stack.database.execute("SELECT id FROM runs ORDER BY n DESC LIMIT 1").fetchone()
        with self.stack.database.transaction():
            self.stack.ledger.end(run, RunEnd.SUCCEEDED, self.clock.time, "")

    def refusals(self):
        return [refusal.why for refusal in self.stack.refusals.listed()]

    def close(self):
        self.stack.close()


@pytest.fixture
def stage(tmp_path):
    found = Stage(tmp_path)
    yield found
    found.close()


def test_a_new_schedule_starts_from_now_and_each_time_starts_a_run(stage):
    stage.publish(cron="0 * * * *", catch_up="all")
    assert stage.runs() == []
    assert stage.schedules.fileno() is None
    assert stage.schedules.next_due(stage.clock.time) == at("2027-01-31T13:00Z")
    assert stage.take(HOUR) == ["13:00"]
    assert stage.take() == ["13:00"]
    assert stage.take(HOUR) == ["13:00", "14:00"]
    assert stage.schedules.next_due(stage.clock.time) == at("2027-01-31T15:00Z")


def test_without_schedules_nothing_is_ever_due(stage):
    stage.take()
    assert stage.schedules.next_due(stage.clock.time) is None


def test_what_passed_while_nothing_ran_is_caught_up_with(stage):
    stage.publish(cron="0 * * * *", catch_up="all")
    stage.take(HOUR)
    stage.close()
    stage.clock.time += 3 * HOUR
    stage.open()
    assert stage.schedules.next_due(stage.clock.time) == stage.clock.time
    assert stage.take() == ["13:00", "14:00", "15:00", "16:00"]


def test_what_is_not_caught_up_with_is_on_record(stage):
    stage.publish(cron="0 * * * *")
    assert stage.take(5 * HOUR + 10 * MINUTE) == ["17:00"]
    assert stage.refusals() == ["4 times passed while nothing ran (catch_up: latest)"]
    stage.publish(cron="0 * * * *", catch_up="none")
    assert stage.take(5 * HOUR) == ["17:00"]
    assert stage.refusals()[0] == "5 times passed while nothing ran (catch_up: none)"
    stage.publish(rate="1s", catch_up="all")
    stage.take(DAY)
    assert stage.refusals()[0] == "more than 100 times passed while nothing ran (catch_up: all)"


def test_a_step_that_fails_starts_nothing_and_remembers_nothing(stage):
    stage.publish(cron="0 * * * *")
    stage.clock.time += HOUR
    try:
        with stage.stack.database.transaction():
            stage.schedules.take(stage.clock.time)
            raise RuntimeError("another's failure")
    except RuntimeError:
        pass
    assert stage.runs() == []
    assert stage.schedules.next_due(stage.clock.time) == stage.clock.time
    assert stage.take() == ["13:00"]


def test_a_clock_that_is_turned_back_starts_nothing_twice_and_one_far_ahead_stops_nothing(stage):
    stage.publish(cron="0 * * * *")
    assert stage.take(HOUR) == ["13:00"]
    assert stage.take(-HOUR) == ["13:00"]
    assert stage.take(HOUR) == ["13:00"]
    stage.take(1000 * DAY)
    stage.take(-1000 * DAY)
    assert "14:00" in stage.take(HOUR)


def test_other_times_are_another_schedule_and_the_same_ones_go_on(stage):
    stage.publish(cron="0 * * * *", catch_up="all")
    stage.clock.time += 2 * HOUR
    stage.publish(cron="30 * * * *", catch_up="all")
    assert stage.runs() == []
    stage.clock.time += HOUR
    stage.publish(cron="30 * * * *", catch_up="all", overlap="skip")
    assert stage.runs() == ["14:30"]


def test_a_schedule_that_was_taken_out_and_put_in_again_starts_from_now(stage):
    stage.publish(cron="0 * * * *", catch_up="all")
    stage.publish_triggers({"hand": {"manual": {}}})
    assert stage.take(2 * HOUR) == []
    assert stage.schedules.next_due(stage.clock.time) is None
    stage.publish(cron="0 * * * *", catch_up="all")
    assert stage.runs() == []


def test_a_paused_pipeline_stands_still(stage):
    stage.publish(cron="0 * * * *")
    with stage.stack.database.transaction():
        stage.stack.catalog.pause("p/x", True)
    stage.schedules.changed()
    assert stage.take(3 * HOUR) == []
    assert stage.refusals() == []
    with stage.stack.database.transaction():
        stage.stack.catalog.pause("p/x", False)
    stage.schedules.changed()
    assert stage.take() == ["15:00"]


def test_an_input_that_does_not_fit_is_refused_and_the_schedule_goes_on(stage):
    stage.publish_triggers({"nightly": {"schedule": {"cron": "0 * * * *"}}}, schema={"required": ["never"]})
    assert stage.take(HOUR) == []
    assert "never" in stage.refusals()[0]
    assert stage.schedules.next_due(stage.clock.time) == at("2027-01-31T14:00Z")


def test_overlap_allow(stage):
    stage.publish(cron="0 * * * *")
    stage.take(HOUR)
    assert stage.take(HOUR) == ["13:00", "14:00"]


def test_overlap_skip(stage):
    stage.publish(cron="0 * * * *", overlap="skip", catch_up="all")
    stage.take(HOUR)
    assert stage.take(2 * HOUR) == ["13:00"]
    assert len(stage.refusals()) == 2
    assert stage.refusals()[0].startswith("2027-01-31T15:00:00Z: r-")
    stage.end_last()
    assert stage.take(HOUR) == ["13:00", "16:00"]


def test_overlap_queue_starts_the_next_when_the_last_has_ended(stage):
    stage.publish(cron="0 * * * *", overlap="queue", catch_up="all")
    stage.take(HOUR)
    assert stage.take(2 * HOUR) == ["13:00"]
    assert stage.schedules.next_due(stage.clock.time) == at("2027-01-31T16:00Z")
    stage.close()
    stage.open()
    stage.take()
    stage.end_last()
    assert stage.schedules.next_due(stage.clock.time) == stage.clock.time
    assert stage.take() == ["13:00", "14:00"]
    assert stage.schedules.next_due(stage.clock.time) == at("2027-01-31T16:00Z")
    stage.end_last()
    assert stage.take(HOUR) == ["13:00", "14:00", "15:00"]
    assert stage.refusals() == []


def test_a_queue_has_an_end(stage):
    stage.publish(cron="* * * * *", overlap="queue", catch_up="all")
    stage.take(MINUTE)
    stage.take(100 * MINUTE)
    assert stage.refusals() == []
    stage.take(2 * MINUTE)
    assert len(stage.refusals()) == 2
    assert stage.refusals()[-1].startswith("2027-01-31T12:02:00Z: 100 later times wait for r-")
    stage.end_last()
    assert stage.take() == ["12:01", "12:04"]
