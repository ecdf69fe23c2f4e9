"""Runs over HTTP: started, listed, shown, explained, cancelled, run again; and only to those who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.murmur import Shop, shop
from support.served import Served, served


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return shop(tmp_path_factory.mktemp("runs") / "shop")


@pytest.fixture(scope="module")
def here(there: Shop) -> Iterator[Served]:
    with served(there.root) as found:
        yield found


def started(here: Served, input: object, **more: object) -> str:
    told = here.post("/runs", {"pipeline": "orders", "input": input, **more})
    assert told.status == 202, told.body
    assert told.headers["location"] == f"/api/runs/{told.json['run']}"
    return str(told.json["run"])


def ended(here: Served, run: str) -> Any:
    after = ""
    while True:
        told = here.get(f"/runs/{run}/events", after=after, wait=20).json
        after = told["next"]
        if told["ended"]:
            return here.get(f"/runs/{run}").json


def test_a_run_is_started_and_shown_as_a_drawing_wants_it(here: Served) -> None:
    run = started(here, {"id": 1, "total": 20})
    found = ended(here, run)
    assert (found["run"], found["state"], found["pipeline"], found["project"]) == (
        run,
        "succeeded",
        "shop/orders",
        "shop",
    )
    tasks = {one["task"]: one for one in found["tasks"]}
    assert tasks["deliver"]["output"] == {"id": 1, "total": 20}
    assert tasks["check"]["attempts"][0]["state"] == "succeeded"
    assert tasks["refund"]["state"] == "skipped"
    assert tasks["refund"]["why"] == "check succeeded, and the edge is on failure"
    live = {(one["from"], one["to"]): one["live"] for one in found["edges"]}
    assert live == {("check", "deliver"): True, ("check", "refund"): False}
    assert found["definition"] is None
    assert here.get(f"/runs/{run}", definition="true").json["definition"]["pipeline"] == "orders"


def test_asking_twice_is_asking_once(here: Served) -> None:
    one = started(here, {"id": 2}, request="r1")
    again = here.post("/runs", {"pipeline": "shop/orders", "input": {"id": 2}, "request": "r1"}).json
    assert (again["run"], again["new"]) == (one, False)
    keyed = started(here, {"id": 3}, key="day 1")
    assert keyed == started(here, {"id": 4}, key="day 1") != one


def test_an_idempotency_key_is_answered_as_the_first_time(here: Served) -> None:
    body = {"pipeline": "orders", "input": {"id": 5}}
    first, second = (here.post("/runs", body, headers={"idempotency-key": "k1"}) for _ in range(2))
    assert first.json == second.json
    assert second.headers["idempotency-replayed"] == "true"


def test_an_input_that_does_not_fit_is_refused_with_each_mistake(here: Served) -> None:
    told = here.post("/runs", {"pipeline": "orders", "input": [1]})
    assert (told.status, told.code) == (422, "invalid-input")
    assert len(told.json["problems"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"pipeline": "order"}, 404, "no-such-pipeline"),
        ({}, 422, "invalid-request"),
        ({"pipeline": "orders", "definition": {}}, 422, "invalid-request"),
        ({"pipeline": "orders", "key": "a", "request": "b"}, 422, "invalid-request"),
        ({"pipeline": "orders", "inputs": 1}, 422, "invalid-request"),
        ({"definition": {"project": "shop", "pipeline": "x", "tasks": {}}}, 422, "invalid-document"),
        ({"definition": "project: [shop"}, 422, "invalid-document"),
    ],
)
def test_what_cannot_be_started_is_told_in_words(here: Served, body: object, status: int, code: str) -> None:
    told = here.post("/runs", body)
    assert (told.status, told.code) == (status, code)


def test_every_mistake_of_a_definition_is_told_at_once(here: Served) -> None:
    tasks = {"a": {"action": "nothing.such"}, "b": {"action": "pass", "retry": {"attempts": 0}}}
    edges = [{"from": "a", "to": "c"}, {"from": "b", "to": "b"}]
    told = here.post("/runs", {"definition": {"project": "shop", "pipeline": "x", "tasks": tasks, "edges": edges}})
    assert {one["code"] for one in told.json["problems"]} >= {"unknown-task", "self-edge", "bad-value"}


def test_a_definition_that_comes_along_is_run_and_never_live(here: Served) -> None:
    text = """
        project: shop
        pipeline: once
        tasks:
          a: {action: transform, timeout: 10s, with: {data: "${input}", expression: n}}
    """
    told = here.post("/runs", {"definition": text, "input": {"n": 3}})
    assert told.status == 202
    [task] = ended(here, told.json["run"])["tasks"]
    assert task["output"] == 3
    assert here.post("/runs", {"pipeline": "once"}).code == "no-such-pipeline"


def test_a_run_is_cancelled_once(here: Served, there: Shop) -> None:
    run = started(here, {"id": 6, "wait": True})
    told = here.post(f"/runs/{run}/cancel", {"reason": "enough"})
    assert (told.status, told.json["state"]) == (200, "cancelled")
    again = here.post(f"/runs/{run}/cancel")
    assert (again.status, again.code) == (409, "run-has-ended")
    assert "enough" in ended(here, run)["reason"]
    assert there.json("show", run) == here.get(f"/runs/{run}").json, "the command prints the same document"


def test_what_failed_is_run_again(here: Served, there: Shop) -> None:
    run = started(here, {"id": 7, "total": 20, "breaks": True})
    assert here.post(f"/runs/{run}/rerun", {"from_failed": True}).status in (202, 409)
    ended(here, run)
    there.mend()
    told = here.post(f"/runs/{run}/rerun", {"from_failed": True})
    assert (told.status, told.json["rerun_of"]) == (202, run)
    assert ended(here, told.json["run"])["state"] == "succeeded"
    whole = here.post(f"/runs/{told.json['run']}/rerun", {"from_failed": True})
    assert (whole.status, whole.code) == (409, "nothing-to-rerun")


def test_why_a_task_did_not_run_is_told(here: Served) -> None:
    run = started(here, {"id": 8, "total": 1})
    ended(here, run)
    told = here.get(f"/runs/{run}/why", task="deliver").json
    assert told["state"] == "skipped"
    assert "total" in told["edges"][0]["why"]
    assert here.get(f"/runs/{run}/why", task="delivery").code == "no-such-task"
    assert here.get(f"/runs/{run}/why").status == 422


def test_a_waiting_task_is_settled_by_its_token(here: Served) -> None:
    run = started(here, {"id": 9, "total": 20})
    ended(here, run)
    told = here.post(f"/runs/{run}/tasks/check/settle", {"token": "x", "output": 1})
    assert (told.status, told.code) == (409, "nothing-waits")
    both = here.post(f"/runs/{run}/tasks/check/settle", {"token": "x", "output": 1, "error": {"message": "no"}})
    assert both.status == 422
    assert here.post(f"/runs/{run}/tasks/chuck/settle", {"token": "x"}).code == "no-such-task"


def test_runs_are_listed_and_looked_for(here: Served) -> None:
    run = started(here, {"id": 10}, request="nightly-import-10")
    ended(here, run)
    assert here.get("/runs", most=1).json["runs"][0]["run"] == run
    listed = [one["run"] for one in here.get("/runs", q="IMPORT-10").json["runs"]]
    assert listed == [run]
    assert [one["run"] for one in here.get("/runs", q=run[:10]).json["runs"]] == [run]
    stopped = started(here, {"id": 11, "wait": True})
    assert here.post(f"/runs/{stopped}/cancel").status == 200
    cancelled = {one["run"]: one["state"] for one in here.get("/runs", state="cancelled").json["runs"]}
    assert (cancelled[stopped], {*cancelled.values()}) == ("cancelled", {"cancelled"})
    assert here.get("/runs", project="other").json == {"runs": [], "next": None}
    assert here.get("/runs", pipeline="shop/drawn-only").json["runs"] == []
    assert here.get("/runs", pipeline="order").code == "no-such-pipeline"
    moment = here.get(f"/runs/{run}").json["started"]
    assert run in [one["run"] for one in here.get("/runs", since=moment, until=moment).json["runs"]]
    assert here.get("/runs", since="yesterday").status == 422
    assert here.get("/runs", state="done").status == 422


def test_a_run_is_found_by_its_triggers_key(here: Served, there: Shop) -> None:
    there("emit", "--source", "shop", "--type", "order.placed", "--detail", '{"id": 777, "total": 1}')
    other = started(here, {"id": 1}, request="mentions-777-too")
    found = here.get("/runs", q="777").json["runs"]
    assert [one["trigger"] for one in found] == ["placed", "manual"]
    assert [one["run"] for one in found][1] == other
    page = here.get("/runs", q="777", most=2).json
    assert [one["run"] for one in page["runs"]] == [one["run"] for one in found]
    assert here.get("/runs", q="7777").json["runs"] == []


def test_pages_of_runs_hold_each_once(here: Served) -> None:
    whole = [one["run"] for one in here.get("/runs", most=200).json["runs"]]
    found: list[str] = []
    after = None
    while True:
        page = here.get("/runs", most=3, after=after).json
        found += [one["run"] for one in page["runs"]]
        after = page["next"]
        if after is None:
            break
    assert found == whole
    assert here.get("/runs", after="made-up").status == 422


def test_a_run_is_asked_for_by_its_whole_id(here: Served) -> None:
    run = started(here, {"id": 11})
    for given in (run[:-1], "last", "r-" + "a" * 26, "r-" + "a" * 400):
        assert here.get(f"/runs/{given}").code == "no-such-run"


@pytest.fixture(scope="module")
def stranger(here: Served) -> str:
    """An admin of another project."""
    told = here.post("/tokens", {"name": "stranger", "role": "admin", "projects": ["other"]})
    assert told.status in (200, 201), told.body
    return str(told.json["token"])


@pytest.fixture(scope="module")
def viewer(here: Served) -> str:
    told = here.post("/tokens", {"name": "looks", "role": "viewer", "projects": ["shop"]})
    assert told.status in (200, 201), told.body
    return str(told.json["token"])


def test_others_do_not_even_learn_that_it_is_there(here: Served, stranger: str) -> None:
    run = started(here, {"id": 12})
    none = "r-" + "a" * 26
    for method, path in (
        ("GET", ""),
        ("GET", "/events"),
        ("GET", "/logs"),
        ("GET", "/why?task=check"),
        ("POST", "/cancel"),
        ("POST", "/rerun"),
    ):
        told = here.ask(method, f"/runs/{run}{path}", token=stranger)
        missing = here.ask(method, f"/runs/{none}{path}", token=stranger)
        assert told.status == missing.status == 404
        assert told.json == {**missing.json, "detail": missing.json["detail"].replace(none, run)}
    assert here.get("/runs", token=stranger).json == {"runs": [], "next": None}
    assert here.post("/runs", {"pipeline": "orders"}, token=stranger).code == "no-such-pipeline"
    assert here.get("/refusals", token=stranger).json["refusals"] == []


def test_who_may_look_may_not_change(here: Served, viewer: str) -> None:
    run = started(here, {"id": 13})
    assert here.get(f"/runs/{run}", token=viewer).status == 200
    for path in (f"/runs/{run}/cancel", f"/runs/{run}/rerun"):
        assert here.post(path, token=viewer).status == 403
    assert here.post("/runs", {"pipeline": "orders"}, token=viewer).status == 403


def test_an_operator_does_not_define_runs(here: Served) -> None:
    told = here.post("/tokens", {"name": "operates", "role": "operator", "projects": ["shop"]}).json
    tasks = {"a": {"action": "pass", "timeout": "10s"}}
    for project in ("shop", "other", "nobody"):
        body = {"definition": {"project": project, "pipeline": "x", "tasks": tasks}}
        assert here.post("/runs", body, token=told["token"]).status == 403


def test_refusals_are_listed_with_their_reason(here: Served, there: Shop) -> None:
    there("pause", "orders")
    there("emit", "--source", "shop", "--type", "order.placed", "--detail", '{"id": 99}')
    there("resume", "orders")
    [one] = [one for one in here.get("/refusals").json["refusals"] if one["trigger"] == "placed"]
    assert "paused" in one["why"]
    assert here.get("/refusals", pipeline="orders", most=1).json["refusals"] == [one]
