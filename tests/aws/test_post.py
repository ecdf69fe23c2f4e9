"""The post on AWS: letters as SQS brings them, what is sent again, what is kept, a rule as EventBridge has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.aws import ACCOUNT, Cloud, cloud
from support.aws_wires import drained
from support.letters import TASK

from events.ports import Unavailable
from handlers.undelivered import Letter
from murmuration.aws.post import AwsPost, letters


@pytest.fixture
def there() -> Iterator[Cloud]:
    with cloud() as there:
        yield there


class TestPostOnAws:
    def test_a_letter_as_sqs_brings_it(self) -> None:
        told = {
            "messageId": "m",
            "body": "{}",
            "eventSourceARN": f"arn:aws:sqs:eu-central-1:{ACCOUNT}:murmur-test-timers-dead",
            "attributes": {"ApproximateReceiveCount": "2"},
            "messageAttributes": {"again": {"stringValue": "3", "dataType": "String"}, "raw": {"dataType": "Binary"}},
        }
        assert letters({"Records": [told]}, "murmur-test") == [Letter("m", "timers-dead", "{}", 2, {"again": "3"})]
        del told["messageAttributes"]
        assert letters({"Records": [told]}, "murmur-test")[0].attributes == {}

    def test_a_function_is_invoked_and_not_waited_for(self) -> None:
        asked: list[dict[str, Any]] = []
        clients: Any = SimpleNamespace(lambda_=SimpleNamespace(invoke=lambda **asks: asked.append(asks)))
        AwsPost(clients, "murmur-test").invoke(TASK, {"a": 1})
        assert asked == [{"FunctionName": TASK, "InvocationType": "Event", "Payload": '{"a":1}'}]

    def test_a_rule_that_cannot_be_looked_at_is_not_gone(self) -> None:
        def refused(**_: Any) -> None:
            answer: Any = {"Error": {"Code": "ThrottlingException", "Message": "slowly"}}
            raise ClientError(answer, "DescribeRule")

        clients: Any = SimpleNamespace(events=SimpleNamespace(describe_rule=refused))
        with pytest.raises(Unavailable):
            AwsPost(clients, "murmur-test").rule_of("murmur-test", "r")

    def test_a_message_goes_to_a_queue_of_ours(self, there: Cloud) -> None:
        post = AwsPost(there.clients, there.environment.prefix)
        post.send("timers", '{"timer": 1}')
        post.send("timers", '{"timer": 2}', seconds=3_600, again=2)
        found = there.clients.sqs.receive_message(
            QueueUrl=there.queue("timers"), MessageAttributeNames=["All"], MaxNumberOfMessages=10
        )["Messages"]
        assert [one["Body"] for one in found] == ['{"timer": 1}'], "the other is held back"
        assert "MessageAttributes" not in found[0]

    def test_what_is_kept_says_why_and_where_it_comes_from(self, there: Cloud) -> None:
        post = AwsPost(there.clients, there.environment.prefix)
        attributes = {f"A{number}": "" for number in range(9)}
        post.keep(Letter("m", "failed", '{"a": 1}', 3, attributes), "nobody knows" * 500)
        found = there.clients.sqs.receive_message(
            QueueUrl=there.queue("undelivered-dead"), MessageAttributeNames=["All"]
        )["Messages"]
        told = {name: value["StringValue"] for name, value in found[0]["MessageAttributes"].items()}
        assert len(told) == 10
        assert told["FROM"] == "failed"
        assert told["WHY"].startswith("nobody knows")

    def test_a_rule_is_as_eventbridge_has_it(self, there: Cloud) -> None:
        events, prefix = there.clients.events, there.environment.prefix
        post = AwsPost(there.clients, prefix)
        pattern = {"source": ["shop"]}
        events.put_rule(Name="r", EventBusName=prefix, EventPattern=json.dumps(pattern))
        target = {"Id": "1", "Arn": f"arn:aws:sqs:eu-central-1:{ACCOUNT}:murmur-test-projector"}
        events.put_targets(Rule="r", EventBusName=prefix, Targets=[target])
        assert post.rule_of(prefix, "r") == {"Bus": prefix, "Name": "r", "EventPattern": pattern, "Targets": [target]}
        assert post.rule_of(prefix, "gone") is None

    def test_kept_messages_are_not_lost_among_others(self, there: Cloud) -> None:
        AwsPost(there.clients, there.environment.prefix).keep(Letter("m", "failed", '{"a": 1}'), "why")
        assert [told for _, told in drained(there, there.queue("undelivered-dead"))] == [{"a": 1}]
