"""What follows from what was heard, and that nothing final is ever taken back."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from support.choreography import START, fly
from support.examples import examples
from support.pipelines import endings, pipelines
from support.shapes import shape

from events.derive import derive
from events.event import Event, EventType
from events.fold import fold, fold_all
from events.interpret import interpret
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline
from schemas.run import Picture, RunState, RunView, TaskState
from schemas.trigger import RunEnd

EMPTY = RunView("r")
MEDIA = shape("validate -> resize; validate -x quarantine; resize -> report; quarantine -* report; report: settled")


def picture(said: str, pipeline: Pipeline = MEDIA) -> Picture:
    """`validate succeeded; resize retrying 1; run started`."""
    return derive(fold_all(EMPTY, (_event(part.split()) for part in said.split(";") if part.strip())), pipeline)


def _event(words: list[str]) -> Event:
    name, type, *attempt = words
    task = None if name == "run" else name
    data = {"failed": Outcome.failed("Timeout"), "succeeded": Outcome.succeeded(1)}.get(type, Outcome.skipped()).data()
    return Event(
        type=EventType(f"{'task' if task else 'run'}.{type}"),
        time=START,
        pipeline="p/x@1",
        run="r",
        task=task,
        attempt=int(attempt[0]) if attempt else 0,
        data=data,
    )


def states(told: Picture) -> list[str]:
    return [state.value for state in told.tasks.values()]


def test_before_a_run_starts_nothing_is_ready() -> None:
    assert states(picture("run requested")) == ["pending"] * 4
    assert states(picture("run requested; run started")) == ["ready", "pending", "pending", "pending"]


def test_a_skip_is_told_once_the_gate_can_no_longer_open() -> None:
    told = picture("run started; validate succeeded 1; resize started 1")
    assert states(told) == ["succeeded", "running", "skipped", "pending"]
    assert told.state is RunState.RUNNING
    assert told.conclusion is None


def test_what_is_awaited_is_told_by_edge() -> None:
    told = picture("run started; validate succeeded 1")
    assert {task: [str(edge) for edge in edges] for task, edges in told.waits.items()} == {
        "report": ["resize -> report on success"]
    }
    assert picture("run started; validate started 1").waits.keys() == {"resize", "quarantine", "report"}


def test_a_gate_that_has_opened_waits_for_nothing() -> None:
    told = picture("run started; a succeeded 1", shape("a -> t; b -> t; t: any"))
    assert told.tasks["t"] is TaskState.READY
    assert told.waits == {}


def test_an_outcome_is_a_fact_also_before_what_led_to_it_is_heard() -> None:
    told = picture("report succeeded 1")
    assert told.tasks["report"] is TaskState.SUCCEEDED
    assert told.state is RunState.RUNNING
    assert states(picture("quarantine skipped")) == ["ready", "pending", "skipped", "pending"]


def test_a_first_request_opens_no_gate_and_a_retry_needs_none() -> None:
    both = shape("a -> t; b -> t")
    assert picture("run started; a succeeded 1; t requested", both).tasks["t"] is TaskState.PENDING
    assert picture("t requested 2; t retrying 1", both).tasks["t"] is TaskState.READY
    assert picture("t retrying 1", both).tasks["t"] is TaskState.RETRYING


def test_what_the_outcomes_amount_to_is_no_end_until_it_is_recorded() -> None:
    said = "run started; validate succeeded 1; resize failed 1"
    told = picture(said)
    assert (told.state, told.conclusion, told.unhandled) == (RunState.RUNNING, RunEnd.FAILED, ("resize",))
    assert told.tasks["report"] is TaskState.SKIPPED
    cancelled = picture(f"{said}; run cancelled")
    assert (cancelled.state, cancelled.conclusion) == (RunState.CANCELLED, RunEnd.FAILED)


def test_a_run_that_was_ended_early_awaits_nothing() -> None:
    told = picture("run started; validate started 1; run timed_out")
    assert told.waits == {}
    assert states(told) == ["running", "pending", "pending", "pending"]


def test_a_task_that_the_pipeline_does_not_know_is_shown_as_it_was_heard() -> None:
    told = picture("a succeeded 1; grown failed 1", shape("a"))
    assert told.tasks == {"a": TaskState.SUCCEEDED, "grown": TaskState.FAILED}
    assert told.conclusion is RunEnd.SUCCEEDED


@given(st.data())
@examples(50)
def test_in_any_order_it_comes_to_what_the_reference_says_and_takes_nothing_final_back(data: st.DataObject) -> None:
    pipeline = data.draw(pipelines())
    answers = data.draw(endings(pipeline))
    reference = interpret(pipeline, answers)
    events = fly(pipeline, answers, seed := data.draw(st.integers(0, 2**32))).events
    Random(seed).shuffle(events)
    final: dict[str, TaskState] = {}
    edges: dict[str, bool] = {}
    view, told = EMPTY, derive(EMPTY, pipeline)
    for event in events:
        view = fold(view, event)
        told = derive(view, pipeline)
        assert final.items() <= told.tasks.items()
        assert edges.items() <= told.edges.items()
        final = {name: state for name, state in told.tasks.items() if state.final}
        edges = dict(told.edges)
        assert told.conclusion in (None, reference.end)
    assert final == {name: TaskState(outcome.status) for name, outcome in reference.outcomes.items()}
    assert told.edges == reference.edges
    assert (told.conclusion, told.unhandled, told.waits) == (reference.end, reference.unhandled, {})
