"""An AWS account with a deployed stage, as commands see it: what moto has by moto, and beside it, by hand, what it has not here:
CloudFormation, CloudFront, and Lambda as far as it is asked.

    with account() as here:
        here.clients                    for a command: monkeypatch murmuration.cli.targets.aws_clients
        here.stack                      None once it is deleted
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError, WaiterError
from support.aws import ACCOUNT, REGION, STAGE
from support.publishing import Stage, stage

from murmuration.aws.clients import Clients
from murmuration.aws.credentials import Identity
from murmuration.aws.environment import VARIABLES
from murmuration.aws.publish.canary import on_the_bus

OUTPUTS = {
    "Stage": STAGE,
    "Url": "https://d1.cloudfront.net",
    "ApiUrl": "https://d1.cloudfront.net/api",
    "SignInUrl": f"https://murmur-{STAGE}.auth.{REGION}.amazoncognito.com",
    "Designer": f"murmur-{STAGE}-designer-{ACCOUNT}",
    "Distribution": "D1",
    "UserPool": "pool-1",
}
IDENTITY = Identity(ACCOUNT, REGION, f"arn:aws:sts::{ACCOUNT}:assumed-role/people/ada")


@dataclass
class Account:
    stage: Stage
    stack: dict[str, str] | None = field(default_factory=lambda: dict(OUTPUTS))
    stuck: str = ""
    """Why CloudFormation does not remove it."""
    invalidated: list[str] = field(default_factory=list)
    unlocked: list[str] = field(default_factory=list)

    @property
    def clients(self) -> Clients:
        return _Clients(self)


class _Clients(Clients):
    """Its quick clients are the stage's own."""

    def __init__(self, here: Account) -> None:
        self._here = here
        theirs = here.stage.clients
        for name in ("dynamodb", "events", "sqs", "ssm", "scheduler", "s3"):
            self.__dict__[name] = getattr(theirs, name)

    def patient(self, service: str) -> Any:
        made = {
            "cloudformation": _CloudFormation,
            "cloudfront": _CloudFront,
            "cognito-idp": _Cognito,
            "lambda": _Lambda,
        }.get(service)
        return made(self._here) if made else self._here.stage.clients.patient(service)


def refused(code: str, call: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, call)


@dataclass
class _CloudFormation:
    here: Account

    def describe_stacks(self, StackName: str = "") -> dict[str, Any]:
        if self.here.stack is None:
            if StackName:
                raise refused("ValidationError", "DescribeStacks")
            return {"Stacks": []}
        outputs = [{"OutputKey": name, "OutputValue": value} for name, value in self.here.stack.items()]
        return {"Stacks": [{"StackName": f"murmur-{STAGE}", "Outputs": outputs}]}

    def delete_stack(self, StackName: str) -> None:
        if not self.here.stuck:
            self.here.stack = None

    def describe_stack_events(self, StackName: str) -> dict[str, Any]:
        told = {"LogicalResourceId": "Bus", "ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": self.here.stuck}
        return {"StackEvents": [told]}

    def get_waiter(self, name: str) -> Any:
        def wait(**_: str) -> None:
            if self.here.stuck:
                raise WaiterError(name, "it is in a terminal state", {})

        return SimpleNamespace(wait=wait)


@dataclass
class _CloudFront:
    here: Account

    def create_invalidation(self, DistributionId: str, InvalidationBatch: dict[str, Any]) -> None:
        self.here.invalidated.append(DistributionId)


@dataclass
class _Cognito:
    here: Account

    def describe_user_pool(self, UserPoolId: str) -> dict[str, Any]:
        return {"UserPool": {"DeletionProtection": "ACTIVE"}}

    def update_user_pool(self, UserPoolId: str, DeletionProtection: str) -> None:
        self.here.unlocked.append(f"{UserPoolId} {DeletionProtection}")


@dataclass
class _Lambda:
    here: Account
    meta: Any = field(default_factory=lambda: SimpleNamespace(region_name=REGION))

    def get_function_configuration(self, FunctionName: str) -> dict[str, Any]:
        if self.here.stack is None:
            raise refused("ResourceNotFoundException", "GetFunctionConfiguration")
        environment = self.here.stage.cloud.environment
        variables = {name: str(getattr(environment, field_)) for field_, name in VARIABLES.items()}
        del variables["AWS_REGION"]
        variables["MURMUR_BUCKETS"] = json.dumps(dict(environment.buckets))
        told = {"Runtime": "python3.13", "Architectures": ["arm64"], "Environment": {"Variables": variables}}
        return {**told, "FunctionName": FunctionName}

    def get_account_settings(self) -> dict[str, Any]:
        return {"AccountLimit": {"ConcurrentExecutions": 10}}

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        """The publish function: it puts canaries."""
        assert FunctionName == f"murmur-{STAGE}-publish", FunctionName
        here = self.here.stage
        on_the_bus(here.cloud.clients.events, here.cloud.environment.prefix, here.clock)(
            json.loads(Payload)["canaries"]
        )
        here.deliverer.settle()
        return {"StatusCode": 200, "Payload": io.BytesIO(b"{}")}


@contextmanager
def account() -> Iterator[Account]:
    with stage() as here:
        yield Account(here)
