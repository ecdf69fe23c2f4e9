"""Letters as Lambda, EventBridge and SQS write them, and a stack on which a test lets invocations die."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue
from support.alone import Alone
from support.backends import Backend

from events.envelope import detail, read, spelled
from events.event import BUS_SOURCE, Event
from events.ledger import TaskRecord
from events.router import Routed
from handlers.dying import Dying
from handlers.undelivered import Letter, Undelivered
from schemas.model import JsonObject
from schemas.pipeline import Pipeline

TASK = "arn:aws:lambda:us-east-1:000000000000:function:mm-task"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
START = "arn:aws:lambda:us-east-1:000000000000:function:mm-start"
TIMED_OUT: JsonObject = {
    "errorType": "Sandbox.Timedout",
    "errorMessage": "RequestId: 7 Error: Task timed out after 30.00 seconds",
}
IMPORT: JsonObject = {
    "errorType": "Runtime.ImportModuleError",
    "errorMessage": "Unable to import module 'handlers.entry': No module named 'numpy'",
    "stackTrace": [],
}


@dataclass
class Posted:
    invoked: list[tuple[str, JsonObject]] = field(default_factory=list)
    sent: list[tuple[str, str, int, int]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    def invoke(self, function: str, payload: JsonObject) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.invoked.append((function, payload))

    def send(self, queue: str, body: str, *, seconds: int = 0, again: int = 0) -> None:
        self.sent.append((queue, body, seconds, again))

    def keep(self, letter: Letter, why: str) -> None:
        self.kept.append((letter.id, why))


class Stand:
    def __init__(self, backend: Backend, **task: Any) -> None:
        self.alone = Alone(backend)
        self.post = Posted()
        self.undelivered = Undelivered(
            self.alone.ports,
            Dying(self.alone.ports, self.alone.shelf, self.alone.task),
            self.post,
            lambda bus, name: self.alone.rules.get((bus, name)),
        )
        tasks: dict[str, Any] = {"a": {"function": "f", **task}, "b": {"function": "f"}, "c": {"function": "f"}}
        self.alone.publish(
            Pipeline.read(
                {
                    "project": "p",
                    "pipeline": "x",
                    "tasks": tasks,
                    "edges": [{"from": "a", "to": "c"}, {"from": "b", "to": "c"}],
                    "triggers": {"orders": {"event": {"source": ["shop"]}}, "nightly": {"schedule": {"rate": "1d"}}},
                }
            )
        )
        self.run = self.alone.run()
        self.requests = {
            str((one.routed.told or {})["task"]): self.payload(one.routed, one.event) for one in self.alone.heard()
        }

    def payload(self, routed: Routed, event: Event | None) -> JsonObject:
        assert event is not None
        return {**(routed.told or {}), "event": enveloped(event)}

    def claim(self, task: str = "a", request: str = "request-1") -> Any:
        """As the task function does it, with everything but the user's code done."""
        payload = self.requests[task]
        [work] = self.alone.deliver(read(payload["event"]), payload, request)  # type: ignore[arg-type]  # an envelope
        return work

    def dies(self, task: str = "a", request: str = "request-1", answer: JsonValue = None, **other: Any) -> list[str]:
        return self.failed(record({**self.requests[task], **other}, request, TIMED_OUT if answer is None else answer))

    def failed(self, told: JsonValue, tries: int = 1) -> list[str]:
        return self.undelivered.take([Letter("1", "failed", json.dumps(told), tries)])

    def dead(self, rule: str, target: str, event: JsonObject, tries: int = 1, bus: str = "murmuration") -> list[str]:
        place = f"rule/{rule}" if bus == "default" else f"rule/{bus}/{rule}"
        attributes = {
            "RULE_ARN": f"arn:aws:events:us-east-1:000000000000:{place}",
            "TARGET_ARN": target,
            "ERROR_CODE": "NO_PERMISSIONS",
            "ERROR_MESSAGE": "not allowed",
        }
        return self.undelivered.take([Letter("1", "undelivered", json.dumps(event), tries, attributes)])

    def rule(self, part: str) -> tuple[str, str]:
        [found] = [key for key in self.alone.rules if part in key[1]]
        return found

    def record(self, task: str = "a") -> TaskRecord:
        found = self.alone.ports.ledger.task(self.run, task)
        assert found is not None
        return found

    def said(self) -> list[str]:
        """Takes what went on the bus, by the projector who hears it all."""
        taken, self.alone.bus.heard = self.alone.bus.heard, []
        return [one.event.id for one in taken if one.event is not None and one.routed.told is None]

    def sent_again(self) -> tuple[JsonObject, int]:
        """What goes to its function once more, and in how many seconds."""
        [(queue, body, seconds, _)] = self.post.sent
        self.post.sent.clear()
        assert queue == "failed"
        told: JsonObject = json.loads(body)
        return told, seconds


def enveloped(event: Event) -> JsonObject:
    return {
        "id": "given by the bus",
        "source": BUS_SOURCE,
        "detail-type": event.type.value,
        "time": spelled(event.time),
        "detail": detail(event),
    }


def record(
    payload: JsonObject, request: str, answer: JsonValue, function: str = TASK, condition: str = "RetriesExhausted"
) -> JsonObject:
    """As Lambda's failure destination has it."""
    return {
        "version": "1.0",
        "timestamp": "2026-11-21T08:00:00.000Z",
        "requestContext": {
            "requestId": request,
            "functionArn": f"{function}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": 1,
        },
        "requestPayload": payload,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": answer,
    }
