"""The server: what the owner of a workspace gives to those who work for it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from support.murmur import Shop, shop

from murmuration.local.keys import HALF

HTTP = """
project: shop
pipeline: fetch
deadline: 5m
tasks:
  get: {action: http.request, with: {url: "http://127.0.0.1:9/"}, timeout: 20s}
edges: []
"""


@pytest.fixture
def here(tmp_path: Path) -> Shop:
    return shop(tmp_path / "shop")


def error(here: Shop) -> str:
    tasks = here.json("run", "fetch", code=1)["tasks"]
    assert isinstance(tasks, list)
    [task] = tasks
    assert isinstance(task, dict)
    assert isinstance(task["error"], dict)
    return str(task["error"]["type"])


def test_actions_are_given_the_settings_of_the_operator(here: Shop) -> None:
    (here.root / "pipelines" / "fetch.yaml").write_text(HTTP)
    assert error(here) == "Refused"
    (here.root / "settings.yaml").write_text('allow: ["127.0.0.1:9"]\nkeep: 10d\n')
    assert error(here) != "Refused", "it may try now, and finds nobody there"


def test_what_a_crash_left_in_a_bucket_goes_when_the_next_server_begins(here: Shop) -> None:
    half = here.root / "buckets" / "uploads" / f"{HALF}0123"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"ha")
    two_days_ago = time.time() - 2 * 86_400
    os.utime(half, (two_days_ago, two_days_ago))
    here("up", "--once")
    assert not half.exists()
