"""The examples, deployed, and on the embedded stack: the same documents, functions and inputs give the same events and the same view."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from support.both import EXAMPLES, SCENARIOS, Local, looks, told
from support.deployed.standing import Standing

from events.event import Event

SENT_AGAIN = "task.requested"
"""By the sweeper, where a run takes more than a minute: a matter of the machine."""


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


def same(here: Standing, run: str, expected: Sequence[Event], there: str) -> None:
    wanted = said(expected, there)
    here.ended(run)
    # The view may hear the last of it after its end.
    here.until(lambda: len(said(here.events(run), run)) >= len(wanted), f"all that is said of {run}")
    assert said(here.events(run), run) == wanted
    assert here.end(run) == "succeeded"
    pipeline = here.pipeline(run)
    assert looks(here.events(run), pipeline) == looks(expected, pipeline)


def said(events: Sequence[Event], run: str) -> list[str]:
    """Without how it began: outside events have ids of their own."""
    return [line for line in told(events, run) if SENT_AGAIN not in line and '"run.started"' not in line]
