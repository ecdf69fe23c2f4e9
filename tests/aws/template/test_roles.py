"""Least privilege, both ways: whatever a function's code calls its role permits, and whatever its role permits its code calls.

The calls are those of the real doors on moto, by the examples and a flock of odd cases; each is put to the template's policies,
with its resource and its conditions.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.api_on_aws import api_of
from support.door_calls import Asked, calls_of
from support.iam import allows, listed
from support.roles_api import by_people
from support.roles_flock import EXAMPLES, everything
from support.sky import sky
from support.template import Deployed, deployed

ROLES = ("Start", "Task", "Projector", "Sweeper", "Timers", "Undelivered", "Publish", "Api")
BY_THE_PLATFORM = {"Log", "Receive", "TellOfFailure", "Trace"}
"""Statements for what Lambda does in a function's name, by their ids; test_hops looks at them."""
SELDOM: dict[str, dict[str, str]] = {
    "Api": {"s3:PutObject": "it signs addresses that others upload to, and an address is good for what its signer may"},
    "Task": {"s3:AbortMultipartUpload": "boto3 takes back an upload in parts that fails on its way"},
}
"""By role: what no test brings about, and why it must be permitted all the same."""


@pytest.fixture(scope="module")
def template() -> Deployed:
    return deployed(Stage="test")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with sky(tmp_path_factory.mktemp("sky")) as here, calls_of(here) as doors:
        everything(here, doors)
        with api_of(here, EXAMPLES) as api:
            by_people(api, EXAMPLES / "functions")
        yield doors.asked


@pytest.mark.parametrize("role", ROLES)
def test_a_role_permits_what_its_function_calls(template: Deployed, asked: Asked, role: str) -> None:
    statements = list(template.statements(f"{role}Role"))
    denied = [str(call) for call in asked[role].values() if not allows(statements, call)]
    assert not denied, "\n".join(sorted(denied))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_permits_nothing_that_its_function_never_calls(template: Deployed, asked: Asked, role: str) -> None:
    called = {call.action for call in asked[role].values()}
    granted = {
        action
        for statement in template.statements(f"{role}Role")
        if statement["Effect"] == "Allow" and statement["Sid"] not in BY_THE_PLATFORM
        for action in listed(statement["Action"])
    }
    assert granted - called == set(SELDOM.get(role, {})), f"{role} never calls these, or does by now"
