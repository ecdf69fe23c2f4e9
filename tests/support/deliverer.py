"""What EventBridge and Lambda do between two functions, on moto: at least once, in any order, doubled, and by the rules that are
really deployed.

    with Deliverer(clients, seed=7) as deliverer:
        deliverer.functions["murmur-test-task"] = lambda event, request: ...
        deliverer.queues[url] = lambda event, request: ...      # an SQS event; may answer batchItemFailures
        ...                                                     # put_events, as always
        deliverer.settle()                                      # until nothing is under way any more

A rule is read from moto as it was put: a disabled one hears nothing, its pattern is matched by our own engine (moto's is
wrong in 18 of 89 cases), its transformer is applied. Every delivery waits in one bag; which comes next is drawn, and some
come twice, the second time under a request id of its own. A function that raises is not tried again: like Lambda with no
retries, its failure goes to the queue of failed invocations. A function that is not there sends the event to the target's
dead letters, as does one that `refuse` names (its permission is missing).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

from moto.events.models import Rule

from events.router import Router
from murmuration.aws.clients import Clients
from schemas.model import JsonObject

Function = Callable[[JsonObject, str], Any]
_MOST = 10_000


@dataclass(frozen=True)
class Delivery:
    rule: str
    target: JsonObject
    arn: str
    payload: JsonObject
    event: JsonObject


@dataclass
class Deliverer:
    clients: Clients
    seed: int = 0
    doubled: float = 0.0
    """The share of deliveries that come twice."""
    in_order: bool = False
    failed: str = ""
    """The URL of the queue that hears of invocations that failed; none: a failure is raised in the test."""
    functions: dict[str, Function] = field(default_factory=dict)
    """By the function's name, or its ARN."""
    queues: dict[str, Function] = field(default_factory=dict)
    """By URL, who is called with its messages."""
    refuse: set[str] = field(default_factory=set)
    deaf: Callable[[str], bool] = lambda _: False
    """Rules that do not match yet, as just after they were put."""
    delivered: list[Delivery] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._waiting: list[Delivery] = []
        self._routers: dict[tuple[str, str], Router] = {}
        self._requests = 0
        deliverer = self

        real = Rule.send_to_targets

        def send_to_targets(rule: Rule, original_event: Any, **how: Any) -> None:
            if rule.managed_by:
                # An archive's own.
                real(rule, original_event, **how)
            else:
                deliverer._hear(rule, original_event)

        self._patch = patch.object(Rule, "send_to_targets", send_to_targets)

    def __enter__(self) -> Self:
        self._patch.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        self._patch.stop()

    # what is under way

    @property
    def waiting(self) -> Sequence[Delivery]:
        return tuple(self._waiting)

    def settle(self) -> int:
        """Deliver until nothing is left, and say how many deliveries that took."""
        for count in range(_MOST):
            if not self.step() and not self._pump():
                return count
        raise AssertionError(f"events go on and on: {self._waiting[:5]}")

    def step(self) -> bool:
        """One delivery."""
        if not self._waiting:
            return False
        at = 0 if self.in_order else self._random.randrange(len(self._waiting))
        # One that is doubled stays in the bag and comes again, some time.
        one = self._waiting[at] if self._random.random() < self.doubled else self._waiting.pop(at)
        self.delivered.append(one)
        self._deliver(one)
        return True

    def _pump(self) -> bool:
        """Once round all queues that somebody reads."""
        came = False
        for url, function in self.queues.items():
            answer = self.clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            messages = answer.get("Messages", [])
            if not messages:
                continue
            came = True
            if not self.in_order:
                self._random.shuffle(messages)
            if self._random.random() < self.doubled:
                messages = [*messages, *messages]
            records = [
                {"messageId": one["MessageId"], "body": one["Body"], "receiptHandle": one["ReceiptHandle"]}
                for one in messages
            ]
            told = function({"Records": records}, self._request())
            failures = {one["itemIdentifier"] for one in (told or {}).get("batchItemFailures", ())}
            for one in {one["MessageId"]: one for one in messages}.values():
                if one["MessageId"] in failures:
                    self.clients.sqs.change_message_visibility(
                        QueueUrl=url, ReceiptHandle=one["ReceiptHandle"], VisibilityTimeout=0
                    )
                else:
                    self.clients.sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        return came

    # EventBridge

    def _hear(self, rule: Rule, raw: Any) -> None:
        document = rule.describe()
        if document["State"] == "DISABLED" or not document.get("EventPattern") or self.deaf(rule.name):
            return
        key = (rule.arn, json.dumps([document["EventPattern"], rule.targets]))
        router = self._routers.get(key)
        if router is None:
            pattern = json.loads(document["EventPattern"])
            router = self._routers[key] = Router(
                [{"Name": rule.name, "EventPattern": pattern, "Targets": list(rule.targets)}]
            )
        event = _event(raw)
        targets = {target["Id"]: target for target in rule.targets}
        for routed in router.route(event):
            payload = event if routed.told is None else {**routed.told, "event": event}
            # As JSON, so that nobody changes what another is given.
            delivery = Delivery(rule.name, targets[routed.target], routed.arn, json.loads(json.dumps(payload)), event)
            self._waiting.append(delivery)

    def _deliver(self, one: Delivery) -> None:
        service = one.arn.split(":")[2]
        if service == "sqs":
            self._send(one.arn, one.payload)
            return
        name = one.arn.split(":")[6]
        function = self.functions.get(name) or self.functions.get(one.arn)
        if function is None or name in self.refuse:
            letters = one.target.get("DeadLetterConfig")
            assert isinstance(letters, dict), f"{one.rule} leads to {name}, which is not there, and has no dead letters"
            attributes = {
                "RULE_ARN": one.rule,
                "TARGET_ARN": one.arn,
                "ERROR_CODE": "NO_PERMISSIONS" if name in self.refuse else "NO_RESOURCE",
            }
            self._send(str(letters["Arn"]), one.event, attributes)
            return
        self._invoke(name, one.arn, function, one.payload)

    # Lambda

    def _invoke(self, name: str, arn: str, function: Function, payload: JsonObject) -> None:
        request = self._request()
        try:
            function(payload, request)
        except Exception as wrong:
            if not self.failed:
                raise
            self.clients.sqs.send_message(
                QueueUrl=self.failed, MessageBody=json.dumps(_died(arn, request, payload, wrong))
            )

    def _request(self) -> str:
        self._requests += 1
        return f"request-{self.seed}-{self._requests}"

    def _send(self, arn: str, body: JsonObject, attributes: dict[str, str] | None = None) -> None:
        url = self.clients.sqs.get_queue_url(QueueName=arn.split(":")[5])["QueueUrl"]
        told = {name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()}
        self.clients.sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body), MessageAttributes=told)


def _event(raw: Any) -> JsonObject:
    """As EventBridge writes it; moto keeps the time as a number and adds a field of its own."""
    event = {name: value for name, value in raw.items() if name != "ingestion-time"}
    time = event.get("time")
    if isinstance(time, int | float):
        event["time"] = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    elif isinstance(time, datetime):
        event["time"] = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told: JsonObject = json.loads(json.dumps(event))
    return told


def _died(arn: str, request: str, payload: JsonObject, wrong: Exception) -> JsonObject:
    """As Lambda tells a failure destination."""
    return {
        "version": "1.0",
        "timestamp": "2027-01-15T08:00:00.000Z",
        "requestContext": {
            "requestId": request,
            "functionArn": f"{arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 1,
        },
        "requestPayload": payload,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": type(wrong).__name__, "errorMessage": str(wrong)},
    }
