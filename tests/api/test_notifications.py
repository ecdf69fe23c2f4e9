"""Notifications: how runs end, which take too long and what could not be delivered, told once by mail, webhook and event."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.mail import MailHouse, mail_server
from support.murmur import Shop, shop
from support.served import Served, served

from events.ledger import RunRecord, RunState
from events.router import Routed
from handlers.notifications import Subscription, pipeline_of
from handlers.operations import late_at, next_look, slas_of
from murmuration.local.bus import TRIES, Item, To
from murmuration.local.desk import Desk
from murmuration.local.stack import Stack
from schemas.model import JsonObject

_PATIENCE_S = 20.0
EARS = """
project: media
pipeline: ears
deadline: 1m
triggers:
  heard: {event: {source: [com.example.shop], detail-type: [shop.told]}, input: "${detail}"}
tasks: {keep: {action: pass, timeout: 20s, with: {value: "${input}"}}}
"""
SLOW = """
project: shop
pipeline: slow
deadline: 1m
tasks: {wait: {action: wait, timeout: 1m, with: {duration: 3s}}}
"""
QUICK = "project: shop\npipeline: quick\ndeadline: 1m\ntasks: {yes: {action: pass}}\n"


class Hook:
    """Takes what is posted to it; the first time it is not in the mood."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.tried: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.tried.append(self.path)
                first = self.path.startswith("/moody") and outer.tried.count(self.path) == 1
                if not first:
                    outer.heard.append((self.path, body))
                self.send_response(503 if first else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def at(self, path: str) -> list[Any]:
        return [body for where, body in self.heard if where == path]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.close()


@pytest.fixture(scope="module")
def post() -> Iterator[MailHouse]:
    with mail_server(starttls=False) as found:
        yield found


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, post: MailHouse) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("notifications") / "shop"
    shop(root)
    mail = f"{{host: 127.0.0.1, port: {post.port}, security: none, from: shop@example.org}}"
    (root / "settings.yaml").write_text(f"allow: [private]\nmail: {mail}\n")
    (root / "pipelines" / "ears.yaml").write_text(EARS)
    (root / "pipelines" / "slow.yaml").write_text(SLOW)
    (root / "pipelines" / "quick.yaml").write_text(QUICK)
    with served(root) as found:
        yield found


@pytest.fixture
def murmur(here: Served) -> Shop:
    return Shop(here.root)


def until(so: Callable[[], bool]) -> None:
    ends = time.monotonic() + _PATIENCE_S
    while not so():
        assert time.monotonic() < ends, "it has not come"
        time.sleep(0.02)


def subscribed(here: Served, **wanted: object) -> str:
    told = here.post("/projects/shop/notifications", wanted)
    assert told.status == 201, told.body
    return f"/projects/shop/notifications/{told.json['id']}"


def test_a_webhook_is_told_of_what_it_wants_once_and_tried_again(here: Served, murmur: Shop, hook: Hook) -> None:
    here.put("/projects/shop/secrets/HOOK", {"value": f"{hook.url}/moody/secret"})
    place = subscribed(here, outcomes=["failed"], webhook={"url": "${secrets.HOOK}", "body": "notification"})
    murmur("run", "orders", "--input", '{"id": "fine"}', "--wait")
    (here.root / "pipelines" / "broken.yaml").write_text(
        "project: shop\npipeline: broken\ndeadline: 1m\ntasks: {no: {action: fail, with: {message: not today}}}\n"
    )
    murmur("publish")
    run = murmur.json("run", "broken", "--wait", code=1)["run"]
    until(lambda: bool(hook.at("/moody/secret")))
    [told] = hook.at("/moody/secret")
    assert (told["kind"], told["outcome"], told["project"], told["run"]) == ("outcome", "failed", "shop", run)
    assert (told["pipeline"], told["tasks"], told["sample"]) == ("shop/broken@1", ["no"], False)
    assert run in told["text"]
    assert here.delete(place).status == 204
    murmur.json("run", "broken", "--wait", code=1)
    assert len(hook.at("/moody/secret")) == 1


def test_a_mail_says_how_it_ended(here: Served, murmur: Shop, post: MailHouse) -> None:
    place = subscribed(here, outcomes=["cancelled"], email={"to": ["ana@example.org", "ben@example.org"]})
    run = str(murmur.json("run", "orders", "--input", '{"id": "cancelled", "wait": true}')["run"])
    murmur("cancel", run)
    until(lambda: any(run in one.message.get_content() for one in post.mails))
    [mail] = [one for one in post.mails if run in one.message.get_content()]
    assert sorted(mail.recipients) == ["ana@example.org", "ben@example.org"]
    text = mail.message.get_content()
    assert f"Run {run} of shop/orders@1: cancelled" in text
    assert mail.message["subject"] == "Murmuration: outcome in shop"
    here.delete(place)


def test_an_event_is_told_to_whatever_listens(here: Served, murmur: Shop) -> None:
    place = subscribed(
        here, outcomes=["succeeded"], pipelines=["orders"], event={"source": "com.example.shop", "type": "shop.told"}
    )
    run = murmur.json("run", "orders", "--input", '{"id": "told"}', "--wait")["run"]
    until(lambda: bool(ends(here, "media/ears", "succeeded")))
    assert run in json.dumps([murmur.json("show", one) for one in ends(here, "media/ears", "succeeded")])
    here.delete(place)


def ends(here: Served, pipeline: str, state: str) -> list[str]:
    return [one["run"] for one in here.get("/runs", pipeline=pipeline, state=state).json["runs"]]


def test_a_condition_is_over_the_notification(here: Served, murmur: Shop, hook: Hook) -> None:
    place = subscribed(
        here,
        outcomes=["succeeded", "failed"],
        when={"pipeline": [{"prefix": "shop/orders@"}], "outcome": ["succeeded"]},
        webhook={"url": f"{hook.url}/when"},
    )
    murmur.json("run", "quick", "--wait")
    run = murmur.json("run", "orders", "--input", '{"id": "when"}', "--wait")["run"]
    until(lambda: bool(hook.at("/when")))
    assert [told["text"] for told in hook.at("/when")] == [f"Run {run} of shop/orders@1: succeeded"]
    sent = here.post(f"{place}/test")
    assert sent.status == 202
    until(lambda: len(hook.at("/when")) == 2)
    assert "sample" in hook.at("/when")[1]["text"]
    here.delete(place)


def test_a_run_that_takes_too_long_is_told_while_it_runs(here: Served, murmur: Shop, hook: Hook) -> None:
    place = subscribed(here, sla="1s", pipelines=["slow"], webhook={"url": f"{hook.url}/late", "body": "notification"})
    run = murmur.json("run", "slow")["run"]
    until(lambda: bool(hook.at("/late")))
    assert here.get(f"/runs/{run}").json["state"] == "running"
    told = hook.at("/late")[0]
    assert (told["kind"], told["run"], told["pipeline"], told["sla"]) == ("late", run, "shop/slow@1", "1s")
    until(lambda: here.get(f"/runs/{run}").json["state"] == "succeeded")
    murmur.json("run", "quick", "--wait")
    time.sleep(0.5)
    assert len(hook.at("/late")) == 1
    here.delete(place)


def test_subscriptions_are_kept_changed_and_hidden(here: Served, hook: Hook) -> None:
    place = subscribed(here, name="team", outcomes=["failed"], webhook={"url": f"{hook.url}/a"})
    shown = here.get(place)
    assert shown.json["name"] == "team"
    assert shown.json["id"] in [one["id"] for one in here.get("/projects/shop/notifications").json["notifications"]]
    assert here.put(place, {"outcomes": ["failed"], "webhook": {"url": "x"}}).code == "version-wanted"
    body = {"dead_letters": True, "email": {"to": ["ana@example.org"]}}
    changed = here.put(place, body, headers={"if-match": shown.headers["etag"]})
    assert (changed.status, changed.json["email"], changed.json["webhook"]) == (200, {"to": ["ana@example.org"]}, None)
    assert here.put(place, body, headers={"if-match": shown.headers["etag"]}).status == 412
    Shop(here.root)("publish", "--prune")
    assert here.post(f"{place}/test").status == 202, "what people tidy away is not what tells them"
    assert here.get("/projects/shop").json["notifications"] >= 1
    names = [one["pipeline"] for one in here.get("/pipelines").json["pipelines"]]
    assert not [name for name in names if "notify" in name]
    assert here.delete(place).status == 204
    assert here.get(place).status == 404


@pytest.mark.parametrize(
    "wanted",
    [
        {"outcomes": ["failed"]},
        {"webhook": {"url": "https://example.org"}},
        {"outcomes": ["failed"], "webhook": {"url": "https://example.org"}, "email": {"to": ["a@example.org"]}},
        {"outcomes": ["exploded"], "webhook": {"url": "https://example.org"}},
        {"outcomes": ["failed"], "email": {"to": ["no address"]}},
        {"outcomes": ["failed"], "event": {"source": "murmuration", "type": "run.failed"}},
        {"outcomes": ["failed"], "event": {"source": "murmuration.operations", "type": "run.late"}},
        {"outcomes": ["failed"], "event": {"source": "aws.s3", "type": "x"}},
        {"outcomes": ["failed"], "webhook": {"url": "${secrets."}},
        *(
            {"outcomes": ["failed"], "webhook": {"url": url}}
            for url in (
                "ftp://example.org",
                "//example.org",
                "example.org",
                "http://me:pw@example.org",
                "http://0x7f.1",
            )
        ),
        {"outcomes": ["failed"], "webhook": {"url": "https://example.org"}, "when": {"outcome": "failed"}},
        {"sla": "soon", "webhook": {"url": "https://example.org"}},
        {"sla": "10ms", "webhook": {"url": "https://example.org"}},
        {"outcomes": ["failed"], "webhook": {"url": "https://example.org"}, "pipelines": ["murmuration-notify-x"]},
    ],
)
def test_what_cannot_work_is_refused_and_nothing_is_kept(here: Served, wanted: dict[str, object]) -> None:
    before = here.get("/projects/shop/notifications").json
    assert here.post("/projects/shop/notifications", wanted).status == 422
    assert here.get("/projects/shop/notifications").json == before


@pytest.mark.parametrize("source", ["murmuration.operations", "Murmuration.Operations", "/murmuration.x/y"])
def test_nobody_outside_says_that_a_run_is_late(here: Served, murmur: Shop, source: str) -> None:
    murmur("emit", "run.late", "--source", source, "--detail", '{"project": "shop"}', code=2)
    event = {"specversion": "1.0", "id": "1", "source": source, "type": "run.late", "data": {"project": "shop"}}
    assert here.post("/events", event, headers={"content-type": "application/cloudevents+json"}).status >= 400


def test_a_delivery_that_is_given_up_is_told_but_never_one_that_tells(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    wanted = Subscription.read({"dead_letters": True, "webhook": {"url": "https://example.org"}})
    told: JsonObject = {}

    def heard(trigger: str) -> list[str]:
        outside: JsonObject = {"id": f"e>{trigger}", "source": "shop", "detail-type": "x", "detail": {"private": 1}}
        item = Item(
            To.START, (Routed("rule", "target", "start", {"trigger": trigger}),), None, outside, tries=TRIES - 1
        )
        with stack.database.transaction():
            stack.bus.failed(item, "it was not there")
            found = []
            while taken := stack.bus.take():
                assert taken.outside is not None
                told.update(taken.outside)
                found += [str((routed.told or {})["trigger"]) for routed in taken.told]
        return found

    with stack.database.transaction():
        documents = [pipeline_of("shop", "a1", wanted), pipeline_of("media", "a2", wanted)]
        Desk(stack).do("publish", {"pipelines": [*documents]})
    assert heard("shop/orders/placed") == ["shop/murmuration-notify-a1/dead"]
    detail = told["detail"]
    assert isinstance(detail, dict)
    assert (detail["project"], detail["pipeline"], detail["why"]) == ("shop", "shop/orders", "it was not there")
    assert detail["event"] == {"id": "e>shop/orders/placed", "source": "shop", "detail-type": "x"}
    assert heard("shop/murmuration-notify-a1/dead") == []
    stack.close()


def test_who_waits_longer_hears_later_and_nobody_twice() -> None:
    run = RunRecord("r", "shop/orders", 1, RunState.OPEN, 1_000, 10**9, None, "manual", "o")
    said = late_at(run, [5_000, 2_000, 5_000], 0, 6_000)
    assert [one["id"] for one in said] == ["r/late/2000", "r/late/5000"]
    assert late_at(run, [5_000, 2_000], 3_000, 5_999) == []
    assert [one["id"] for one in late_at(run, [5_000, 2_000], 3_000, 6_000)] == ["r/late/5000"]
    assert next_look(run, [5_000, 2_000], 4_000, 60_000) == 6_000
    assert next_look(run, [5_000, 2_000], 7_000, 60_000) == 60_000
    assert slas_of({"shop": [(frozenset({"orders"}), 5), (frozenset(), 7)]}, "shop/orders") == [5, 7]
    assert slas_of({"shop": [(frozenset({"orders"}), 5), (frozenset(), 7)]}, "shop/other") == [7]
    assert slas_of({"shop": [(frozenset(), 7)]}, "shop/murmuration-notify-x") == []
