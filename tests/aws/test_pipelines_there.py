"""Pipelines over HTTP on a deployed stack: drafted, reviewed, published by the stack's own function, rolled back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from support.api_on_aws import OnAws, api_on_aws
from support.murmur import SLOW

from schemas.document import read
from schemas.shape import read_pipeline


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnAws]:
    with api_on_aws(tmp_path_factory.mktemp("there")) as made:
        yield made


class Own(NamedTuple):
    """A pipeline that no other test has, published once."""

    name: str
    text: str

    @property
    def path(self) -> str:
        return f"/pipelines/shop/{self.name}"


@pytest.fixture
def own(here: OnAws, request: pytest.FixtureRequest) -> Own:
    name = re.sub(r"\W", "-", request.node.name.replace("_", "-"))[:40].strip("-")
    text = SLOW.replace("pipeline: orders", f"pipeline: {name}")
    here.sky.publish(read_pipeline(read(text)))
    return Own(name, text)


def save(here: OnAws, own: Own, text: str, **more: Any) -> Any:
    etag = here.get(f"{own.path}/draft").headers["etag"]
    return here.put(f"{own.path}/draft", {"text": text, **more}, headers={"if-match": etag})


def test_a_draft_begins_with_what_is_live(here: OnAws, own: Own) -> None:
    told = here.get(f"{own.path}/draft").json
    assert (told["saved"], told["began"]["file"]) == (False, None)
    assert told["document"]["pipeline"] == own.name
    assert [one for one in told["problems"] if one["severity"] == "error"] == []


def test_it_is_reviewed_published_and_rolled_back(here: OnAws, own: Own) -> None:
    wider = f"# wider\n{own.text}".replace("source: [shop]", "source: [shop, till]")
    before = here.get(f"{own.path}/versions").json["live"]
    assert save(here, own, wider, layout={"check": {"x": 1, "y": 2}}).status == 200
    dry = here.post(f"{own.path}/publish", {"dry_run": True})
    assert dry.status == 200, dry.body
    assert (dry.json["live"], dry.json["version"], dry.json["new"]) == (before, before + 1, True)
    assert all(one["pattern"] and one["targets"] and one["hears"] for one in dry.json["rules"]["added"])
    assert dry.json["quota"]["after"] > dry.json["quota"]["used"]
    assert here.get(f"{own.path}/versions").json["live"] == before
    told = here.post(f"{own.path}/publish", {"note": "Tills"})
    assert told.status == 200, told.body
    assert told.json["version"] == before + 1
    assert {one["name"] for one in told.json["rules"]["added"]} == {one["name"] for one in dry.json["rules"]["added"]}
    versions = here.get(f"{own.path}/versions").json
    assert versions["live"] == before + 1
    assert (versions["versions"][0]["note"], versions["versions"][0]["state"]) == ("Tills", "live")
    assert here.get(f"{own.path}/versions/{before + 1}").json["text"] == wider
    draft = here.get(f"{own.path}/draft").json
    assert (draft["text"], draft["saved"], draft["layout"]) == (wider, False, {"check": {"x": 1.0, "y": 2.0}})
    again = here.post(f"{own.path}/publish", {}).json
    assert (again["version"], again["new"]) == (before + 1, False)
    dry = here.post(f"{own.path}/activate", {"version": before, "dry_run": True}).json
    assert (dry["version"], dry["live"]) == (before, before + 1)
    assert here.get(f"{own.path}/versions").json["live"] == before + 1
    assert here.post(f"{own.path}/activate", {"version": before}).json["new"] is True
    assert here.get(f"{own.path}/versions").json["live"] == before


def test_what_somebody_else_published_meanwhile_is_not_undone_silently(here: OnAws, own: Own) -> None:
    mine, theirs = (own.text.replace("deadline: 10m", f"deadline: {minutes}m") for minutes in (11, 12))
    assert save(here, own, mine).status == 200
    here.sky.publish(read_pipeline(read(theirs)))
    draft = here.get(f"{own.path}/draft").json
    assert (draft["text"], draft["began"]["changed"]) == (mine, True)
    refused = here.post(f"{own.path}/publish", {})
    assert (refused.status, refused.code) == (409, "published-meanwhile")
    assert "12m" in refused.json["current"]["text"]
    assert here.post(f"{own.path}/publish", {"dry_run": True}).json["possible"] is False
    assert here.post(f"{own.path}/publish", {"over": True}).status == 200
    assert here.get(f"{own.path}/draft").json["text"] == mine


def test_a_new_pipeline_is_published_listed_and_taken_out(here: OnAws) -> None:
    made = here.post("/pipelines", {"project": "shop", "pipeline": "greetings", "template": "hello"})
    assert made.status == 201, made.body
    told = here.post("/pipelines/shop/greetings/publish", {})
    assert told.status == 200, told.body
    [listed] = here.get("/pipelines", q="greetings").json["pipelines"]
    assert (listed["live"], listed["draft"]["saved"]) == (1, False)
    assert here.post("/pipelines/shop/greetings/simulate", {"input": {"name": "Ada"}}).json["end"] == "succeeded"
    assert here.get("/pipelines/shop/greetings/rules").json["rules"]
    assert here.get("/pipelines/shop/greetings/export", format="cloudformation").status == 200
    assert here.post("/pipelines/shop/greetings/unpublish", {}).status == 200
    assert here.get("/pipelines/shop/greetings").json["live"] is None
    assert here.post("/pipelines/shop/greetings/unpublish", {}).code == "not-live"


def test_what_stands_in_the_way_is_told_and_stops_it(here: OnAws, own: Own) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:nowhere"
    text = own.text.replace("tasks:", f"functions: {{check: {{lambda: '{arn}'}}}}\ntasks:", 1)
    assert save(here, own, text).status == 200
    dry = here.post(f"{own.path}/publish", {"dry_run": True}).json
    assert dry["possible"] is False
    assert any("nowhere" in one["what"] and one["stops"] for one in dry["obstacles"])
    refused = here.post(f"{own.path}/publish", {})
    assert (refused.status, refused.code) == (409, "cannot-publish")
    long = here.post(f"{own.path}/publish", {"text": own.text.replace("timeout: 30s", "timeout: 20m", 1)})
    assert (long.status, {one["code"] for one in long.json["problems"]}) == (422, {"aws-limit"})
    broken = here.post(f"{own.path}/publish", {"text": "tasks: ["})
    assert (broken.status, broken.code) == (422, "invalid-document")
