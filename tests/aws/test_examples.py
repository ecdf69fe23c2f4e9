"""The examples on AWS and on the local stack: the same documents, functions and inputs give the same events and the same view."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest
from support.both import EXAMPLES, SCENARIOS, Local, local_stack, looks, told, workspace_of_examples
from support.sky import Sky, sky

from events.event import Event
from murmuration.workspace import Workspace

ROOT = EXAMPLES.parent
BUCKETS = ("uploads", "thumbnails", "quarantine", "reports", "sales", "stock")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sky]:
    with sky(tmp_path_factory.mktemp("sky")) as made:
        documents = Workspace(EXAMPLES).read()[0]
        made.deploy("examples", EXAMPLES / "functions")
        for bucket in BUCKETS:
            made.bucket(bucket)
            for file in (EXAMPLES / "buckets" / bucket).glob("*.*"):
                made.put(bucket, file.name, file.read_bytes())
        files = [{"bucket": "sales", "key": name} for name in ("north.csv", "south.csv")]
        made.stack.ports.settings.put_variables("examples", {"sales_files": files})  # type: ignore[attr-defined]  # the adapter's own
        made.publish(*documents.pipelines, projects=documents.projects)
        # From here on in any order, and one delivery in four comes twice.
        made.stage.deliverer.doubled = 0.25
        yield made


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with local_stack(workspace_of_examples(tmp_path_factory.mktemp("local") / "workspace")) as made:
        yield made


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_same_run_says_the_same_on_both(here: Sky, local: Local, scenario: str) -> None:
    pipeline, input_ = SCENARIOS[scenario]
    here.put("stock", "notes.txt", b"Six of these")
    (local.workspace.buckets / "stock/notes.txt").write_text("Six of these")
    run = here.ask(pipeline, input_)
    same = local.ask(pipeline, input_, f"asked-{here.asked}")
    assert run == same, "a run's id follows from what was asked"
    here.settle()
    expected = local.ended(run)
    assert told(here.events(run), run) == told(expected, run)
    assert here.end(run) == "succeeded"
    assert picture(here, run, here.events(run)) == picture(here, run, expected)


@pytest.mark.parametrize("sample", ["flock.png", "broken.png"])
def test_a_picture_that_is_dropped_is_seen_to_on_both(here: Sky, local: Local, sample: str) -> None:
    before = set(runs(here, "examples/pictures"))
    here.put("uploads", sample, (EXAMPLES / "samples" / sample).read_bytes())
    here.settle()
    [run] = set(runs(here, "examples/pictures")) - before
    same = local.drop(EXAMPLES / "samples" / sample, "uploads", sample)
    expected = local.ended(same)
    mine, theirs = (
        [line for line in told(events, id_) if "run.started" not in line]
        for events, id_ in ((here.events(run), run), (expected, same))
    )
    assert mine == theirs
    assert here.end(run) == "succeeded"
    assert picture(here, run, here.events(run)) == picture(here, run, expected)


def runs(here: Sky, pipeline: str) -> list[str]:
    pages = here.stack.clients.dynamodb.get_paginator("scan").paginate(TableName=here.stack.environment.table)
    found = [
        item["pk"]["S"].removeprefix("run#") for page in pages for item in page["Items"] if item["sk"]["S"] == "run"
    ]
    return [run for run in found if (record := here.ledger.run(run)) is not None and record.pipeline == pipeline]


def picture(here: Sky, run: str, events: Sequence[Event]) -> tuple[dict[str, str], str]:
    record = here.ledger.run(run)
    assert record is not None
    published = here.stack.catalog.version(record.reference)
    assert published is not None
    return looks(events, published.version.pipeline)


def test_a_claim_tells_where_the_log_is(here: Sky) -> None:
    run = here.ask("examples/arithmetic")
    here.settle()
    record = here.ledger.task(run, "sum")
    assert record is not None
    group, stream, request = record.log.split(":")
    assert (group, stream) == ("/aws/lambda/murmur-test-task", "2027/01/15/[$LATEST]0f")
    assert record.delivery.endswith(f">{request}")


def test_an_order_that_is_said_twice_is_booked_once(here: Sky) -> None:
    before = set(runs(here, "examples/orders"))
    for _ in range(2):
        here.emit("shop", "order.booked", {"kind": "purchase", "order": "B-1", "cents": 700})
    here.settle()
    [run] = set(runs(here, "examples/orders")) - before
    assert here.end(run) == "succeeded"
    with suppress(KeyError):
        assert json.loads(here.get("reports", "orders/B-1-purchase.json"))["booked_cents"] == 700


def test_libraries_of_the_examples_are_those_that_they_are_tested_with() -> None:
    lock = (ROOT / "requirements/examples.lock").read_text()
    named = [line for file in EXAMPLES.glob("functions/*/requirements.txt") for line in file.read_text().splitlines()]
    assert named
    assert all(f"{line} \\\n" in lock for line in named)
