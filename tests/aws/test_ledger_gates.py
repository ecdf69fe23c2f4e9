"""Wide gates: whatever the order, the doubling, the deaths in between and who else writes meanwhile, a decision is told to somebody
and is the right one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.aws import cloud
from support.examples import examples
from support.quick_table import QuickTable

from events.joins import Decision, decide_by_count
from events.ledger import GateState, RunRecord, RunState
from events.ports import Arriving
from murmuration.aws.ledger import AwsLedger
from murmuration.aws.table import Table
from schemas.gate import needed
from schemas.pipeline import AtLeast, Join

RUN = RunRecord("r-1", "p/x", 1, RunState.OPEN, 1_000, 90_000)


class Died(Exception):
    pass


def ledger_on(table: object) -> AwsLedger:
    marks = count()
    ledger = AwsLedger(cast(Table, table), lambda: f"mark-{next(marks)}", timedelta(days=1))
    ledger.open(RUN)
    return ledger


@dataclass
class Meeting:
    """A gate, what comes to it, and what each arrival is told."""

    join: Join
    live: Sequence[bool]
    chance: Random
    copies: int = 1
    deaths: float = 0.0
    """How often an arrival ends between two of its writes, and comes again."""
    meddling: float = 0.0
    """How often others arrive between two writes of one."""
    table: QuickTable = field(default_factory=QuickTable)
    told: list[tuple[int, int]] = field(default_factory=list)
    arrived: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ledger = ledger_on(self.table)
        self.places = {f"edge-{n}": n for n in range(len(self.live))}
        self.coming = [n for n in range(len(self.live)) for _ in range(self.chance.randint(1, self.copies))]
        self.chance.shuffle(self.coming)
        self.table.before = self._before
        self._looked = 0
        self._decisions: set[Decision] = set()

    def arrivals(self) -> None:
        while self.coming:
            self._arrive(self.coming.pop())
            if (meant := self.meant(self.arrived)) is not Decision.WAIT:
                assert meant in self.decisions(), "as soon as all that it takes has arrived"

    def _arrive(self, n: int) -> None:
        edges = {f"edge-{n}": self.live[n]}
        arriving = Arriving("j", edges, self.places, needed(self.join, len(self.live)))
        try:
            [gate] = self.ledger.arrive("r-1", [arriving])
        except Died:
            self.coming.append(n)
            return
        self.told.append((gate.live, gate.dead))
        self.arrived.add(n)

    def _before(self) -> None:
        if self.coming and self.chance.random() < self.meddling:
            self._arrive(self.coming.pop())
        if self.chance.random() < self.deaths:
            raise Died

    def decisions(self) -> set[Decision]:
        """Those that somebody was told."""
        for live, dead in self.told[self._looked :]:
            self._decisions.add(decide_by_count(self.join, len(self.live), live, dead))
        self._looked = len(self.told)
        return self._decisions - {Decision.WAIT}

    def meant(self, arrived: Collection[int]) -> Decision:
        live = sum(self.live[n] for n in arrived)
        return decide_by_count(self.join, len(self.live), live, len(arrived) - live)


@st.composite
def joins(draw: st.DrawFn) -> tuple[Join, list[bool]]:
    width = draw(st.one_of(st.integers(33, 70), st.integers(1_020, 1_060)))
    some = draw(st.one_of(st.just(width), st.just(0), st.integers(0, width)))
    live = [n < some for n in range(width)]
    Random(draw(st.integers(0, 999))).shuffle(live)
    plain: st.SearchStrategy[Join] = st.sampled_from(["all", "any", "settled"])
    counted = st.integers(1, width).map(lambda n: AtLeast(at_least=n))
    return draw(st.one_of(plain, counted)), live


@examples(25)
@given(joins(), st.randoms(use_true_random=False), st.sampled_from([1, 1, 3]), st.data())
def test_somebody_is_told_the_decision_and_nobody_another(
    drawn: tuple[Join, list[bool]], chance: Random, copies: int, data: st.DataObject
) -> None:
    join, live = drawn
    deaths, meddling = data.draw(st.sampled_from([(0.0, 0.0), (0.05, 0.0), (0.0, 0.3), (0.05, 0.3)]))
    wide = Meeting(join, live, chance, copies, deaths, meddling)
    wide.arrivals()
    assert wide.decisions() == {wide.meant(range(len(live)))}
    assert all(lives <= sum(live) and deads <= len(live) - sum(live) for lives, deads in wide.told), "lower bounds"
    noted = {f"edge-{n}": alive for n, alive in enumerate(live)}
    assert wide.ledger.gates("r-1")["j"].noted == noted
    [again] = wide.ledger.arrive("r-1", [Arriving("j", {}, wide.places, 1)])
    assert (again.noted, again.live, again.dead) == (noted, sum(live), len(live) - sum(live))


@pytest.mark.parametrize("join", ["all", "any", "settled", AtLeast(at_least=1_500)])
def test_a_tree_of_three_levels_decides(join: Join) -> None:
    wide = Meeting(join, [True] * 2_000, Random(7), copies=2, deaths=0.02, meddling=0.2)
    wide.arrivals()
    assert wide.decisions() == {Decision.RUN}
    levels = {name.split("#")[2][0] for name in wide.table.items["run#r-1"] if name.count("#") == 2}
    assert levels == {"0", "1"}, "leaves, and what lies between them and the root"


def test_what_a_part_never_told_its_root_is_seen_by_who_reads_all() -> None:
    """Its writer died, and never came again."""
    wide = Meeting("all", [True] * 40, Random(1))
    wide.coming = []
    for n in range(39):
        wide._arrive(n)
    calls = iter([False, True])
    wide.table.before = lambda: _die_if(next(calls))
    wide._arrive(39)
    wide.table.before = lambda: None
    assert wide.decisions() == set(), "nobody was told"
    assert wide.ledger.gates("r-1")["j"].live == 40
    [asked] = wide.ledger.arrive("r-1", [Arriving("j", {}, wide.places, 40)])
    assert asked.live == 40, "an arrival without edges, as the sweeper's request is, is told"
    wide._arrive(39)
    assert wide.decisions() == {Decision.RUN}, "so is the repeat"


def test_several_edges_of_one_arrival_are_noted_at_their_parts() -> None:
    ledger = ledger_on(QuickTable())
    places = {f"edge-{n}": n for n in range(100)}
    brought = {f"edge-{n}": n != 50 for n in range(30, 70)}
    [gate] = ledger.arrive("r-1", [Arriving("j", brought, places, 100)])
    assert (gate.live, gate.dead) == (39, 1)
    assert gate.noted == brought
    assert set(gate.live_edges) == {edge for edge, live in brought.items() if live}


def test_the_first_word_on_an_edge_of_a_wide_gate_stays() -> None:
    ledger = ledger_on(QuickTable())
    places = {f"edge-{n}": n for n in range(100)}

    def arrive(**edges: bool) -> GateState:
        told = {name.replace("_", "-"): live for name, live in edges.items()}
        return ledger.arrive("r-1", [Arriving("j", told, places, 1)])[0]

    arrive(edge_1=False, edge_40=True)
    arrive(edge_1=True, edge_2=True, edge_40=False)
    assert ledger.gates("r-1")["j"].noted == {"edge-1": False, "edge-2": True, "edge-40": True}


def test_which_edges_there_are_is_fetched_only_when_it_is_asked() -> None:
    table = QuickTable()
    ledger = ledger_on(table)
    places = {f"edge-{n}": n for n in range(100)}
    [gate] = ledger.arrive("r-1", [Arriving("j", {"edge-7": True}, places, 1)])
    reads = table.bill.calls["under"]
    assert gate.live_edges == ("edge-7",)
    assert gate.noted == {"edge-7": True}
    assert table.bill.calls["under"] == reads + 1
    with pytest.raises(AttributeError):
        getattr(gate, "of nobody")


def test_a_wide_gate_on_dynamodb() -> None:
    """The same through moto, that the expressions are DynamoDB's."""
    with cloud() as here:
        ledger = ledger_on(here.table)
        places = {f"edge-{n}": n for n in range(40)}
        told: list[int] = []
        for n in range(40):
            [gate] = ledger.arrive("r-1", [Arriving("j", {f"edge-{n}": True}, places, 40)])
            told.append(gate.live)
        assert told[-1] == 40
        assert all(live < 40 for live in told[:-1])
        assert len(gate.live_edges) == 40


def _die_if(now: bool) -> None:
    if now:
        raise Died


def test_who_is_slow_takes_back_nothing_that_others_have_told() -> None:
    wide = Meeting(AtLeast(at_least=3), [True] * 40, Random(1))
    wide.coming = []
    calls = iter([lambda: None, lambda: wide._arrive(1), lambda: None, lambda: None])
    wide.table.before = lambda: next(calls)()
    wide._arrive(0)
    wide.table.before = lambda: None
    wide._arrive(39)
    assert wide.told == [(2, 0), (2, 0), (3, 0)]
