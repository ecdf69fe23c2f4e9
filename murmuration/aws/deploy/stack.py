"""What is deployed under a stage. Its environment is read from its own start function, so a command and the functions never
differ; what people need (addresses, the user pool) from the stack's outputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from murmuration.aws.clients import Clients
from murmuration.aws.credentials import Identity
from murmuration.aws.environment import Environment, NotDeployed, of_variables
from murmuration.aws.refusals import code_of, translated

_GONE: Final = frozenset({"ResourceNotFoundException", "ValidationError"})


@dataclass(frozen=True, slots=True)
class Deployed:
    environment: Environment
    outputs: Mapping[str, str]


def stack_name(stage: str) -> str:
    return f"murmur-{stage}"


def deployed(clients: Clients, stage: str) -> Deployed:
    """`NotDeployed` says what to do where there is none."""
    name = stack_name(stage)
    environment = of_function(clients, f"{name}-start")
    outputs = outputs_of(clients, name)
    if environment is None or outputs is None:
        told = f"nothing is deployed as {name} in this account and region"
        raise NotDeployed(told, advice=f"Deploy it: murmur deploy --stage {stage}")
    return Deployed(environment, outputs)


def of_function(clients: Clients, function: str) -> Environment | None:
    """None where there is no such function."""
    client = clients.patient("lambda")
    with translated("Lambda"):
        try:
            found: dict[str, Any] = client.get_function_configuration(FunctionName=function)
        except ClientError as wrong:
            if code_of(wrong) not in _GONE:
                raise
            return None
    variables = found.get("Environment", {}).get("Variables", {})
    return of_variables({"AWS_REGION": client.meta.region_name, **variables})


def outputs_of(clients: Clients, name: str) -> Mapping[str, str] | None:
    """None where there is no such stack."""
    with translated("CloudFormation"):
        try:
            [stack] = clients.patient("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as wrong:
            if code_of(wrong) not in _GONE:
                raise
            return None
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}


def named(stage: str, identity: Identity) -> Environment:
    """What the parts of a stage are called, whether they are there or not: before the first deployment, and after the last."""
    prefix, account, region = stack_name(stage), identity.account, identity.region
    partition = identity.who.split(":")[1]
    queue = f"https://sqs.{region}.amazonaws.com/{account}/{prefix}"
    return Environment(
        stage=stage,
        account=account,
        region=region,
        partition=partition,
        table=prefix,
        artifacts=f"{prefix}-artifacts-{account}",
        projector_queue=f"{queue}-projector",
        timers_queue=f"{queue}-timers",
        scheduler_role="",
    )
