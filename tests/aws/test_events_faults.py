"""Every call of bus, timers and schedules fails in every way: whoever asks again finds nothing lost, and nothing that matters doubled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from support.aws import Cloud, cloud
from support.aws_faults import ALWAYS, Fault, Faults
from support.aws_wires import drained

from events.envelope import Routing
from events.event import Event, EventType
from events.ports import Said, Unavailable
from murmuration.aws.bus import AwsBus
from murmuration.aws.schedules import AwsSchedules
from murmuration.aws.timers import AwsTimers
from murmuration.memory import ManualClock, MemoryArtifacts
from schemas.pipeline import Pipeline

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
HOUR = 3_600_000
NOW = 4_000_000_000_000
OUTSIDE: Any = {"id": "e-1", "source": "shop", "detail-type": "order", "time": "2026-01-02T12:00:00Z", "detail": {}}

Step = Callable[[], object]


def said(task: str, type_: EventType, **data: Any) -> Said:
    event = Event(type=type_, time=NOON, pipeline="p/x@1", run="r-1", task=task, attempt=1, data=data)
    return Said(event, Routing(lambda_="task"))


def pipeline(**schedules: Any) -> Pipeline:
    triggers = {name: {"schedule": schedule} for name, schedule in schedules.items()}
    return Pipeline.read({"project": "p", "pipeline": "x", "tasks": {"a": {"function": "f"}}, "triggers": triggers})


def steps(here: Cloud) -> list[Step]:
    clock, paused = ManualClock(NOW), list[float]()
    queue = here.environment.projector_queue
    bus = AwsBus(here.clients, here.environment.prefix, queue, MemoryArtifacts(), lambda _: True, paused.append)
    timers, schedules = (made(here.clients, here.environment, clock) for made in (AwsTimers, AwsSchedules))
    assert isinstance(timers, AwsTimers)
    assert isinstance(schedules, AwsSchedules)
    request = said("a", EventType.TASK_REQUESTED, reason="retry")
    return [
        lambda: bus.put([said("a", EventType.TASK_SUCCEEDED, output=1), said("b", EventType.TASK_RETRYING)]),
        lambda: bus.put_outside([OUTSIDE]),
        lambda: timers.set("near", NOW + 5_000, request),
        lambda: timers.set("far", NOW + HOUR, request),
        lambda: timers.set("far", NOW + 2 * HOUR, request),
        lambda: schedules.put(pipeline(nightly={"cron": "0 2 * * *"}, often={"rate": "1h"}, gone={"rate": "1d"})),
        lambda: schedules.put(pipeline(nightly={"cron": "0 3 * * *"}, often={"rate": "1h"})),
    ]


def insist(step: Step) -> None:
    """As a caller does: what could not be done is done again."""
    for _ in range(3):
        try:
            step()
        except Unavailable:
            continue
        return
    raise AssertionError("it never went through")


def found(here: Cloud) -> Any:
    """What everybody then knows; what is told twice counts once."""
    group, scheduler = here.environment.schedules, here.clients.scheduler
    heard = {
        str(told.get("detail", told).get("id", told.get("source")))
        for _, told in drained(here, here.environment.projector_queue)
    }
    schedules = {}
    for listed in scheduler.list_schedules(GroupName=group)["Schedules"]:
        one = scheduler.get_schedule(Name=listed["Name"], GroupName=group)
        schedules[listed["Name"]] = (one["ScheduleExpression"], str(one.get("StartDate")), one["Target"]["Input"])
    counted = here.clients.sqs.get_queue_attributes(
        QueueUrl=here.environment.timers_queue, AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )["Attributes"]
    return heard, schedules, int(counted["ApproximateNumberOfMessagesDelayed"]) > 0


@pytest.fixture
def here() -> Iterator[Cloud]:
    with cloud() as here:
        hear_all(here)
        yield here


def hear_all(here: Cloud) -> None:
    asked = here.clients.sqs.get_queue_attributes(
        QueueUrl=here.environment.projector_queue, AttributeNames=["QueueArn"]
    )
    bus = {"EventBusName": here.environment.prefix}
    here.clients.events.put_rule(Name="all", EventPattern=json.dumps({"source": ["murmuration", "shop"]}), **bus)
    here.clients.events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": asked["Attributes"]["QueueArn"]}], **bus)


def calm() -> tuple[Any, dict[str, int]]:
    """What comes of it when nothing fails, and how many calls each service gets."""
    counts = {}
    with cloud() as here:
        hear_all(here)
        with (
            Faults(here.clients.events) as bus,
            Faults(here.clients.sqs) as sqs,
            Faults(here.clients.scheduler) as scheduler,
        ):
            for step in steps(here):
                step()
            counts = {"events": len(bus.calls), "sqs": len(sqs.calls), "scheduler": len(scheduler.calls)}
        return found(here), counts


CALLS = {"events": 2, "sqs": 2, "scheduler": 12}
"""Of the bus one for all that is said at once; the schedules ask for each that is there already."""


@pytest.fixture(scope="module")
def quiet() -> Any:
    come, counts = calm()
    assert counts == CALLS
    return come


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize(("service", "at"), [(service, at) for service, count in CALLS.items() for at in range(count)])
def test_whatever_fails_it_comes_to_the_same(quiet: Any, here: Cloud, service: str, at: int, fault: Fault) -> None:
    """However often the SDK asks again."""
    with Faults(getattr(here.clients, service)) as faults:
        faults.strike(fault, at, ALWAYS)
        for step in steps(here):
            insist(step)
        assert faults.struck, "the fault was met"
    assert found(here) == quiet
