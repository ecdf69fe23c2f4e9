"""The translated template as moto deploys it. What moto does not know is named here and checked in the other tests of this
folder, on the template itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.aws import QUEUES, TABLE
from support.template import ACCOUNT, REGION, run, translation

from murmuration.aws.environment import Environment, of_variables
from schemas.pipeline import Memory

UNKNOWN_TO_MOTO = [
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Cognito::UserPoolUser",
    "AWS::Cognito::UserPoolUserToGroupAttachment",
    "AWS::Events::EventBusPolicy",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Logs::Delivery",
    "AWS::Logs::DeliveryDestination",
    "AWS::Logs::DeliverySource",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
    "AWS::Scheduler::ScheduleGroup",
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    place = tmp_path_factory.mktemp("moto") / "translated.json"
    place.write_text(translation())
    done = run("translate", "python", "tests/support/tools/deploy_in_moto.py", str(place))
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_moto_deploys_all_that_it_knows(stack: dict[str, Any]) -> None:
    assert stack["status"] == "CREATE_COMPLETE"
    assert stack["unknown"] == UNKNOWN_TO_MOTO
    raw = json.loads(translation())["Resources"]
    conditional = {name for name, one in raw.items() if one.get("Condition") not in (None, "WithArchive")}
    wanted = {name for name, one in raw.items() if one["Type"] not in UNKNOWN_TO_MOTO} - conditional
    assert set(stack["made"]) == wanted


def test_a_function_finds_its_environment(stack: dict[str, Any]) -> None:
    role = stack["outputs"]["SchedulerRole"]
    queue = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/murmur-dev"
    assert of_variables({"AWS_REGION": REGION, **stack["environment"]}) == Environment(
        stage="dev",
        account=ACCOUNT,
        region=REGION,
        partition="aws",
        table="murmur-dev",
        artifacts=f"murmur-dev-artifacts-{ACCOUNT}",
        projector_queue=f"{queue}-projector",
        timers_queue=f"{queue}-timers",
        scheduler_role=role,
        memory_functions={
            Memory.MEDIUM: "murmur-dev-task-medium",
            Memory.LARGE: "murmur-dev-task-large",
            Memory.HUGE: "murmur-dev-task-huge",
        },
    )


def test_the_outputs_tell_a_command_the_same(stack: dict[str, Any]) -> None:
    outputs, variables = stack["outputs"], stack["environment"]
    assert variables["MURMUR_TABLE"] == outputs["Table"]
    assert variables["MURMUR_PROJECTOR_QUEUE"] == outputs["ProjectorQueue"]
    assert variables["MURMUR_TIMERS_QUEUE"] == outputs["TimersQueue"]
    assert variables["MURMUR_MEMORY_FUNCTIONS"] == outputs["MemoryFunctions"]


def test_the_tests_use_the_table_that_is_deployed(stack: dict[str, Any]) -> None:
    table = stack["table"]
    assert table["BillingModeSummary"]["BillingMode"] == TABLE["BillingMode"]
    for part in ("AttributeDefinitions", "KeySchema"):
        assert table[part] == TABLE[part]
    known = ("IndexName", "KeySchema", "Projection")
    assert [{name: index[name] for name in known} for index in table["GlobalSecondaryIndexes"]] == TABLE[
        "GlobalSecondaryIndexes"
    ]


def test_every_queue_is_there_with_its_dead_letters(stack: dict[str, Any]) -> None:
    assert set(stack["queues"]) == {f"murmur-dev-{name}{end}" for name in QUEUES for end in ("", "-dead")}


def test_queues_lead_to_functions_in_batches_that_may_fail_in_part(stack: dict[str, Any]) -> None:
    read = {source["EventSourceArn"].rpartition("-dev-")[2]: source for source in stack["sources"]}
    assert set(read) == {"projector", "timers", "undelivered", "failed", "failed-dead", "projector-dead", "timers-dead"}
    assert all(source["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for source in read.values())
    assert read["projector"]["BatchSize"] >= 10
