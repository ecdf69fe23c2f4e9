"""When a gate opens, when it never will, and that its decision is final."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from support.examples import examples
from support.pipelines import joins

from events.joins import Decision, Gate, decide, decide_by_count
from schemas.pipeline import AtLeast, Join

WAIT, RUN, SKIP = Decision.WAIT, Decision.RUN, Decision.SKIP
TWO = AtLeast(at_least=2)
JOIN: TypeAdapter[Join] = TypeAdapter(Join)


@pytest.mark.parametrize(
    ("join", "edges", "live", "dead", "decision"),
    [
        ("all", 2, 1, 0, WAIT),
        ("all", 2, 2, 0, RUN),
        ("all", 2, 0, 1, SKIP),
        ("any", 2, 0, 0, WAIT),
        ("any", 2, 1, 0, RUN),
        ("any", 2, 0, 1, WAIT),
        ("any", 2, 0, 2, SKIP),
        (TWO, 3, 1, 1, WAIT),
        (TWO, 3, 2, 0, RUN),
        (TWO, 3, 0, 2, SKIP),
        (TWO, 1, 0, 0, SKIP),
        ("settled", 2, 1, 0, WAIT),
        ("settled", 2, 1, 1, RUN),
        ("settled", 2, 0, 2, SKIP),
    ],
)
def test_the_table_of_joins(join: Join, edges: int, live: int, dead: int, decision: Decision) -> None:
    assert decide_by_count(join, edges, live, dead) is decision


@pytest.mark.parametrize("join", ["all", "any", "settled", TWO])
def test_a_root_runs_whatever_its_join(join: Join) -> None:
    assert decide(join, [], {}) is RUN


def test_only_edges_that_lead_to_the_task_count() -> None:
    assert decide("any", ["a", "b"], {"elsewhere": True, "a": False}) is WAIT


def test_what_arrives_after_the_opening_is_no_part_of_the_input() -> None:
    gate = Gate("any", ["a", "b", "c"])
    assert [gate.arrive("b", False), gate.arrive("c", True), gate.arrive("a", True)] == [WAIT, RUN, RUN]
    assert gate.input == ("c",)


def test_the_input_is_what_had_arrived_first_come_first_and_never_a_dead_edge() -> None:
    gate = Gate("settled", ["a", "b", "c"])
    for edge, live in [("c", True), ("b", False), ("c", True), ("a", True)]:
        gate.arrive(edge, live)
    assert gate.input == ("c", "a")


def test_a_gate_that_shut_has_no_input() -> None:
    gate = Gate("all", ["a", "b"])
    gate.arrive("a", True)
    assert gate.arrive("b", False) is SKIP
    assert gate.input == ()


def test_an_edge_that_leads_elsewhere_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(AssertionError, match="leads elsewhere"):
        Gate("all", ["a"]).arrive("b", True)


def test_an_edge_cannot_be_decided_both_ways() -> None:
    gate = Gate("all", ["a", "b"])
    gate.arrive("a", True)
    with pytest.raises(AssertionError, match="decided twice"):
        gate.arrive("a", False)


@given(st.data(), st.booleans())
@examples(40)
def test_once_decided_nothing_changes_it_and_a_full_gate_has_decided(data: st.DataObject, duplicate: bool) -> None:
    join = JOIN.validate_json(json.dumps(data.draw(joins())))
    edges = {f"e{n}": data.draw(st.booleans()) for n in range(data.draw(st.integers(1, 5)))}
    arrivals = data.draw(st.permutations(list(edges) * (1 + duplicate)))
    gate, decided, decisions = Gate(join, edges), dict[str, bool](), list[Decision]()
    for edge in arrivals:
        decided[edge] = edges[edge]
        decisions.append(gate.arrive(edge, edges[edge]))
        assert decisions[-1] is decide(join, list(edges), decided)
    final = decisions[-1]
    assert final is not WAIT
    assert all(decision in (WAIT, final) for decision in decisions)
    assert decisions == sorted(decisions, key=lambda decision: decision is not WAIT)
