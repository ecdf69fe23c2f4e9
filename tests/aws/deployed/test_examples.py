"""The examples, deployed, and on the embedded stack: the same documents, functions and inputs give the same events and the same view."""

from __future__ import annotations

import pytest
from support.both import EXAMPLES, SCENARIOS, Local
from support.deployed.same import same
from support.deployed.standing import Standing


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_same_run_says_the_same_on_both(here: Standing, local: Local, scenario: str) -> None:
    pipeline, input_ = SCENARIOS[scenario]
    here.put("stock", "notes.txt", b"Six of these")
    (local.workspace.buckets / "stock/notes.txt").write_text("Six of these")
    request = f"asked {scenario}"
    run = here.ask(pipeline, input_, request)
    assert run == local.ask(pipeline, input_, request), "a run's id follows from what was asked"
    same(here, run, local.ended(run), run)


def test_an_order_that_somebody_books_is_charged_once(here: Standing, local: Local) -> None:
    before = here.runs("examples/orders")
    order = {"kind": "purchase", "order": "B-1", "cents": 700}
    for _ in range(2):
        here.emit("shop", "order.booked", order)
    run = here.started("examples/orders", before)
    assert run == local.emit("shop", "order.booked", order), "its id follows from its key"
    same(here, run, local.ended(run), run)


@pytest.mark.parametrize("sample", ["flock.png", "broken.png"])
def test_a_picture_that_is_dropped_is_seen_to_on_both(here: Standing, local: Local, sample: str) -> None:
    before = here.runs("examples/pictures")
    here.put("uploads", sample, (EXAMPLES / "samples" / sample).read_bytes())
    run = here.started("examples/pictures", before)
    there = local.drop(EXAMPLES / "samples" / sample, "uploads", sample)
    same(here, run, local.ended(there), there)
