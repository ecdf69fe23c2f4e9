"""Post: by which what could not be delivered is sent again, and where it is kept when nothing helps.

letters     from an invocation by SQS, which may bring several queues' messages
rule_of     a rule as EventBridge has it now: exactly what its targets would be told
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from botocore.exceptions import ClientError
from pydantic import JsonValue

from handlers.undelivered import AGAIN, Letter
from murmuration.aws.bus import message
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import code_of, translated
from schemas.model import JsonObject

KEPT: Final = "undelivered-dead"
_LONGEST_DELAY_S: Final = 900
_LONGEST_WHY: Final = 1_000
_EMPTY: Final = "-"
"""SQS takes no empty attribute."""


class AwsPost:
    def __init__(self, clients: Clients, prefix: str) -> None:
        self._clients = clients
        self._prefix = prefix
        self._urls: dict[str, str] = {}

    def invoke(self, function: str, payload: JsonObject) -> None:
        with translated("Lambda"):
            self._clients.lambda_.invoke(
                FunctionName=function, InvocationType="Event", Payload=orjson.dumps(payload).decode()
            )

    def send(self, queue: str, body: str, *, seconds: int = 0, again: int = 0) -> None:
        self._send(queue, body, {AGAIN: str(again)} if again else {}, min(seconds, _LONGEST_DELAY_S))

    def keep(self, letter: Letter, why: str) -> None:
        told = {**letter.attributes, "WHY": why[:_LONGEST_WHY], "FROM": letter.queue}
        self._send(KEPT, letter.body, dict(list(told.items())[-10:]))

    def _send(self, queue: str, body: str, attributes: dict[str, str], seconds: int = 0) -> None:
        with translated("SQS"):
            self._clients.sqs.send_message(
                QueueUrl=self._url(queue),
                MessageBody=message(body),
                DelaySeconds=seconds,
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value or _EMPTY} for name, value in attributes.items()
                },
            )

    def _url(self, queue: str) -> str:
        if queue not in self._urls:
            self._urls[queue] = self._clients.sqs.get_queue_url(QueueName=f"{self._prefix}-{queue}")["QueueUrl"]
        return self._urls[queue]

    def rule_of(self, bus: str, name: str) -> JsonObject | None:
        where: dict[str, Any] = {"EventBusName": bus}
        with translated("EventBridge"):
            try:
                rule = self._clients.events.describe_rule(Name=name, **where)
                targets = self._clients.events.list_targets_by_rule(Rule=name, **where)["Targets"]
            except ClientError as wrong:
                if code_of(wrong) != "ResourceNotFoundException":
                    raise
                return None
        return {"Bus": bus, "Name": name, "EventPattern": orjson.loads(rule["EventPattern"]), "Targets": targets}


def letters(invocation: JsonObject, prefix: str) -> list[Letter]:
    records = invocation.get("Records")
    assert isinstance(records, list), "SQS brings records"
    return [_letter(record, prefix) for record in records]


def _letter(record: JsonValue, prefix: str) -> Letter:
    match record:
        case {
            "messageId": str(id_),
            "body": str(body),
            "eventSourceARN": str(arn),
            "attributes": {"ApproximateReceiveCount": str(tries)},
            **rest,
        }:
            queue = arn.rpartition(":")[2].removeprefix(f"{prefix}-")
            return Letter(id_, queue, body, int(tries), _texts(rest.get("messageAttributes")))
        case _:
            raise AssertionError("SQS brings messages")


def _texts(attributes: object) -> dict[str, str]:
    found = attributes if isinstance(attributes, dict) else {}
    return {
        str(name): str(value["stringValue"])
        for name, value in found.items()
        if isinstance(value, dict) and "stringValue" in value
    }
