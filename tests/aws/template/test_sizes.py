"""What AWS limits, with the longest stage that is allowed. Simulated AWS counts none of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.template import Deployed, deployed, translation

LONGEST = "production12"
TEMPLATE_BYTES, RESOURCES = 1_000_000, 500
BUS_POLICY, ROLE_POLICIES, MANAGED_POLICY, FUNCTION_POLICY = 10_240, 10_240, 6_144, 20_480
VARIABLES = 4_096
OWN_ROLES = ",".join(f"arn:aws:iam::123456789012:role/{'r' * 64}{at}" for at in range(20))
ROLE_NAME = "murmur-production12-UndeliveredRole-1A2B3C4D5E6F"
"""As CloudFormation makes them; here they stand with their logical ids."""
LENGTHS = {
    "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::Events::Rule": ("Name", 64),
    "AWS::Events::Archive": ("ArchiveName", 48),
    "AWS::Events::EventBus": ("Name", 256),
    "AWS::S3::Bucket": ("BucketName", 63),
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::Logs::DeliverySource": ("Name", 60),
    "AWS::Logs::DeliveryDestination": ("Name", 60),
    "AWS::Scheduler::ScheduleGroup": ("Name", 64),
    "AWS::Cognito::UserPoolDomain": ("Domain", 63),
    "AWS::CloudFront::Function": ("Name", 64),
    "AWS::CloudFront::OriginAccessControl": ("", 64),
}


@pytest.fixture(scope="module")
def template() -> Deployed:
    return deployed(Stage=LONGEST, OwnTaskRoles=OWN_ROLES)


def size(value: Any) -> int:
    """As IAM counts: without blanks."""
    return len(json.dumps(value, separators=(",", ":")))


def test_the_template_is_within_what_cloudformation_takes() -> None:
    raw = json.loads(translation())
    assert len(json.dumps(raw)) < TEMPLATE_BYTES / 2
    assert len(raw["Resources"]) < RESOURCES / 2


def test_the_longest_stage_is_one() -> None:
    pattern = json.loads(translation())["Parameters"]["Stage"]["AllowedPattern"]
    assert re.fullmatch(pattern, LONGEST)
    assert not re.fullmatch(pattern, f"{LONGEST}3")
    assert not re.fullmatch(pattern, "dev-2"), "its rules would be those of dev, too: rule/murmur-dev-*"


def test_names_are_not_too_long(template: Deployed) -> None:
    for kind, (name, longest) in LENGTHS.items():
        for found in template.all(kind).values():
            text = found[name] if name else found["OriginAccessControlConfig"]["Name"]
            assert len(text) <= longest, text


def test_the_buss_policy_has_room_for_roles_of_ones_own(template: Deployed) -> None:
    statements = [one["Statement"] for one in template.all("AWS::Events::EventBusPolicy").values()]
    ours = 7 * len(ROLE_NAME)
    assert size({"Version": "2012-10-17", "Statement": statements}) + ours < BUS_POLICY


def test_a_roles_policies_are_within_what_iam_takes(template: Deployed) -> None:
    for role in template.all("AWS::IAM::Role"):
        assert size(list(template.statements(role))) < ROLE_POLICIES * 0.7, role
    for policy in template.all("AWS::IAM::ManagedPolicy").values():
        assert size(policy["PolicyDocument"]) < MANAGED_POLICY


def test_a_functions_own_policy_does_not_grow_with_what_is_published(template: Deployed) -> None:
    by_function: dict[str, int] = {}
    for permission in template.all("AWS::Lambda::Permission").values():
        function = permission["FunctionName"]
        by_function[function] = by_function.get(function, 0) + size(permission) + 200
    assert max(by_function.values()) < FUNCTION_POLICY / 10


def test_variables_are_within_what_lambda_takes(template: Deployed) -> None:
    for function in template.all("AWS::Lambda::Function").values():
        assert size(function["Environment"]["Variables"]) < VARIABLES / 2


def test_events_that_are_delivered_late_are_not_too_old_for_lambda(template: Deployed) -> None:
    for found in template.all("AWS::Lambda::EventInvokeConfig").values():
        assert found["MaximumEventAgeInSeconds"] <= 21_600
    for queue in template.all("AWS::SQS::Queue").values():
        assert queue["MessageRetentionPeriod"] == 14 * 86_400, "as long as SQS keeps a message"
