"""Drafts: kept as they are written, never overwritten silently, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.murmur import SLOW, shop
from support.served import Served, served

from murmuration.template_modules import FOLDER, made

DRAFT = "/pipelines/shop/orders/draft"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("drafts") / "shop"
    shop(root)
    with served(root) as found:
        yield found


@pytest.fixture(autouse=True)
def _given_up(here: Served) -> Iterator[None]:
    yield
    here.delete(DRAFT, headers={"if-match": here.get(DRAFT).headers["etag"]})


def save(here: Served, text: str, etag: str, **more: Any) -> Any:
    return here.put(DRAFT, {"text": text, **more}, headers={"if-match": etag})


def test_a_draft_begins_with_the_file_and_changes_nothing(here: Served) -> None:
    told = here.get(DRAFT)
    assert told.status == 200
    assert told.json["text"] == SLOW
    assert (told.json["saved"], told.json["differs"]) == (False, False)
    assert told.json["began"]["file"] == "pipelines/orders.yaml"
    assert told.json["document"]["tasks"]["refund"] == {"action": "pass", "timeout": "30s"}
    assert told.headers["etag"] == f'"{told.json["etag"]}"'
    assert here.get(DRAFT, headers={"if-none-match": told.headers["etag"]}).status == 304


def test_a_write_says_what_it_was_made_against(here: Served) -> None:
    refused = here.put(DRAFT, {"text": SLOW})
    assert (refused.status, refused.code) == (428, "version-wanted")
    assert here.delete(DRAFT).status == 428


def test_comments_and_the_layout_are_kept_and_the_layout_is_in_no_document(here: Served) -> None:
    text = f"# mine\n{SLOW}"
    saved = save(here, text, here.get(DRAFT).headers["etag"], layout={"check": {"x": 1, "y": -2.5}})
    assert saved.status == 200
    told = here.get(DRAFT).json
    assert (told["text"], told["layout"], told["saved"], told["differs"]) == (
        text,
        {"check": {"x": 1.0, "y": -2.5}},
        True,
        True,
    )
    assert told["by"]
    assert told["at"].endswith("Z")
    assert "layout" not in told["document"]
    again = save(here, SLOW, saved.headers["etag"])
    assert again.json["layout"] == {"check": {"x": 1.0, "y": -2.5}}
    assert (here.root / "pipelines" / "orders.yaml").read_text() == SLOW


def test_who_comes_too_late_is_told_the_other_side(here: Served) -> None:
    first = here.get(DRAFT).headers["etag"]
    other = save(here, f"{SLOW}# other\n", first)
    late = save(here, f"{SLOW}# late\n", first)
    assert (late.status, late.code) == (412, "changed-meanwhile")
    assert late.headers["etag"] == other.headers["etag"]
    current = late.json["current"]
    assert current["text"] == f"{SLOW}# other\n"
    assert current["etag"] == other.json["etag"]
    assert current["by"]
    assert current["at"]
    assert here.delete(DRAFT, headers={"if-match": first}).status == 412
    assert save(here, f"{SLOW}# late\n", late.headers["etag"]).status == 200


def test_a_broken_text_is_saved_and_its_problems_come_along(here: Served) -> None:
    saved = save(here, "project: shop\npipeline: [orders\n", here.get(DRAFT).headers["etag"])
    assert saved.status == 200
    assert saved.json["document"] is None
    assert [one["code"] for one in saved.json["problems"]] == ["unreadable"]
    assert here.get(DRAFT).json["text"] == "project: shop\npipeline: [orders\n"


def test_a_draft_that_is_given_up_is_the_file_again(here: Served) -> None:
    saved = save(here, "tasks: {}", here.get(DRAFT).headers["etag"])
    assert here.delete(DRAFT, headers={"if-match": saved.headers["etag"]}).status == 204
    assert here.get(DRAFT).json["text"] == SLOW


def test_a_text_for_another_pipeline_is_told(here: Served) -> None:
    saved = save(here, SLOW.replace("pipeline: orders", "pipeline: others"), here.get(DRAFT).headers["etag"])
    [problem] = [one for one in saved.json["problems"] if one["severity"] == "error"]
    assert (problem["code"], problem["path"]) == ("bad-name", ["pipeline"])


def test_a_large_text_is_kept_and_one_that_is_too_large_is_refused(here: Served) -> None:
    large = SLOW + "# nothing new in this line\n" * 35_000
    saved = save(here, large, here.get(DRAFT).headers["etag"])
    assert saved.status == 200
    assert here.get(DRAFT).json["text"] == large
    refused = save(here, SLOW + "# and more of it\n" * 70_000, saved.headers["etag"])
    assert (refused.status, refused.code) == (413, "too-large")


def test_a_pipeline_begins_from_a_template_a_text_or_empty(here: Served) -> None:
    made = here.post("/pipelines", {"project": "shop", "pipeline": "greetings", "template": "hello"})
    assert made.status == 201
    assert made.headers["location"].endswith("/pipelines/shop/greetings/draft")
    assert made.json["document"]["pipeline"] == "greetings"
    assert [one for one in made.json["problems"] if one["severity"] == "error"] == []
    again = here.post("/pipelines", {"project": "shop", "pipeline": "greetings"})
    assert (again.status, again.code) == (409, "already-there")
    assert here.post("/pipelines", {"project": "shop", "pipeline": "orders"}).status == 409
    text = "# kept\npipeline: 'old' # this, too\nproject: p\ntasks: {a: {action: pass, timeout: 1s}}\n"
    copied = here.post("/pipelines", {"project": "shop", "pipeline": "copy", "text": text})
    assert copied.json["text"] == text.replace("'old'", "'copy'").replace("project: p\n", "project: shop\n")
    empty = here.post("/pipelines", {"project": "shop", "pipeline": "blank"})
    assert [one for one in empty.json["problems"] if one["severity"] == "error"] == []


@pytest.mark.parametrize("name", ["9 lives", "", "a/b", "x" * 65, "..", "ä"])
def test_a_name_that_cannot_be_is_refused_with_advice(here: Served, name: str) -> None:
    refused = here.post("/pipelines", {"project": "shop", "pipeline": name})
    assert refused.status == 422
    assert "letter" in refused.json["advice"]


def test_every_template_is_sound_and_brings_its_functions(here: Served) -> None:
    listed = here.get("/templates").json["templates"]
    assert {"hello", "empty", "orders", "pictures"} <= {one["id"] for one in listed}
    for one in listed:
        told = here.post("/check", {"text": one["text"].replace("PROJECT", "other")}).json
        assert [problem for problem in told["problems"] if problem["severity"] == "error"] == []
        used = {task["function"] for task in told["document"]["tasks"].values() if "function" in task}
        assert used == one["functions"].keys()


def test_the_palette_has_every_action_with_its_schemas(here: Served) -> None:
    actions = {one["name"]: one for one in here.get("/actions").json["actions"]}
    assert {"http.request", "s3.copy", "transform", "fail"} <= actions.keys()
    assert actions["http.request"]["group"] == "http"
    assert actions["http.request"]["parameters"]["properties"]["url"]
    assert all(one["example"] and one["title"] for one in actions.values())


def test_what_is_nowhere_is_told_so(here: Served) -> None:
    for path in ("draft", "versions", "rules", "diff?from=1"):
        assert here.get(f"/pipelines/shop/nothing/{path}").status == 404
    assert here.post("/pipelines/shop/nothing/publish", {}).code == "no-such-pipeline"


def test_templates_are_what_the_examples_say() -> None:
    there = {path.name: path.read_text() for path in FOLDER.glob("*.py") if path.name != "__init__.py"}
    assert there == made(), "Run: python -m murmuration.template_modules"
