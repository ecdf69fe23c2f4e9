"""Which stages are deployed: stacks that are called so and say so themselves, over all pages."""

from __future__ import annotations

from typing import Any

import pytest

from murmuration.aws.clients import Clients
from murmuration.aws.environment import NotDeployed
from murmuration.aws.stages import only_stage, stages


class Account(Clients):
    """CloudFormation, two stacks a page."""

    def __init__(self, *stacks: tuple[str, dict[str, str]]) -> None:
        super().__init__()
        self.stacks = stacks

    def patient(self, service: str) -> Any:
        assert service == "cloudformation"
        return self

    def describe_stacks(self, NextToken: str = "0") -> dict[str, Any]:
        first = int(NextToken)
        page = [
            {"StackName": name, "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]}
            for name, outputs in self.stacks[first : first + 2]
        ]
        more = {"NextToken": str(first + 2)} if first + 2 < len(self.stacks) else {}
        return {"Stacks": page, **more}


def stack(stage: str) -> tuple[str, dict[str, str]]:
    return f"murmur-{stage}", {"Stage": stage, "Table": f"murmur-{stage}"}


OTHERS = (("shop", {"Stage": "prod"}), ("murmur-mine", {}), ("CDKToolkit", {}))


def test_stacks_of_others_are_no_stages() -> None:
    assert stages(Account(*OTHERS, stack("prod"), stack("dev"))) == ["dev", "prod"]


def test_the_only_one_needs_no_name() -> None:
    assert only_stage(Account(*OTHERS, stack("dev"))) == "dev"
    with pytest.raises(NotDeployed, match="nothing is deployed"):
        only_stage(Account(*OTHERS))
    with pytest.raises(NotDeployed, match="several stages are deployed: dev, prod") as told:
        only_stage(Account(stack("prod"), stack("dev")))
    assert told.value.advice == "Name one: --target STAGE"
