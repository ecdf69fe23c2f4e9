"""What a run may meet in its life, over the real handlers on memory and on SQLite: each promise of DESIGN 3, 6 and 7."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from support.backends import Backend, memory
from support.flock import Ending, Flock
from support.shapes import shape

from events.event import EventType
from events.ledger import LOSSES, RunRecord, RunState, TaskState
from events.rules import Choice
from handlers.start import NotStarted, Started
from handlers.task import SKEW_MS, Hold
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline
from schemas.trigger import RunEnd

CHAIN = shape("a -> b; b -> c")
BROKEN = Outcome.failed("Timeout", "it took too long")
SECOND, MINUTE = 1_000, 60_000


def made(tasks: dict[str, Any], *edges: tuple[str, str], **more: Any) -> Pipeline:
    return Pipeline.read(
        {
            "project": "p",
            "pipeline": "x",
            "tasks": {name: {"function": "work", **task} for name, task in tasks.items()},
            "edges": [{"from": from_, "to": to} for from_, to in edges],
            **more,
        }
    )


def ending_of(flock: Flock, task: str) -> Ending:
    """Let everything happen until this task is at work; what remains of it is in hand and not yet under way."""
    for _ in range(1_000):
        for thing in flock.under_way:
            if isinstance(thing, Ending) and thing.work.node.name == task:
                flock.under_way.remove(thing)
                return thing
        if flock.under_way:
            flock.step()
        else:
            due = flock.next_time()
            assert due is not None, f"{task} will never begin"
            flock.wait_until(due)
    raise AssertionError(f"{task} never began")


def began(flock: Flock) -> list[tuple[str, int]]:
    return [(work.node.name, work.attempt) for work in flock.worked]


# ends that come early


def test_a_cancelled_run_starts_nothing_more(backend: Backend) -> None:
    flock = Flock(backend).publish(CHAIN)
    run = flock.start()
    in_flight = ending_of(flock, "b")
    flock.cancel(run)
    flock.under_way.append(in_flight)
    flock.fly()
    assert began(flock) == [("a", 1), ("b", 1)]
    record = flock.run(run)
    assert (record.end, record.reason) == (RunEnd.CANCELLED, "cancelled by Ann: enough")
    assert [one.event.type for one in flock.said if one.event.task is None][-1] is EventType.RUN_CANCELLED
    flock.hold()


def test_what_reaches_a_run_that_was_cancelled_starts_nothing(backend: Backend) -> None:
    flock = Flock(backend).publish(CHAIN)
    run = flock.start()
    flock.under_way.append(ending_of(flock, "a"))
    while backend.ledger.tasks(run)["a"].state is not TaskState.SETTLED:
        flock.step()
    assert flock.under_way, "b is about to hear"
    flock.cancel(run)
    flock.fly()
    assert began(flock) == [("a", 1)]
    assert "b" not in backend.ledger.tasks(run)


def test_what_ends_a_run_first_stays(backend: Backend) -> None:
    flock = Flock(backend).publish(CHAIN)
    run = flock.start()
    flock.fly(until=lambda: flock.run(run).state is RunState.ENDED)
    assert not flock.ending.end(flock.run(run), RunEnd.CANCELLED, "too late", {})
    assert flock.run(run).end is RunEnd.SUCCEEDED


@pytest.mark.parametrize(
    "told",
    ["a was running in attempt 1", "c waited for a -> c on success"],
)
def test_the_deadline_ends_a_run_and_names_what_was_late(backend: Backend, told: str) -> None:
    """Whoever holds `a` never says a word, and never loses its lease in time."""
    pipeline = made({"a": {"timeout": "2h"}, "b": {}, "c": {}}, ("a", "c"), ("b", "c"), deadline="10m")
    flock = Flock(backend).publish(pipeline)
    run = flock.start()
    ending_of(flock, "a")
    started = flock.run(run).started
    flock.fly()
    record = flock.run(run)
    assert record.end is RunEnd.TIMED_OUT
    assert record.ended == started + 10 * MINUTE
    assert told in record.reason
    flock.hold()


def test_the_deadline_names_a_task_that_nobody_started(backend: Backend) -> None:
    flock = Flock(backend, copies=lambda heard: 0 if heard.routed.told else 1)
    run = flock.publish(made({"a": {}}, deadline="10m")).start()
    flock.fly()
    assert flock.run(run).end is RunEnd.TIMED_OUT
    assert "a had not started" in flock.run(run).reason


# leases


def test_an_owner_that_vanishes_is_replaced_and_loses(backend: Backend) -> None:
    flock = Flock(backend).publish(CHAIN)
    run = flock.start()
    late = ending_of(flock, "a")
    lease = flock.record(run, "a").lease
    assert lease == backend.clock.now() + 15 * MINUTE + SKEW_MS
    flock.fly(until=lambda: ("a", 1) in began(flock)[1:])
    assert backend.clock.now() >= lease, "nobody takes a task whose lease is good"
    record = flock.record(run, "a")
    assert (record.attempt, record.losses) == (1, 1)
    flock.under_way.append(late)
    flock.fly().hold()
    assert flock.run(run).end is RunEnd.SUCCEEDED
    said = [one.event.id for one in flock.said]
    assert said.count(f"{run}/a/1/task.succeeded") == 1, "the late one says nothing"


def test_three_losses_fail_the_attempt(backend: Backend) -> None:
    flock = Flock(backend).publish(shape("a -x alarm"))
    run = flock.start()
    for _ in range(LOSSES):
        ending_of(flock, "a")
    flock.fly().hold()
    outcome = flock.record(run, "a").outcome
    assert outcome is not None
    assert outcome.error is not None
    assert outcome.error.type == "TaskLost"
    assert began(flock) == [("a", 1)] * LOSSES + [("alarm", 1)]


def test_a_lost_attempt_is_retried_like_any_other(backend: Backend) -> None:
    pipeline = made({"a": {"retry": {"attempts": 2, "delay": "1s", "on": ["TaskLost"]}}})
    flock = Flock(backend).publish(pipeline)
    run = flock.start()
    for _ in range(LOSSES):
        ending_of(flock, "a")
    flock.fly().hold()
    assert flock.run(run).end is RunEnd.SUCCEEDED
    assert (flock.record(run, "a").attempt, flock.record(run, "a").losses) == (2, 0)


# retries


def test_retries_wait_as_they_were_told(backend: Backend) -> None:
    retry = {"attempts": 4, "delay": "2s", "backoff": 3, "max_delay": "10s", "jitter": "none"}
    flock = Flock(backend, {"a": [BROKEN]}).publish(made({"a": {"retry": retry}}))
    start = backend.clock.now()
    begun: list[int] = []
    run = flock.start()
    while flock.run(run).state is not RunState.ENDED:
        before = len(flock.worked)
        flock.land()
        begun += [backend.clock.now() - start] * (len(flock.worked) - before)
        if due := flock.next_time():
            flock.wait_until(due)
    assert begun == [0, 2 * SECOND, 8 * SECOND, 18 * SECOND]
    flock.fly().hold()
    assert began(flock) == [("a", n) for n in (1, 2, 3, 4)]
    assert flock.swept == []
    assert flock.run(run).end is RunEnd.FAILED


def test_only_the_errors_that_were_named_are_tried_again(backend: Backend) -> None:
    retry = {"attempts": 5, "delay": "1s", "on": ["Timeout"]}
    flock = Flock(backend, {"a": [BROKEN, Outcome.failed("ValueError")]}).publish(made({"a": {"retry": retry}}))
    flock.start()
    flock.fly().hold()
    assert began(flock) == [("a", 1), ("a", 2)]


def test_a_retrys_timer_that_is_lost_is_made_up_for(backend: Backend) -> None:
    retry = {"attempts": 2, "delay": "5m", "jitter": "none"}
    flock = Flock(backend, {"a": [BROKEN, Outcome.succeeded()]}).publish(made({"a": {"retry": retry}}))
    run = flock.start()
    flock.land()
    backend.ripe(backend.clock.now() + 10 * MINUTE)
    flock.fly().hold()
    assert flock.swept == ["a"]
    assert flock.run(run).end is RunEnd.SUCCEEDED


def test_an_input_is_the_same_over_all_attempts(backend: Backend) -> None:
    """`any` opens with the first; what arrives between two attempts is no part of it."""
    tasks = {
        "a": {},
        "b": {},
        "j": {
            "join": "any",
            "retry": {"attempts": 2, "delay": "1s"},
            "with": {"a": "${tasks.a.output.n || 'none'}", "b": "${tasks.b.output.n || 'none'}"},
        },
    }
    answers = {
        "a": [Outcome.succeeded({"n": 1})],
        "b": [Outcome.succeeded({"n": 2})],
        "j": [BROKEN, Outcome.succeeded()],
    }
    flock = Flock(backend, answers).publish(made(tasks, ("a", "j"), ("b", "j")))
    run = flock.start()
    b = ending_of(flock, "b")
    j = ending_of(flock, "j")
    backend.clock.at += 10
    flock.under_way += [b]
    flock.land()
    flock.under_way += [j]
    flock.fly().hold()
    assert [work.parameters for work in flock.worked if work.node.name == "j"] == [{"a": 1, "b": "none"}] * 2
    assert len(flock.record(run, "j").edges) == 1


# waiting


def test_a_task_that_holds_is_settled_when_its_time_has_come(backend: Backend) -> None:
    due = backend.clock.now() + 90 * MINUTE
    flock = Flock(backend, {"a": [Hold(due, "timer")]}).publish(CHAIN)
    run = flock.start()
    flock.land()
    assert flock.record(run, "a").state is TaskState.WAITING
    flock.fly().hold()
    assert flock.record(run, "a").ended == due
    assert began(flock) == [("a", 1), ("b", 1), ("c", 1)], "a wait is no second attempt"
    assert flock.run(run).end is RunEnd.SUCCEEDED


def test_a_wait_whose_timer_is_lost_ends_all_the_same(backend: Backend) -> None:
    flock = Flock(backend, {"a": [Hold(backend.clock.now() + 5 * MINUTE, "timer")]}).publish(CHAIN)
    run = flock.start()
    flock.land()
    backend.ripe(backend.clock.now() + 10 * MINUTE)
    flock.fly().hold()
    assert flock.run(run).end is RunEnd.SUCCEEDED


def test_a_callback_settles_the_attempt_it_was_made_for(backend: Backend) -> None:
    flock = Flock(backend).publish(made({"a": {"callback": True}, "b": {}}, ("a", "b")))
    run = flock.start()
    flock.land()
    record = flock.record(run, "a")
    assert record.state is TaskState.WAITING
    assert not flock.task.complete(run, "a", "another token", Outcome.succeeded())
    assert flock.call_back(run, "a", record.token, Outcome.succeeded({"n": 5}))
    assert not flock.call_back(run, "a", record.token, Outcome.succeeded({"n": 6}))
    flock.fly().hold()
    assert flock.record(run, "a").outcome == Outcome.succeeded({"n": 5})
    assert began(flock) == [("a", 1), ("b", 1)]


def test_a_callback_that_does_not_come_has_failed(backend: Backend) -> None:
    flock = Flock(backend).publish(made({"a": {"callback": True, "timeout": "5m"}}))
    run = flock.start()
    flock.fly().hold()
    assert flock.run(run).end is RunEnd.FAILED
    outcome = flock.record(run, "a").outcome
    assert outcome is not None
    assert outcome.error is not None
    assert outcome.error.type == "Timeout"


# how many at once


def test_runs_over_the_limit_wait_their_turn(backend: Backend) -> None:
    flock = Flock(backend).publish(made({"a": {}}, concurrency=2))
    runs = [flock.start(request=f"request-{n}") for n in range(5)]
    states = [flock.run(run).state for run in runs]
    assert states == [RunState.OPEN] * 2 + [RunState.QUEUED] * 3
    at_once: list[int] = []
    while any(flock.run(run).state is not RunState.ENDED for run in runs):
        at_once.append(sum(flock.run(run).state is RunState.OPEN for run in runs))
        flock.step() if flock.under_way else flock.fly()
    assert max(at_once) == 2
    flock.fly().hold()
    ends = [flock.run(run).ended for run in runs]
    assert ends == sorted(ends), "who came first goes first"
    assert flock.swept == []


def test_runs_over_the_limit_are_dropped_aloud(backend: Backend) -> None:
    flock = Flock(backend).publish(made({"a": {}}, concurrency={"limit": 1, "full": "drop"}))
    first, second = flock.start(request="one"), flock.ask(request="two")
    assert isinstance(second, Started)
    assert second.state is RunState.ENDED
    flock.fly().hold()
    assert flock.run(first).end is RunEnd.SUCCEEDED
    record = flock.run(second.run)
    assert (record.end, record.reason) == (RunEnd.CANCELLED, "p/x has 1 open run, its limit")
    assert [refusal.why for refusal in backend.refused()] == [record.reason]


def test_a_cancelled_run_makes_room(backend: Backend) -> None:
    flock = Flock(backend).publish(made({"a": {}}, concurrency=1))
    first, second = (flock.start(request=name) for name in ("one", "two"))
    ending_of(flock, "a")
    flock.cancel(first)
    flock.fly().hold()
    assert flock.run(second).end is RunEnd.SUCCEEDED


def test_a_run_may_be_cancelled_while_it_waits(backend: Backend) -> None:
    flock = Flock(backend).publish(made({"a": {}}, concurrency=1))
    first, second = (flock.start(request=name) for name in ("one", "two"))
    flock.cancel(second)
    flock.fly()
    assert began(flock) == [("a", 1)]
    assert flock.run(first).end is RunEnd.SUCCEEDED
    assert flock.run(second).end is RunEnd.CANCELLED


# triggers


ORDER: dict[str, Any] = {
    "id": "e-1",
    "source": "shop",
    "detail-type": "order.created",
    "time": "2026-01-02T12:00:00Z",
    "resources": [],
    "detail": {"order": 7},
}
ON_ORDER = {"orders": {"event": {"source": ["shop"]}, "input": "${detail}"}}


def test_a_doubled_trigger_is_one_run(backend: Backend) -> None:
    flock = Flock(backend, copies=lambda _: 3).publish(made({"a": {}}, triggers=ON_ORDER))
    flock.emit(ORDER).emit(ORDER).fly().hold()
    assert len(flock.runs) == 1
    assert began(flock) == [("a", 1)]
    assert flock.run(next(iter(flock.runs))).input == {"order": 7}


def test_one_run_per_key(backend: Backend) -> None:
    triggers = {"orders": {**ON_ORDER["orders"], "key": "${detail.order}"}}
    flock = Flock(backend).publish(made({"a": {}}, triggers=triggers))
    flock.emit(ORDER, {**ORDER, "id": "e-2"}, {**ORDER, "id": "e-3", "detail": {"order": 8}}).fly().hold()
    assert sorted(str(flock.run(run).input) for run in flock.runs) == ["{'order': 7}", "{'order': 8}"]


def test_a_trigger_that_can_start_nothing_is_on_record(backend: Backend) -> None:
    schema = {"type": "object", "required": ["customer"]}
    flock = Flock(backend).publish(made({"a": {}}, triggers=ON_ORDER, input=schema))
    flock.emit(ORDER).fly()
    assert flock.runs == {}
    [refusal] = backend.refused()
    assert (refusal.pipeline, refusal.trigger, refusal.event) == ("p/x", "orders", ORDER)
    assert "customer" in refusal.why


def test_a_paused_pipeline_starts_nothing_by_itself(backend: Backend) -> None:
    flock = Flock(backend).publish(made({"a": {}}, triggers=ON_ORDER))
    backend.catalog.pause("p/x", True)
    flock.emit(ORDER).fly()
    assert flock.runs == {}
    assert "paused" in backend.refused()[0].why
    backend.catalog.pause("p/x", False)
    flock.emit(ORDER).fly().hold()
    assert len(flock.runs) == 1, "the same event, once it may"


def test_the_end_of_a_run_starts_another_pipelines(backend: Backend) -> None:
    after = {"after": {"pipeline": {"pipeline": "x", "on": ["succeeded", "failed"]}, "input": "${detail.data.status}"}}
    second = Pipeline.read({"project": "p", "pipeline": "y", "tasks": {"z": {"function": "work"}}, "triggers": after})
    flock = Flock(backend, {"a": [BROKEN]}, copies=lambda _: 2).publish(CHAIN).publish(second)
    first = flock.start()
    flock.fly().hold()
    [other] = flock.runs.keys() - {first}
    assert flock.run(other).pipeline == "p/y"
    assert flock.run(other).input == "failed"


def test_a_run_stays_on_the_version_it_started_with(backend: Backend) -> None:
    flock = Flock(backend).publish(CHAIN)
    run = flock.start()
    flock.publish(shape("a -> other"))
    flock.fly().hold()
    assert [name for name, _ in began(flock)] == ["a", "b", "c"]
    assert flock.run(run).reference == "p/x@1"
    second = flock.start(request="another")
    flock.fly().hold()
    assert flock.run(second).reference == "p/x@2"
    assert "other" in flock.facts(second).tasks


def test_an_input_that_does_not_fit_is_refused_in_words(backend: Backend) -> None:
    flock = Flock(backend).publish(made({"a": {}}, input={"type": "object", "required": ["customer"]}))
    refused = flock.ask({"order": 1})
    assert isinstance(refused, NotStarted)
    assert "customer" in refused.why
    assert "customer" in backend.refused()[0].why


# what travels


@pytest.mark.parametrize("choice", [Choice.EDGE, Choice.SLOT])
def test_a_skip_is_said_once_however_many_dead_edges_bring_it(backend: Backend, choice: Choice) -> None:
    layers = [[f"t{layer}{n}" for n in range(4)] for layer in range(4)]
    edges = [f"{one} -> {other}" for here, there in pairwise(layers) for one in here for other in there]
    pipeline = shape(
        "; ".join(
            [
                *(f"s -> {one}" for one in layers[0]),
                *edges,
                *(f"{one} -> end" for one in layers[-1]),
                "end: settled",
                "open",
            ]
        )
    )
    flock = Flock(backend, {"s": [BROKEN]}).publish(pipeline, choice)
    flock.start()
    open_ = ending_of(flock, "open")
    flock.land()
    skipped = [str(one.event.task) for one in flock.said if one.event.type is EventType.TASK_SKIPPED]
    assert sorted(skipped) == sorted({*skipped})
    assert len(skipped) == 16
    flock.under_way.append(open_)
    flock.fly().hold()
    assert flock.swept == []


def test_both_plans_say_and_hear_the_same(tmp_path: Path) -> None:
    pipeline = shape("s -> a; s -> b; a -x mend; a -> j; b -> j; mend -* end; j -> end; end: settled")
    flights: list[tuple[list[str], list[tuple[str, int]]]] = []
    for choice in (Choice.EDGE, Choice.SLOT):
        flock = Flock(memory(tmp_path), {"a": [BROKEN]}).publish(pipeline, choice)
        flock.start()
        flock.fly().hold()
        flights.append((sorted(one.event.id for one in flock.said), sorted(began(flock))))
    assert flights[0] == flights[1]


def test_a_run_is_looked_through_only_after_an_end_that_may_be_the_last(backend: Backend) -> None:
    """A chain of any length, one branch that is late at a join which has opened: looked at where nothing surely follows."""
    tasks: dict[str, Any] = {"a": {}, "b": {}, "c": {}, "late": {}, "j": {"join": "any"}}
    flock = Flock(backend).publish(made(tasks, ("a", "b"), ("b", "c"), ("c", "j"), ("late", "j")))
    run = flock.start()
    looked: list[str] = []
    conclude = flock.ending.conclude

    def spy(record: RunRecord) -> bool:
        looked.append(record.id)
        return conclude(record)

    flock.ending.conclude = spy  # type: ignore[method-assign]
    flock.fly().hold()
    assert flock.run(run).end is RunEnd.SUCCEEDED
    assert flock.swept == []
    assert 1 <= len(looked) <= 3, "not after a, nor after b"


def test_a_large_input_stays_out_of_records_and_events_and_reaches_every_task(backend: Backend) -> None:
    text = "x" * 20_000
    pipeline = made({"a": {"with": {"whole": "${input}", "part": "${input.deep.text}"}}, "b": {}}, ("a", "b"))
    flock = Flock(backend).publish(pipeline)
    run = flock.start({"deep": {"text": text}, "n": 1})
    flock.fly().hold()
    assert flock.worked[0].parameters == {"whole": {"deep": {"text": text}, "n": 1}, "part": text}
    again = flock.control.rerun(run, "request-2").run
    flock.fly().hold()
    assert flock.worked[-2].parameters == flock.worked[0].parameters
    for record in (flock.run(run), flock.run(again)):
        assert len(str(record.input)) < 200
    assert all(len(str(one.event.data)) < 400 for one in flock.said)


def test_nobody_is_given_what_an_input_only_names(backend: Backend) -> None:
    flock = Flock(backend).publish(made({"a": {"with": {"whole": "${input}"}}}))
    secret = backend.artifacts.put(b'"of another run"')
    forged = {"$artifact": {"at": secret, "size": 16}}
    flock.start(forged)
    flock.fly().hold()
    assert flock.worked[0].parameters == {"whole": forged}
