"""A deployed stack in the process to publish to: its buses by moto, its functions as far as canaries need them.

    with stage() as here:
        here.publish(pipeline)                  by the stack's own function
        here.rules()                            what then is on its bus, by name
        here.catalog()                          what the catalog then says, as one value

Its clock stands still but for who sleeps: time passes then, and what is under way is delivered. `cut` ends the process after
one call to AWS.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto.s3.models import s3_backends
from support.aws import ACCOUNT, REGION, Cloud, cloud
from support.deliverer import Deliverer

from events.envelope import is_canary
from events.ledger import Millis
from murmuration.aws.artifacts import VERSIONS, AwsArtifacts
from murmuration.aws.catalog import AwsCatalog
from murmuration.aws.clients import Clients
from murmuration.aws.publish.canary import on_the_bus
from murmuration.aws.publish.heard import hear
from murmuration.aws.publish.impact import Impact
from murmuration.aws.publish.making import publisher
from murmuration.aws.publish.prepare import Asked, asked_of
from murmuration.aws.publish.publisher import Publisher
from murmuration.memory import ManualClock
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.project import Project


class Killed(BaseException):
    """Nobody catches it: the process is gone."""


@dataclass
class Cut:
    """Counts calls to AWS, and at one of them ends the process, or has AWS refuse."""

    after: int = 0
    """The process ends when this call has been done, and its reply is lost; 0: never."""
    refuse: int = 0
    calls: list[str] = field(default_factory=list)

    def reset(self, *, after: int = 0, refuse: int = 0) -> None:
        self.after, self.refuse = after, refuse
        self.calls.clear()

    def before(self, event_name: str, **_: Any) -> None:
        self.calls.append(".".join(event_name.split(".")[1:]))
        if len(self.calls) == self.refuse:
            error = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
            raise ClientError(error, self.calls[-1])

    def done(self, event_name: str, **_: Any) -> None:
        if len(self.calls) == self.after:
            raise Killed(event_name)


class Watched(Clients):
    """Made once, since what watches them watches all their calls and making one takes a tenth of a second."""

    def patient(self, service: str) -> Any:
        return _patient(self, service)


@cache
def _patient(clients: Clients, service: str) -> Any:
    return Clients.patient(clients, service)


@cache
def _watched() -> tuple[Clients, Cut]:
    cut = Cut()
    session = boto3.Session(aws_access_key_id="nobody", aws_secret_access_key="knows", region_name=REGION)
    session.events.register("before-call", cut.before)
    session.events.register("after-call", cut.done)
    session.events.register("after-call.s3.GetBucketNotificationConfiguration", _with_event_bridge)
    return Watched(session), cut


def _with_event_bridge(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """moto keeps the setting, and leaves it out of its answer."""
    bucket = context["input_params"]["Bucket"]
    kept = s3_backends[ACCOUNT]["aws"].buckets.get(bucket)
    if (
        kept is not None
        and kept.notification_configuration
        and kept.notification_configuration.event_bridge is not None
    ):
        parsed["EventBridgeConfiguration"] = {}


@dataclass
class Stage:
    cloud: Cloud
    clock: ManualClock
    deliverer: Deliverer
    cut: Cut
    clients: Clients

    def publisher(self, by: str = "a test") -> Publisher:
        send = on_the_bus(self.clients.events, self.cloud.environment.prefix, self.clock)
        return publisher(self.cloud.environment, self.clients, self.clock, send, by, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.clock.at += round(seconds * 1000)
        self.deliverer.settle()

    def later(self, ms: Millis) -> None:
        self.clock.at += ms

    def publish(self, *pipelines: Pipeline, projects: Sequence[Project] = ()) -> Impact:
        return self.publisher().publish(self.asked(*pipelines, projects=projects))

    def asked(self, *pipelines: Pipeline, projects: Sequence[Project] = ()) -> list[Asked]:
        return asked_of(pipelines, projects)

    def rules(self, bus: str = "") -> dict[str, JsonObject]:
        """All of them, whole: what PutRule and PutTargets were told."""
        events = self.cloud.clients.events
        name = bus or self.cloud.environment.prefix
        found: dict[str, JsonObject] = {}
        for rule in [
            one for page in events.get_paginator("list_rules").paginate(EventBusName=name) for one in page["Rules"]
        ]:
            targets = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=name)["Targets"]
            found[rule["Name"]] = {
                "pattern": json.loads(rule["EventPattern"]),
                "state": rule["State"],
                "description": rule.get("Description", ""),
                "targets": sorted(targets, key=lambda target: str(target["Id"])),
            }
        return found

    def everything(self) -> JsonObject:
        """Both buses, the catalog and the schedules, but for moments."""
        group = self.cloud.environment.schedules
        schedules = self.cloud.clients.scheduler.list_schedules(GroupName=group)["Schedules"]
        return {
            "own": dict(self.rules()),
            "default": dict(self.rules("default")),
            "catalog": self.standings(),
            "schedules": sorted(str(one["Name"]) for one in schedules),
        }

    @property
    def catalog(self) -> AwsCatalog:
        here = self.cloud
        documents = AwsArtifacts(here.clients, here.environment.artifacts, self.clock, VERSIONS)
        return AwsCatalog(here.table, documents, self.clock, fresh=0)

    def standings(self) -> JsonObject:
        catalog = self.catalog
        return {
            name: {
                "active": catalog.pointer(name).active,
                "versions": {str(one.number): one.state.value for one in catalog.versions(name)},
            }
            for name in catalog.names()
        }


@contextmanager
def stage() -> Iterator[Stage]:
    clients, cut = _watched()
    with cloud() as here:
        cut.reset()
        prefix = here.environment.prefix
        here.clients.s3.put_bucket_notification_configuration(
            Bucket=here.environment.buckets["uploads"],
            NotificationConfiguration={"EventBridgeConfiguration": {}},
        )
        clock = ManualClock()

        def task(event: JsonObject, _: str) -> None:
            told = event["event"]
            assert isinstance(told, dict), "a target is given its event"
            detail = told["detail"]
            if isinstance(detail, dict) and is_canary(detail):
                hear(here.table, event, clock.now() // 1000)

        with Deliverer(here.clients, functions={f"{prefix}-task": task}) as deliverer:
            yield Stage(here, clock, deliverer, cut, clients)
