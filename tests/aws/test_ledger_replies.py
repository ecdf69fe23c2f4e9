"""Each write of the ledger fails before, fails after, is refused for now: nothing is lost, nothing is done twice.

Once: the SDK asks again, and the caller sees nothing of it. Always: the caller is told `Unavailable`, comes again later, and finds
what it may have done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import NamedTuple

import pytest
from support.aws import Cloud, cloud
from support.aws_faults import ALWAYS, WRITES, Fault, Faults

from events.ledger import Claim, RunRecord, RunState
from events.ports import Arriving, Unavailable
from murmuration.aws.ledger import AwsLedger
from murmuration.aws.table import Key
from schemas.outcome import Outcome
from schemas.trigger import RunEnd

DONE = Outcome.succeeded({"n": 1})
OPEN = RunRecord("r-1", "p/x", 1, RunState.OPEN, 1_000, 90_000, {"n": 1}, due=60_000)
QUEUED = OPEN._replace(state=RunState.QUEUED)
CLAIM = Claim("one", "d-1", 2_000, 5_000, ("e1",))
MANY = tuple(f"edge-{n}" for n in range(40))
PLACES = {edge: n for n, edge in enumerate(MANY)}
NARROW = {"e1": 0, "e2": 1}

Act = Callable[[AwsLedger], object]


class Case(NamedTuple):
    prepare: tuple[Act, ...]
    act: Act
    after_a_loss: object
    """What whoever comes again is told when the first time was done. Where that is another answer, others heal it."""


def opened(ledger: AwsLedger) -> object:
    return ledger.open(OPEN)


def queued(ledger: AwsLedger) -> object:
    return ledger.open(QUEUED)


def admitted(ledger: AwsLedger) -> object:
    return ledger.admit("r-1", 1)


def claimed(ledger: AwsLedger) -> object:
    return ledger.claim("r-1", "a", CLAIM).token


def settled(ledger: AwsLedger) -> object:
    return ledger.settle("r-1", "a", "one", DONE, 3_000)


def kept(ledger: AwsLedger) -> object:
    record = ledger.task("r-1", "a")
    assert record is not None
    return ledger.keep("r-1", {"b": record, "c": record})


def ended(ledger: AwsLedger) -> object:
    return ledger.end("r-1", RunEnd.CANCELLED, 7_000, "by Ann")


def arrived(places: dict[str, int], *edges: str) -> Act:
    def arrive(ledger: AwsLedger) -> object:
        arriving = Arriving("j", {edge: edge != "e2" for edge in edges}, places, len(places))
        return [(gate.live, gate.dead, gate.noted) for gate in ledger.arrive("r-1", [arriving])]

    return arrive


CASES = {
    "open": Case((), opened, OPEN),
    "open a run that waits": Case((), queued, QUEUED),
    "admit": Case((queued,), admitted, True),
    "end": Case((opened,), ended, False),
    "end a run that has a place": Case((queued, admitted), ended, False),
    "end a run that waits": Case((queued,), ended, False),
    "told": Case((opened, ended), lambda ledger: ledger.told("r-1"), None),
    "postpone": Case((opened,), lambda ledger: ledger.postpone("r-1", 99_000, 1), None),
    "arrive": Case((opened,), arrived(NARROW, "e1", "e2"), [(1, 1, {"e1": True, "e2": False})]),
    "arrive at a wide gate": Case(
        (opened, arrived(PLACES, *MANY[:-1])), arrived(PLACES, MANY[-1]), [(40, 0, dict.fromkeys(sorted(MANY), True))]
    ),
    "claim": Case((opened,), claimed, "one"),
    "claim what was lost": Case(
        (opened, claimed), lambda ledger: ledger.claim("r-1", "a", Claim("two", "d-2", 6_000, 9_000)).losses, 1
    ),
    "claim what is due": Case(
        (opened, claimed, lambda ledger: ledger.retry("r-1", "a", "one", 2_500)),
        lambda ledger: ledger.claim("r-1", "a", Claim("two", "d-2", 6_000, 9_000))[1:3],
        (2, "two"),
    ),
    "claim with many edges": Case(
        (opened,), lambda ledger: tuple(ledger.claim("r-1", "a", CLAIM._replace(edges=MANY)).edges), MANY
    ),
    "settle": Case((opened, claimed), settled, True),
    "retry": Case((opened, claimed), lambda ledger: ledger.retry("r-1", "a", "one", 8_000), True),
    "hold": Case((opened, claimed), lambda ledger: ledger.hold("r-1", "a", "one", 8_000), True),
    "skip": Case((opened,), lambda ledger: ledger.skip("r-1", "a", 3_000, "d-1"), False),
    "heals": Case((opened, claimed, settled), lambda ledger: ledger.heals("r-1", "a", "d-1"), False),
    "keep": Case((opened, claimed, settled), kept, None),
}


@pytest.fixture(scope="module")
def here() -> Iterator[Cloud]:
    with cloud() as here:
        yield here


def a_ledger(here: Cloud) -> AwsLedger:
    """On a table that is empty again."""
    for item in [*here.table.under("run#r-1"), *here.table.under("run#r-2"), *here.table.under("pipeline#p/x")]:
        here.clients.dynamodb.delete_item(
            TableName=here.table.name, Key={"pk": {"S": str(item["pk"])}, "sk": {"S": str(item["sk"])}}
        )
    return same(here)


def same(here: Cloud) -> AwsLedger:
    """As a process that has just started has it."""
    return AwsLedger(here.table, lambda: f"mark-{next(_MARKS)}", timedelta(days=1))


_MARKS = count()
_PLACES = Key("pipeline#p/x", "places")


def seen(here: Cloud) -> object:
    ledger = same(here)
    gates = {name: dict(sorted(gate.noted.items())) for name, gate in ledger.gates("r-1").items()}
    tasks = {name: record._replace(edges=tuple(record.edges)) for name, record in ledger.tasks("r-1").items()}
    places = (here.table.get(_PLACES) or {}).get("taken")
    return ledger.run("r-1"), tasks, gates, ledger.queued("p/x"), places


def writes_of(here: Cloud, name: str) -> tuple[int, object, object]:
    """How many there are, what is answered, and what is there then."""
    if name not in _FAIR:
        ledger = a_ledger(here)
        for step in CASES[name].prepare:
            step(ledger)
        with Faults(here.clients.dynamodb, WRITES.__contains__) as faults:
            answer = CASES[name].act(ledger)
            _FAIR[name] = len(faults.calls), answer, seen(here)
    return _FAIR[name]


_FAIR: dict[str, tuple[int, object, object]] = {}


ONCE = [(Fault.LOST, name) for name in CASES] + [(Fault.BEFORE, "settle"), (Fault.THROTTLED, "settle")]
"""What was not done the SDK does again, whatever it is. Only where it was done is there something of ours to find."""


@pytest.mark.parametrize(("fault", "name"), ONCE, ids=[f"{fault.name.lower()}-{name}" for fault, name in ONCE])
def test_a_write_that_fails_once_is_as_one_that_does_not(here: Cloud, name: str, fault: Fault) -> None:
    case = CASES[name]
    writes, answer, then = writes_of(here, name)
    assert writes
    with Faults(here.clients.dynamodb, WRITES.__contains__) as faults:
        for at in range(writes):
            faults.clear()
            ledger = a_ledger(here)
            for step in case.prepare:
                step(ledger)
            faults.strike(fault, at)
            assert case.act(ledger) == answer
            assert faults.struck == 1
            assert seen(here) == then


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name.lower())
def test_whoever_was_told_nothing_comes_again(here: Cloud, name: str, fault: Fault) -> None:
    case = CASES[name]
    writes, answer, then = writes_of(here, name)
    with Faults(here.clients.dynamodb, WRITES.__contains__) as faults:
        for at in range(writes):
            faults.clear()
            ledger = a_ledger(here)
            for step in case.prepare:
                step(ledger)
            before = seen(here)
            faults.strike(fault, at, ALWAYS)
            with pytest.raises(Unavailable):
                case.act(ledger)
            faults.clear()
            last = at == writes - 1
            if fault is Fault.LOST and last:
                assert seen(here) == then, "it was done"
            elif at == 0 and fault is not Fault.LOST:
                assert seen(here) == before, "nothing was"
            assert case.act(same(here)) in (answer, case.after_a_loss)
            assert seen(here) == then


def test_a_lost_reply_is_no_licence(here: Cloud) -> None:
    """What only looks like ours is not: another outcome, another time, another's mark."""
    ledger = a_ledger(here)
    opened(ledger)
    claimed(ledger)
    assert settled(ledger)
    assert settled(ledger), "with the same token and the same outcome it was ours"
    assert not ledger.settle("r-1", "a", "one", Outcome.succeeded({"n": 2}), 3_000)
    assert not ledger.retry("r-1", "a", "one", 8_000)
    ledger.claim("r-1", "b", CLAIM)
    assert ledger.retry("r-1", "b", "one", 8_000)
    assert ledger.retry("r-1", "b", "one", 8_000)
    assert not ledger.retry("r-1", "b", "one", 9_000)
    assert not ledger.settle("r-1", "b", "one", DONE, 3_000)
    assert ledger.skip("r-1", "c", 3_000, "d-1")
    assert not ledger.skip("r-1", "c", 3_000, "d-1"), "a repeat of a delivery heals, it does not skip"
    assert ended(ledger)
    assert not ended(ledger)
