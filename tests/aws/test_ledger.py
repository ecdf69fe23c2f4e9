"""What the ledger on DynamoDB promises beside the contract: places are counted exactly, everything expires, an index that lags
misleads nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from support.aws import cloud
from support.quick_table import QuickTable

from events.ledger import Claim, RunRecord, RunState
from events.ports import Arriving, Unavailable
from murmuration.aws.clients import Clients
from murmuration.aws.frozen import Frozen
from murmuration.aws.ledger import AwsLedger
from murmuration.aws.table import Change, Item, Key, Table
from schemas.outcome import Outcome
from schemas.trigger import RunEnd

OPEN = RunRecord("r-1", "p/x", 1, RunState.OPEN, 1_000, 90_000, due=60_000)
QUEUED = OPEN._replace(state=RunState.QUEUED)
CLAIM = Claim("one", "d-1", 2_000, 5_000)
MANY = tuple(f"edge-{n}" for n in range(40))
DONE = Outcome.succeeded()


@pytest.fixture
def table() -> QuickTable:
    return QuickTable()


@pytest.fixture
def ledger(table: QuickTable) -> AwsLedger:
    return ledger_on(table)


def ledger_on(table: object) -> AwsLedger:
    marks = count()
    return AwsLedger(cast(Table, table), lambda: f"mark-{next(marks)}", timedelta(days=1))


def test_everything_of_a_run_expires_with_it() -> None:
    with cloud() as here:
        ledger = ledger_on(here.table)
        ledger.open(QUEUED)
        ledger.admit("r-1", 1)
        ledger.open(QUEUED._replace(id="r-2", started=2_000))
        ledger.arrive("r-1", [Arriving("n", {"e": True}, {"e": 0, "f": 1}, 2)])
        places = {edge: n for n, edge in enumerate(MANY)}
        ledger.arrive("r-1", [Arriving("w", dict.fromkeys(MANY, True), places, 40)])
        ledger.claim("r-1", "w", CLAIM._replace(edges=MANY))
        ledger.skip("r-1", "s", 3_000)
        ledger.settle("r-1", "w", "one", DONE, 3_000)
        record = ledger.task("r-1", "w")
        assert record is not None
        ledger.keep("r-2", {"w": record})
        items = here.clients.dynamodb.scan(TableName=here.table.name)["Items"]
        lasting = {item["sk"]["S"] for item in items if "expires" not in item}
        assert lasting == {"places"}
        assert {item["expires"]["N"] for item in items if "expires" in item} == {str(90 + 86_400)}
        kinds = {item["sk"]["S"].split("#")[0] for item in items}
        assert kinds == {"run", "task", "gate", "edges", "queued", "places"}


def test_what_expires_is_known_to_a_process_that_has_just_started(table: QuickTable, ledger: AwsLedger) -> None:
    ledger.open(OPEN)
    ledger_on(table).claim("r-1", "a", CLAIM)
    assert table.items["run#r-1"]["task#a"]["expires"] == 90 + 86_400
    with pytest.raises(AssertionError, match="before its record"):
        ledger.claim("r-2", "a", CLAIM)


# places


@pytest.mark.parametrize("seed", range(10))
def test_places_are_counted_exactly_whoever_meets_at_them(table: QuickTable, seed: int) -> None:
    chance = Random(seed)
    ledger = ledger_on(table)
    runs = [f"r-{n}" for n in range(12)]
    for n, run in enumerate(runs):
        ledger.open(QUEUED._replace(id=run, started=n))
    acts = [(act, run) for run in runs for act in ("admit", "admit", "end", "end")]
    chance.shuffle(acts)

    def act() -> None:
        what, run = acts.pop()
        if what == "admit":
            ledger.admit(run, 3)
        else:
            ledger.end(run, RunEnd.CANCELLED, 5, "")
        open_ = [run for run in runs if (record := ledger.run(run)) and record.state is RunState.OPEN]
        assert len(open_) <= 3

    def meanwhile() -> None:
        if acts and chance.random() < 0.4:
            act()

    table.before = meanwhile
    while acts:
        act()
    table.before = lambda: None
    left = [run for run in runs if (record := ledger.run(run)) and record.state is not RunState.ENDED]
    assert left == []
    assert table.items["pipeline#p/x"]["places"]["taken"] == 0
    assert list(ledger.queued("p/x")) == []
    assert set(table.items["pipeline#p/x"]) == {"places"}, "no entry is left"


def test_an_entry_without_its_run_holds_up_nobody(table: QuickTable, ledger: AwsLedger) -> None:
    """Its maker died before the run was there; another time it was."""
    calls = iter([False, True])
    table.before = lambda: _die_if(next(calls))
    with pytest.raises(Unavailable):
        ledger.open(QUEUED)
    table.before = lambda: None
    ledger.open(QUEUED._replace(id="r-2", started=2_000))
    assert list(ledger.queued("p/x")) == ["r-2"]
    ledger.open(QUEUED._replace(started=3_000))
    assert list(ledger.queued("p/x")) == ["r-2", "r-1"], "and the first entry, which was never its run's, is gone"
    assert len(table.items["pipeline#p/x"]) == 2


def test_a_run_without_a_limit_takes_no_place(table: QuickTable, ledger: AwsLedger) -> None:
    ledger.open(OPEN)
    assert ledger.admit("r-1", 1)
    assert ledger.end("r-1", RunEnd.SUCCEEDED, 5, "")
    assert not table.items["pipeline#p/x"]
    assert table.bill.calls["change_together"] == 0


def test_many_wait_and_the_oldest_are_told(ledger: AwsLedger) -> None:
    for n in range(60):
        ledger.open(QUEUED._replace(id=f"r-{n:02}", started=n))
    assert list(ledger.queued("p/x")) == [f"r-{n:02}" for n in range(25)]


def test_of_two_transactions_that_meet_one_tries_again() -> None:
    turns = iter([_cancelled("TransactionConflict"), _cancelled("TransactionConflict"), None])
    pauses: list[float] = []
    table = Table(_answering(turns), "t", pauses.append)
    assert table.change_together([Change(Key("a", "b"), "SET #n = :n", {"n": 1})])
    assert pauses == [0.05, 0.1]


def test_two_transactions_that_meet_for_ever_are_told() -> None:
    table = Table(_answering(iter(_cancelled("TransactionConflict") for _ in range(9))), "t", lambda _: None)
    with pytest.raises(Unavailable, match="TransactionConflict"):
        table.change_together([Change(Key("a", "b"), "SET #n = :n", {"n": 1})])


# looking


def test_an_index_that_lags_misleads_nobody(table: QuickTable, ledger: AwsLedger) -> None:
    ledger.open(OPEN)
    ledger.open(OPEN._replace(id="r-2"))
    before = table.listed

    def lagging(*asked: Any, **more: Any) -> Iterator[Item]:
        found = list(before(*asked, **more))
        ledger.told("r-1")
        ledger.postpone("r-2", 99_000, 1)
        yield from found

    table.listed = lagging
    assert [run.id for run in ledger.due(60_000, 10)] == []


def test_a_task_at_work_is_found_wherever_it_is(ledger: AwsLedger) -> None:
    ledger.open(OPEN)
    for name in ("b", "c"):
        ledger.claim("r-1", name, CLAIM)
    assert not ledger.may_be_over("r-1"), "b is at work"
    ledger.claim("r-1", "a", CLAIM)
    ledger.settle("r-1", "b", "one", DONE, 3_000)
    assert not ledger.may_be_over("r-1"), "so is c, behind it"
    ledger.settle("r-1", "c", "one", DONE, 3_000)
    assert not ledger.may_be_over("r-1"), "so is a, before it"
    ledger.settle("r-1", "a", "one", DONE, 3_000)
    assert ledger.may_be_over("r-1")
    ledger.claim("r-1", "d", CLAIM)
    assert not ledger.may_be_over("r-1")


def test_one_that_knew_a_task_at_work_sees_that_all_are_settled(ledger: AwsLedger) -> None:
    ledger.open(OPEN)
    for name in ("a", "b"):
        ledger.claim("r-1", name, CLAIM)
        assert not ledger.may_be_over("r-1")
        ledger.settle("r-1", name, "one", DONE, 3_000)
    assert ledger.may_be_over("r-1")


# edges


def test_the_edges_of_a_wide_gate_are_written_by_the_first_claim_alone(table: QuickTable, ledger: AwsLedger) -> None:
    ledger.open(OPEN)
    first = ledger.claim("r-1", "w", CLAIM._replace(edges=MANY))
    assert isinstance(first.edges, Frozen)
    assert first.edges == MANY
    assert (first.edges[0], first.edges[1:3]) == (MANY[0], MANY[1:3])
    more = (*MANY, "late")
    again = ledger.claim("r-1", "w", Claim("two", "d-2", 6_000, 9_000, more))
    assert (again.token, again.losses, again.edges == MANY) == ("two", 1, True), "what had arrived is frozen"
    assert [sk for sk in table.items["run#r-1"] if sk.startswith("edges#")] == ["edges#w#one"]


def test_no_edges_are_frozen_too(ledger: AwsLedger) -> None:
    ledger.open(OPEN)
    ledger.claim("r-1", "a", CLAIM)
    again = ledger.claim("r-1", "a", Claim("two", "d-2", 6_000, 9_000, ("e1",)))
    assert (again.token, again.edges) == ("two", ())


def test_an_arrival_without_edges_is_told_what_is_there(ledger: AwsLedger) -> None:
    ledger.open(OPEN)
    places = {"e": 0, "f": 1}
    ledger.arrive("r-1", [Arriving("j", {"e": True}, places, 2)])
    [gate] = ledger.arrive("r-1", [Arriving("j", {}, places, 2)])
    assert gate.noted == {"e": True}
    [untouched] = ledger.arrive("r-1", [Arriving("k", {}, places, 2)])
    assert untouched.noted == {}


def _die_if(now: bool) -> None:
    if now:
        raise Unavailable("it is gone")


def _cancelled(reason: str) -> ClientError:
    told = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": "None"}, {"Code": reason}],
    }
    return ClientError(cast(Any, told), "TransactWriteItems")


def _answering(turns: Iterator[ClientError | None]) -> Clients:
    def transact(**_: object) -> None:
        wrong = next(turns)
        if wrong is not None:
            raise wrong

    return cast(Clients, SimpleNamespace(dynamodb=SimpleNamespace(transact_write_items=transact)))
