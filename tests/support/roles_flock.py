"""A flock of runs that makes every function of a stack do all that it can do: the examples, and what seldom happens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final
from unittest.mock import patch

import boto3
from moto.sqs.models import sqs_backends
from support.aws_wires import drained, fires_at
from support.deliverer import Function
from support.door_calls import Doors
from support.sky import Invoked, Sky
from support.template import ACCOUNT, REGION

from events.envelope import spelled
from events.ledger import Millis
from events.ports import moment
from handlers import entry
from handlers.task import Work
from murmuration.aws import catalog
from murmuration.aws.bundles import pack
from murmuration.aws.effects import Effects
from murmuration.aws.runtime import Done, Runtime
from murmuration.workspace import Workspace
from schemas.model import JsonObject
from schemas.pipeline import Pipeline

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
NOBODY: Final = {"aws_access_key_id": "nobody", "aws_secret_access_key": "knows"}
MINUTE: Final[Millis] = 60_000
LARGE: Final = "".join(sha256(str(at).encode()).hexdigest() for at in range(6_000))
"""Not to be packed."""
RULES: Final = f"arn:aws:events:{REGION}:{ACCOUNT}:rule"
FUNCTIONS: Final = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"

ODD: Final[JsonObject] = {
    "project": "odd",
    "pipeline": "odd",
    "triggers": {"hourly": {"schedule": {"rate": "1h"}}},
    "concurrency": {"limit": 1},
    "tasks": {
        "large": {"action": "pass", "with": {"value": "${input}"}},
        "again": {
            "action": "s3.read",
            "with": {"bucket": "uploads", "key": "none"},
            "retry": {"attempts": 3, "delay": "10m", "backoff": 4, "jitter": "none"},
        },
        "later": {"action": "wait", "with": {"duration": "40m"}},
        "both": {"action": "pass", "join": "settled", "with": {"value": 1}},
        "tidy": {"action": "s3.delete", "join": "settled", "with": {"bucket": "uploads", "key": "gone"}},
        "rows": {
            "action": "sql.query",
            "with": {"database": "sqlite:///shop.db", "statement": "CREATE TABLE IF NOT EXISTS t (a)"},
        },
    },
    "edges": [
        {"from": "large", "to": "both"},
        {"from": "again", "to": "both", "on": "completion"},
        {"from": "again", "to": "tidy", "on": "completion"},
        {"from": "later", "to": "both"},
        {"from": "both", "to": "rows"},
    ],
}
AFTER: Final[JsonObject] = {
    "project": "odd",
    "pipeline": "after",
    "triggers": {"odd": {"pipeline": {"pipeline": "odd"}}},
    "tasks": {"a": {"action": "pass", "with": {"value": 1}}},
}

PATIENT: Final[JsonObject] = {"often": {"schedule": {"rate": "1m", "overlap": "queue"}}}
_MANY: Final = [f"t{at}" for at in range(34)]
WIDE: Final[JsonObject] = {
    "project": "odd",
    "pipeline": "wide",
    "triggers": {"hourly": {"schedule": {"rate": "1h"}}},
    "concurrency": {"limit": 1, "full": "drop"},
    "tasks": {name: {"action": "pass", "with": {"value": 1}} for name in (*_MANY, "all")},
    "edges": [{"from": name, "to": "all"} for name in _MANY],
}


def everything(here: Sky, doors: Doors) -> None:
    # So small that documents of versions lie in the bucket, as large ones do.
    with patch.object(catalog, "LARGEST", 1_000):
        examples(here)
        odd(here)
        late(here)
        undelivered(here)
        controlled(here, doors)
        published(here, doors)


def examples(here: Sky) -> None:
    found = Workspace(EXAMPLES).read()[0]
    documents = [one for one in found.pipelines if one.pipeline in ("orders", "pictures")]
    here.deploy("examples", EXAMPLES / "functions")
    for bucket in ("uploads", "thumbnails", "quarantine", "reports", "sales", "stock"):
        here.bucket(bucket)
    here.publish(*documents, projects=found.projects)
    for cents in (4990, 2_000_000):
        here.ask("examples/orders", {"kind": "purchase", "order": f"A-{cents}", "cents": cents})
    here.settle()
    here.put("uploads", "flock.png", (EXAMPLES / "samples/flock.png").read_bytes())
    here.settle()


def odd(here: Sky) -> None:
    here.publish(*map(Pipeline.read, (ODD, AFTER, WIDE)))
    # Too much for an item of the view, too little to go by reference.
    here.ask("odd/wide", {"text": LARGE[:6_000]})
    scheduled = {"trigger": "odd/wide/hourly", "scheduled": spelled(moment(here.stage.clock.at)), "execution": "e"}
    entry.start(scheduled, Invoked("scheduled"))
    here.settle()
    runs = [here.ask("odd/odd", {"text": LARGE, "at": at}) for at in range(2)]
    for _ in range(12):
        here.settle()
        if all(here.end(run) for run in runs):
            break
        pass_time(here)
        entry.sweeper({}, Invoked("sweep"))
    assert [here.end(run) for run in runs] == ["succeeded"] * 2


def pass_time(here: Sky) -> None:
    """Half an hour, or until Scheduler calls; SQS gives out what it held back."""
    environment, clients, clock = here.stack.environment, here.stack.clients, here.stage.clock
    group = environment.schedules
    names = [one["Name"] for one in clients.scheduler.list_schedules(GroupName=group)["Schedules"]]
    found = [clients.scheduler.get_schedule(Name=name, GroupName=group) for name in names]
    once = {one["Name"]: fires_at(one) for one in found if one["ScheduleExpression"].startswith("at(")}
    clock.at = min([clock.at + 30 * MINUTE, *once.values()])
    for one in found:
        if once.get(one["Name"], clock.at + 1) <= clock.at:
            clients.sqs.send_message(QueueUrl=environment.timers_queue, MessageBody=one["Target"]["Input"])
            clients.scheduler.delete_schedule(Name=one["Name"], GroupName=group)
    queue = sqs_backends[environment.account][environment.region].queues[f"{environment.prefix}-timers"]
    for message in queue._messages:
        message.delayed_until = 0


def late(here: Sky) -> None:
    """A run that nobody worked on comes to its deadline, unheard. A time that waited for the run before it has its turn."""
    here.publish(Pipeline.read({**AFTER, "pipeline": "late", "triggers": PATIENT, "concurrency": 5}))
    clock = here.stage.clock
    for at in range(2):
        told = spelled(moment(clock.at + at * MINUTE))
        scheduled: JsonObject = {"trigger": "odd/late/often", "scheduled": told, "execution": f"e{at}"}
        entry.start(scheduled, Invoked(f"scheduled-{at}"))
    here.ask("odd/late", {"text": LARGE[:3_000]})
    here.stage.deliverer._waiting.clear()
    clock.at += 25 * 60 * MINUTE
    for _ in range(2):
        entry.sweeper({}, Invoked("sweep"))
        clock.at += 2 * MINUTE
    here.settle()


def undelivered(here: Sky) -> None:
    """Letters of all kinds, about runs that are on their way."""
    prefix, queue = here.stack.environment.prefix, here.stage.cloud.queue
    deliverer = here.stage.deliverer
    with patch.object(deliverer, "failed", queue("failed")), patch.dict(deliverer.functions):
        die_late(deliverer.functions, f"{prefix}-task")
        run = here.ask("examples/orders", {"kind": "purchase", "order": "A-19", "cents": 2_000_000})
        here.settle()
        letters(here, "failed")
        here.settle()
    assert here.end(run) is not None
    die_amid_work(here)
    here.ask("odd/odd", {})
    began = next(one for one in deliverer.waiting if ":lambda:" in one.arn)
    rule = began.rule if began.rule.startswith("arn:") else f"{RULES}/{prefix}/{began.rule}"
    attributes = {"RULE_ARN": rule, "TARGET_ARN": began.arn, "ERROR_CODE": "NO_PERMISSIONS"}
    taken(here, "undelivered", began.event, attributes)
    taken(here, "failed", died(began.arn, began.payload))
    # Sent again, it finds its task done: what it said may not have been heard.
    here.settle()
    taken(here, "failed", died(began.arn, began.payload))
    taken(here, "failed", {"function": began.arn, "payload": began.payload})
    taken(here, "failed", died(f"{FUNCTIONS}:{prefix}-start", {"trigger": "odd/odd/hourly", "event": {}, "again": 9}))
    taken(here, "projector-dead", {"specversion": "1.0"})
    taken(here, "timers-dead", {"timer": "t"})
    taken(
        here, "undelivered", {"who": "knows"}, {"RULE_ARN": f"{RULES}/{prefix}/{prefix}-gone", "TARGET_ARN": began.arn}
    )
    here.settle()


def die_amid_work(here: Sky) -> None:
    """Claimed, and then nothing: with tries left it is tried again, so late that Scheduler must call."""
    deliverer, failed = here.stage.deliverer, here.stage.cloud.queue("failed")
    retry = {"attempts": 2, "delay": "1h", "jitter": "none"}
    dies: JsonObject = {
        "project": "odd",
        "pipeline": "dies",
        "tasks": {
            "a": {"action": "emit", "with": {"source": "shop", "type": "order.made", "detail": {}}},
            "b": {"action": "pass", "with": {"value": "${tasks.a.output}"}, "retry": retry},
        },
        "edges": [{"from": "a", "to": "b"}],
    }
    here.publish(Pipeline.read(dies))
    run = Runtime.run

    def dying(self: Runtime, work: Work, ends: Millis) -> Done:
        if work.node.name == "b":
            raise RuntimeError("out of memory")
        return run(self, work, ends)

    unsaid = patch.object(Effects, "send", side_effect=RuntimeError("out of memory"))
    with patch.object(deliverer, "failed", failed), patch.object(Runtime, "run", dying), unsaid:
        here.ask("odd/dies")
        here.settle()
    letters(here, "failed")


def die_late(functions: dict[str, Function], name: str) -> None:
    """Every invocation dies once all is done: whatever it settled, nobody knows whether it was said."""
    real = functions[name]

    def dying(event: JsonObject, request: str) -> None:
        real(event, request)
        raise RuntimeError("out of memory")

    functions[name] = dying


def letters(here: Sky, name: str) -> None:
    for _, body in drained(here.stage.cloud, here.stage.cloud.queue(name)):
        taken(here, name, body)


def taken(here: Sky, queue: str, body: JsonObject, attributes: Mapping[str, str] | None = None) -> None:
    told = {name: {"dataType": "String", "stringValue": value} for name, value in (attributes or {}).items()}
    record: JsonObject = {
        "messageId": "letter",
        "body": json.dumps(body),
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{here.stack.environment.prefix}-{queue}",
        "attributes": {"ApproximateReceiveCount": "3"},
        "messageAttributes": told,
    }
    entry.undelivered({"Records": [record]}, Invoked("undelivered"))


def controlled(here: Sky, doors: Doors) -> None:
    """What people ask of runs: the sweeper does it, and the task function where a task is settled."""
    held: JsonObject = {
        "project": "odd",
        "pipeline": "held",
        "concurrency": {"limit": 1},
        "tasks": {
            "first": {"action": "pass"},
            "ask": {"function": "charge", "with": {"order": "A-1", "cents": 1}, "callback": True},
        },
        "edges": [{"from": "first", "to": "ask"}],
    }
    here.deploy("odd", EXAMPLES / "functions")
    here.publish(Pipeline.read(held))
    run, waits = here.ask("odd/held", {"text": LARGE}), here.ask("odd/held")
    here.settle()
    record = here.ledger.task(run, "ask")
    assert record is not None
    error: JsonObject = {"type": "Refused", "message": "no"}
    settle: JsonObject = {"run": run, "task": "ask", "token": record.token, "error": error}
    with doors.open("Task"):
        assert "done" in (entry.task({"settle": settle}, Invoked("settled")) or {})
    here.settle()
    asked: list[JsonObject] = [
        {"rerun": {"run": run, "request": "again", "from_failed": True}},
        {"rerun": {"run": run, "request": "all"}},
        {"cancel": {"run": waits, "by": "ann"}},
        {"pause": {"pipeline": "odd/held"}},
        {"resume": {"pipeline": "odd/held"}},
    ]
    for told in asked:
        assert "done" in entry.sweeper({"control": told}, Invoked("asked")), told
    here.settle()


def own_lambda() -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    iam, lambda_ = (boto3.client(name, region_name=REGION, **NOBODY) for name in ("iam", "lambda"))
    role = iam.create_role(RoleName="quote", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    code = {"ZipFile": pack(EXAMPLES / "functions/charge")}
    lambda_.create_function(FunctionName="quote", Role=role, Code=code, Runtime="python3.13", Handler="a.b")


def died(function: str, payload: JsonObject) -> JsonObject:
    why = {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 900.00 seconds"}
    context = {"requestId": "gone", "functionArn": f"{function}:$LATEST", "condition": "RetriesExhausted"}
    return {"requestContext": context, "requestPayload": payload, "responsePayload": why}


def published(here: Sky, doors: Doors) -> None:
    """Versions come, go and come back; a Lambda of one's own is looked at; nobody wants the rest any more."""
    own_lambda()
    changed = {**ODD, "triggers": {"hourly": {"schedule": {"rate": "2h"}}}, "description": "slower"}
    own = {"own": {"lambda": f"{FUNCTIONS}:quote"}}
    foreign = {"project": "odd", "pipeline": "own", "functions": own, "tasks": {"a": {"function": "own"}}}
    here.publish(Pipeline.read(changed))
    with doors.open("Publish"):
        publisher = here.stage.publisher()
        publisher.impact(here.stage.asked(Pipeline.read(foreign)))
        publisher.activate("odd/odd@1")
        publisher.unpublish(["odd/odd", "odd/after"])
        for _ in range(4):
            here.stage.later(60 * MINUTE)
            publisher.tidy()
