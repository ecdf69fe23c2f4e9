"""A workspace with something behind every door: a pipeline for events, one for files, one for webhooks."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
from support.served import Served

SECRET = "rather long and random"
ORDERS = """
project: shop
pipeline: orders
triggers: {placed: {event: {source: [shop, /shop], detail-type: [order.placed]}, input: "${detail}"}}
tasks: {keep: {action: pass}}
"""
FILES = """
project: shop
pipeline: files
triggers: {came: {s3: {bucket: uploads}, input: "${detail}"}}
tasks: {keep: {action: pass}}
"""
HOOKS = """
project: shop
pipeline: hooks
triggers:
  github: {webhook: {signature: github, secret: KEY}}
  stripe: {webhook: {signature: stripe, secret: KEY}}
  plain:  {webhook: {signature: plain, secret: KEY}}
  open:   {webhook: {signature: none}}
  unset:  {webhook: {signature: plain, secret: UNSET}}
tasks: {keep: {action: pass}}
"""


def doors(root: Path) -> Path:
    for folder in ("pipelines", "functions", "buckets/uploads"):
        (root / folder).mkdir(parents=True)
    (root / "project.yaml").write_text("project: shop\nsecrets: [KEY, UNSET]\n")
    (root / "secrets.env").write_text(f"KEY={SECRET}\n")
    (root / "secrets.env").chmod(0o600)
    for name, text in {"orders": ORDERS, "files": FILES, "hooks": HOOKS}.items():
        (root / f"pipelines/{name}.yaml").write_text(text)
    return root


def inputs(here: Served, pipeline: str) -> dict[str, Any]:
    """Of its runs, in the order in which they were started."""
    sql = "SELECT id, input FROM runs WHERE pipeline = ? ORDER BY n"
    return {run: orjson.loads(body) for run, body in _rows(here, sql, f"shop/{pipeline}")}


def started(
    here: Served,
    pipeline: str,
    before: dict[str, Any],
    number: int = 1,
    *,
    which: Callable[[Any], bool] = lambda _: True,
) -> list[Any]:
    """The inputs of those that were not there before, once there are so many."""
    until = time.monotonic() + 20
    while True:
        new = [value for run, value in inputs(here, pipeline).items() if run not in before and which(value)]
        if len(new) >= number:
            return new
        assert time.monotonic() < until, f"{len(new)} runs of {pipeline}, and {number} were expected"
        time.sleep(0.02)


def outside(here: Served) -> list[dict[str, Any]]:
    """Every event from outside that was ever taken."""
    return [orjson.loads(body) for (body,) in _rows(here, "SELECT body FROM outside ORDER BY seq")]


def _rows(here: Served, sql: str, *values: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{here.root}/.murmuration/state.db?mode=ro", uri=True)) as database:
        return database.execute(sql, values).fetchall()
