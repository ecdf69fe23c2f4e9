"""The doors under Lambda's own runtime client: they start, answer, tell what went wrong, and load no more than they need."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.aws_variables import VARIABLES
from support.runtime_api import ROOT, Runtime, runtime

HEAVY = (
    "networkx", "rich", "click", "yaml", "boto3", "s3transfer", "aws_xray_sdk", "cloudevents", "jsonschema_rs", "cronsim", "sqlite3",
    "aws_lambda_powertools.event_handler", "aws_lambda_powertools.utilities.parser",
    "murmuration.cli", "murmuration.local", "murmuration.memory", "murmuration.aws.publish", "murmuration.aws.actions", "murmuration.aws.bundles",
    "events.check", "events.rules", "events.pattern", "events.catalog", "handlers.actions", "handlers.start", "handlers.sweeper",
)  # fmt: skip


@pytest.fixture(scope="module")
def task() -> Iterator[Runtime]:
    with runtime("handlers.entry.task", VARIABLES) as started:
        started.wait_until_ready()
        yield started


def test_it_starts_and_tells_what_was_no_delivery(task: Runtime) -> None:
    assert task.init_error is None, task.lines()
    answer = task.invoke({"task": "resize", "edges": {}})
    assert answer.error is not None
    assert answer.error["errorType"] == "InvalidEvent"
    assert "a delivery has no event" in str(answer.error["errorMessage"])


def test_what_cannot_be_asked_of_aws_is_an_error_that_the_failure_destination_hears(task: Runtime) -> None:
    detail = {
        "specversion": "1.0", "id": "r-1/run.started", "source": "/murmuration/p/x", "type": "run.started",
        "time": "2027-01-15T08:00:00Z", "pipeline": "p/x@1", "run": "r-1", "data": {},
    }  # fmt: skip
    event = {"source": "murmuration", "detail-type": "run.started", "detail": detail}
    answer = task.invoke({"task": "resize", "edges": {}, "event": event})
    assert answer.error is not None
    assert answer.error["errorType"] == "Unavailable"
    assert "DynamoDB did not answer" in str(answer.error["errorMessage"])


def test_what_cannot_start_says_what_it_lacks() -> None:
    without = {name: value for name, value in VARIABLES.items() if name != "MURMUR_TABLE"}
    with runtime("handlers.entry.task", without) as started:
        started.wait_until_ready()
    assert started.init_error is not None
    assert "the environment lacks MURMUR_TABLE" in str(started.init_error["errorMessage"])


@pytest.mark.parametrize("door", ["start", "projector", "sweeper", "timers", "undelivered", "publish"])
def test_every_door_starts(door: str) -> None:
    with runtime(f"handlers.entry.{door}", VARIABLES) as started:
        started.wait_until_ready()
    assert started.init_error is None, started.lines()


def test_a_task_function_loads_nothing_that_it_may_never_need() -> None:
    code = "import sys, json, handlers.entry; print(json.dumps(sorted(sys.modules)))"
    told = {**VARIABLES, "_HANDLER": "handlers.entry.task", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=told, cwd=Path(ROOT), capture_output=True, text=True, check=True
    )
    loaded = json.loads(done.stdout)
    heavy = [name for name in loaded if any(name == one or name.startswith(f"{one}.") for one in HEAVY)]
    assert heavy == []
    assert "handlers.task" in loaded, "it is loaded before the first invocation"


def test_a_lambda_of_ones_own_starts_and_answers(tmp_path: Path) -> None:
    text = "from murmuration import lambda_handler\n\n@lambda_handler\ndef handler(n: int) -> int:\n    return n + 1\n"
    (tmp_path / "own.py").write_text(text)
    told = {**VARIABLES, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    with runtime("own.handler", told, folder=tmp_path) as started:
        started.wait_until_ready()
        assert started.init_error is None, started.lines()
        answer = started.invoke({"task": "a", "edges": {}})
    assert answer.error is not None
    assert answer.error["errorType"] == "InvalidEvent"
