"""Checking and simulating: what `murmur check` and `murmur simulate` say, with its place in the drawing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.murmur import SLOW, shop
from support.served import Served, served

from events.interpret import interpret
from handlers.counterexample import counterexample
from schemas.document import read
from schemas.outcome import Outcome, Status
from schemas.problem import Code
from schemas.shape import read_pipeline

PATH = "/pipelines/shop/orders"
NEVER = """
project: shop
pipeline: never
tasks:
  begin: {action: pass, timeout: 1s}
  well:  {action: pass, timeout: 1s}
  badly: {action: pass, timeout: 1s}
  both:  {action: pass, timeout: 1s}
edges:
  - {from: begin, to: well}
  - {from: begin, to: badly, on: failure}
  - {from: well, to: both}
  - {from: badly, to: both}
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("checking") / "shop"
    shop(root)
    (root / "pipelines" / "after.yaml").write_text(
        "project: shop\npipeline: after\ntriggers: {done: {pipeline: {pipeline: orders}}}\n"
        "tasks: {a: {action: pass, timeout: 1s}}\n"
    )
    with served(root) as found:
        yield found


def test_each_problem_has_its_place_in_the_text_and_in_the_drawing(here: Served) -> None:
    told = here.post("/check", {"text": SLOW.replace("to: deliver", "to: delivr"), "file": "mine.yaml"}).json
    assert told["ok"] is False
    [problem] = [one for one in told["problems"] if one["code"] == "unknown-task"]
    assert (problem["file"], problem["line"], problem["column"]) == ("mine.yaml", 13, 23)
    assert (problem["end_line"], problem["end_column"]) == (13, 29)
    assert problem["path"] == ["edges", 0, "to"]
    assert problem["edge"]["index"] == 0
    assert (problem["edge"]["from_task"], problem["edge"]["to_task"]) == ("check", "delivr")
    assert "deliver" in problem["advice"]
    [task] = [one for one in told["problems"] if one["code"] == "not-an-ancestor"]
    assert task["task"] == "deliver"


def test_a_text_is_checked_beside_the_other_pipelines(here: Served) -> None:
    loop = SLOW.replace("triggers:\n", "triggers:\n  again: {pipeline: {pipeline: after}}\n")
    told = here.post(f"{PATH}/check", {"text": loop}).json
    [problem] = [one for one in told["problems"] if one["code"] == "starts-itself"]
    assert problem["trigger"] == "again"
    unknown = SLOW.replace("triggers:\n", "triggers:\n  again: {pipeline: {pipeline: aftr}}\n")
    [problem] = [
        one
        for one in here.post(f"{PATH}/check", {"text": unknown}).json["problems"]
        if one["code"] == "unknown-pipeline"
    ]
    assert "after" in problem["advice"]
    names = {one["what"] for one in here.post(f"{PATH}/check", {}).json["problems"]}
    assert not any("starts" in one for one in names)


def test_a_function_that_is_nowhere_is_a_warning(here: Served) -> None:
    told = here.post("/check", {"text": SLOW.replace("{function: check, with", "{function: chek, with", 1)}).json
    [problem] = [one for one in told["problems"] if one["code"] == "unknown-name"]
    assert (problem["severity"], problem["task"], problem["path"][-1]) == ("warning", "check", "function")
    assert "check" in problem["advice"]
    assert told["ok"] is True


def test_what_people_have_set_is_known_by_name(here: Served) -> None:
    text = SLOW.replace('{input: "${tasks.check', '{x: "${variables.tax}", input: "${tasks.check')
    assert "unknown-name" in {one["code"] for one in here.post("/check", {"text": text}).json["problems"]}
    assert here.put("/projects/shop/variables/tax", {"value": 7}, headers={"if-none-match": "*"}).status in (200, 201)
    assert "unknown-name" not in {one["code"] for one in here.post("/check", {"text": text}).json["problems"]}


def test_a_task_that_never_runs_comes_with_a_run_that_shows_it(here: Served) -> None:
    told = here.post("/check", {"text": NEVER}).json
    [problem] = [one for one in told["problems"] if one["code"] == "join-never-opens"]
    cases = problem["counterexample"]["cases"]
    assert problem["counterexample"]["task"] == "both"
    assert [case["outcomes"]["begin"] for case in cases] == ["succeeded", "failed"]
    ids = {(edge.from_, edge.to): edge.id for edge in read_pipeline(read(NEVER)).edges}
    assert cases[0]["path"] == [ids["begin", "badly"], ids["badly", "both"]]
    assert cases[1]["path"] == [ids["begin", "well"], ids["well", "both"]]


def test_what_a_counterexample_says_is_what_the_semantics_say() -> None:
    pipeline = read_pipeline(read(NEVER))
    found = counterexample(Code.JOIN_NEVER_OPENS, "both", pipeline)
    assert found is not None
    for case in found.cases:
        ran = {name: status for name, status in case.outcomes.items() if status is not Status.SKIPPED}
        answers = {
            name: Outcome.succeeded() if status is Status.SUCCEEDED else Outcome.failed("Error")
            for name, status in ran.items()
        }
        end = interpret(pipeline, answers)
        assert {name: outcome.status for name, outcome in end.outcomes.items()} == case.outcomes
        assert {id_ for id_, live in end.edges.items() if live} == set(case.live)


def test_a_circle_is_told_by_its_edges(here: Served) -> None:
    text = SLOW.replace("edges:\n", "edges:\n  - {from: deliver, to: check}\n")
    told = here.post("/check", {"text": text}).json
    circles = [one["counterexample"]["cycle"] for one in told["problems"] if one["code"] == "cycle"]
    assert circles
    edges = {edge.id: (edge.from_, edge.to) for edge in read_pipeline(read(text)).edges}
    assert {edges[id_] for id_ in circles[0]} == {("deliver", "check"), ("check", "deliver")}


def test_aws_may_refuse_more(here: Served) -> None:
    text = SLOW.replace("timeout: 30s", "timeout: 20m", 1).replace("deadline: 10m", "deadline: 1h")
    assert here.post("/check", {"text": text}).json["ok"] is True
    told = here.post("/check", {"text": text, "target": "aws"}).json
    assert "aws-limit" in {one["code"] for one in told["problems"]}
    assert here.post("/check", {"text": text, "target": "moon"}).status == 422


def test_a_simulation_goes_step_by_step(here: Served) -> None:
    told = here.post(f"{PATH}/simulate", {"outcomes": {"check": "failed"}}).json
    assert [(step["event"], step["task"]) for step in told["steps"]] == [
        ("run.started", None),
        ("task.failed", "check"),
        ("task.succeeded", "refund"),
    ]
    [fired] = told["steps"][1]["rules"]
    assert [(one["task"], one["decision"]) for one in fired["reached"]] == [("refund", "run")]
    [skipped] = told["skipped"]
    assert skipped["task"] == "deliver"
    assert told["edges"][skipped["dead"][0]] is False
    assert (told["starts"], told["end"]) == (True, "succeeded")


def test_an_event_is_taken_up_by_a_trigger_or_told_why_not(here: Served) -> None:
    event = {"source": "shop", "detail-type": "order.placed", "detail": {"id": 7}}
    told = here.post(f"{PATH}/simulate", {"event": event}).json
    assert (told["starts"], told["started_by"], told["input"]) == (True, "placed", {"id": 7})
    other = here.post(f"{PATH}/simulate", {"event": event | {"detail-type": "order.lost"}}).json
    assert other["starts"] is False
    [trigger] = other["triggers"]
    assert "order.lost" in trigger["why"]


def test_what_cannot_be_simulated_says_why(here: Served) -> None:
    wrong = here.post(f"{PATH}/simulate", {"outcomes": {"chek": "failed", "check": 3}})
    assert (wrong.status, wrong.code) == (422, "invalid-document")
    assert len(wrong.json["problems"]) == 2
    broken = here.post(f"{PATH}/simulate", {"text": "tasks: {"})
    assert (broken.status, broken.code) == (422, "invalid-document")
    assert here.post(f"{PATH}/simulate", {"event": {"source": "x"}}).status == 422
    assert here.post(f"{PATH}/simulate", {"version": 99}).code == "no-such-version"
    refused = here.post(f"{PATH}/simulate", {"input": [1]}).json
    assert refused["starts"] is False
    assert refused["refused"]


def test_a_pattern_is_tried_on_an_event(here: Served) -> None:
    pattern = {"source": ["shop"], "detail": {"total": [{"numeric": [">", 10]}]}}
    told = here.post("/match", {"pattern": pattern, "event": {"source": "shop", "detail": {"total": 5}}}).json
    assert told["verdict"] == "no_match"
    [failure] = told["failures"]
    assert (failure["fields"], failure["found"], failure["reason"]) == (["detail.total"], ["5"], "refused")
    assert (
        here.post("/match", {"pattern": {"source": ["shop"]}, "event": {"source": "shop"}}).json["verdict"] == "match"
    )
    bad = here.post("/match", {"pattern": {"source": "shop"}, "event": {}}).json
    assert bad["verdict"] == "invalid"
    assert bad["advice"]


def test_of_projects_that_one_does_not_see_nothing_is_told(here: Served) -> None:
    asked = {"name": "elsewhere", "role": "editor", "projects": ["elsewhere"]}
    token = here.post("/tokens", asked).json["token"]
    assert here.get("/pipelines", token=token).json["pipelines"] == []
    assert here.post(f"{PATH}/check", {}, token=token).code == "no-such-pipeline"
    assert here.post(f"{PATH}/simulate", {}, token=token).code == "no-such-pipeline"
    text = SLOW.replace("triggers:\n", "triggers:\n  again: {pipeline: {pipeline: after}}\n")
    codes = {one["code"] for one in here.post("/check", {"text": text}, token=token).json["problems"]}
    assert not codes & {"starts-itself", "unknown-pipeline"}
    mine = "project: elsewhere\npipeline: mine\ntriggers: {a: {pipeline: {project: shop, pipeline: hears}}}\n"
    mine += "tasks: {a: {action: pass, timeout: 1s}}\n"
    hears = (
        mine.replace("elsewhere", "shop").replace("mine", "hears", 1).replace("project: shop, ", "project: elsewhere, ")
    )
    (here.root / "pipelines" / "hears.yaml").write_text(hears.replace("pipeline: hears}", "pipeline: mine}"))
    made = here.post("/pipelines", {"project": "elsewhere", "pipeline": "mine", "text": mine}, token=token)
    assert made.status == 201
    refused = here.post("/pipelines/elsewhere/mine/publish", {}, token=token)
    assert (refused.status, refused.code) == (422, "invalid-document")
    assert "shop" not in refused.body.decode()
    (here.root / "pipelines" / "hears.yaml").unlink()
    assert here.post("/pipelines/elsewhere/mine/publish", {}, token=token).status == 200
