"""What comes later, deployed: schedules, retries, waits that are short and waits that are long."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from support.both import Local
from support.deployed.same import same
from support.deployed.standing import PREFIX, Standing

from murmuration.aws.schedules import schedule_name

TIME = "<aws.scheduler.scheduled-time>"
EXECUTION = "<aws.scheduler.execution-id>"


def test_a_schedule_starts_its_run(here: Standing, local: Local) -> None:
    """It is two in the morning now, says the test; and fills in what Scheduler itself fills in on AWS."""
    scheduler = here.client("scheduler")
    pipeline = "examples/sales-report"
    found = scheduler.get_schedule(GroupName=PREFIX, Name=schedule_name(pipeline, "nightly"))
    assert (found["ScheduleExpression"], found["ScheduleExpressionTimezone"]) == ("cron(0 2 * * ? *)", "Europe/Zurich")
    now = datetime.now(UTC).replace(microsecond=0)
    asked = json.loads(found["Target"]["Input"])
    assert asked == {"trigger": f"{pipeline}/nightly", "scheduled": TIME, "execution": EXECUTION}
    asked |= {"scheduled": f"{now:%Y-%m-%dT%H:%M:%SZ}", "execution": "one"}
    before = here.runs(pipeline)
    scheduler.create_schedule(
        GroupName=PREFIX,
        Name="two-in-the-morning",
        ScheduleExpression=f"at({now:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow=found["FlexibleTimeWindow"],
        Target={**found["Target"], "Input": json.dumps(asked)},
    )
    run = here.started(pipeline, before)
    record = here.stack.ports.ledger.run(run)
    assert record is not None
    assert record.trigger == "nightly"
    there = local.ask(pipeline, {}, "at two in the morning")
    same(here, run, local.ended(there), there)


def test_a_retry_and_a_short_wait_are_held_back_by_a_queue(here: Standing, local: Local) -> None:
    run = here.ask("examples/stumbling", {}, "stumble")
    assert run == local.ask("examples/stumbling", {}, "stumble")
    same(here, run, local.ended(run), run)
    attempts = [event.attempt for event in here.events(run) if event.type == "task.retrying"]
    assert sorted(attempts) == [1, 2]
    assert any(one.who.endswith(f"/{PREFIX}-timers") and one.action == "events:PutEvents" for one in here.aws.asked())


def test_a_long_wait_is_scheduled_with_a_role_that_may_wake_the_queue(here: Standing) -> None:
    scheduler = here.client("scheduler")
    before = {one["Name"] for one in scheduler.list_schedules(GroupName=PREFIX)["Schedules"]}
    here.ask("examples/later", {}, "later")

    def new() -> set[str]:
        return {one["Name"] for one in scheduler.list_schedules(GroupName=PREFIX)["Schedules"]} - before

    [name] = here.until(new, "a schedule for what waits")
    made = scheduler.get_schedule(GroupName=PREFIX, Name=name)
    assert made["ActionAfterCompletion"] == "DELETE"
    assert made["ScheduleExpression"].startswith("at(")
    assert made["Target"]["Arn"].endswith(f":{PREFIX}-timers")
    assert made["Target"]["RoleArn"] == here.stack.environment.scheduler_role
