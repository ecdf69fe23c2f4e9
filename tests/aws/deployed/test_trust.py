"""Who may do what, deployed, as far as MiniStack's IAM goes. That nobody but ours speaks as `murmuration` it does not know: it is among
what is left out (`support.deployed.left_out`), with the tests that look at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.deployed.simulator import ACCOUNT, REGION
from support.deployed.standing import PREFIX, Standing

EVENT = {"Source": "murmuration", "DetailType": "run.requested", "Detail": "{}", "EventBusName": PREFIX}


def test_who_has_no_leave_says_nothing_on_the_bus(here: Standing) -> None:
    stranger = here.role("stranger", "events:PutEvents", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default")
    events = here.aws.client("events", here.aws.session(stranger))
    refused(lambda: events.put_events(Entries=[EVENT]))
    refused(lambda: events.put_events(Entries=[{**EVENT, "Source": "shop"}]))


BEYOND: dict[str, tuple[str, Callable[[Standing, Any], Any]]] = {
    "a task changes no code": (
        "Task",
        lambda here, made: made("s3").put_object(Bucket=here.real("artifacts"), Key="bundles/x", Body=b"x"),
    ),
    "a task makes no rules": (
        "Task",
        lambda _, made: made("events").put_rule(
            Name=f"{PREFIX}-x", EventBusName=PREFIX, EventPattern='{"source":["x"]}'
        ),
    ),
    "a task speaks on no other bus": (
        "Task",
        lambda _, made: made("events").put_events(Entries=[{**EVENT, "EventBusName": "default"}]),
    ),
    "a task calls no function": ("Task", lambda _, made: made("lambda").invoke(FunctionName=f"{PREFIX}-start")),
    "the projector reads no secrets": (
        "Projector",
        lambda _, made: made("ssm").get_parameters_by_path(Path=f"/{PREFIX}/examples/secrets"),
    ),
    "start makes no schedules": (
        "Start",
        lambda _, made: made("scheduler").delete_schedule(Name="sweep", GroupName=PREFIX),
    ),
    "timers reads no table": (
        "Timers",
        lambda _, made: made("dynamodb").get_item(TableName=PREFIX, Key={"pk": {"S": "x"}, "sk": {"S": "x"}}),
    ),
    "publish sees no artifacts but versions": (
        "Publish",
        lambda here, made: made("s3").put_object(Bucket=here.real("artifacts"), Key="artifacts/x", Body=b"x"),
    ),
}


@pytest.mark.parametrize("what", BEYOND)
def test_a_function_may_not_do_what_is_not_its_own(here: Standing, what: str) -> None:
    role, does = BEYOND[what]
    session = here.aws.session(here.role_of(role))
    refused(lambda: does(here, lambda service: here.aws.client(service, session)))


def refused(call: Callable[[], Any]) -> None:
    with pytest.raises(ClientError) as wrong:
        call()
    assert wrong.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
