"""The proof that each task can run and every run ends: against all outcomes of small pipelines, and as it is told."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.pipelines import endings, pipelines
from support.shapes import shape

from events.interpret import interpret
from schemas.cases import Cases
from schemas.graph import Graph
from schemas.liveness import prove
from schemas.model import JsonObject
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline
from schemas.problem import Code


def story(text: str, when: dict[str, object] | None = None) -> str:
    (finding,) = prove(shape(text, when))
    assert finding.path == ("tasks", finding.task)
    return finding.story


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "resize -> report; resize -x report",
            "`report` can never run: it waits for `resize` to succeed and for `resize` to fail,"
            " and a run sees only one of the two",
        ),
        (
            "a -> b; b: 2",
            "`b` can never run: it waits for 2 edges, and only 1 leads to it",
        ),
        (
            "a -> c; b -> c; c: 3",
            "`c` can never run: it waits for 3 edges, and only 2 lead to it",
        ),
        (
            "a -> t; a -x t; b -> t; b -x t; t: 3",
            "`t` can never run: it waits for 3 of these 4: `a` to succeed, `a` to fail, `b` to succeed and `b` to fail,"
            " and a run sees at most 2 of them",
        ),
        (
            "s -> a; s -x b; a -> t; b -* t",
            "`t` can never run: it waits for `a` to succeed (it runs only if `s` succeeds) and for `b` to end"
            " (it runs only if `s` fails), and a run sees only one of the two",
        ),
        (
            "s -> a; a -> t; s -x t",
            "`t` can never run: it waits for `a` to succeed (it runs only if `s` succeeds) and for `s` to fail,"
            " and a run sees only one of the two",
        ),
        (
            "s -> a; s -> b; s -x c; s -x d; a -> t; b -> t; c -> t; d -> t; t: 3",
            "`t` can never run: it waits for 3 of these 4: `a` to succeed, `b` to succeed, `c` to succeed and `d` to succeed;"
            " among them always `a` to succeed (it runs only if `s` succeeds) and for `c` to succeed"
            " (it runs only if `s` fails), and a run sees only one of the two",
        ),
        (
            "a -> z; b -> z; c -> z; d -> z; a -x alert; b -x alert; c -x alert; d -x alert; alert: any; alert -> z",
            "`z` can never run: it waits for `alert` to succeed, and no run has that together with what else it waits for:"
            " `a` to succeed, `b` to succeed, `c` to succeed and `d` to succeed",
        ),
    ],
)
def test_a_task_that_can_never_run_is_told_as_a_story(text: str, told: str) -> None:
    assert story(text) == told
    assert prove(shape(text))[0].code is Code.JOIN_NEVER_OPENS


def test_two_questions_that_only_together_have_no_answer() -> None:
    # Each of the four holds in some run, any two of them in some run, all four in none.
    text = "p -> a; q -> a; p -x b; q -> b; p -> c; q -x c; p -x d; q -x d; a: any; b: any; c: any; d: any"
    assert prove(shape(text + "; a -> t; b -> t; c -> t; t: all")) == ()
    assert story(text + "; a -> t; b -> t; c -> t; d -> t").endswith(
        "it waits for `a` to succeed, `b` to succeed, `c` to succeed and `d` to succeed,"
        " and whichever tasks before it fail, that does not come true"
    )


def test_what_comes_after_is_named_and_not_blamed() -> None:
    text = "a -> t; a -x t; t -> u; u -> v; b -> w; t -> w; w: any"
    assert story(text).endswith("; nor can `u` and `v`, which wait for it")
    assert story("a -> t; a -x t; t -> u").endswith("; nor can `u`, which waits for it")
    many = "a -> t; a -x t; " + "; ".join(f"t -> u{n}" for n in range(6))
    assert story(many).endswith("; nor can `u0`, `u1`, `u2` and 3 more, which wait for it")


@pytest.mark.parametrize(
    ("when", "can_run"),
    [
        ({"status": ["failed"]}, False),
        ({"status": ["succeeded", "failed"]}, True),
        ({"status": [{"anything-but": ["succeeded"]}]}, True),  # not looked into
        ({"error": {"type": ["Timeout"]}}, False),
        ({"error": {"type": [{"exists": False}]}}, True),
        ({"output": {"n": [1]}}, True),
        ({"$or": [{"error": {"type": ["Timeout"]}}, {"output": {"n": [1]}}]}, True),
    ],
)
def test_a_condition_on_completion_may_ask_for_the_other_end(when: JsonObject, can_run: bool) -> None:
    text = "a -> t; a -* t"
    assert (prove(shape(text, {"a -* t": when})) == ()) is can_run


def test_a_condition_that_no_outcome_meets() -> None:
    when: JsonObject = {"status": ["skipped"]}
    nothing = "`t` can never run: it waits for `a` to end, and no outcome has what that condition asks for"
    assert story("a -* t; b -> t", {"a -* t": when}) == nothing
    assert story("a -* t; t: any", {"a -* t": when}) == nothing
    assert prove(shape("a -* t; b -> t; t: any", {"a -* t": when})) == ()


def test_a_cycle_is_a_run_that_never_ends() -> None:
    found = prove(shape("a -> b; b -> c; c -> a; z -> z"))
    assert [finding.code for finding in found] == [Code.RUN_NEVER_ENDS] * 2
    assert [finding.story for finding in found] == [
        "the run can never end: `z` waits for `z`",
        "the run can never end: `a` waits for `c`, which waits for `b`, which waits for `a`",
    ]
    assert found[1].path == ("tasks", "a")


@pytest.mark.parametrize(
    "text",
    [
        "; ".join(f"t{n} -> t{n + 1}; t{n} -x h{n}" for n in range(300)),
        "; ".join(f"t{n} -> t{n + 1}; t{n} -x alert" for n in range(300))
        + "; alert: any; alert -> z; t300 -> z; z: any",
        "; ".join(f"t{n} -> z; t{n} -x z" for n in range(300)) + "; z: 300",
    ],
)
def test_large_ordinary_shapes_are_proven_without_a_search(text: str) -> None:
    cases = Cases(Graph(shape(text)), merges=0)
    assert cases.never == {}
    assert set(cases.must) == set(cases.graph.order)


def test_where_the_search_gives_up_nothing_is_claimed() -> None:
    pipeline = shape("p -x a; q -> a; p -> b; a: any; a -> t; b -> t; q -x c; p -x c; c: any; c -> t; t -> u")
    assert Cases(Graph(pipeline)).never == Cases(Graph(pipeline), merges=10_000).never
    assert Cases(Graph(pipeline), merges=0).never == {}


@given(pipelines(max_tasks=6, conditions=False))
@examples(40)
def test_it_finds_a_mistake_exactly_where_no_outcomes_let_a_task_run(pipeline: Pipeline) -> None:
    can_run, endings = set[str](), (Outcome.succeeded(), Outcome.failed("Timeout"))
    for answers in product(endings, repeat=len(pipeline.tasks)):
        can_run |= set(interpret(pipeline, dict(zip(pipeline.tasks, answers, strict=True))).runs)
    never = set(pipeline.tasks) - can_run
    found = prove(pipeline)
    assert {finding.task for finding in found} <= never
    assert bool(found) is bool(never)


@given(st.data())
@examples(30)
def test_a_task_that_runs_was_never_said_to_be_unable_to(data: st.DataObject) -> None:
    pipeline = data.draw(pipelines())
    runs = interpret(pipeline, data.draw(endings(pipeline))).runs
    assert not {finding.task for finding in prove(pipeline)} & set(runs)
