"""The reference: who runs, who is skipped, what is live, and how the run ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.pipelines import endings, pipelines
from support.shapes import shape

from events.edges import is_live
from events.interpret import interpret
from events.joins import Decision, decide
from schemas.outcome import Outcome, Status
from schemas.pipeline import Pipeline
from schemas.trigger import RunEnd
from schemas.wiring import Wiring

OK, BROKEN = Outcome.succeeded({"n": 1}), Outcome.failed("Timeout")


def answers(pipeline: Pipeline, failing: str = "") -> dict[str, Outcome]:
    return {name: BROKEN if name in failing.split() else OK for name in pipeline.tasks}


MEDIA = shape("validate -> resize; validate -x quarantine; resize -> report; quarantine -* report; report: settled")


def test_when_all_goes_well_the_failure_path_is_skipped() -> None:
    told = interpret(MEDIA, answers(MEDIA))
    assert told.runs == ("validate", "resize", "report")
    assert told.skipped == ("quarantine",)
    assert (told.end, told.unhandled, told.waiting) == (RunEnd.SUCCEEDED, (), ())
    assert [str(edge) for edge in told.inputs["report"]] == ["resize -> report on success"]


def test_a_failure_that_somebody_takes_up_does_not_fail_the_run() -> None:
    told = interpret(MEDIA, answers(MEDIA, "validate"))
    assert told.runs == ("validate", "quarantine", "report")
    assert told.end is RunEnd.SUCCEEDED


def test_a_failure_that_nobody_takes_up_fails_it_and_is_named() -> None:
    told = interpret(MEDIA, answers(MEDIA, "resize"))
    assert told.skipped == ("quarantine", "report")
    assert (told.end, told.unhandled) == (RunEnd.FAILED, ("resize",))


def test_a_failure_is_not_taken_up_by_a_task_that_was_skipped() -> None:
    pipeline = shape("a -x mend; b -> mend")
    assert interpret(pipeline, answers(pipeline, "a b")).unhandled == ("a", "b")
    assert interpret(pipeline, answers(pipeline, "a")).unhandled == ()


def test_a_completion_edge_takes_a_failure_up() -> None:
    pipeline = shape("a -* after")
    assert interpret(pipeline, answers(pipeline, "a")).end is RunEnd.SUCCEEDED


def test_a_condition_that_does_not_match_takes_nothing_up() -> None:
    pipeline = shape("a -x mend", when={"a -x mend": {"type": ["ValueError"]}})
    assert interpret(pipeline, answers(pipeline, "a")).unhandled == ("a",)


def test_parallel_edges_count_one_by_one() -> None:
    pipeline = shape("a -> b; a -* b; b: 2")
    assert interpret(pipeline, answers(pipeline)).runs == ("a", "b")
    assert interpret(pipeline, answers(pipeline, "a")).runs == ("a",)


def test_a_gate_that_asks_for_more_than_it_has_is_shut_from_the_start() -> None:
    pipeline = shape("a -> b; b: 2; b -> c")
    told = interpret(pipeline, {})
    assert (told.skipped, told.waiting) == (("b", "c"), ())
    assert interpret(pipeline, answers(pipeline)).end is RunEnd.SUCCEEDED


def test_a_task_that_has_not_answered_holds_up_only_what_waits_for_it() -> None:
    pipeline = shape("a -> join; b -> join; a -x mend; b -> first; a -> first; first: any")
    told = interpret(pipeline, {"a": OK})
    assert told.runs == ("a", "b", "first")
    assert told.skipped == ("mend",)
    assert told.waiting == ("join",)
    assert told.end is None
    assert told.unhandled == ()
    assert "b" not in told.outcomes


def test_an_answer_of_a_task_that_is_never_run_is_not_looked_at() -> None:
    pipeline = shape("a -x b; b -> c")
    assert interpret(pipeline, answers(pipeline)).runs == ("a",)


def test_nobody_answers_that_it_was_skipped() -> None:
    with pytest.raises(AssertionError, match="cannot answer"):
        interpret(shape("a"), {"a": Outcome.skipped()})


@given(st.data())
@examples(50)
def test_it_is_the_rules_and_nothing_else(data: st.DataObject) -> None:
    """Every edge is decided by its own task's outcome, every gate by its own edges, and nothing is left waiting."""
    pipeline = data.draw(pipelines())
    given_answers = data.draw(endings(pipeline))
    told = interpret(pipeline, given_answers)
    wiring = Wiring(pipeline)
    assert told.waiting == ()
    assert told.end is not None
    assert set(told.runs) | set(told.skipped) == set(pipeline.tasks) == set(told.outcomes)
    for edge in pipeline.edges:
        assert told.edges[edge.id] is is_live(edge, told.outcomes[edge.from_])
    for name, task in pipeline.tasks.items():
        ids = [edge.id for edge in wiring.incoming[name]]
        ran = decide(task.join, ids, told.edges) is Decision.RUN
        assert ran is (name in told.runs)
        assert told.outcomes[name] == (given_answers[name] if ran else Outcome.skipped())
    unhandled = [name for name in told.runs if told.outcomes[name].status is Status.FAILED]
    for edge in pipeline.edges:
        if told.edges[edge.id] and edge.to in told.runs and edge.from_ in unhandled:
            unhandled.remove(edge.from_)
    assert list(told.unhandled) == unhandled


@given(st.data())
@examples(25)
def test_what_is_told_of_a_part_stays_true_of_the_whole(data: st.DataObject) -> None:
    pipeline = data.draw(pipelines())
    whole = data.draw(endings(pipeline))
    known = data.draw(st.sets(st.sampled_from(sorted(whole))))
    part = interpret(pipeline, {name: whole[name] for name in known})
    full = interpret(pipeline, whole)
    assert set(part.runs) <= set(full.runs)
    assert set(part.skipped) <= set(full.skipped)
    assert part.edges.items() <= full.edges.items()
    assert part.end in (None, full.end)


@given(st.data())
@examples(20)
def test_the_order_of_the_document_decides_nothing(data: st.DataObject) -> None:
    pipeline = data.draw(pipelines())
    shuffled = pipeline.model_copy(
        update={
            "tasks": {name: pipeline.tasks[name] for name in data.draw(st.permutations(list(pipeline.tasks)))},
            "edges": tuple(data.draw(st.permutations(pipeline.edges))),
        }
    )
    given_answers = data.draw(endings(pipeline))
    one, other = interpret(pipeline, given_answers), interpret(shuffled, given_answers)
    assert (one.outcomes, one.edges, one.end) == (other.outcomes, other.edges, other.end)
    assert set(one.unhandled) == set(other.unhandled)
