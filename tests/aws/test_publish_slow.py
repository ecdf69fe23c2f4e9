"""A publish that takes longer than its caller may wait: it is told so, goes on, and is found done by whoever looks or asks again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from support.api_on_aws import OnAws, api_on_aws
from support.murmur import SLOW
from support.served import Answered

from murmuration.aws.publish import making
from schemas.model import JsonObject
from schemas.project import Role

PATH = "/pipelines/shop/orders"


@dataclass
class Publishing:
    """The stack's publishing function, whose answers come too late. What it was asked it does when it is let."""

    here: OnAws
    slow: bool = True
    asked: list[JsonObject] = field(default_factory=list)

    def invoke(self, params: dict[str, Any], **_: Any) -> None:
        body = json.loads(params["Payload"])
        told = next(iter(body.values()))
        if self.slow and params["FunctionName"].endswith("-publish") and not told.get("dry_run"):
            self.asked.append(body)
            raise ReadTimeoutError(endpoint_url="lambda", error="slow")

    def goes_on(self) -> None:
        stage = self.here.sky.stage
        answering = making.answering(stage.cloud.environment, stage.clients, stage.clock)
        while self.asked:
            told = answering.answer(self.asked.pop(0))
            assert "refused" not in told, told


@pytest.fixture
def here(tmp_path: Any) -> Iterator[OnAws]:
    with api_on_aws(tmp_path) as made:
        yield made


@pytest.fixture
def publishing(here: OnAws) -> Iterator[Publishing]:
    made = Publishing(here)
    events = here.sky.stage.clients.patient("lambda").meta.events
    events.register("provide-client-params.lambda.Invoke", made.invoke, unique_id="slow")
    yield made
    events.unregister("provide-client-params.lambda.Invoke", unique_id="slow")


def drafted(here: OnAws, minutes: int) -> tuple[str, str]:
    """Its text and its version."""
    text = f"# {minutes} minutes\n{SLOW}".replace("deadline: 10m", f"deadline: {minutes}m")
    etag = here.get(f"{PATH}/draft").headers["etag"]
    layout = {"check": {"x": 1, "y": 2}}
    told = here.put(f"{PATH}/draft", {"text": text, "layout": layout}, headers={"if-match": etag})
    assert told.status == 200, told.body
    return text, told.headers["etag"].strip('"')


def goes_on(told: Answered, version: int) -> None:
    assert told.status == 202, told.body
    assert (told.json["version"], told.json["under_way"], told.json["possible"]) == (version, True, True)
    assert told.headers["location"] == f"/api{PATH}/versions"


def test_it_goes_on_and_is_found_done(here: OnAws, publishing: Publishing) -> None:
    text, etag = drafted(here, 11)
    editor = here.token_of(Role.EDITOR, "shop")
    goes_on(here.post(f"{PATH}/publish", {"etag": etag, "note": "Longer"}, token=editor), 2)
    assert here.get(f"{PATH}/versions").json["live"] == 1
    assert here.get(f"{PATH}/draft").json["text"] == text
    goes_on(here.post(f"{PATH}/publish", {"etag": etag, "note": "Longer"}, token=editor), 2)
    publishing.goes_on()
    versions = here.get(f"{PATH}/versions").json
    [newest, _] = versions["versions"]
    assert (versions["live"], newest["note"], newest["by"]) == (2, "Longer", "editor-shop@example.com")
    assert here.get(f"{PATH}/versions/2").json["text"] == text
    draft = here.get(f"{PATH}/draft").json
    assert (draft["text"], draft["saved"], draft["layout"]) == (text, False, {"check": {"x": 1.0, "y": 2.0}})
    publishing.slow = False
    again = here.post(f"{PATH}/publish", {"etag": etag, "note": "Longer"}, token=editor)
    assert again.status == 200, again.body
    assert (again.json["version"], again.json["new"], again.json["under_way"]) == (2, False, False)
    assert here.post(f"{PATH}/publish", {"text": text}, token=editor).json["version"] == 2
    states = [one["state"] for one in here.get("/audit", operation="pipeline.publish").json["entries"]]
    assert states == ["done", "done", "asked", "asked"], "nobody knows of the first two how they ended"


def test_what_was_written_to_the_draft_meanwhile_stays_there(here: OnAws, publishing: Publishing) -> None:
    text, etag = drafted(here, 11)
    goes_on(here.post(f"{PATH}/publish", {"etag": etag}), 2)
    newer, _ = drafted(here, 12)
    publishing.goes_on()
    draft = here.get(f"{PATH}/draft").json
    assert (draft["text"], draft["saved"], draft["began"]["changed"]) == (newer, True, False)
    assert here.get(f"{PATH}/versions/2").json["text"] == text
    publishing.slow = False
    again = here.post(f"{PATH}/publish", {"etag": etag})
    assert (again.status, again.json["version"], again.json["new"]) == (200, 2, False)
    assert here.get(f"{PATH}/draft").json["text"] == newer
    other = here.post(f"{PATH}/publish", {"etag": etag, "text": newer})
    assert (other.status, other.code) == (412, "changed-meanwhile"), "that draft had another text"


def test_what_the_function_refuses_is_no_mystery(here: OnAws, publishing: Publishing) -> None:
    publishing.slow = False
    arn = "arn:aws:lambda:us-east-1:123456789012:function:nowhere"
    text = SLOW.replace("tasks:", f"functions: {{check: {{lambda: '{arn}'}}}}\ntasks:", 1)
    refused = here.post(f"{PATH}/publish", {"text": text})
    assert (refused.status, refused.code) == (409, "cannot-publish")


def test_so_does_a_roll_back_and_taking_it_out(here: OnAws, publishing: Publishing) -> None:
    publishing.slow = False
    text, _ = drafted(here, 11)
    assert here.post(f"{PATH}/publish", {"text": text}).json["version"] == 2
    publishing.slow = True
    goes_on(here.post(f"{PATH}/activate", {"version": 1}), 1)
    publishing.goes_on()
    assert here.get(f"{PATH}/versions").json["live"] == 1
    told = here.post(f"{PATH}/unpublish")
    assert (told.status, told.json["under_way"]) == (202, True)
    publishing.goes_on()
    assert here.get(f"{PATH}/versions").json["live"] is None


def test_what_else_takes_longer_says_that_it_goes_on(here: OnAws) -> None:
    def late(**_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="lambda", error="slow")

    events = here.sky.stage.clients.patient("lambda").meta.events
    events.register("provide-client-params.lambda.Invoke", late, unique_id="late")
    told = here.post("/runs", {"pipeline": "shop/orders", "input": {"id": "A-1", "total": 1}})
    events.unregister("provide-client-params.lambda.Invoke", unique_id="late")
    assert (told.status, told.code) == (503, "goes-on")
    assert "goes on with it" in told.json["detail"]
    assert "Ask the same again" in told.json["advice"]
    assert told.headers["retry-after"] == "2"
