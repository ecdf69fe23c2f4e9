"""A walk over the whole API, the same for every backend: each route is asked at least once, by an admin, and what was answered is kept.

    told = walked(here, settle, later, token)
    told["GET /runs/<run>"].status

`settle` has that happen which is under way. The bucket of uploads holds `walk/one.txt`. What differs by its nature (an id, a moment, an address) is in the answers; their shape
is what can be compared.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from support.murmur import SLOW
from support.served import Answered

EVENT: Final[dict[str, Any]] = {"specversion": "1.0", "id": "w-1", "source": "walk", "type": "walked", "data": {"n": 1}}
NEW: Final = "project: shop\npipeline: walk\ntasks: {a: {action: pass, with: {value: 1}}}\n"
HEARS: Final = (
    "project: shop\npipeline: walk-hears\n"
    "triggers: {said: {event: {source: [walk]}}, called: {webhook: {signature: plain, secret: WALK_HOOK}}}\n"
    "tasks: {a: {action: pass, with: {value: 1}}}\n"
)
_PATIENCE_S: Final = 30.0


class Here(Protocol):
    def ask(self, method: str, path: str, body: object = None, **more: Any) -> Answered: ...


class Walk:
    def __init__(self, here: Here, settle: Callable[[], None], token: Callable[[str], str | None]) -> None:
        self.here = here
        self.settle = settle
        self._token = token
        self.told: dict[str, Answered] = {}

    def __call__(self, route: str, body: object = None, *, note: str = "", **more: Any) -> Any:
        """`GET /runs/<run>`; parts of the path by their names, all else as it is asked."""
        method, rule = route.split()
        names = re.findall(r"<([a-z_]+)>", rule)
        path = re.sub(r"<([a-z_]+)>", lambda found: str(more.get(found[1], "")), rule)
        asked = {name: value for name, value in more.items() if name not in names}
        if body is None and method in ("POST", "PUT"):
            body = {}
        told = self.here.ask(method, path, body, **asked)
        self.told[f"{route} {note}".strip()] = told
        return told.json if told.body else None

    def etag(self, route: str) -> dict[str, str]:
        return {"if-match": self.told[route].headers.get("etag", '"none"')}

    def until(self, path: str, field: str, *wanted: str) -> Any:
        ends = time.monotonic() + _PATIENCE_S
        while True:
            self.settle()
            told = self.here.ask("GET", path).json
            if told.get(field) in wanted or time.monotonic() > ends:
                return told
            time.sleep(0.05)

    def token(self, run: str) -> str:
        ends = time.monotonic() + _PATIENCE_S
        while time.monotonic() < ends:
            self.settle()
            if found := self._token(run):
                return found
            time.sleep(0.05)
        raise AssertionError("it does not wait")


ABSENT: Final = {"if-none-match": "*"}


def walked(
    here: Here, settle: Callable[[], None], later: Callable[[], None], token: Callable[[str], str | None]
) -> dict[str, Answered]:
    """`later` has so much time pass that functions look anew at what they keep; `token` is what the task `ask` of a run of `held`
    waits under, as soon as it does."""
    walk = Walk(here, settle, token)
    _people(walk)
    _projects(walk)
    _pipelines(walk)
    _versions(walk)
    _runs(walk)
    _functions(walk)
    later()
    _events(walk)
    _files(walk)
    for route in ("GET /audit", "GET /actions", "GET /templates", "GET /openapi.json"):
        walk(route)
    walk.told["GET /docs"] = here.ask("GET", "/docs")
    return walk.told


def _people(walk: Walk) -> None:
    walk("GET /auth/config")
    walk("GET /auth/verify")
    walk("POST /users", {"name": "eva@example.com", "role": "viewer"})
    walk("GET /users")
    user = "GET /users/<name>"
    walk(user, name="eva@example.com")
    put = {"role": "operator", "projects": {"shop": "editor"}}
    walk("PUT /users/<name>", put, name="eva@example.com", headers=walk.etag(user))
    walk(user, name="eva@example.com")
    walk("DELETE /users/<name>", name="eva@example.com", headers=walk.etag(user))
    made = walk("POST /tokens", {"name": "robot", "role": "operator", "projects": ["shop"]})
    walk("GET /tokens")
    walk("GET /auth/verify", token=made["token"], note="by a program")
    walk("DELETE /tokens/<id>", id=made["id"])


def _projects(walk: Walk) -> None:
    walk("GET /projects")
    walk("GET /projects/<project>", project="shop")
    walk("PUT /projects/<project>", {"description": "Sells"}, project="walks", headers=ABSENT)
    member = {"project": "shop", "name": "eva@example.com"}
    walk("PUT /projects/<project>/members/<name>", {"role": "viewer"}, **member)
    walk("GET /projects/<project>/members", project="shop")
    walk("DELETE /projects/<project>/members/<name>", **member)
    for kind, value in (("variables", 3), ("secrets", "s" * 40)):
        one = {"project": "shop", "name": "WALK_HOOK" if kind == "secrets" else "limit"}
        put = f"PUT /projects/<project>/{kind}/<name>"
        walk(put, {"value": value}, headers=ABSENT, **one)
        walk(f"GET /projects/<project>/{kind}", project="shop")
        walk(put, {"value": value}, note="once more", headers=ABSENT, **one)
        gone = {"project": "shop", "name": "gone"}
        walk(put, {"value": value}, note="to go", headers=ABSENT, **gone)
        walk(f"DELETE /projects/<project>/{kind}/<name>", headers=walk.etag(f"{put} to go"), **gone)
    under = "/projects/<project>/notifications"
    wanted = {"outcomes": ["failed"], "event": {"source": "told", "type": "failed"}}
    made = walk(f"POST {under}", wanted, project="shop")
    one = {"project": "shop", "id": made.get("id", "none")}
    walk(f"GET {under}", project="shop")
    walk(f"GET {under}/<id>", **one)
    walk(f"PUT {under}/<id>", {**wanted, "name": "Night"}, headers=walk.etag(f"GET {under}/<id>"), **one)
    walk(f"POST {under}/<id>/test", **one)
    walk(f"GET {under}/<id>", note="again", **one)
    walk(f"DELETE {under}/<id>", headers=walk.etag(f"GET {under}/<id> again"), **one)


def _pipelines(walk: Walk) -> None:
    at = "/pipelines/<project>/<pipeline>"
    orders = {"project": "shop", "pipeline": "orders"}
    walk("GET /pipelines")
    walk("POST /pipelines", {"project": "shop", "pipeline": "given-up", "template": "hello"})
    walk(f"DELETE {at}/draft", project="shop", pipeline="given-up", headers=walk.etag("POST /pipelines"))
    walk("POST /check", {"text": SLOW})
    walk("POST /check", {"text": "tasks: ["}, note="of a broken text")
    walk(f"GET {at}", **orders)
    walk(f"GET {at}/draft", **orders)
    text = f"# Longer\n{SLOW.strip()}\n".replace("deadline: 10m", "deadline: 11m")
    saved = {"text": text, "layout": {"check": {"x": 1, "y": 2}}}
    walk(f"PUT {at}/draft", saved, headers=walk.etag(f"GET {at}/draft"), **orders)
    walk(f"PUT {at}/draft", saved, note="against another", headers={"if-match": '"other"'}, **orders)
    walk(f"POST {at}/check", **orders)
    walk(f"POST {at}/simulate", {"input": {"id": "A-1", "total": 12}}, **orders)
    event = {"source": "shop", "detail-type": "order.placed", "detail": {"id": 1, "total": 1}}
    walk(f"POST {at}/simulate", {"event": event, "outcomes": {"check": "failed"}}, note="by an event", **orders)
    walk("POST /match", {"pattern": {"source": ["till"]}, "event": event})
    walk(f"POST {at}/publish", {"dry_run": True}, note="dry", **orders)
    walk(f"POST {at}/publish", {"text": "tasks: ["}, note="of a broken text", **orders)
    walk(f"POST {at}/publish", {"note": "Longer"}, **orders)
    for pipeline, document in (("walk", NEW), ("walk-hears", HEARS)):
        walk("POST /pipelines", {"project": "shop", "pipeline": pipeline, "text": document}, note=pipeline)
        walk(f"POST {at}/publish", note=pipeline, project="shop", pipeline=pipeline)
    walk(f"GET {at}", note="of none", project="shop", pipeline="none")
    walk("GET /pipelines", q="orders", note="sought")


def _versions(walk: Walk) -> None:
    at = "/pipelines/<project>/<pipeline>"
    orders = {"project": "shop", "pipeline": "orders"}
    walk(f"GET {at}/versions", **orders)
    walk(f"GET {at}/versions/<number>", number=1, **orders)
    walk(f"GET {at}/versions/<number>", note="of none", number=99, **orders)
    walk(f"GET {at}/diff", **{"from": "1", "to": "live"}, **orders)
    for kind in ("yaml", "json", "cloudformation"):
        walk.told[f"GET {at}/export {kind}"] = walk.here.ask("GET", "/pipelines/shop/orders/export", format=kind)
    walk.told[f"GET {at}/export"] = walk.told[f"GET {at}/export json"]
    walk(f"GET {at}/rules", **orders)
    walk(f"POST {at}/activate", {"version": 1, "dry_run": True}, note="dry", **orders)
    walk(f"POST {at}/activate", {"version": 1}, **orders)
    walk(f"POST {at}/pause", **orders)
    walk(f"POST {at}/resume", **orders)
    walk(f"POST {at}/unpublish", project="shop", pipeline="walk")
    walk(f"POST {at}/unpublish", note="once more", project="shop", pipeline="walk")


def _runs(walk: Walk) -> None:
    asked = {"pipeline": "shop/orders", "input": {"id": "A-1", "total": 12}}
    key = {"idempotency-key": "walk-1"}
    run = walk("POST /runs", asked, headers=key)["run"]
    walk("POST /runs", asked, note="the same", headers=key)
    walk("POST /runs", {**asked, "input": {}}, note="another with its key", headers=key)
    walk("POST /runs", {"pipeline": "none"}, note="of none")
    walk.until(f"/runs/{run}", "state", "succeeded")
    for path in ("", "/events", "/logs", "/artifacts"):
        walk(f"GET /runs/<run>{path}", run=run)
    walk("GET /runs/<run>", note="of none", run="r-none")
    walk("GET /runs/<run>/why", run=run, task="deliver")
    walk("GET /runs/<run>/artifacts/<id>", run=run, id="none")
    walk("GET /runs", pipeline="shop/orders")
    walk("GET /refusals")
    document = {"project": "shop", "pipeline": "once", "tasks": {"a": {"action": "pass"}}}
    run = walk("POST /runs", {"definition": document, "input": {}}, note="of a definition")["run"]
    walk.until(f"/runs/{run}", "state", "succeeded")
    held = {"pipeline": "shop/held", "input": {}}
    run, other = (walk("POST /runs", held, note=f"held {n}")["run"] for n in (1, 2))
    walk.until(f"/runs/{other}", "state", "running")
    settled = {"token": walk.token(run), "output": {"yes": True}}
    walk("POST /runs/<run>/tasks/<task>/settle", settled, run=run, task="ask")
    walk.until(f"/runs/{run}", "state", "succeeded")
    walk("POST /runs/<run>/tasks/<task>/settle", settled, note="once more", run=run, task="ask")
    walk("POST /runs/<run>/cancel", {"reason": "enough"}, run=other)
    walk("POST /runs/<run>/cancel", {}, note="once more", run=other)
    walk("POST /runs/<run>/rerun", run=run)
    walk("POST /runs/<run>/rerun", {"from_failed": True}, note="where nothing failed", run=run)


def _functions(walk: Walk) -> None:
    walk("GET /functions")
    walk("GET /functions/<name>", name="check")
    walk("GET /functions/<name>", note="of none", name="none")
    files = {"files": {"handler.py": "def handler(event, context):\n    return event\n"}}
    walk("PUT /functions/<name>", files, name="walked", headers=ABSENT)
    walk("DELETE /functions/<name>", name="walked", headers=walk.etag("PUT /functions/<name>"))
    walk("POST /functions/<name>/test", {"input": {"input": {"id": 1}}}, name="check")
    walk("POST /lib/<name>", {"input": {"id": 1}}, name="check")
    walk("GET /flows")
    run = walk("POST /run/<flow>", {"id": "A-3", "total": 1}, flow="orders", wait=20)["run"]
    walk.until(f"/runs/{run}", "state", "succeeded")
    walk("GET /run/<flow>/<id>", flow="orders", id=run)


def _events(walk: Walk) -> None:
    kind = {"content-type": "application/cloudevents+json"}
    walk("POST /events", json.dumps(EVENT).encode(), headers=kind)
    _heard(walk)
    walk("POST /events", json.dumps({**EVENT, "source": "murmuration"}).encode(), note="as the system", headers=kind)
    walk(
        "POST /hooks/<project>/<pipeline>/<trigger>",
        b"{}",
        token=None,
        project="shop",
        pipeline="walk-hears",
        trigger="called",
    )
    walk("GET /archive", source="walk")
    walk("POST /archive/replay", {"name": "walk", "dry_run": True, "source": "walk"})
    walk("GET /dead-letters")
    walk("POST /dead-letters/redrive", {"ids": []})
    walk("POST /dead-letters/drop", {"ids": ["none"]})


def _heard(walk: Walk) -> None:
    ends = time.monotonic() + _PATIENCE_S
    while time.monotonic() < ends:
        walk.settle()
        if walk.here.ask("GET", "/archive", source="walk").json.get("events"):
            return
        time.sleep(0.05)


def _files(walk: Walk) -> None:
    walk("GET /buckets")
    asked = {"key": "walk/one.txt", "content_type": "text/plain", "size": 3}
    walk("POST /buckets/<bucket>/uploads", asked, bucket="uploads")
    walk("POST /buckets/<bucket>/uploads", {**asked, "key": "../x"}, note="of a bad key", bucket="uploads")
    walk("GET /buckets/<bucket>/objects", bucket="uploads", prefix="walk/")
    walk("GET /buckets/<bucket>/objects", note="of none", bucket="none")
    walk("POST /buckets/<bucket>/downloads", {"key": "walk/one.txt"}, bucket="uploads")
    walk("DELETE /buckets/<bucket>/objects", bucket="uploads", key="walk/one.txt")
