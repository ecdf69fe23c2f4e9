"""All of it taken away: first what the stack does not know of, then the stack.

    rules         that publishing put: on our bus, which could not go while it has some, and on the account's default bus
    schedules     in our group
    parameters    variables and secrets
    buckets       emptied, every version; those that `murmur deploy` made are removed, those of the stack go with it
    the stack     with the locks of its table and its user pool undone first

Killed anywhere and called again, it goes on. A bucket that somebody named for us is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import ClientError, WaiterError

from murmuration.aws.clients import Clients
from murmuration.aws.deploy import buckets
from murmuration.aws.deploy.losing import Losing, versions
from murmuration.aws.deploy.stack import outputs_of
from murmuration.aws.environment import Environment
from murmuration.aws.publish.wanted import Place
from murmuration.aws.refusals import AwsRefused, code_of, translated

_AT_ONCE: Final = 1_000
_PARAMETERS: Final = 10
_GONE: Final = frozenset(
    {"ResourceNotFoundException", "NoSuchBucket", "ResourceInUseException", "ManagedRuleException"}
)
_POOL: Final = "UserPool"

Tell = Callable[[str], None]


class NotDestroyed(AwsRefused):
    code = "not-destroyed"


def destroy(clients: Clients, environment: Environment, lost: Losing, tell: Tell) -> None:
    for place in lost.rules:
        _remove_rule(clients, place)
    tell(f"{len(lost.rules)} rules removed")
    for name in lost.schedules:
        _remove_schedule(clients, environment, name)
    tell(f"{len(lost.schedules)} schedules removed")
    for first in range(0, len(lost.parameters), _PARAMETERS):
        with translated("the parameter store"):
            clients.patient("ssm").delete_parameters(Names=list(lost.parameters[first : first + _PARAMETERS]))
    tell(f"{len(lost.parameters)} variables and secrets removed")
    own = set(buckets.ours(clients, environment))
    for name, _ in lost.buckets:
        tell(f"{name}: {empty(clients, name)} versions of objects removed")
        if name in own and name not in _stacks(environment):
            _remove_bucket(clients, name)
    _remove_stack(clients, environment, tell)
    # What the stack was told to keep goes too: it was said that it would be lost.
    for name in _stacks(environment):
        empty(clients, name)
        _remove_bucket(clients, name)


def empty(clients: Clients, bucket: str) -> int:
    client: Any = clients.s3
    removed, some = 0, list[dict[str, str]]()

    def remove() -> int:
        with translated("S3"):
            answer = client.delete_objects(Bucket=bucket, Delete={"Objects": some, "Quiet": True})
        if wrong := answer.get("Errors"):
            told = f"{len(wrong)} objects of {bucket} cannot be removed: {wrong[0].get('Code')}: {wrong[0]['Key']}"
            raise NotDestroyed(told, advice="Look at the bucket's locks and policy, and try again")
        return len(some)

    for key, version in versions(clients, bucket):
        some.append({"Key": key, "VersionId": version})
        if len(some) == _AT_ONCE:
            removed += remove()
            some = []
    return removed + (remove() if some else 0)


def _stacks(environment: Environment) -> list[str]:
    return [environment.surroundings.bucket(name) for name in sorted(buckets.OF_THE_STACK)]


def _remove_rule(clients: Clients, place: Place) -> None:
    client: Any = clients.patient("events")
    with translated("EventBridge"):
        try:
            targets = client.list_targets_by_rule(Rule=place.name, EventBusName=place.bus)["Targets"]
            if targets:
                client.remove_targets(Rule=place.name, EventBusName=place.bus, Ids=[one["Id"] for one in targets])
            client.delete_rule(Name=place.name, EventBusName=place.bus)
        except ClientError as wrong:
            if code_of(wrong) not in _GONE:
                raise


def _remove_schedule(clients: Clients, environment: Environment, name: str) -> None:
    with translated("Scheduler"):
        try:
            clients.patient("scheduler").delete_schedule(Name=name, GroupName=environment.schedules)
        except ClientError as wrong:
            if code_of(wrong) not in _GONE:
                raise


def _remove_bucket(clients: Clients, name: str) -> None:
    with translated("S3"):
        try:
            clients.s3.delete_bucket(Bucket=name)
        except ClientError as wrong:
            if code_of(wrong) not in _GONE:
                raise


def _remove_stack(clients: Clients, environment: Environment, tell: Tell) -> None:
    outputs = outputs_of(clients, environment.prefix)
    if outputs is None:
        tell(f"the stack {environment.prefix} is gone already")
        return
    _unlock(clients, environment, outputs.get(_POOL, ""))
    client: Any = clients.patient("cloudformation")
    tell(f"removing the stack {environment.prefix}: CloudFront takes some minutes")
    with translated("CloudFormation"):
        client.delete_stack(StackName=environment.prefix)
        try:
            client.get_waiter("stack_delete_complete").wait(StackName=environment.prefix)
        except WaiterError as wrong:
            told = f"the stack {environment.prefix} is not removed: {_why(client, environment.prefix) or wrong}"
            raise NotDestroyed(told, advice="Remove what it names, and call murmur destroy again") from None
    tell(f"the stack {environment.prefix} is removed")


def _unlock(clients: Clients, environment: Environment, pool: str) -> None:
    """What is protected from being removed by mistake."""
    table: Any = clients.patient("dynamodb")
    with translated("DynamoDB"):
        try:
            found = table.describe_table(TableName=environment.table)["Table"]
            if found.get("DeletionProtectionEnabled"):
                table.update_table(TableName=environment.table, DeletionProtectionEnabled=False)
        except ClientError as wrong:
            if code_of(wrong) not in _GONE:
                raise
    if not pool:
        return
    people: Any = clients.patient("cognito-idp")
    with translated("Cognito"):
        try:
            told = people.describe_user_pool(UserPoolId=pool)["UserPool"]
            if told.get("DeletionProtection") == "ACTIVE":
                people.update_user_pool(UserPoolId=pool, DeletionProtection="INACTIVE")
        except ClientError as wrong:
            if code_of(wrong) not in _GONE:
                raise


def _why(client: Any, stack: str) -> str:
    """What CloudFormation says of the parts that would not go."""
    events = client.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [one for one in events if str(one.get("ResourceStatus", "")).endswith("_FAILED")]
    told = [f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}" for one in failed[:3]]
    return "; ".join(told)
