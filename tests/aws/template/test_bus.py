"""The bus: who may speak on it, what it keeps, and the rules that are there before anything is published."""

from __future__ import annotations

import json

import pytest
from support.iam import Call, allows, concerns
from support.template import ACCOUNT, REGION, Deployed, deployed

from events.event import EventType
from events.rules.render import render
from events.rules.static import static_rules
from murmuration.aws.environment import of_variables

BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/murmur-dev"
SPEAK = ("Start", "Task", "Projector", "Sweeper", "Timers", "Undelivered", "Publish")


@pytest.fixture(scope="module")
def template() -> Deployed:
    return deployed()


def denied(template: Deployed, call: Call) -> bool:
    policies = template.all("AWS::Events::EventBusPolicy").values()
    return any(concerns(policy["Statement"], call) for policy in policies)


def speaking(principal: str, source: str, account: str = ACCOUNT) -> Call:
    who = {"aws:PrincipalArn": principal, "aws:PrincipalAccount": account, "aws:PrincipalIsAWSService": "false"}
    return Call("events:PutEvents", BUS, {**who, "events:source": source, "events:detail-type": "task.succeeded"})


@pytest.mark.parametrize("name", SPEAK)
def test_our_roles_speak_as_the_system(template: Deployed, name: str) -> None:
    assert not denied(template, speaking(template.arn(f"{name}Role"), "murmuration"))


def test_nobody_else_in_the_account_does_and_may_speak_as_anybody_else(template: Deployed) -> None:
    for principal in (
        f"arn:aws:iam::{ACCOUNT}:role/murmur-dev-admin",
        f"arn:aws:iam::{ACCOUNT}:user/me",
        template.arn("ApiRole"),
        template.arn("SchedulerRole"),
    ):
        assert denied(template, speaking(principal, "murmuration"))
        assert denied(template, speaking(principal, "murmuration.operations"))
        assert not denied(template, speaking(principal, "shop"))


def test_nobody_from_another_account_speaks_at_all(template: Deployed) -> None:
    assert denied(template, speaking("arn:aws:iam::999999999999:role/shop", "shop", "999999999999"))
    service = Call("events:PutEvents", BUS, {"aws:PrincipalIsAWSService": "true", "events:source": "aws.s3"})
    assert not denied(template, service), "AWS's own services have no account"


def test_nobody_is_given_leave_by_the_bus_itself(template: Deployed) -> None:
    policies = template.all("AWS::Events::EventBusPolicy")
    assert policies
    assert {policy["Statement"]["Effect"] for policy in policies.values()} == {"Deny"}
    assert {policy["StatementId"] for policy in policies.values()} == {
        one["Statement"]["Sid"] for one in policies.values()
    }


def test_lambdas_of_ones_own_may_speak_once_their_roles_are_named() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/resize"
    other = f"arn:aws:iam::{ACCOUNT}:role/crop"
    assert denied(deployed(), speaking(role, "murmuration"))
    named = deployed(OwnTaskRoles=f"{role},{other}")
    assert not denied(named, speaking(role, "murmuration"))
    assert not denied(named, speaking(other, "murmuration"))


SAYS = {
    "Start": {"run.started", "run.cancelled", "task.requested"},
    "Task": {"task.requested", "task.succeeded", "task.failed", "task.skipped", "task.completed"},
    "Projector": {"run.started", "run.succeeded", "run.failed", "run.cancelled", "run.timed_out", "task.requested"},
    "Timers": {"task.requested"},
    "Publish": {"rule.canary"},
}


@pytest.mark.parametrize("name", SAYS)
def test_a_role_says_what_its_function_says(template: Deployed, name: str) -> None:
    may = {
        type_
        for type_ in (*map(str, EventType), "rule.canary")
        if allows(
            template.statements(f"{name}Role"),
            Call("events:PutEvents", BUS, {"events:source": "murmuration", "events:detail-type": type_}),
        )
    }
    assert may == SAYS[name]


def test_tasks_speak_as_others_and_who_says_what_they_could_not_say_any_more(template: Deployed) -> None:
    """The action `emit` does, and people through the API."""
    call = Call("events:PutEvents", BUS, {"events:source": "shop", "events:detail-type": "order.created"})
    may = {name for name in (*SPEAK, "Api") if allows(template.statements(f"{name}Role"), call)}
    assert may == {"Task", "Undelivered", "Api"}


def test_nobody_speaks_on_another_bus(template: Deployed) -> None:
    other = Call("events:PutEvents", BUS.replace("murmur-dev", "default"), {"events:source": "shop"})
    assert not any(allows(template.statements(role), other) for role in template.all("AWS::IAM::Role"))


def test_the_archive_keeps_all_but_canaries_for_as_long_as_is_asked(template: Deployed) -> None:
    [archive] = template.all("AWS::Events::Archive").values()
    assert archive["SourceArn"] == BUS
    assert archive["RetentionDays"] == 30
    assert archive["EventPattern"] == {"detail": {"canary": [{"exists": False}]}}
    assert not deployed(ArchiveDays="0").all("AWS::Events::Archive")


def test_the_bus_logs_what_goes_wrong_and_no_details(template: Deployed) -> None:
    bus = template["Bus"]
    assert bus["LogConfig"] == {"Level": "ERROR", "IncludeDetail": "NONE"}
    [source] = template.all("AWS::Logs::DeliverySource").values()
    [delivery] = template.all("AWS::Logs::Delivery").values()
    assert source["ResourceArn"] == BUS
    assert delivery["DeliverySourceName"] == source["Name"]
    assert template["BusLog"]["LogGroupName"].startswith("/aws/vendedlogs/"), "written to without a resource policy"
    assert bus["DeadLetterConfig"]["Arn"] == template.arn("UndeliveredDeadQueue")


def test_static_rules_are_those_of_the_core(template: Deployed) -> None:
    """Under names of their own: the hash of a rendered name would hold account and region."""
    variables = template["TaskFunction"]["Environment"]["Variables"]
    around = of_variables({"AWS_REGION": REGION, **variables}).surroundings
    tasks = [around.task_function, *map(around.memory_function, around.memory_functions)]
    wanted = [render(rule, around) for rule in static_rules(tasks, around)]
    found = template.all("AWS::Events::Rule").values()
    assert sorted(map(said, found)) == sorted(map(said, wanted))
    assert {rule["EventBusName"] for rule in found} == {"murmur-dev"}
    assert all(rule.get("State", "ENABLED") == "ENABLED" for rule in found)


def said(rule: object) -> str:
    assert isinstance(rule, dict)
    return json.dumps([rule["EventPattern"], rule["Targets"]], sort_keys=True)


@pytest.mark.parametrize("type_", ["run.late", "delivery.dead"])
def test_who_may_tell_of_operations(template: Deployed, type_: str) -> None:
    """Late runs are told by whoever ends or sweeps runs, dead letters by whoever keeps them. Nobody else, whatever his role grants."""
    told = {"events:source": "murmuration.operations", "events:detail-type": type_}
    may = {
        name
        for name in (*SPEAK, "Api")
        if allows(template.statements(f"{name}Role"), Call("events:PutEvents", BUS, told))
    }
    assert may == ({"Projector", "Sweeper", "Undelivered"} if type_ == "run.late" else {"Undelivered"})
