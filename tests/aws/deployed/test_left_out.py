"""What of the template is not deployed here, and that all else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.deployed.left_out import LEFT_OUT, LeftOut, read
from support.deployed.source import BUILT, left_out
from support.deployed.standing import PREFIX, Standing

STATIC = Path(__file__).parents[1] / "template"


@pytest.mark.parametrize("one", LEFT_OUT, ids=lambda one: one.name.replace(" ", "-"))
def test_what_is_left_out_is_there_and_looked_at_elsewhere(here: Standing, one: LeftOut) -> None:
    names = left_out(here.source)[one.name]
    assert names, f"nothing of the template is {one.name} any more"
    print(f"left out: {one.name} ({', '.join(names)}), since {one.why}")
    assert one.covered
    for test in one.covered:
        file, _, name = test.partition("::")
        assert f"\ndef {name}(" in (STATIC / file).read_text(), test


def test_all_else_is_deployed(here: Standing) -> None:
    template = read((here.source / BUILT / "template.yaml").read_text())
    wanted = {name for name, one in template["Resources"].items() if "Condition" not in one}
    pages = here.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=PREFIX)
    made = {one["LogicalResourceId"]: one["ResourceStatus"] for page in pages for one in page["StackResourceSummaries"]}
    # SAM names a layer by its content.
    assert {name for name in wanted if name not in made} <= {"SdkLayer"}
    assert set(made.values()) == {"CREATE_COMPLETE"}
