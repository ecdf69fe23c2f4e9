"""Logical buckets become real ones. A pipeline says `uploads`; here that is a bucket of the stack, of ours, or one that is named.

of the stack    `uploads`, made by template.yaml
of ours         any other name that a trigger listens to: PREFIX-NAME-ACCOUNT, private, TLS only, events on, and removed with the stack
named           --bucket NAME=REAL: somebody's own. Its events are switched on beside what else it tells, and it is never removed
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from botocore.exceptions import ClientError
from pydantic import JsonValue

from murmuration.aws.clients import Clients
from murmuration.aws.environment import Environment
from murmuration.aws.refusals import AwsRefused, code_of, translated
from schemas.pipeline import Pipeline
from schemas.project import Project

OF_THE_STACK: Final = frozenset({"uploads", "artifacts", "designer"})
_WHERE: Final = "S3"
_TAG: Final = "murmuration:stage"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]*")
"""One that is worked out in a run is not known here."""


class NoBucket(AwsRefused):
    code = "no-bucket"


@dataclass(frozen=True, slots=True)
class Real:
    logical: str
    name: str
    made: bool = False
    """Just now."""


def wanted(pipelines: Iterable[Pipeline], projects: Iterable[Project]) -> tuple[str, ...]:
    """The buckets that pipelines name: where objects start runs, and where actions read and write; and those of their projects."""
    found: list[str] = []
    for pipeline in pipelines:
        found += (trigger.s3.bucket for trigger in pipeline.triggers.values() if trigger.s3 is not None)
        for task in pipeline.tasks.values():
            if task.action is not None and task.action.startswith("s3."):
                found += _buckets_in(task.with_)
    found += (name for project in projects for name in project.buckets)
    return tuple(dict.fromkeys(name for name in found if _NAME.fullmatch(name)))


def real_names(projects: Iterable[Project]) -> dict[str, str]:
    """Where a project's document says what a bucket is called."""
    told = ((logical, bucket.name) for project in projects for logical, bucket in project.buckets.items())
    return {logical: name for logical, name in told if name is not None}


def _buckets_in(value: JsonValue) -> Iterator[str]:
    match value:
        case dict():
            for name, one in value.items():
                if name == "bucket" and isinstance(one, str):
                    yield one
                else:
                    yield from _buckets_in(one)
        case list():
            for one in value:
                yield from _buckets_in(one)


def make(clients: Clients, environment: Environment, logical: str) -> Real:
    """A bucket of ours, as it should be, however much of it was there."""
    name = environment.surroundings.bucket(logical)
    client = clients.patient("s3")
    made = False
    with translated(_WHERE):
        try:
            region = environment.region
            where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            client.create_bucket(Bucket=name, **where)
            made = True
        except ClientError as wrong:
            if code_of(wrong) != "BucketAlreadyOwnedByYou":
                raise
        _private(client, name, environment)
    hear(clients, name)
    return Real(logical, name, made)


def _private(client: Any, name: str, environment: Environment) -> None:
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
    arn = f"arn:{environment.partition}:s3:::{name}"
    refused = {
        "Sid": "OnlyEncrypted",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [refused]}
    client.put_bucket_policy(Bucket=name, Policy=orjson.dumps(policy).decode())
    client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": _TAG, "Value": environment.stage}]})


def named(clients: Clients, environment: Environment, names: Mapping[str, str]) -> list[Real]:
    """Somebody's own: there, in this region, and heard."""
    client = clients.patient("s3")
    found: list[Real] = []
    for logical, name in names.items():
        with translated(_WHERE):
            try:
                client.head_bucket(Bucket=name)
                region = client.get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1"
            except ClientError as wrong:
                if code_of(wrong) not in ("404", "NoSuchBucket", "403"):
                    raise
                raise NoBucket(
                    f"there is no bucket {name} that you may use",
                    where=f"--bucket {logical}={name}",
                    advice="Name one of this account",
                ) from None
        if region != environment.region:
            told = f"{name} is in {region}, and rules hear only of buckets in {environment.region}"
            raise NoBucket(told, where=f"--bucket {logical}={name}", advice="Deploy there, or name another")
        hear(clients, name)
        found.append(Real(logical, name))
    return found


def hear(clients: Clients, name: str) -> bool:
    """The bucket tells EventBridge of its objects, beside whomever else it tells. False where it did already."""
    client = clients.patient("s3")
    with translated(_WHERE):
        told = client.get_bucket_notification_configuration(Bucket=name)
        told.pop("ResponseMetadata", None)
        if "EventBridgeConfiguration" in told:
            return False
        client.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={**told, "EventBridgeConfiguration": {}}
        )
    return True


def ours(clients: Clients, environment: Environment) -> list[str]:
    """Those that `make` made for this stage, by name and tag."""
    client = clients.patient("s3")
    with translated(_WHERE):
        listed = [str(one["Name"]) for one in client.list_buckets()["Buckets"]]
    likely = [
        name
        for name in listed
        if name.startswith(f"{environment.prefix}-") and name.endswith(f"-{environment.account}")
    ]
    return [name for name in likely if _tags(client, name).get(_TAG) == environment.stage]


def _tags(client: Any, name: str) -> dict[str, str]:
    with translated(_WHERE):
        try:
            found = client.get_bucket_tagging(Bucket=name)["TagSet"]
        except ClientError as wrong:
            if code_of(wrong) not in ("NoSuchTagSet", "NoSuchBucket"):
                raise
            return {}
    return {one["Key"]: one["Value"] for one in found}
