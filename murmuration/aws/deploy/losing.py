"""What is there, and would be lost: said before anything is taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from murmuration.aws.clients import Clients
from murmuration.aws.deploy import buckets
from murmuration.aws.environment import Environment
from murmuration.aws.publish.buses import look
from murmuration.aws.publish.wanted import Place
from murmuration.aws.refusals import code_of, translated
from murmuration.aws.table import Table

MOST: Final = 10_000
"""Counted one by one up to here."""
_GONE: Final = frozenset({"NoSuchBucket", "ResourceNotFoundException"})


@dataclass(frozen=True, slots=True)
class Losing:
    stack: str
    pipelines: tuple[str, ...]
    items: int
    """In the table: runs, tasks, events. As DynamoDB last counted them, some hours ago."""
    buckets: tuple[tuple[str, int], ...]
    """With the versions of objects in each; `MOST` is many."""
    rules: tuple[Place, ...]
    schedules: tuple[str, ...]
    parameters: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        parts = (self.pipelines, self.items, self.buckets, self.rules, self.schedules, self.parameters)
        return not any(parts)


def losing(clients: Clients, environment: Environment) -> Losing:
    return Losing(
        stack=environment.prefix,
        pipelines=_pipelines(clients, environment),
        items=_items(clients, environment),
        buckets=tuple((name, sum(1 for _ in versions(clients, name, MOST))) for name in _buckets(clients, environment)),
        rules=tuple(seen.place for seen in look(clients.patient("events"), environment.surroundings).ours())
        if _bus(clients, environment)
        else (),
        schedules=tuple(schedules(clients, environment)),
        parameters=tuple(parameters(clients, environment)),
    )


def versions(clients: Clients, bucket: str, most: int | None = None) -> Iterator[tuple[str, str]]:
    """Every version of every object, and every mark of a deletion, by key and id."""
    client: Any = clients.s3
    asks: dict[str, Any] = {"Bucket": bucket}
    told = 0
    while True:
        with translated("S3"):
            try:
                page = client.list_object_versions(**asks)
            except ClientError as wrong:
                if code_of(wrong) not in _GONE:
                    raise
                return
        for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            if told == most:
                return
            told += 1
            yield str(one["Key"]), str(one["VersionId"])
        if not page.get("IsTruncated"):
            return
        asks |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page.get("NextVersionIdMarker", "")}


def schedules(clients: Clients, environment: Environment) -> Iterator[str]:
    client: Any = clients.scheduler
    asks: dict[str, Any] = {"GroupName": environment.schedules, "MaxResults": 100}
    while True:
        with translated("Scheduler"):
            try:
                page = client.list_schedules(**asks)
            except ClientError as wrong:
                if code_of(wrong) not in _GONE:
                    raise
                return
        yield from (str(one["Name"]) for one in page["Schedules"])
        if not page.get("NextToken"):
            return
        asks["NextToken"] = page["NextToken"]


def parameters(clients: Clients, environment: Environment) -> Iterator[str]:
    """Names alone: values stay where they are."""
    client: Any = clients.ssm
    asks: dict[str, Any] = {
        "ParameterFilters": [{"Key": "Path", "Option": "Recursive", "Values": [environment.parameters]}]
    }
    while True:
        with translated("the parameter store"):
            page = client.describe_parameters(**asks)
        yield from (str(one["Name"]) for one in page["Parameters"])
        if not page.get("NextToken"):
            return
        asks["NextToken"] = page["NextToken"]


def _buckets(clients: Clients, environment: Environment) -> list[str]:
    with translated("S3"):
        there = {str(one["Name"]) for one in clients.s3.list_buckets()["Buckets"]}
    stacks = [environment.surroundings.bucket(name) for name in sorted(buckets.OF_THE_STACK)]
    return [name for name in dict.fromkeys([*stacks, *buckets.ours(clients, environment)]) if name in there]


def _pipelines(clients: Clients, environment: Environment) -> tuple[str, ...]:
    if not _described(clients, environment):
        return ()
    return tuple(str(item["sk"]) for item in Table(clients, environment.table).under("pipelines"))


def _items(clients: Clients, environment: Environment) -> int:
    return int(_described(clients, environment).get("ItemCount", 0))


def _described(clients: Clients, environment: Environment) -> dict[str, Any]:
    with translated("DynamoDB"):
        try:
            found: dict[str, Any] = clients.dynamodb.describe_table(TableName=environment.table)["Table"]
        except ClientError as wrong:
            if code_of(wrong) not in _GONE:
                raise
            return {}
    return found


def _bus(clients: Clients, environment: Environment) -> bool:
    with translated("EventBridge"):
        try:
            clients.events.describe_event_bus(Name=environment.prefix)
        except ClientError as wrong:
            if code_of(wrong) not in _GONE:
                raise
            return False
    return True
