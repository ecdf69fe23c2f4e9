"""EventBridge, SQS and Scheduler as moto has them, with what it lacks: who hears a rule, and time that a test moves.

Wires     every rule put has a queue as its target, and what lies in it was heard by all targets that the rule names
Hands     the timers queue and the schedules by the test's clock: what is due is brought to the timers function
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.sqs.models import sqs_backends

from events.envelope import read, read_detail
from events.event import BUS_SOURCE
from events.ledger import Millis
from events.ports import Said
from events.router import Routed, Router
from murmuration.aws.bus import AwsBus, as_it_came
from murmuration.aws.timers import AwsTimers, TimersFunction
from murmuration.memory import Heard, ManualClock
from schemas.model import JsonObject

if TYPE_CHECKING:
    from support.aws import Cloud

_ADDED = ("version", "account", "region")
"""By the bus, to what was sent."""


def drained(here: Cloud, url: str) -> Iterator[tuple[str, Any]]:
    """Takes every message that can be seen: its id and its text, read."""
    sqs = here.clients.sqs
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            yield message["MessageId"], json.loads(message["Body"])


class Wires:
    def __init__(self, here: Cloud) -> None:
        self._here = here
        self._queues: dict[str, JsonObject] = {}
        self._projector: Routed | None = None

    def put(self, rules: Sequence[JsonObject]) -> None:
        here = self._here
        for rule in rules:
            name = str(rule["Name"])
            bus = "default" if rule["Bus"] == "default" else here.environment.prefix
            here.clients.events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(rule["EventPattern"]))
            targets: Any = rule["Targets"]
            last = targets[-1]
            if "InputTransformer" not in last:
                self._projector = Routed(name, str(last["Id"]), str(last["Arn"]), None)
                url = here.environment.projector_queue
            else:
                url = here.clients.sqs.create_queue(QueueName=name)["QueueUrl"]
                self._queues[url] = rule
            arn = here.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
            here.clients.events.put_targets(
                Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}]
            )

    def heard(self) -> list[Heard]:
        found: list[Heard] = []
        for url, rule in self._queues.items():
            for _, event in drained(self._here, url):
                routed = Router([rule]).route(event)
                assert routed, "moto and our own engine agree on what this rule matches"
                found += (_heard(one, event) for one in routed)
        if self._projector is not None:
            for _, told in drained(self._here, self._here.environment.projector_queue):
                straight = "specversion" in told
                found.append(Heard(self._projector, read_detail(told) if straight else read(told), None))
        return found


def _heard(routed: Routed, event: JsonObject) -> Heard:
    if event["source"] == BUS_SOURCE and not (routed.told and "trigger" in routed.told):
        return Heard(routed, read(event), None)
    came = as_it_came(event)
    return Heard(routed, None, {name: value for name, value in came.items() if name not in _ADDED})


@dataclass
class WithAws:
    """Our bus, and AWS's own services, who alone may speak as `aws.`"""

    ours: AwsBus
    here: Cloud

    def put(self, said: Sequence[Said]) -> None:
        self.ours.put(said)

    def put_operations(self, events: Sequence[JsonObject]) -> None:
        self.ours.put_operations(events)

    def put_outside(self, events: Sequence[JsonObject]) -> None:
        for event in events:
            if not str(event["source"]).startswith("aws."):
                self.ours.put_outside([event])
                continue
            entry = {
                "Source": event["source"],
                "DetailType": event["detail-type"],
                "Detail": json.dumps(event["detail"]),
            }
            self.here.clients.events.put_events(Entries=[entry])


@dataclass
class Collecting:
    """A bus that keeps what is said."""

    said: list[Said] = field(default_factory=list)

    def put(self, said: Sequence[Said]) -> None:
        self.said += said

    def put_operations(self, events: Sequence[JsonObject]) -> None:
        raise AssertionError("timers say nothing of operations")

    def put_outside(self, events: Sequence[JsonObject]) -> None:
        raise AssertionError("timers say our own events")


class Hands:
    def __init__(self, here: Cloud, clock: ManualClock) -> None:
        self._here = here
        self._clock = clock
        self.bus = Collecting()
        self.timers = AwsTimers(here.clients, here.environment, clock)
        self._function = TimersFunction(self.bus, self.timers, clock)

    def ripe(self, at: Millis) -> list[Said]:
        self._clock.at = max(self._clock.at, at)
        while self._fire() + self._take():
            pass
        said, self.bus.said = self.bus.said, []
        return said

    def next_timer(self) -> Millis | None:
        held = (int(message.delayed_until) for message in self._messages())
        scheduled = (json.loads(one["Target"]["Input"])["due"] for one in self.schedules())
        return min((*held, *scheduled), default=None)

    def schedules(self) -> list[dict[str, Any]]:
        scheduler, group = self._here.clients.scheduler, self._here.environment.schedules
        names = [one["Name"] for one in scheduler.list_schedules(GroupName=group)["Schedules"]]
        return [scheduler.get_schedule(Name=name, GroupName=group) for name in names]

    def _fire(self) -> int:
        """As Scheduler does it: to the target's queue, and the schedule is gone."""
        fired = [one for one in self.schedules() if fires_at(one) <= self._clock.at]
        for one in fired:
            queue = str(one["Target"]["Arn"]).rpartition(":")[2]
            url = self._here.clients.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
            self._here.clients.sqs.send_message(QueueUrl=url, MessageBody=one["Target"]["Input"])
            self._here.clients.scheduler.delete_schedule(Name=one["Name"], GroupName=one["GroupName"])
        return len(fired)

    def _take(self) -> int:
        found = dict(drained(self._here, self._here.environment.timers_queue))
        texts = {id_: json.dumps(told) for id_, told in found.items()}
        assert not self._function.take(texts), "all of them could be seen to"
        return len(found)

    def _messages(self) -> list[Any]:
        environment = self._here.environment
        return list(
            sqs_backends[environment.account][environment.region].queues[f"{environment.prefix}-timers"]._messages
        )


def fires_at(schedule: dict[str, Any]) -> Millis:
    at = datetime.strptime(schedule["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
    return round(at.timestamp() * 1000)
