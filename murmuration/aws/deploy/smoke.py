"""Does a deployed stack work? Tried out, for whoever has an account; each step says what it found.

    parts       table, bus, queues, functions: there, and ready
    forge       an event that claims to be the system's is refused
    a run       a small pipeline is published, an event starts it, its two tasks run, the view hears of it; it is taken out again
    letters     what cannot be delivered is kept where people see it
    quotas      how much of what the account allows is used

It costs some thousandths of a cent, and leaves one ended run behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson
from botocore.exceptions import ClientError

from events.event import BUS_SOURCE
from events.ids import keyed_run
from events.ledger import RunState
from events.rules.quota import RULES
from murmuration.aws.clients import Clients
from murmuration.aws.environment import Environment
from murmuration.aws.publish.buses import look
from murmuration.aws.publish.quota import rules_allowed
from murmuration.aws.records import run_key, run_of
from murmuration.aws.refusals import code_of, translated
from murmuration.aws.table import Table
from schemas.errors import MurmurationError
from schemas.pipeline import Pipeline

PATIENCE_S: Final = 60
_STEP_S: Final = 1.0
_FUNCTIONS: Final = (
    "start",
    "task",
    "task-medium",
    "task-large",
    "task-huge",
    "projector",
    "sweeper",
    "timers",
    "undelivered",
    "publish",
    "api",
)
_QUEUES: Final = ("projector", "timers", "undelivered", "failed")
_KEPT: Final = "undelivered-dead"
_TRIGGER: Final = "tried"
_SOURCE: Final = "murmur.doctor"
_FULL: Final = 0.8
_TASK = {"action": "pass", "timeout": "30s"}
PIPELINE: Final = Pipeline.read(
    {
        "project": "murmur-doctor",
        "pipeline": "smoke",
        "description": "Tries a deployed stack out. murmur doctor publishes it, and takes it out again.",
        "deadline": "10m",
        "triggers": {_TRIGGER: {"event": {"source": [_SOURCE]}, "key": "${detail.token}", "input": "${detail}"}},
        "tasks": {"first": _TASK, "second": _TASK},
        "edges": [{"from": "first", "to": "second"}],
    }
)


@dataclass(frozen=True, slots=True)
class Found:
    what: str
    told: str
    well: bool = True
    advice: str = ""


class Publishes(Protocol):
    def publish(self, pipeline: Pipeline) -> None: ...

    def unpublish(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Smoke:
    clients: Clients
    environment: Environment
    publisher: Publishes
    sleep: Callable[[float], None]
    token: str
    """New each time."""

    def findings(self) -> Iterator[Found]:
        steps: tuple[tuple[str, Callable[[], Iterator[Found]]], ...] = (
            ("parts", self._parts),
            ("forged event", self._forge),
            ("run", self._run),
            ("undelivered", self._letters),
            ("quotas", self._quotas),
        )
        for what, step in steps:
            try:
                yield from step()
            except MurmurationError as wrong:
                yield Found(what, wrong.what, False, wrong.advice)

    def _parts(self) -> Iterator[Found]:
        prefix = self.environment.prefix
        with translated("DynamoDB"):
            state = self.clients.dynamodb.describe_table(TableName=self.environment.table)["Table"]["TableStatus"]
        yield Found("table", f"{self.environment.table} is {state.lower()}", state in ("ACTIVE", "UPDATING"))
        with translated("EventBridge"):
            self.clients.events.describe_event_bus(Name=prefix)
        yield Found("bus", prefix)
        for queue in _QUEUES:
            waiting, dead = self._waiting(queue), self._waiting(f"{queue}-dead")
            advice = "Look at them: docs/deploying.md says how" if dead else ""
            yield Found(f"queue {queue}", f"{waiting} wait, {dead} are dead", not dead, advice)
        client = self.clients.patient("lambda")
        absent: list[str] = []
        runtimes: set[str] = set()
        for name in _FUNCTIONS:
            try:
                told = client.get_function_configuration(FunctionName=f"{prefix}-{name}")
            except ClientError as wrong:
                if code_of(wrong) != "ResourceNotFoundException":
                    raise
                absent.append(name)
                continue
            runtimes.add(f"{told.get('Runtime', '?')} on {', '.join(told.get('Architectures', ('?',)))}")
        advice = "Deploy again: murmur deploy" if absent else ""
        told_ = f"absent: {', '.join(absent)}" if absent else f"{len(_FUNCTIONS)}, {'; '.join(sorted(runtimes))}"
        yield Found("functions", told_, not absent, advice)

    def _waiting(self, queue: str) -> int:
        asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
        with translated("SQS"):
            url = self.clients.sqs.get_queue_url(QueueName=f"{self.environment.prefix}-{queue}")["QueueUrl"]
            told = self.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked)["Attributes"]
        return sum(int(number) for number in told.values())

    def _forge(self) -> Iterator[Found]:
        """Of a run that is nobody's: were it let through, nothing would come of it."""
        detail = {"type": "run.started", "pipeline": "murmur-doctor/forged@1", "run": "r-forged"}
        refused = self._put(BUS_SOURCE, "run.started", orjson.dumps(detail).decode())
        if refused:
            yield Found("forged event", f"refused ({refused})")
        else:
            advice = "The bus's policy is gone: deploy again. Whoever may put events here may speak as the system"
            yield Found("forged event", "it was let through", False, advice)

    def _put(self, source: str, type_: str, detail: str) -> str:
        """Why it was refused, or nothing."""
        entry = {"Source": source, "DetailType": type_, "Detail": detail, "EventBusName": self.environment.prefix}
        try:
            answer: dict[str, Any] = self.clients.events.put_events(Entries=[entry])
        except ClientError as wrong:
            return code_of(wrong)
        return str(answer["Entries"][0].get("ErrorCode", ""))

    def _run(self) -> Iterator[Found]:
        self.publisher.publish(PIPELINE)
        yield Found("publish", f"{PIPELINE.name} is live, and its rules deliver")
        try:
            refused = self._put(_SOURCE, "tried", orjson.dumps({"token": self.token}).decode())
            if refused:
                yield Found("emit", f"refused ({refused})", False, "Your role may not put events on the bus")
                return
            yield self._ended(keyed_run(PIPELINE.name, _TRIGGER, self.token))
        finally:
            self.publisher.unpublish(PIPELINE.name)

    def _ended(self, run: str) -> Found:
        table = Table(self.clients, self.environment.table)
        state = "it has not started: start's log, and the queue of undelivered events, tell why"
        for waited in range(PATIENCE_S):
            item = table.get(run_key(run))
            if item is not None:
                record = run_of(item)
                if record.state is RunState.ENDED and record.end is not None:
                    heard = sum(1 for _ in table.under(f"log#{run}"))
                    told = f"{run} {record.end.value} after about {waited} s, {heard} events in its view"
                    return Found("run", told, record.end.value == "succeeded")
                state = f"{run} has started and does not end: the tasks' log tells why"
            self.sleep(_STEP_S)
        return Found("run", f"after {PATIENCE_S} s {state}", False, "murmur destroy and deploy again does no harm here")

    def _letters(self) -> Iterator[Found]:
        """No JSON, so nobody can see to it."""
        sqs, prefix = self.clients.sqs, self.environment.prefix
        with translated("SQS"):
            urls = {
                name: sqs.get_queue_url(QueueName=f"{prefix}-{name}")["QueueUrl"] for name in ("undelivered", _KEPT)
            }
            sqs.send_message(QueueUrl=urls["undelivered"], MessageBody=f"murmur doctor {self.token}")
            for _ in range(PATIENCE_S):
                told = sqs.receive_message(QueueUrl=urls[_KEPT], MaxNumberOfMessages=10, VisibilityTimeout=1)
                for one in told.get("Messages", ()):
                    if self.token in one["Body"]:
                        sqs.delete_message(QueueUrl=urls[_KEPT], ReceiptHandle=one["ReceiptHandle"])
                        yield Found("undelivered", f"kept in {prefix}-{_KEPT}, and removed again")
                        return
                self.sleep(_STEP_S)
        advice = f"Look at the log of {prefix}-undelivered"
        yield Found("undelivered", f"after {PATIENCE_S} s a letter that nobody can read is in no queue", False, advice)

    def _quotas(self) -> Iterator[Found]:
        surroundings = self.environment.surroundings
        quotas = self.clients.patient("service-quotas")
        of = rules_allowed(quotas)
        seen = look(self.clients.patient("events"), surroundings)
        for bus in (surroundings.bus, "default"):
            room = seen.room(bus, of)
            used = room.rules / of
            advice = "Ask for more: Service Quotas, EventBridge, rules per bus" if used > _FULL else ""
            yield Found(
                f"rules on {bus}",
                f"{room.rules} of {of}{' (the default)' if of == RULES else ''}",
                used <= _FULL,
                advice,
            )
        try:
            told = self.clients.patient("lambda").get_account_settings()["AccountLimit"]
        except ClientError as wrong:
            yield Found("functions at once", f"not told ({code_of(wrong)})")
            return
        allowed = int(told["ConcurrentExecutions"])
        few = allowed < 1_000
        advice = "New accounts have few. Ask for more: Service Quotas, Lambda, concurrent executions" if few else ""
        yield Found("functions at once", f"{allowed:,}", not few, advice)
