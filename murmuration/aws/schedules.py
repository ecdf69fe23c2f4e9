"""Schedules on AWS: each schedule of an active version is one of EventBridge Scheduler's, which calls the start function.

    put       what Scheduler has of a pipeline becomes what the pipeline says: created, changed, deleted. Run again after it
              was killed anywhere, it does the rest. After the flip: start asks the active version
    the call  {"trigger": "project/pipeline/nightly", "scheduled": the time that was meant, "execution": this call's own id}

The time that was meant, not the one at which it came, makes the event and its id: a doubled call is one run, and the same
run as on every other backend. What then happens is `murmuration.aws.scheduled`.

A rate counts from one interval after it was published, as everywhere (decision 063); Scheduler takes that as its start, and
no start that is past. So where a rate stays and something else is changed, it starts with its own next time.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from botocore.exceptions import ClientError

from events.ledger import Millis
from events.ports import Clock, moment
from events.rules.render import compact
from murmuration.aws.clients import Clients
from murmuration.aws.environment import Environment
from murmuration.aws.refusals import code_of, translated
from schemas.errors import MurmurationError
from schemas.pipeline import Pipeline
from schemas.schedule import Mistake, scheduler_cron, scheduler_rate
from schemas.trigger import CatchUp, ScheduleSource

WHERE: Final = "Scheduler"
LONGEST_NAME: Final = 64
_PIPELINE: Final = 10
_HASH: Final = 8
_COMPARED: Final = (
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "FlexibleTimeWindow",
    "State",
    "Description",
    "Target",
)


class CannotSchedule(MurmurationError):
    code = "cannot-schedule"


class Changes(NamedTuple):
    """Names of schedules."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


class AwsSchedules:
    def __init__(self, clients: Clients, environment: Environment, clock: Clock) -> None:
        self._clients = clients
        self._environment = environment
        self._clock = clock

    def put(self, pipeline: Pipeline) -> Changes:
        wanted = {one["Name"]: (one, source) for one, source in wanted_of(pipeline, self._environment)}
        there = set(self._names(pipeline.name))
        created, changed = [], []
        for name, (asks, source) in wanted.items():
            if name in there:
                if self._change(asks, source):
                    changed.append(name)
            else:
                self._create(asks, source)
                created.append(name)
        deleted = sorted(there - wanted.keys())
        for name in deleted:
            self._delete(name)
        return Changes(tuple(created), tuple(changed), tuple(deleted))

    def remove(self, pipeline: str) -> Changes:
        deleted = tuple(self._names(pipeline))
        for name in deleted:
            self._delete(name)
        return Changes(deleted=deleted)

    def _names(self, pipeline: str) -> Iterator[str]:
        prefix = name_prefix(pipeline)
        pages = self._client.get_paginator("list_schedules")
        with translated(WHERE):
            for page in pages.paginate(GroupName=self._environment.schedules, NamePrefix=prefix):
                yield from (one["Name"] for one in page["Schedules"] if one["Name"].startswith(prefix))

    def _create(self, asks: dict[str, Any], source: ScheduleSource) -> None:
        with translated(WHERE):
            try:
                self._client.create_schedule(**asks, **self._first(source))
            except ClientError as wrong:
                # Made by a call whose reply was lost, or by somebody who publishes at the same time.
                if code_of(wrong) != "ConflictException":
                    raise
                self._client.update_schedule(**asks, **self._first(source))

    def _change(self, asks: dict[str, Any], source: ScheduleSource) -> bool:
        with translated(WHERE):
            found = self._client.get_schedule(Name=asks["Name"], GroupName=asks["GroupName"])
            if all(found.get(name) == asks[name] for name in _COMPARED):
                return False
            same = found["ScheduleExpression"] == asks["ScheduleExpression"]
            anchor = found.get("StartDate") if same else None
            self._client.update_schedule(**asks, **self._first(source, anchor))
        return True

    def _delete(self, name: str) -> None:
        with translated(WHERE):
            try:
                self._client.delete_schedule(Name=name, GroupName=self._environment.schedules)
            except ClientError as wrong:
                if code_of(wrong) != "ResourceNotFoundException":
                    raise

    def _first(self, source: ScheduleSource, anchor: datetime | None = None) -> dict[str, Any]:
        if source.rate is None:
            return {}
        now = self._clock.now() // 1000 * 1000
        begun = now if anchor is None else round(anchor.timestamp()) * 1000
        return {"StartDate": moment(next_of_rate(begun, source.rate.ms, now))}

    @property
    def _client(self) -> Any:
        return self._clients.scheduler


def wanted_of(pipeline: Pipeline, environment: Environment) -> Iterator[tuple[dict[str, Any], ScheduleSource]]:
    """The arguments of CreateSchedule and UpdateSchedule, which clears what is left out; the start of a rate apart."""
    for name, trigger in pipeline.triggers.items():
        if trigger.schedule is not None:
            yield recurring(pipeline.name, name, trigger.schedule, environment), trigger.schedule


def recurring(pipeline: str, trigger: str, source: ScheduleSource, environment: Environment) -> dict[str, Any]:
    told = {
        "trigger": f"{pipeline}/{trigger}",
        "scheduled": "<aws.scheduler.scheduled-time>",
        "execution": "<aws.scheduler.execution-id>",
    }
    patient = source.catch_up is not CatchUp.NONE
    return {
        "Name": schedule_name(pipeline, trigger),
        "GroupName": environment.schedules,
        "Description": f"{trigger} of {pipeline}",
        "ScheduleExpression": expression(source, f"{pipeline}/{trigger}"),
        "ScheduleExpressionTimezone": source.timezone,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "ENABLED",
        "Target": {
            "Arn": environment.surroundings.start_function.arn,
            "RoleArn": environment.scheduler_role,
            "Input": compact(dict(told)),
            "RetryPolicy": {
                "MaximumEventAgeInSeconds": 86_400 if patient else 60,
                "MaximumRetryAttempts": 185 if patient else 3,
            },
            "DeadLetterConfig": {"Arn": environment.surroundings.dead_letter_queue},
        },
    }


def expression(source: ScheduleSource, where: str) -> str:
    if source.rate is not None:
        said = scheduler_rate(source.rate)
    else:
        assert source.cron is not None, "a schedule has either cron or rate"
        said = scheduler_cron(source.cron)
    if isinstance(said, Mistake):
        raise CannotSchedule(said.what, where=where, advice=said.advice)
    return said


def next_of_rate(begun: Millis, every: Millis, now: Millis) -> Millis:
    """The first time after now of those that are a whole number of intervals from `begun`."""
    return begun + ((now - begun) // every + 1) * every


def name_prefix(pipeline: str) -> str:
    """Of all schedules of the pipeline, and of no other's: `a-b/c` is not `a/b-c`."""
    return f"{_hash(pipeline, _PIPELINE)}-"


def schedule_name(pipeline: str, trigger: str) -> str:
    name = name_prefix(pipeline) + trigger
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - _HASH - 1]}.{_hash(trigger, _HASH)}"


def _hash(text: str, length: int) -> str:
    return b32encode(hashlib.sha256(text.encode()).digest()).decode()[:length].lower()
