"""Every call to AWS that a Lambda's code makes, as IAM is asked about it: under whose role, which actions, on what.

    with calls_of(here) as doors:
        here.publish(pipeline); here.ask(...); here.settle()
    doors.asked["Task"]     Call("dynamodb:UpdateItem", "arn:aws:dynamodb:...:table/murmur-test"), ...

Doors are the functions of `handlers.entry`; what tests, moto and the deliverer call themselves is nobody's. A call that IAM knows
under more than one action is asked about more than once: CopyObject reads and writes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final
from unittest.mock import patch

from botocore.client import BaseClient
from support.iam import Call
from support.sky import Sky
from support.template import ACCOUNT, REGION

from handlers import entry
from murmuration.aws import inside
from murmuration.aws.stack import Stack

Asked = dict[str, dict[str, Call]]
"""By door, and then by what is printed of them."""
_SAME: Final = {
    "TransactWriteItems": "UpdateItem",
    "SendMessageBatch": "SendMessage",
    "HeadObject": "GetObject",
    "HeadBucket": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "Invoke": "InvokeFunction",
}
_SERVICES: Final = {"service-quotas": "servicequotas", "email": "ses"}


class Doors:
    def __init__(self) -> None:
        self.asked: Asked = defaultdict(dict)
        self._open: list[str] = []

    def __call__(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def through(*args: Any, **kwargs: Any) -> Any:
            with self.open(name):
                return function(*args, **kwargs)

        return through

    @contextmanager
    def open(self, name: str) -> Iterator[None]:
        self._open.append(name)
        try:
            yield
        finally:
            self._open.pop()

    @property
    def current(self) -> str:
        return self._open[-1] if self._open else ""

    def note(self, service: str, operation: str, told: Mapping[str, Any]) -> None:
        if self._open:
            self.asked[self._open[-1]] |= {str(call): call for call in calls(service, operation, told)}

    def outside(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """What EventBridge and Lambda do is in nobody's name."""

        def aside(*args: Any, **kwargs: Any) -> Any:
            kept, self._open = self._open, []
            try:
                return function(*args, **kwargs)
            finally:
                self._open = kept

        return aside


@contextmanager
def calls_of(here: Sky) -> Iterator[Doors]:
    doors = Doors()
    called = BaseClient._make_api_call

    def noted(client: Any, operation: str, told: Any) -> Any:
        doors.note(client.meta.service_model.service_name, operation, told)
        return doors.outside(called)(client, operation, told)

    @cache
    def stack(door: str) -> Stack:
        """One for each, as each Lambda has a process of its own: what one has read no other knows."""
        mine = here.stack
        return Stack(mine.environment, mine.clients, here.observer, mine.clock, mine._folder / door)

    deliverer = here.stage.deliverer
    prefix = here.stack.environment.prefix
    functions = {f"{prefix}-task": doors("Task", deliverer.functions[f"{prefix}-task"])}
    functions[f"{prefix}-start"] = doors("Start", deliverer.functions[f"{prefix}-start"])
    queues = {url: doors(url.rpartition("-")[2].capitalize(), function) for url, function in deliverer.queues.items()}
    with (
        patch.object(BaseClient, "_make_api_call", noted),
        patch.object(inside, "stack", lambda: stack(doors.current)),
        patch.object(entry, "start", doors("Start", entry.start)),
        patch.object(entry, "sweeper", doors("Sweeper", entry.sweeper)),
        patch.object(entry, "api", doors("Api", entry.api)),
        patch.object(entry, "undelivered", doors("Undelivered", entry.undelivered)),
        patch.object(here.stage, "publish", doors("Publish", here.stage.publish)),
        patch.object(deliverer, "settle", doors.outside(deliverer.settle)),
        patch.dict(deliverer.functions, functions),
        patch.dict(deliverer.queues, queues),
    ):
        yield doors


def calls(service: str, operation: str, told: Mapping[str, Any]) -> Iterator[Call]:
    action = f"{_SERVICES.get(service, service)}:{_SAME.get(operation, operation)}"
    match service:
        case "events" if operation == "PutEvents":
            for one in told["Entries"]:
                said = {"events:source": one["Source"], "events:detail-type": one["DetailType"]}
                yield Call(action, _arn("events", f"event-bus/{one['EventBusName']}"), said)
        case "events":
            yield from (Call(action, arn) for arn in _event_arns(told))
            yield from (Call("events:TagResource", arn) for arn in _event_arns(told) if "Tags" in told)
        case "dynamodb":
            yield from _table(action, operation, told)
        case "sqs":
            queue = told.get("QueueName") or told["QueueUrl"].rpartition("/")[2]
            yield Call(action, _arn("sqs", queue))
        case "s3":
            yield from _object(action, operation, told)
        case "ssm":
            yield from (Call(action, _arn("ssm", f"parameter{name}")) for name in _parameters(told))
        case "scheduler":
            yield from _schedule(action, operation, told)
        case "lambda":
            name = told["FunctionName"]
            yield Call(action, name if name.startswith("arn:") else _arn("lambda", f"function:{name}"))
        case "cognito-idp":
            yield Call(action, f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/UserPool")
        case "logs":
            stream = f"log-group:{told['logGroupName']}:log-stream:{told['logStreamName']}"
            yield Call(action, _arn("logs", stream))
        case _:
            yield Call(action, "*")


def _table(action: str, operation: str, told: Mapping[str, Any]) -> Iterator[Call]:
    if operation.startswith("Batch"):
        names = list(told["RequestItems"])
    elif operation == "TransactWriteItems":
        names = [one["Update"]["TableName"] for one in told["TransactItems"]]
    else:
        names = [told["TableName"]]
    for name in names:
        index = f"/index/{told['IndexName']}" if "IndexName" in told else ""
        yield Call(action, _arn("dynamodb", f"table/{name}{index}"))


def _object(action: str, operation: str, told: Mapping[str, Any]) -> Iterator[Call]:
    bucket = f"arn:aws:s3:::{told['Bucket']}"
    if operation == "CopyObject":
        source = told["CopySource"]
        yield Call("s3:GetObject", f"arn:aws:s3:::{source['Bucket']}/{source['Key']}")
        yield Call("s3:PutObject", f"{bucket}/{told['Key']}")
    else:
        yield Call(action, f"{bucket}/{told['Key']}" if "Key" in told else bucket)
    if operation in ("GetObject", "HeadObject"):
        # So that what is not there is said not to be there.
        yield Call("s3:ListBucket", bucket)


def _schedule(action: str, operation: str, told: Mapping[str, Any]) -> Iterator[Call]:
    if operation == "ListSchedules":
        yield Call(action, "*")
        return
    yield Call(action, _arn("scheduler", f"schedule/{told['GroupName']}/{told['Name']}"))
    if "Target" in told:
        role = re.sub(r"role/.*-scheduler$", "role/SchedulerRole", told["Target"]["RoleArn"])
        yield Call("iam:PassRole", role, {"iam:PassedToService": "scheduler.amazonaws.com"})


def _parameters(told: Mapping[str, Any]) -> list[str]:
    return list(told.get("Names") or [told.get("Name") or told["Path"]])


def _event_arns(told: Mapping[str, Any]) -> Iterator[str]:
    if "ReplayName" in told:
        yield told["EventSourceArn"]
        yield _arn("events", f"replay/{told['ReplayName']}")
    elif "ArchiveName" in told:
        yield _arn("events", f"archive/{told['ArchiveName']}")
    else:
        yield _event_arn(told)


def _event_arn(told: Mapping[str, Any]) -> str:
    if "EventBusName" not in told:
        return _arn("events", f"event-bus/{told['Name']}")
    bus = "" if told["EventBusName"] == "default" else f"{told['EventBusName']}/"
    return _arn("events", f"rule/{bus}{told.get('Name') or told.get('Rule') or '*'}")


def _arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"
