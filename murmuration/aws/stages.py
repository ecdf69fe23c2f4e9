"""Stages: what is deployed in an account and region: CloudFormation's stacks that are called `murmur-STAGE` and say so themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from murmuration.aws.clients import Clients
from murmuration.aws.environment import NotDeployed
from murmuration.aws.refusals import translated

_PREFIX: Final = "murmur-"


def stages(clients: Clients) -> list[str]:
    """Every stage that is deployed here."""
    return sorted(_stages(clients))


def only_stage(clients: Clients) -> str:
    """The one there is."""
    found = stages(clients)
    if not found:
        raise NotDeployed("nothing is deployed in this account and region", advice="Deploy it: murmur deploy")
    if len(found) > 1:
        raise NotDeployed(f"several stages are deployed: {', '.join(found)}", advice="Name one: --target STAGE")
    return found[0]


def _stages(clients: Clients) -> Iterator[str]:
    client = clients.patient("cloudformation")
    asks: dict[str, str] = {}
    while True:
        with translated("CloudFormation"):
            page = client.describe_stacks(**asks)
        for stack in page["Stacks"]:
            outputs = {str(one["OutputKey"]): str(one["OutputValue"]) for one in stack.get("Outputs", ())}
            if stack["StackName"] == f"{_PREFIX}{outputs.get('Stage', '')}":
                yield outputs["Stage"]
        if not page.get("NextToken"):
            return
        asks = {"NextToken": page["NextToken"]}
