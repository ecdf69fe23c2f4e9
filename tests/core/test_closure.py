"""Positive choreography: what travels is enough for everybody who must know, and no more than the design says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.choreography import fly
from support.examples import examples
from support.pipelines import endings, pipelines
from support.shapes import shape

from events.interpret import interpret
from schemas.closure import Choreography, choreography, closure, never_skipped
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline
from schemas.wiring import Wiring


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a -> b; b -> c", ""),  # nobody is settled
        ("a: settled; a -> b", ""),  # a root has nothing to hear
        ("a -> t; b -> t; t: settled", "t"),  # roots are never skipped
        ("a -> b; b -> t; c -> t; t: settled", "b t"),  # b may be skipped, and t must hear of it
        ("r -> a; a -> b; b -> t; t: settled; t -> z", "a b t"),  # upwards all the way, never downwards
        ("a -* b; b -> t; t: settled", "t"),  # b always runs: it is not followed
        ("r -> s; s: settled; s -> x", "s"),  # what comes after a settled task may be skipped in silence
    ],
)
def test_the_closure(text: str, expected: str) -> None:
    assert closure(Wiring(shape(text))) == set(expected.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a; b", "a b"),
        ("a -> b", "a"),
        ("a -* b; b -* c", "a b c"),
        ("a -* t; b -> t; t: any", "a b t"),
        ("a -> t; a -x t; t: any", "a t"),  # whichever way it ends
        ("a -> t; a -x t", "a"),  # but never both
        ("a -> t; a -x t; b -> t; b -x t; t: 2", "a b t"),
        ("a -> t; a -* t; t: 2", "a"),
        ("a -* t; t: 2", "a"),
        ("a -* t; t: settled", "a t"),
        ("a -> b; b -* t; t: any", "a"),  # b may be skipped, and then its completion edge is dead
    ],
)
def test_tasks_that_are_never_skipped(text: str, expected: str) -> None:
    assert never_skipped(Wiring(shape(text))) == set(expected.split())


def test_a_condition_makes_nothing_certain() -> None:
    pipeline = shape("a -* b", when={"a -* b": {"status": ["succeeded"]}})
    assert never_skipped(Wiring(pipeline)) == {"a"}


def test_who_says_that_it_was_skipped_and_which_edges_carry_everything() -> None:
    pipeline = shape("r -> a; a -> t; r -* b; b -> t; t: settled; a -> z")
    steps = choreography(Wiring(pipeline))
    assert steps.tells_skip == {"a"}  # r and b never are, t and z have nobody to tell
    carrying = [str(edge) for edge in pipeline.edges if steps.hears_everything(edge)]
    assert carrying == ["r -> a on success", "a -> t on success", "b -> t on success"]


def test_a_settled_join_that_heard_only_its_own_neighbours_would_wait_for_ever() -> None:
    pipeline = shape("r -> a; a -> b; b -> t; r -* t; t: settled")
    answers = {name: Outcome.failed("Timeout") for name in pipeline.tasks}
    assert interpret(pipeline, answers).runs == ("r", "t")
    assert set(fly(pipeline, answers, seed=1).inputs) == {"r", "t"}
    short_sighted = Choreography(frozenset("t"), frozenset("b"))
    assert set(fly(pipeline, answers, seed=1, steps=short_sighted).inputs) == {"r"}


@given(pipelines(), st.data())
@examples(70)
def test_tasks_that_hear_only_what_travels_do_what_the_reference_says(pipeline: Pipeline, data: st.DataObject) -> None:
    """In any order, with repeats: who runs runs, with live edges only, and who must say that it was skipped says so."""
    answers = data.draw(endings(pipeline))
    told = interpret(pipeline, answers)
    flock = fly(pipeline, answers, data.draw(st.integers(0, 2**32)))
    assert set(flock.inputs) == set(told.runs)
    assert never_skipped(flock.wiring) <= set(told.runs)
    assert flock.said_skipped == flock.steps.tells_skip & set(told.skipped)
    for task, edges in flock.inputs.items():
        live = [edge.id for edge in told.inputs[task]]
        if pipeline.tasks[task].join in ("all", "settled"):
            assert sorted(edges) == sorted(live)
        else:
            assert set(edges) <= set(live)
