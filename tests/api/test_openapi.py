"""The OpenAPI document: valid, whole, and what clients can be generated from; and the page that shows it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from playwright.sync_api import sync_playwright
from support.browser import FLAGS, executable
from support.murmur import shop
from support.served import Served, served

from handlers.api.described import DESCRIBED
from handlers.api.naming import names_of
from handlers.auth import Operation
from murmuration.generate import FOLDER, PAGE, TYPES, stale
from murmuration.openapi import openapi

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("openapi") / "shop"
    shop(root)
    with served(root) as found:
        yield found


@pytest.fixture(scope="module")
def document() -> Any:
    return openapi()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert method in METHODS
            yield method.upper(), path, operation


def test_it_is_valid(document: Any) -> None:
    assert [str(wrong) for wrong in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_what_is_served_is_valid_and_what_is_generated(here: Served, document: Any) -> None:
    told = here.get("/openapi.json", token=None).json
    assert told == document == orjson.loads((FOLDER / "openapi.json").read_bytes())


def test_functions_are_told_to_those_who_may_read_them(here: Served) -> None:
    told = here.get("/openapi.json").json
    assert [str(wrong) for wrong in OpenAPIV31SpecValidator(told).iter_errors()] == []
    assert "post" in told["paths"]["/lib/check"]
    assert "/lib/check" not in here.get("/openapi.json", token=None).json["paths"]


def test_every_operation_is_told_in_full(document: Any) -> None:
    for method, path, one in operations(document):
        where = f"{method} {path}"
        assert one["summary"], where
        assert one["tags"][0] in {tag["name"] for tag in document["tags"]}, where
        assert re.fullmatch(r"[a-z][A-Za-z]+", one["operationId"]), where
        if one["security"] == [{"bearer": []}] and path != "/auth/verify":
            assert one["x-operation"] in set(Operation), where
            assert {"401", "403"} <= one["responses"].keys(), where
        for status, answer in one["responses"].items():
            if int(status) >= 400:
                assert answer == {"$ref": f"#/components/responses/Problem{status}"}, where
        named = set(re.findall(r"{(\w+)}", path))
        there = {each["name"] for each in one.get("parameters", ()) if each.get("in") == "path"}
        assert named == there, where


def test_every_problem_is_one(document: Any) -> None:
    for name, answer in document["components"]["responses"].items():
        assert list(answer["content"]) == ["application/problem+json"], name
        assert answer["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_names_are_there_once_and_read_like_names(document: Any) -> None:
    names = Counter(one["operationId"] for _, _, one in operations(document))
    assert [name for name, number in names.items() if number > 1] == []
    assert {"listRuns", "showRun", "startRun", "publishPipeline", "saveDraft", "createToken"} <= names.keys()
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) for name in document["components"]["schemas"])


def test_what_is_described_beside_is_of_a_route(document: Any) -> None:
    there = {(method, path.replace("{", "<").replace("}", ">")) for method, path, _ in operations(document)}
    assert set(DESCRIBED) - there == set()


def test_what_creates_takes_keys_and_what_is_edited_takes_versions(document: Any) -> None:
    paths = document["paths"]
    assert {"$ref": "#/components/parameters/IdempotencyKey"} in paths["/runs"]["post"]["parameters"]
    draft = paths["/pipelines/{project}/{pipeline}/draft"]
    assert {"$ref": "#/components/parameters/IfMatch"} in draft["put"]["parameters"]
    assert {"412", "428"} <= draft["put"]["responses"].keys()
    assert "304" in draft["get"]["responses"]


def test_schemas_that_pydantic_tells_apart_by_modules_have_short_names() -> None:
    given = ["handlers__api__tokens__Page", "handlers__api__users__Page", "Draft-Input", "Draft-Output", "Plain"]
    assert dict(names_of(given)) == {
        "handlers__api__tokens__Page": "TokensPage",
        "handlers__api__users__Page": "UsersPage",
        "Draft-Input": "DraftInput",
        "Draft-Output": "Draft",
    }


def test_the_page_of_the_docs_has_every_endpoint(document: Any, tmp_path: Path) -> None:
    assert stale(PAGE, TYPES) == {}
    page = PAGE.read_text()
    assert all(f"| `{method} {path}` |" in page for method, path, _ in operations(document))
    old = tmp_path / "api.md"
    old.write_text(page.replace("| `GET /runs` |", "| `GET /walks` |"))
    assert stale(old, TYPES) == {old: page}


class Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.elsewhere: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script"
        self.elsewhere += [str(value) for name, value in attrs if name in ("src", "href")]
        if self._inside:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def test_the_page_runs_its_own_scripts_and_nothing_else(here: Served) -> None:
    told = here.get("/docs", token=None)
    scripts = Scripts()
    scripts.feed(told.body.decode())
    assert scripts.elsewhere == []
    policy = told.headers["content-security-policy"]
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts.found]
    named = " ".join(f"'sha256-{one}'" for one in hashes)
    assert f"script-src {named};" in policy
    assert "default-src 'none'" in policy
    assert here.get("/docs", token=None, headers={"if-none-match": told.headers["etag"]}).status == 304


def test_the_page_shows_and_tries_it_in_a_browser(here: Served) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        page = browser.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.goto(f"{here.url}/api/docs#token={here.token}")
        page.locator("#operations-people-verifyToken").click()
        page.locator("#operations-people-verifyToken .execute").click()
        told = page.locator("#operations-people-verifyToken .live-responses-table tbody .response-col_status").first
        told.wait_for()
        assert "200" in told.inner_text()
        assert page.locator("[data-path='/lib/check']").count() == 1
        assert wrong == []
        browser.close()
