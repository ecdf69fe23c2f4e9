"""What the ledger costs on AWS, counted by what items weigh: the budget of a task, of a run, and of a join of any width."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import cast

import pytest
from support.aws import Cloud, cloud
from support.aws_units import Bill, charged, size
from support.quick_table import QuickTable

from events.joins import Decision, decide_by_count
from events.ledger import Claim, RunRecord, RunState, TaskState
from events.ports import Arriving
from murmuration.aws.ledger import AwsLedger
from murmuration.aws.table import Table, attributes
from schemas.gate import needed
from schemas.outcome import Outcome
from schemas.pipeline import AtLeast, Join
from schemas.trigger import RunEnd

NOW = 1_800_000_000_000
RUN = RunRecord(
    id="r-abcdefghijklmnopqrstuvwxyz",
    pipeline="a-project-with-a-name/a-pipeline-with-a-longer-one",
    version=1234,
    state=RunState.OPEN,
    started=NOW,
    deadline=NOW + 86_400_000,
    input={"bucket": "uploads", "object": "in/2026/11/20/picture-with-a-longer-name.png", "size": 123_456},
    trigger="uploads",
    origin="0b7e0e4c-3e1f-4d5e-9d5c-0c8d0d6ddc2d>murmur-production-uploads-1f0c9a7b",
    due=NOW + 60_000,
)
TASK = "make-the-thumbnail-of-it"
CLAIM = Claim(
    token="0123456789abcdef0123456789abcdef",
    delivery=f"{RUN.id}/validate-the-picture/1/task.succeeded>murmur-production-thumbnails-1f0c9a7b",
    at=NOW + 1_000,
    lease=NOW + 960_000,
    edges=("1f0c9a7b3d5e",),
    log="2026/11/20/[$LATEST]0123456789abcdef0123456789abcdef 8f2c1b7e-3e1f-4d5e-9d5c-0c8d0d6ddc2d",
)
OUTPUT = Outcome.succeeded({"file": "out/2026/11/20/thumbnail.png", "width": 200, "height": 113, "tags": ["a", "b"]})


@pytest.fixture
def here() -> Iterator[Cloud]:
    with cloud() as here:
        yield here


def ledger_on(table: Table) -> AwsLedger:
    marks = count()
    return AwsLedger(table, lambda: f"{next(marks):016x}", timedelta(days=30))


def test_a_task_with_one_edge_in_costs_two_write_units(here: Cloud) -> None:
    ledger = ledger_on(here.table)
    ledger.open(RUN)
    with charged(here) as bill:
        run = ledger.run(RUN.id)
        assert ledger.claim(RUN.id, TASK, CLAIM).token == CLAIM.token
        assert ledger.settle(RUN.id, TASK, CLAIM.token, OUTPUT, NOW + 2_000)
    assert run == RUN
    assert (bill.writes, bill.reads) == (2, 1)
    assert bill.largest <= 1024
    assert bill.calls == {"UpdateItem": 2, "GetItem": 1}


def test_so_does_each_further_attempt(here: Cloud) -> None:
    ledger = ledger_on(here.table)
    ledger.open(RUN)
    ledger.claim(RUN.id, TASK, CLAIM)
    with charged(here) as bill:
        assert ledger.retry(RUN.id, TASK, CLAIM.token, NOW + 2_000)
        again = ledger.claim(RUN.id, TASK, CLAIM._replace(token="another", at=NOW + 3_000))
    assert (again.state, again.attempt) == (TaskState.CLAIMED, 2)
    assert (bill.writes, bill.calls) == (2, {"UpdateItem": 2})


def test_a_run_costs_six_write_units_of_which_three_are_of_indexes(here: Cloud) -> None:
    ledger = ledger_on(here.table)
    with charged(here) as bill:
        ledger.open(RUN)
    assert bill.writes == 3, "the item, and an entry in each index"
    with charged(here) as bill:
        ledger.end(RUN.id, RunEnd.SUCCEEDED, NOW + 5_000, "")
    assert bill.writes == 1, "an end moves nothing in an index"
    with charged(here) as bill:
        ledger.told(RUN.id)
    assert bill.writes == 2, "the item, and its entry among what is due"


def test_whether_a_run_may_be_over_is_told_by_one_task() -> None:
    table = QuickTable()
    ledger = ledger_on(cast(Table, table))
    ledger.open(RUN)
    for n in range(500):
        ledger.claim(RUN.id, f"t{n:03}", CLAIM._replace(token=f"{n}"))
    for n in range(500):
        before = table.bill.reads
        assert not ledger.may_be_over(RUN.id)
        assert table.bill.reads - before <= 12, "one that has settled, and a small page behind it"
        before = table.bill.reads
        assert not ledger.may_be_over(RUN.id)
        assert table.bill.reads - before == 1, "the same one as last time"
        ledger.settle(RUN.id, f"t{n:03}", f"{n}", OUTPUT, NOW)
    assert ledger.may_be_over(RUN.id)


# joins


def joined(width: int, join: Join, dead: int = 0) -> tuple[Bill, list[Decision]]:
    """Every edge arrives once, as the task handler sees to it. What it costs, and what was decided by whom."""
    table = QuickTable()
    ledger = ledger_on(cast(Table, table))
    ledger.open(RUN)
    table.bill = Bill()
    places = {f"{n * 0x9E3779B97F4A7 & 0xFFFFFFFFFFFF:012x}": n for n in range(width)}
    needs = needed(join, width)
    decided: list[Decision] = []
    for n, edge in enumerate(places):
        [gate] = ledger.arrive(RUN.id, [Arriving("join", {edge: n % 10 >= dead}, places, needs)])
        decision = decide_by_count(join, width, gate.live, gate.dead)
        if decision is Decision.RUN and (gate.live <= needs or ledger.task(RUN.id, "join") is None):
            claim = CLAIM._replace(token=f"t-{n}", edges=gate.live_edges)
            if ledger.claim(RUN.id, "join", claim).token == claim.token:
                decided.append(decision)
        elif decision is Decision.SKIP and ledger.skip(RUN.id, "join", NOW):
            decided.append(decision)
    for name, item in table.items[f"run#{RUN.id}"].items():
        assert size(attributes(item)) <= 1024 or name.startswith("edges#"), f"{name} is larger than a write unit"
    record = ledger.task(RUN.id, "join")
    assert record is not None
    if record.attempt:
        live = [edge for edge, n in places.items() if n % 10 >= dead]
        assert set(record.edges) <= set(live)
        assert needs <= len(record.edges) <= len(live)
    return table.bill, decided


@pytest.mark.parametrize(
    ("join", "part", "dead", "decision"),
    [
        ("all", 1, 0, Decision.RUN),
        ("all", 1, 1, Decision.SKIP),
        ("any", 1, 0, Decision.RUN),
        ("any", 1, 10, Decision.SKIP),
        ("settled", 1, 3, Decision.RUN),
        ("settled", 1, 10, Decision.SKIP),
        ("at_least", 2, 0, Decision.RUN),
        ("at_least", 2, 9, Decision.SKIP),
    ],
)
def test_an_edge_of_a_wide_join_costs_no_more_than_one_of_a_hundred(
    join: Join, part: int, dead: int, decision: Decision
) -> None:
    bills = {}
    for width in (100, 10_000):
        asked = AtLeast(at_least=width // part) if join == "at_least" else join
        bills[width], decided = joined(width, asked, dead)
        assert decided == [decision], "by one, and only by one"
    for units in ("writes", "reads"):
        small, large = getattr(bills[100], units) / 100, getattr(bills[10_000], units) / 10_000
        assert large <= 1.5 * small, f"{units} per edge: {small} of 100, {large} of 10,000"
