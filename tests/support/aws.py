"""AWS in the process, by moto: what a deployed stack consists of, empty, and the aws backend on it.

    with cloud() as here:                 a table with its indexes, bus, queues, buckets, a schedule group
        AwsLedger(here.table)
    backend = aws(folder)                 the same as a `Backend`, for contracts and handlers

Clients are made once and serve every test: making one costs more than most tests do. Their credentials are nobody's, so
that a call that moto did not catch would be refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any
from unittest.mock import patch

import boto3

# Before any client is made: moto adds itself to what botocore then builds.
from moto import mock_aws
from support.aws_wires import Hands, Wires, WithAws
from support.backends import Backend

from events.ports import Published
from murmuration.aws.artifacts import VERSIONS, AwsArtifacts
from murmuration.aws.bus import AwsBus
from murmuration.aws.catalog import AwsCatalog
from murmuration.aws.clients import Clients
from murmuration.aws.environment import Environment
from murmuration.aws.ledger import AwsLedger
from murmuration.aws.refused import AwsRefusals
from murmuration.aws.table import Table
from murmuration.aws.view import AwsRunView
from murmuration.memory import ManualClock

ACCOUNT = "123456789012"
REGION = "eu-central-1"
STAGE = "test"
QUEUES = ("projector", "timers", "undelivered", "failed")

TABLE: dict[str, Any] = {
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": type_}
        for name, type_ in {
            "pk": "S",
            "sk": "S",
            "due_shard": "S",
            "due_at": "N",
            "listed": "S",
            "started": "N",
        }.items()
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": index,
            "KeySchema": [{"AttributeName": hash_, "KeyType": "HASH"}, {"AttributeName": range_, "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
        for index, hash_, range_ in (("due", "due_shard", "due_at"), ("runs", "listed", "started"))
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
"""As `template.yaml` makes it."""


@dataclass(frozen=True)
class Cloud:
    environment: Environment
    clients: Clients

    @property
    def table(self) -> Table:
        return Table(self.clients, self.environment.table)

    def queue(self, name: str) -> str:
        """The URL of `P-NAME`."""
        return str(self.clients.sqs.get_queue_url(QueueName=f"murmur-{STAGE}-{name}")["QueueUrl"])


@cache
def clients() -> Clients:
    session = boto3.Session(aws_access_key_id="nobody", aws_secret_access_key="knows", region_name=REGION)
    return Clients(session)


@contextmanager
def cloud() -> Iterator[Cloud]:
    """A stack as it is just after it was deployed."""
    with mock_aws():
        prefix = f"murmur-{STAGE}"
        here = clients()
        here.dynamodb.create_table(TableName=prefix, **TABLE)
        here.events.create_event_bus(Name=prefix)
        here.scheduler.create_schedule_group(Name=prefix)
        for name in QUEUES:
            dead = here.sqs.create_queue(QueueName=f"{prefix}-{name}-dead")["QueueUrl"]
            arn = here.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
            here.sqs.create_queue(QueueName=f"{prefix}-{name}", Attributes={"RedrivePolicy": redrive})
        for bucket in ("artifacts", "uploads", "designer"):
            here.s3.create_bucket(
                Bucket=f"{prefix}-{bucket}-{ACCOUNT}", CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        environment = Environment(
            stage=STAGE,
            account=ACCOUNT,
            region=REGION,
            partition="aws",
            table=prefix,
            artifacts=f"{prefix}-artifacts-{ACCOUNT}",
            projector_queue=here.sqs.get_queue_url(QueueName=f"{prefix}-projector")["QueueUrl"],
            timers_queue=here.sqs.get_queue_url(QueueName=f"{prefix}-timers")["QueueUrl"],
            scheduler_role=f"arn:aws:iam::{ACCOUNT}:role/{prefix}-scheduler",
            buckets={"uploads": f"{prefix}-uploads-{ACCOUNT}"},
        )
        yield Cloud(environment, here)


def aws(folder: Path) -> Backend:
    """Needs no folder: it is asked for like the others."""
    left = ExitStack()
    here = left.enter_context(cloud())
    del folder
    clock = ManualClock()
    artifacts = AwsArtifacts(here.clients, here.environment.artifacts, clock)
    catalog = AwsCatalog(
        here.table, AwsArtifacts(here.clients, here.environment.artifacts, clock, VERSIONS), clock, fresh=0
    )
    refusals = AwsRefusals(here.table, artifacts)
    wires, hands = Wires(here), Hands(here, clock)
    bus = AwsBus(here.clients, here.environment.prefix, here.environment.projector_queue, artifacts, lambda _: True)
    # Messages are held back by the test's clock.
    left.enter_context(patch("moto.sqs.models.unix_time_millis", lambda: clock.at + 0.5))

    def publish(published: Published) -> None:
        pipeline, number = published.version.pipeline.name, published.version.number
        assert catalog.put(published, [], clock.now())
        assert catalog.flip(pipeline, number, catalog.pointer(pipeline), clock.now())

    return Backend(
        name="aws",
        atomic=False,
        ledger=AwsLedger(here.table, lambda: token_hex(8), timedelta(days=30)),
        timers=hands.timers,
        catalog=catalog,
        view=AwsRunView(here.table, artifacts, clock),
        refusals=refusals,
        artifacts=artifacts,
        bus=WithAws(bus, here),
        clock=clock,
        step=nullcontext,
        publish=publish,
        ripe=hands.ripe,
        next_timer=hands.next_timer,
        refused=lambda: refusals.listed(["media/thumbnails", "p/x"]),
        rules=wires.put,
        heard=wires.heard,
        close=left.close,
    )
