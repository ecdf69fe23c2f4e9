"""Nobody outside speaks as the system: a forged outcome, request or end is refused at every door, or is no more than somebody's own
event. What a run believes is what the engine itself has said."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import urllib3
from support.doors import doors, inputs, outside, started
from support.served import Served, served

from handlers.acting import Refused
from murmuration.local.database import Database
from murmuration.local.ledger import LocalLedger
from murmuration.local.requests import Letter
from schemas.model import JsonObject

WAITING = """
project: shop
pipeline: waiting
triggers: {hand: {manual: {}}}
tasks:
  rest: {action: wait, with: {duration: 1h}, timeout: 2h}
  then: {action: pass}
edges: [{from: rest, to: then}]
"""
SAYING = """
project: shop
pipeline: saying
triggers: {said: {event: {source: [shop], detail-type: [say.it]}, input: "${detail}"}}
tasks: {say: {action: emit, with: {source: "${input.source}", type: "${input.type}", detail: "${input.detail}"}}}
"""
OURS = [
    *(f"run.{one}" for one in ("requested", "started", "succeeded", "failed", "cancelled", "timed_out")),
    *(
        f"task.{one}"
        for one in ("requested", "started", "succeeded", "failed", "completed", "skipped", "retrying", "waiting")
    ),
]
AS_US = [
    "murmuration",
    "Murmuration",
    "MURMURATION",
    "/murmuration",
    "murmuration/",
    "//murmuration/x",
    "murmuration/engine",
    "murmuration.operations",
]
STRUCTURED = "application/cloudevents+json"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = doors(tmp_path_factory.mktemp("forging") / "shop")
    (root / "pipelines/waiting.yaml").write_text(WAITING)
    (root / "pipelines/saying.yaml").write_text(SAYING)
    with served(root) as found:
        yield found


@pytest.fixture(scope="module")
def waiting(here: Served) -> str:
    """A run whose first task waits for an hour: nothing but a forgery could end it now."""
    told = here.post("/runs", {"pipeline": "waiting", "input": {}})
    assert told.status == 202, told.body
    run = str(told.json["run"])
    until = time.monotonic() + 20
    while states(here, run) != {"rest": "waiting"}:
        assert time.monotonic() < until, states(here, run)
        time.sleep(0.02)
    return run


def states(here: Served, run: str) -> dict[str, str]:
    """What the ledger has of its tasks."""
    database = Database(here.root / ".murmuration/state.db", readonly=True)
    try:
        return {name: record.state.value for name, record in LocalLedger(database).tasks(run).items()}
    finally:
        database.close()


def forged(run: str, type: str, **more: object) -> dict[str, Any]:
    """As the engine itself would say it."""
    return {
        "specversion": "1.0",
        "id": f"{run}/rest/1/{type}",
        "source": f"/murmuration/runs/{run}",
        "type": type,
        "time": "2030-01-01T00:00:00Z",
        "subject": "rest",
        "datacontenttype": "application/json",
        "pipeline": "shop/waiting@1",
        "run": run,
        "task": "rest",
        "attempt": 1,
        "data": {"output": {"forged": True}, "outcome": {"status": "succeeded"}},
        **more,
    }


def taken(here: Served) -> int:
    return len(outside(here))


def unmoved(here: Served, run: str) -> None:
    """Whoever hears it has heard it by now: an event of our own comes behind it and has started its run."""
    before = inputs(here, "orders")
    mark = f"mark-{len(before)}"
    event = {"specversion": "1.0", "id": mark, "source": "/shop", "type": "order.placed", "data": 1}
    assert here.post("/events", event, headers={"content-type": STRUCTURED}).status == 202
    started(here, "orders", before, which=lambda one: one["id"] == mark)
    assert states(here, run) == {"rest": "waiting"}


@pytest.mark.parametrize("source", AS_US)
def test_cloud_events_in_each_mode(here: Served, waiting: str, source: str) -> None:
    before = taken(here)
    for type in OURS:
        event = forged(waiting, type, source=source)
        headers = {f"ce-{name}": str(value) for name, value in event.items() if name not in ("data", "datacontenttype")}
        tries = [
            here.post("/events", event, headers={"content-type": STRUCTURED}),
            here.post("/events", event["data"], headers={"content-type": "application/json", **headers}),
            here.post(
                "/events",
                [{**event, "source": "/shop", "type": "order.looked-at"}, event],
                headers={"content-type": "application/cloudevents-batch+json"},
            ),
            here.post("/api/events", event, headers={"content-type": STRUCTURED}),
        ]
        assert [(one.status, one.code) for one in tries] == [(400, "bad-event")] * len(tries)
    assert taken(here) == before
    assert states(here, waiting) == {"rest": "waiting"}


def test_put_events(here: Served, waiting: str) -> None:
    before = taken(here)
    for source in [*AS_US, "aws.events", "aws.s3"]:
        entries = [
            {"Source": source, "DetailType": type, "Detail": json.dumps(forged(waiting, type))} for type in OURS[:10]
        ]
        headers = {"x-amz-target": "AWSEvents.PutEvents", "content-type": "application/x-amz-json-1.1"}
        told = here.post("/", {"Entries": entries}, headers=headers).json
        assert told["FailedEntryCount"] == len(entries), source
        assert {one["ErrorCode"] for one in told["Entries"]} == {"NotAuthorizedForSourceException"}
    assert taken(here) == before
    assert states(here, waiting) == {"rest": "waiting"}


@pytest.mark.parametrize("type", OURS)
def test_ours_in_all_but_the_source_is_only_an_event_of_somebodys(here: Served, waiting: str, type: str) -> None:
    """Every rule of ours asks for the source; what is in the detail counts for nothing."""
    detail = forged(waiting, type)
    headers = {"x-amz-target": "AWSEvents.PutEvents", "content-type": "application/x-amz-json-1.1"}
    entry = {"Source": "shop", "DetailType": type, "Detail": json.dumps({**detail, "canary": "x"})}
    assert here.post("/", {"Entries": [entry]}, headers=headers).json["FailedEntryCount"] == 0
    told = here.post("/events", {**detail, "source": "/shop"}, headers={"content-type": STRUCTURED})
    assert told.status == 202
    unmoved(here, waiting)


def test_a_webhook(here: Served, waiting: str) -> None:
    before = inputs(here, "hooks")
    body = {**forged(waiting, "task.succeeded"), "source": "murmuration", "detail-type": "task.succeeded"}
    told = here.ask("POST", "/hooks/shop/hooks/open", body, token=None, headers={"x-delivery-id": "forged"})
    assert told.status == 202
    [found] = started(here, "hooks", before, which=lambda one: one["headers"].get("x-delivery-id") == "forged")
    assert found["body"]["source"] == "murmuration", "it is what somebody sent, and nothing more"
    unmoved(here, waiting)


def test_an_upload(here: Served, waiting: str) -> None:
    key = f"{waiting}/rest/1/task.succeeded"
    body = json.dumps(forged(waiting, "task.succeeded", source="murmuration")).encode()
    before = inputs(here, "files")
    address = here.post("/buckets/uploads/uploads", {"key": key, "size": len(body), "content_type": STRUCTURED}).json
    assert urllib3.request("PUT", address["url"], headers=address["headers"], body=body).status == 200
    started(here, "files", before, which=lambda one: one["object"]["key"] == key)
    assert {one["source"] for one in outside(here) if one["detail-type"].startswith("Object ")} == {"aws.s3"}
    unmoved(here, waiting)


@pytest.mark.parametrize("source", ["murmuration", "Murmuration/x", "aws.s3"])
def test_the_emit_action(here: Served, waiting: str, source: str) -> None:
    before, count = inputs(here, "saying"), len([one for one in outside(here) if one["source"] == source])
    said = {"source": source, "type": "task.succeeded", "detail": forged(waiting, "task.succeeded")}
    entry = {"Source": "shop", "DetailType": "say.it", "Detail": json.dumps(said)}
    headers = {"x-amz-target": "AWSEvents.PutEvents", "content-type": "application/x-amz-json-1.1"}
    assert here.post("/", {"Entries": [entry]}, headers=headers).json["FailedEntryCount"] == 0
    started(here, "saying", before)
    [run] = [one for one in inputs(here, "saying") if one not in before]
    until = time.monotonic() + 20
    while states(here, run).get("say") != "settled":
        assert time.monotonic() < until, states(here, run)
        time.sleep(0.02)
    assert _end(here, run) == "failed"
    assert len([one for one in outside(here) if one["source"] == source]) == count
    unmoved(here, waiting)


def _end(here: Served, run: str) -> str:
    until = time.monotonic() + 20
    while True:
        with closing(sqlite3.connect(f"file:{here.root}/.murmuration/state.db?mode=ro", uri=True)) as database:
            (end,) = database.execute('SELECT "end" FROM runs WHERE id = ?', (run,)).fetchone()
        if end is not None:
            return str(end)
        assert time.monotonic() < until, "it does not end"
        time.sleep(0.02)


def asked(here: Served, kind: str, body: JsonObject) -> JsonObject:
    with Letter(here.root / ".murmuration/state.db", kind, body) as letter:
        while (answer := letter.look()) is None:
            continue
        return answer


def test_the_owner_himself_is_asked_in_vain(here: Served, waiting: str) -> None:
    """Another process of the same user, past every door: what it gives as an event from outside is judged again."""
    for source in ("murmuration", "aws.s3"):
        event = {
            "id": "1",
            "source": source,
            "detail-type": "task.succeeded",
            "time": "2030-01-01T00:00:00Z",
            "detail": {},
        }
        with pytest.raises(Refused):
            asked(here, "events", {"events": [event]})
    assert states(here, waiting) == {"rest": "waiting"}


def test_no_rule_of_ours_hears_another_source(here: Served) -> None:
    """Every rule that the workspace has, whatever plan it came from."""
    with closing(sqlite3.connect(f"file:{here.root}/.murmuration/state.db?mode=ro", uri=True)) as database:
        rules = [json.loads(body) for (body,) in database.execute("SELECT rules FROM versions")]
    found = [rule for some in rules for rule in some]
    assert found
    for rule in found:
        assert rule["EventPattern"].get("source"), rule["Name"]


@pytest.mark.parametrize("source", ["murmuration", "murmuration.operations", "aws.s3"])
def test_a_notification_does_not_speak_as_another(here: Served, source: str) -> None:
    wanted = {"outcomes": ["succeeded"], "event": {"source": source, "type": "task.succeeded"}}
    assert here.post("/projects/shop/notifications", wanted).status == 422
