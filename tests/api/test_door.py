"""The door of the local server: who comes in, and that every no is a problem in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.murmur import shop
from support.served import Served, served


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("door") / "shop"
    shop(root)
    with served(root) as found:
        yield found


def test_nobody_comes_in_without_a_token(here: Served) -> None:
    told = here.get("/runs", token=None)
    assert (told.status, told.code) == (401, "unauthenticated")
    assert told.headers["content-type"] == "application/problem+json"
    assert told.headers["www-authenticate"].startswith("Bearer")


def test_a_wrong_token_is_refused_in_words(here: Served) -> None:
    told = here.get("/runs", token="mm_nobody")
    assert (told.status, told.code) == (401, "unauthenticated")
    assert "murmur" in told.json["advice"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:1"])
def test_a_name_that_was_made_to_point_here_is_refused(here: Served, host: str) -> None:
    assert here.get("/runs", headers={"host": host}).status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1"])
def test_a_page_elsewhere_is_refused(here: Served, origin: str) -> None:
    assert here.get("/runs", headers={"origin": origin}).status == 403


def test_its_own_page_may_ask(here: Served) -> None:
    assert here.get("/runs", headers={"origin": here.url}).status == 200


def test_with_and_without_the_prefix_it_is_the_same(here: Served) -> None:
    assert here.get("/api/runs").json == here.get("/runs").json == here.get("/runs/").json


def test_what_is_not_there_and_what_is_not_taken(here: Served) -> None:
    assert here.get("/nowhere").status == 404
    refused = here.put("/runs")
    assert refused.status == 405
    assert "GET" in refused.headers["allow"]


def test_a_browser_is_told_to_run_nothing_from_elsewhere(here: Served) -> None:
    policy = here.get("/auth/config", token=None).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
