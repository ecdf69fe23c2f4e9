"""People and programs, who ask a deployed stack's API for everything that it does beside the others' work."""

from __future__ import annotations

import base64
import json
import random
import string
from pathlib import Path
from typing import Any, Final

from support.api_on_aws import OnAws

from schemas.pipeline import Pipeline
from schemas.project import Role

ASKED: Final[dict[str, Any]] = {
    "project": "people",
    "pipeline": "asked",
    "triggers": {
        "placed": {"event": {"source": ["people"], "detail-type": ["placed"]}},
        "hook": {"webhook": {"signature": "plain", "secret": "HOOK"}},
    },
    "tasks": {
        "ask": {"function": "charge", "with": {"order": "A-1", "cents": 1}, "callback": True},
        "after": {"action": "pass", "with": {"value": "${tasks.ask.output}"}},
    },
    "edges": [{"from": "ask", "to": "after"}],
}
SIMPLE: Final[dict[str, Any]] = {
    "project": "people",
    "pipeline": "simple",
    "tasks": {"a": {"action": "pass", "with": {"value": 1}}},
}
LARGE: Final = "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=600_000))
"""Hardly to be packed."""


def by_people(api: OnAws, functions: Path) -> None:
    api.sky.deploy("people", functions)
    api.sky.publish(Pipeline.read(ASKED))
    _people(api)
    _projects(api)
    _runs(api)
    _pipelines(api)
    _events(api)
    _buckets(api)
    _letters(api)


def _ok(told: Any) -> Any:
    assert told.status < 400, (told.status, told.body)
    return told.json if told.body else None


def _people(api: OnAws) -> None:
    _ok(api.post("/users", {"name": "ann@example.com", "role": "viewer"}))
    _ok(api.get("/users"))
    kept = api.get("/users/ann@example.com")
    changed = {"role": "operator", "projects": {"people": "editor"}}
    _ok(api.put("/users/ann@example.com", changed, headers={"if-match": kept.headers["etag"]}))
    _ok(api.get("/auth/verify", token=api.token_of(Role.EDITOR, "people")))
    kept = api.get("/users/ann@example.com")
    _ok(api.delete("/users/ann@example.com", headers={"if-match": kept.headers["etag"]}))
    made = _ok(api.post("/tokens", {"name": "robot", "role": "viewer"}))
    _ok(api.get("/tokens"))
    _ok(api.delete(f"/tokens/{made['id']}"))


def _projects(api: OnAws) -> None:
    _ok(api.get("/projects"))
    for kind, value in (("variables", {"value": 1}), ("secrets", {"value": "s" * 40})):
        name = "HOOK" if kind == "secrets" else "limit"
        _ok(api.put(f"/projects/people/{kind}/{name}", value, headers={"if-none-match": "*"}))
        _ok(api.get(f"/projects/people/{kind}"))
    put = api.put("/projects/people/variables/gone", {"value": 1}, headers={"if-none-match": "*"})
    _ok(put)
    _ok(api.delete("/projects/people/variables/gone", headers={"if-match": put.headers["etag"]}))


def _runs(api: OnAws) -> None:
    _ok(api.get("/functions"))
    _ok(api.get("/functions/charge"))
    run, other = (_ok(api.post("/runs", {"pipeline": "people/asked", "input": {}}))["run"] for _ in range(2))
    api.settle()
    record = api.sky.ledger.task(run, "ask")
    assert record is not None
    for path in ("", "/events", "/logs", "/artifacts", "/why?task=after"):
        _ok(api.get(f"/runs/{run}{path}"))
    _ok(api.get("/runs", state="running"))
    _ok(api.get("/runs", pipeline="people/asked"))
    _ok(api.get("/refusals"))
    _ok(api.post(f"/runs/{run}/tasks/ask/settle", {"token": record.token, "output": {"paid": True}}))
    _ok(api.post(f"/runs/{other}/cancel", {"reason": "enough"}))
    api.settle()
    _ok(api.post(f"/runs/{run}/rerun", {}))
    _ok(api.post("/runs", {"definition": SIMPLE, "input": {}}))
    api.settle()


def _pipelines(api: OnAws) -> None:
    _ok(api.get("/pipelines"))
    _ok(api.get("/pipelines/people/asked"))
    # Twice more than an item holds, so that it lies in parts; and then less.
    text = json.dumps({**SIMPLE, "pipeline": "large", "description": LARGE})
    made = api.post("/pipelines", {"project": "people", "pipeline": "large", "text": text})
    _ok(made)
    small = {"text": json.dumps({**SIMPLE, "pipeline": "large"})}
    _ok(api.put("/pipelines/people/large/draft", small, headers={"if-match": made.headers["etag"]}))
    _ok(api.post("/pipelines/people/asked/pause", {}))
    _ok(api.post("/pipelines/people/asked/resume", {}))


def _events(api: OnAws) -> None:
    clients, bus = api.sky.stack.clients, api.sky.stack.environment.prefix
    event = {"specversion": "1.0", "id": "e-1", "source": "people", "type": "placed", "data": {"n": 1}}
    kind = {"content-type": "application/cloudevents+json"}
    _ok(api.ask("POST", "/events", json.dumps(event).encode(), headers=kind))
    api.settle()
    _ok(api.get("/archive"))
    arn = clients.events.describe_event_bus(Name=bus)["Arn"]
    clients.events.create_archive(ArchiveName=bus, EventSourceArn=arn)
    _ok(api.post("/archive/replay", {"name": "again", "dry_run": True}))
    _ok(api.post("/archive/replay", {"name": "again"}))
    # Not signed: it is judged by whoever starts runs.
    assert api.post("/hooks/people/asked/hook", {}, token=None).status == 401


def _buckets(api: OnAws) -> None:
    api.sky.put("uploads", "in/a", b"a")
    _ok(api.get("/buckets"))
    _ok(api.get("/buckets/uploads/objects"))
    _ok(api.post("/buckets/uploads/uploads", {"key": "in/b", "content_type": "text/plain", "size": 1}))
    _ok(api.post("/buckets/uploads/downloads", {"key": "in/a"}))
    _ok(api.delete("/buckets/uploads/objects", key="in/a"))


def _letters(api: OnAws) -> None:
    queue = api.sky.stage.cloud.queue
    sqs = api.sky.stage.clients.sqs
    told = {"FROM": {"DataType": "String", "StringValue": "undelivered"}}
    for name in ("undelivered-dead", "failed-dead"):
        sqs.send_message(QueueUrl=queue(name), MessageBody="{}", MessageAttributes=told if "un" in name else {})
        sqs.send_message(QueueUrl=queue(name), MessageBody=json.dumps({"n": base64.b64encode(b"x").decode()}))
    letters = _ok(api.get("/dead-letters"))["letters"]
    _ok(api.post("/dead-letters/drop", {"ids": [letters[0]["id"]]}))
    _ok(api.post("/dead-letters/redrive", {}))
