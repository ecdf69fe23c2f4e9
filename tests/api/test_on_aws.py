"""One API, two backends: what is asked of a workspace and of a deployed stack is answered alike, to the last name of a field."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast
from unittest.mock import MagicMock

import pytest
from botocore.exceptions import ClientError
from support.afar import HELD
from support.api_on_aws import OnAws, api_on_aws
from support.murmur import shop
from support.served import Answered, Served, served
from support.walked import walked

from handlers.api.house import House
from handlers.api.whole import whole
from handlers.auth import Operation
from murmuration.aws.settings import KEPT_MS
from schemas.pipeline import Pipeline
from schemas.project import Role

WRITTEN = '''
from pathlib import Path


def handler(event, context):
    """Leaves its token where a test finds it."""
    (Path(__file__).parent / context.run).write_text(context.token)
'''


@pytest.fixture(scope="module")
def afar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnAws]:
    with api_on_aws(tmp_path_factory.mktemp("afar")) as here:
        yield here


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = shop(tmp_path_factory.mktemp("near") / "shop").root
    (root / "functions" / "ask").mkdir()
    (root / "functions" / "ask" / "handler.py").write_text(WRITTEN)
    (root / "pipelines" / "held.json").write_text(json.dumps(HELD))
    (root / "buckets" / "uploads").mkdir(parents=True)
    with served(root) as here:
        yield here


def started(here: OnAws | Served, **body: Any) -> str:
    told = here.post("/runs", {"pipeline": "shop/orders", "input": {"id": "A-1", "total": 1}, **body})
    assert told.status == 202, told.body
    return str(told.json["run"])


def shape(value: Any) -> Any:
    """Names and kinds. Of a list what its first member is; what may be null is of any kind."""
    match value:
        case dict():
            return {name: shape(one) for name, one in value.items()}
        case list():
            return [shape(value[0])] if value else []
        case bool():
            return "yes or no"
        case int() | float():
            return "a number"
        case _:
            return type(value).__name__


def alike(one: Answered, other: Answered) -> None:
    assert (one.status, one.headers.get("content-type")) == (other.status, other.headers.get("content-type")), (
        one.body,
        other.body,
    )
    assert shape(one.json) == shape(other.json)


@pytest.fixture(scope="module")
def both(near: Served, afar: OnAws) -> tuple[Mapping[str, Answered], Mapping[str, Answered]]:
    """The same walk over the whole API, there and there."""
    tokens = near.root / "functions" / "ask"

    def nothing() -> None:
        """Time passes by itself."""

    def later() -> None:
        afar.sky.stage.later(KEPT_MS)

    def there(run: str) -> str | None:
        record = afar.sky.ledger.task(run, "ask")
        return None if record is None else record.token

    def here(run: str) -> str | None:
        return (tokens / run).read_text() if (tokens / run).exists() else None

    (near.root / "buckets" / "uploads" / "walk").mkdir()
    (near.root / "buckets" / "uploads" / "walk" / "one.txt").write_bytes(b"one")
    afar.sky.put("uploads", "walk/one.txt", b"one")
    return walked(near, nothing, nothing, here), walked(afar, afar.settle, later, there)


OTHERWISE: Mapping[str, tuple[int, str]] = {
    "PUT /functions/<name>": (501, "not-on-aws"),
    "DELETE /functions/<name>": (404, "no-such-function"),
}
"""What a deployed stack does not do. Functions come there from their workspace, so one that was not written is not there."""
MAPS = (".headers",)
"""Names in these are data: S3 wants its uploads' size as a header."""


def test_every_route_is_walked(both: tuple[Mapping[str, Answered], Mapping[str, Answered]]) -> None:
    routes = {f"{one.method} {one.rule}" for one in whole(cast(House, MagicMock(origins=()))).routes if one.listed}
    for told in both:
        assert routes - told.keys() == set()


def test_the_walk_is_answered_alike(both: tuple[Mapping[str, Answered], Mapping[str, Answered]]) -> None:
    """As the table says: the same status, the same names, the same kinds."""
    near, afar = both
    assert near.keys() == afar.keys()
    wrong = [f"{route}: {told}" for route in near if (told := differs(route, near[route], afar[route]))]
    assert not wrong, "\n".join(wrong)


def differs(route: str, near: Answered, afar: Answered) -> str:
    if route in OTHERWISE:
        return "" if (afar.status, afar.code) == OTHERWISE[route] else f"{afar.status} {afar.body[:300]!r}"
    if near.status != afar.status:
        return f"{near.status} {near.body[:300]!r}, and there {afar.status} {afar.body[:300]!r}"
    if near.status >= 500:
        return f"{near.status} {near.body[:300]!r}"
    kinds = [one.headers.get("content-type") for one in (near, afar)]
    if kinds[0] != kinds[1]:
        return f"{kinds[0]}, and there {kinds[1]}"
    if kinds[0] is None or "json" not in kinds[0]:
        return ""
    return "; ".join(unlike(near.json, afar.json, ""))


def unlike(one: Any, other: Any, place: str) -> Iterator[str]:
    """Null is of any kind, and of a list the first member of each kind tells."""
    match one, other:
        case (None, _) | (_, None):
            return
        case dict(), dict() if place not in MAPS:
            if set(one) != set(other):
                yield f"{place}: {sorted(set(one) ^ set(other))} is on one side alone"
            for name in one.keys() & other.keys():
                yield from unlike(one[name], other[name], f"{place}.{name}")
        case list(), list():
            first, others = _by_kind(one), _by_kind(other)
            for kind in first.keys() & others.keys():
                yield from unlike(first[kind], others[kind], f"{place}[{kind}]")
        case _ if place not in MAPS and shape(one) != shape(other):
            yield f"{place}: {shape(one)}, and there {shape(other)}"


def _by_kind(members: list[Any]) -> dict[str, Any]:
    """The first of each, where members say what they are."""
    found: dict[str, Any] = {}
    for one in members:
        kind = one.get("type", one.get("operation", "")) if isinstance(one, dict) else ""
        state = one.get("state", "") if isinstance(one, dict) else ""
        found.setdefault(f"{kind} {state}".strip(), one)
    return found


@pytest.mark.parametrize("path", ["/nowhere", "/runs?most=0", "/dead-letters?after=x", "/archive?since=x"])
def test_what_cannot_be_read(near: Served, afar: OnAws, path: str) -> None:
    one, other = near.get(path), afar.get(path)
    assert (one.status, one.code, set(one.json)) == (other.status, other.code, set(other.json))


def test_where_to_sign_in_is_told_without_a_token(afar: OnAws) -> None:
    told = afar.get("/auth/config", token=None)
    assert told.status == 200
    assert (told.json["stage"], told.json["issuer"]) == ("test", afar.issuer)


@pytest.mark.parametrize("path", ["/runs", "/auth/verify", "/audit", "/nowhere"])
def test_who_shows_no_token_is_told_nothing(near: Served, afar: OnAws, path: str) -> None:
    alike(near.get(path, token=None), afar.get(path, token=None))
    alike(near.get(path, token="nonsense"), afar.get(path, token="nonsense"))


def test_a_run_is_started_and_read(near: Served, afar: OnAws) -> None:
    one, other = started(near), started(afar)
    afar.settle()
    near.get(f"/runs/{one}/events", wait=5, after="0.0")
    told = near.get(f"/runs/{one}"), afar.get(f"/runs/{other}")
    assert [answer.status for answer in told] == [200, 200], told[1].body
    assert set(told[0].json) == set(told[1].json)
    assert told[1].json["state"] == "succeeded"
    listed = afar.get("/runs", pipeline="shop/orders").json["runs"]
    assert other in [run["run"] for run in listed]


def test_the_same_key_is_the_same_run(afar: OnAws) -> None:
    body = {"pipeline": "shop/orders", "input": {"id": "A-2", "total": 1}}
    told = [afar.post("/runs", body, headers={"idempotency-key": "k-1"}) for _ in range(2)]
    assert told[0].json == told[1].json
    assert told[1].headers.get("idempotency-replayed") == "true"
    other = afar.post("/runs", {**body, "input": {}}, headers={"idempotency-key": "k-1"})
    assert other.code == "key-reused"


@pytest.mark.parametrize("body", [{"pipeline": "none"}, {"pipeline": "shop/orders", "input": []}, {"input": {}}])
def test_what_cannot_be_started_is_refused_alike(near: Served, afar: OnAws, body: dict[str, Any]) -> None:
    one, other = near.post("/runs", body), afar.post("/runs", body)
    assert (one.status, one.code) == (other.status, other.code), (one.body, other.body)


def test_a_run_of_a_definition(near: Served, afar: OnAws) -> None:
    definition = {"project": "shop", "pipeline": "once", "tasks": {"a": {"action": "pass", "with": {"value": 1}}}}
    one, other = (here.post("/runs", {"definition": definition, "input": {}}) for here in (near, afar))
    assert (one.status, set(one.json)) == (other.status, set(other.json)) == (202, set(one.json)), other.body
    afar.settle()
    assert afar.get(f"/runs/{other.json['run']}").json["state"] == "succeeded"


def test_a_run_is_cancelled_by_whoever_may(afar: OnAws) -> None:
    run = str(afar.post("/runs", {"pipeline": "shop/held", "input": {}}).json["run"])
    afar.settle()
    assert afar.post(f"/runs/{run}/cancel", token=afar.token_of(Role.VIEWER)).status == 403
    told = afar.post(f"/runs/{run}/cancel", {}, token=afar.token_of(Role.OPERATOR, "shop"))
    assert told.status == 200, told.body
    assert afar.get(f"/runs/{run}").json["state"] == "cancelled"
    [entry, *_] = afar.get("/audit", operation=Operation.RUN_CANCEL.value).json["entries"]
    assert (entry["target"], entry["actor"]) == (run, "operator-shop@example.com")


def test_a_run_of_a_project_that_is_not_ones_own_is_not_there(afar: OnAws) -> None:
    run = started(afar)
    stranger = afar.token_of(Role.ADMIN, "elsewhere")
    assert afar.get(f"/runs/{run}", token=stranger).status == 404
    assert afar.get("/runs", token=stranger).json["runs"] == []


def test_whoever_waits_is_answered_before_the_gateway_gives_up(afar: OnAws) -> None:
    run = str(afar.post("/runs", {"pipeline": "shop/held", "input": {}}).json["run"])
    afar.settle()
    first = afar.get(f"/runs/{run}/events").json
    before = afar.sky.stage.clock.at
    told = afar.get(f"/runs/{run}/events", after=first["next"], wait=20)
    assert told.status == 200
    assert 5_000 <= afar.sky.stage.clock.at - before <= 29_000


def test_a_program_with_a_token_of_its_own(afar: OnAws) -> None:
    made = afar.post("/tokens", {"name": "robot", "role": "viewer"})
    assert made.status == 201, made.body
    token = made.json["token"]
    assert afar.get("/auth/verify", token=token).json["name"] == "token:robot"
    assert afar.get("/runs", token=token).status == 200
    assert afar.post("/runs", {"pipeline": "shop/orders"}, token=token).status == 403


def test_dead_letters(afar: OnAws) -> None:
    queue = afar.sky.stage.cloud.queue("undelivered-dead")
    afar.sky.stage.clients.sqs.send_message(QueueUrl=queue, MessageBody='{"n": 1}')
    [letter] = afar.get("/dead-letters").json["letters"]
    assert letter["event"] == {"n": 1}
    assert afar.post("/dead-letters/drop", {"ids": [letter["id"]]}).json == {"dropped": 1}
    assert afar.get("/dead-letters").json["letters"] == []


def test_what_aws_denies_the_stack_is_no_fault_of_whoever_asks(afar: OnAws, caplog: pytest.LogCaptureFixture) -> None:
    def denied(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not sqs:ReceiveMessage"}}, "ReceiveMessage")

    events = afar.sky.stack.clients.sqs.meta.events
    events.register("provide-client-params.sqs", denied, unique_id="denied")
    told = afar.get("/dead-letters")
    events.unregister("provide-client-params.sqs", unique_id="denied")
    assert (told.status, told.code) == (502, "aws-denied")
    assert "the role" in told.json["advice"]
    assert any("not sqs:ReceiveMessage" in record.getMessage() for record in caplog.records), "whoever runs it is told"
    assert afar.get("/dead-letters").status == 200


HEARS: dict[str, Any] = {
    "project": "shop",
    "pipeline": "hears",
    "triggers": {
        "said": {"event": {"source": ["till"], "detail-type": ["paid"]}},
        "called": {"webhook": {"signature": "plain", "secret": "HOOK"}},
    },
    "tasks": {"a": {"action": "pass", "with": {"value": 1}}},
}


@pytest.fixture(scope="module")
def hearing(afar: OnAws) -> OnAws:
    afar.sky.publish(Pipeline.read(HEARS))
    told = afar.put("/projects/shop/secrets/HOOK", {"value": "s" * 40}, headers={"if-none-match": "*"})
    assert told.status < 300, told.body
    # So long a function keeps what it has read of secrets.
    afar.sky.stage.later(KEPT_MS)
    return afar


def test_an_event_over_http_starts_a_run_and_is_found_in_the_archive(hearing: OnAws) -> None:
    event = {"specversion": "1.0", "id": "paid-1", "source": "till", "type": "paid", "data": {"cents": 1}}
    kind = {"content-type": "application/cloudevents+json"}
    told = hearing.ask("POST", "/events", json.dumps(event).encode(), headers=kind)
    assert told.status < 300, told.body
    hearing.settle()
    [run] = [one for one in hearing.get("/runs", pipeline="shop/hears").json["runs"] if one["trigger"] == "said"]
    assert run["state"] == "succeeded"
    [found] = hearing.get("/archive", source="till").json["events"]
    assert (found["type"], found["event"]["detail"]["data"]) == ("paid", {"cents": 1})
    dry = hearing.post("/archive/replay", {"name": "once-more", "dry_run": True, "source": "till"}).json
    assert (dry["events"], len(dry["runs"]), dry["refused"]) == (1, 1, [])
    refused = hearing.post("/archive/replay", {"name": "once-more", "source": "till"})
    assert (refused.status, refused.code) == (501, "not-on-aws")


def test_a_webhook_is_judged_by_its_signature(hearing: OnAws) -> None:
    body = b'{"n": 1}'
    path = "/hooks/shop/hears/called"
    assert hearing.ask("POST", path, body, token=None).status == 401
    seconds = str(hearing.sky.stage.clock.at // 1_000)
    signature = hmac.new(b"s" * 40, f"{seconds}..".encode() + body, hashlib.sha256).hexdigest()
    headers = {"x-signature": f"sha256={signature}", "x-timestamp": seconds}
    told = hearing.ask("POST", path, body, token=None, headers=headers)
    assert told.status == 202, told.body
    hearing.settle()
    assert hearing.get(f"/runs/{told.json['run']}").json["state"] == "succeeded"


def test_a_file_is_seen_and_signed_for(afar: OnAws) -> None:
    afar.sky.put("uploads", "in/one.txt", b"one")
    assert "uploads" in afar.get("/buckets").json["buckets"]
    [found] = afar.get("/buckets/uploads/objects", prefix="in/").json["objects"]
    assert (found["key"], found["size"]) == ("in/one.txt", 3)
    told = afar.post("/buckets/uploads/uploads", {"key": "in/two", "content_type": "text/plain", "size": 3}).json
    assert (told["method"], "X-Amz-Signature" in told["url"]) == ("PUT", True)
