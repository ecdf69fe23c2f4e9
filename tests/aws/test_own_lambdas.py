"""Lambdas of the user's own: what they lack is told in words, before anything is published."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.drawing import drawn

from events.surroundings import Surroundings
from murmuration.aws.publish.impact import Obstacle
from murmuration.aws.publish.lambdas import lambda_obstacles

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:resize-image"
ROLE = "arn:aws:iam::123456789012:role/resize"
AROUND = Surroundings(
    region="eu-central-1",
    account="123456789012",
    bus="murmur-dev",
    prefix="murmur-dev",
    dead_letters="murmur-dev-undelivered",
)
SOURCE = "arn:aws:events:eu-central-1:123456789012:rule/murmur-dev/murmur-dev-*"
ALLOWED = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
    "Condition": {"ArnLike": {"AWS:SourceArn": SOURCE}},
}
SOUND: dict[str, Any] = {
    "get_function_configuration": {"Role": ROLE, "Environment": {"Variables": {"MURMUR_STAGE": "dev"}}},
    "get_policy": {"Policy": json.dumps({"Statement": [ALLOWED]})},
    "get_function_event_invoke_config": {
        "MaximumRetryAttempts": 0,
        "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:eu-central-1:123456789012:murmur-dev-failed"}},
    },
    "describe_event_bus": {
        "Policy": json.dumps(
            {
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Condition": {"StringNotEquals": {"aws:PrincipalArn": ["arn:of:the:task", ROLE]}},
                    },
                    {"Effect": "Deny", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}}},
                ]
            }
        )
    },
}


class Api:
    """Lambda's and EventBridge's; an answer that is a text is an error's code."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {**SOUND, **answers}
        self.asked: list[dict[str, str]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**asked: str) -> Any:
            self.asked.append(asked)
            answer = self.answers[name]
            if isinstance(answer, str):
                raise ClientError({"Error": {"Code": answer, "Message": "no"}}, name)
            return answer

        return call


def obstacles(arn: str = ARN, **answers: Any) -> list[Obstacle]:
    api = Api(**answers)
    document = drawn("a>b", functions={"mine": {"lambda": arn}}, tasks={"b": {"function": "mine"}}).pipeline
    return list(lambda_obstacles(document, api, api, AROUND))


def told(**answers: Any) -> str:
    [one] = obstacles(**answers)
    assert one.stops
    assert one.pipeline == "media/thumbnails"
    return f"{one.what}. {one.advice}"


def policy(**changed: Any) -> dict[str, str]:
    return {"Policy": json.dumps({"Statement": [{**ALLOWED, **changed}]})}


def test_one_that_has_all_it_needs() -> None:
    assert obstacles() == []


def test_one_that_no_task_uses_is_not_looked_at() -> None:
    api = Api(get_function_configuration="ResourceNotFoundException")
    document = drawn("a", functions={"mine": {"lambda": ARN}}).pipeline
    assert list(lambda_obstacles(document, api, api, AROUND)) == []


def test_an_alias_is_asked_as_such() -> None:
    api = Api()
    document = drawn("a", functions={"mine": {"lambda": f"{ARN}:live"}}, tasks={"b": {"function": "mine"}}).pipeline
    assert list(lambda_obstacles(document, api, api, AROUND)) == []
    assert {"FunctionName": ARN, "Qualifier": "live"} in api.asked


def test_it_is_not_there_or_elsewhere() -> None:
    assert "the Lambda resize-image is not there. Deploy it" in told(
        get_function_configuration="ResourceNotFoundException"
    )
    [one] = obstacles(ARN.replace("eu-central-1", "us-east-1"))
    assert (one.what, one.stops) == ("the Lambda resize-image is in us-east-1", True)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "does not know its stack: it has no MURMUR_STAGE"),
        ({"MURMUR_STAGE": "prod"}, "works for murmur-prod. Set its variables to those of murmur-dev"),
    ],
)
def test_it_works_for_another_stack(variables: dict[str, str], words: str) -> None:
    assert words in told(get_function_configuration={"Role": ROLE, "Environment": {"Variables": variables}})


@pytest.mark.parametrize(
    "answer",
    [
        "ResourceNotFoundException",
        policy(Effect="Deny"),
        policy(Principal={"Service": "s3.amazonaws.com"}),
        policy(Principal={"AWS": "123456789012"}),
        policy(Action="lambda:GetFunction"),
        policy(Condition={"ArnLike": {"AWS:SourceArn": SOURCE.replace("murmur-dev-*", "murmur-dev-one")}}),
    ],
)
def test_it_may_not_be_invoked_by_the_rules(answer: Any) -> None:
    words = told(get_policy=answer)
    assert "may not be invoked by" in words
    assert "aws lambda add-permission --function-name resize-image --statement-id murmur-dev" in words
    assert SOURCE in words


@pytest.mark.parametrize(
    "answer",
    [
        policy(Condition={"ArnLike": {"aws:SourceArn": ["arn:aws:events:*:*:rule/*"]}}),
        policy(Principal="*", Action=["lambda:*"]),
        policy(Condition={}),
    ],
)
def test_a_permission_may_be_wider(answer: Any) -> None:
    assert obstacles(get_policy=answer) == []


def test_nobody_hears_when_it_dies() -> None:
    sound = SOUND["get_function_event_invoke_config"]
    assert "has no failure destination" in told(get_function_event_invoke_config="ResourceNotFoundException")
    assert "does not tell the stack when it dies" in told(
        get_function_event_invoke_config={**sound, "DestinationConfig": {}}
    )
    assert "is tried again by Lambda itself" in told(
        get_function_event_invoke_config={**sound, "MaximumRetryAttempts": 2}
    )


def test_the_bus_does_not_let_its_role_speak() -> None:
    words = told(
        get_function_configuration={**SOUND["get_function_configuration"], "Role": ROLE.replace("resize", "other")}
    )
    assert "has the role other, which the bus murmur-dev does not let speak as the system" in words
    assert "OwnTaskRoles" in words


def test_what_may_not_be_looked_at_stops_nobody() -> None:
    denied = dict.fromkeys(SOUND, "AccessDeniedException")
    found = obstacles(**denied)
    assert [one.stops for one in found] == [False, False, False]
    assert all("could not be looked at: AccessDeniedException" in one.what for one in found)
