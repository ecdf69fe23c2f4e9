"""Listing: runs in order, a page at a time, as they are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from support.aws import Cloud, cloud
from support.contracts.ledger import a_run

from murmuration.aws.ledger import AwsLedger
from murmuration.aws.listing import AwsListing
from murmuration.aws.records import run_key
from murmuration.aws.table import Item, Table, Value
from schemas.trigger import RunEnd

NAME = "media/thumbnails"


@pytest.fixture
def here() -> Iterator[Cloud]:
    with cloud() as here:
        yield here


@pytest.fixture
def ledger(here: Cloud) -> AwsLedger:
    numbers = count()
    return AwsLedger(here.table, lambda: f"mark-{next(numbers)}", timedelta(days=30))


@pytest.fixture
def listing(here: Cloud) -> AwsListing:
    return AwsListing(here.table)


def opened(ledger: AwsLedger, id_: str, **more: Any) -> None:
    ledger.open(a_run(id_, **more))


def test_runs_of_a_pipeline_come_newest_first_and_as_they_are_now(ledger: AwsLedger, listing: AwsListing) -> None:
    for n, started in ((1, 5_000), (2, 9_000), (3, 7_000)):
        opened(ledger, f"r-{n}", started=started, input={"n": n})
    opened(ledger, "r-4", pipeline="media/other")
    ledger.end("r-3", RunEnd.FAILED, 8_000, "")
    assert [run.id for run in listing.runs(NAME)] == ["r-2", "r-3", "r-1"]
    assert list(listing.runs(NAME)) == [ledger.run("r-2"), ledger.run("r-3"), ledger.run("r-1")]
    assert list(listing.runs("media/none")) == []


def test_page_after_page_shows_each_run_once(ledger: AwsLedger, listing: AwsListing) -> None:
    for n in range(12):
        opened(ledger, f"r-{n}", started=1_000 + n // 3)
    seen: list[str] = []
    before = None
    while page := listing.runs(NAME, 4, before):
        seen += [run.id for run in page]
        before = page[-1].started
    assert sorted(seen) == sorted(f"r-{n}" for n in range(12))
    assert [run.id for run in listing.runs(NAME, 3)] == seen[:3], (
        "a page that ends with a millisecond is as long as asked"
    )


class Lagging(Table):
    """Its indexes stand still from the moment they were first asked."""

    def __init__(self, here: Cloud) -> None:
        super().__init__(here.clients, here.environment.table)
        self._found: dict[str, list[Item]] = {}

    def listed(self, index: str, condition: str, values: Mapping[str, Value], **how: Any) -> Iterator[Item]:
        asked = f"{index} {condition} {values}"
        if asked not in self._found:
            self._found[asked] = list(super().listed(index, condition, values, **how))
        return iter(self._found[asked])


def test_a_run_that_has_gone_is_not_listed(here: Cloud, ledger: AwsLedger) -> None:
    for id_ in ("r-1", "r-2"):
        opened(ledger, id_)
    listing = AwsListing(Lagging(here))
    assert {run.id for run in listing.runs(NAME)} == {"r-1", "r-2"}
    here.table.remove(run_key("r-1"))
    assert [run.id for run in listing.runs(NAME)] == ["r-2"]
