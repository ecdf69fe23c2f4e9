"""What may befall a run: none of it hangs the run, runs a settled task again, or shows a state that is later taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.backends import Backend, memory, sqlite
from support.examples import examples
from support.flock import Ending, Flock
from support.lagging import LaggingLedger
from support.pipelines import endings, pipelines
from support.quick_table import quick
from support.shapes import shape
from support.watched import Counting, FailsAt

from events.event import EventType
from events.interpret import interpret
from events.ledger import RunRecord, RunState
from events.ports import Ledger
from events.rules import Choice
from murmuration.memory import Heard
from schemas.outcome import Outcome, Status
from schemas.pipeline import Pipeline
from schemas.run import RunState as Shown
from schemas.run import TaskState as ShownTask
from schemas.trigger import RunEnd

FAN_IN = shape("s -> a; s -> b; s -> c; a -> j; b -> j; c -> j; j -> after")
EVERYTHING = shape(
    "s -> a; s -> b; a -x mend; a -> j; b -> j; b -> first; a -> first; first: any; "
    "mend -* end; j -> end; b -> end; end: settled; never -x alarm; never -> end"
)
BROKEN = Outcome.failed("Timeout", "it took too long")


def retried(pipeline: Pipeline, *tasks: str, attempts: int = 3) -> Pipeline:
    document = pipeline.document()
    for task in tasks:
        cast(dict[str, dict[str, object]], document["tasks"])[task]["retry"] = {
            "attempts": attempts,
            "delay": "2s",
            "jitter": "none",
        }
    return Pipeline.read(document)


def is_for(thing: object, task: str) -> bool:
    return isinstance(thing, Heard) and thing.routed.told is not None and thing.routed.told.get("task") == task


# the order of things


def test_upstream_tasks_finish_before_anything_is_stored_of_their_dependent(backend: Backend) -> None:
    flock = Flock(backend).publish(FAN_IN)
    run = flock.start()
    while others := [at for at, thing in enumerate(flock.under_way) if not is_for(thing, "j")]:
        flock.step(others[0])
    ledger = backend.ledger
    assert {name for name, one in ledger.tasks(run).items() if one.outcome} == {"s", "a", "b", "c"}
    assert ledger.task(run, "j") is None
    assert "j" not in ledger.gates(run), "nothing of it is stored"
    flock.fly().hold()
    assert [work.node.name for work in flock.worked].count("j") == 1
    assert flock.swept == []


@pytest.mark.parametrize("choice", [Choice.EDGE, Choice.SLOT])
def test_every_delivery_comes_twice(backend: Backend, choice: Choice) -> None:
    flock = Flock(backend, {"a": [BROKEN, Outcome.succeeded()]}, copies=lambda _: 2)
    run = flock.publish(retried(EVERYTHING, "a"), choice).start()
    flock.fly().hold()
    assert flock.run(run).end is RunEnd.SUCCEEDED
    begun = [(work.node.name, work.attempt) for work in flock.worked]
    assert sorted(begun) == sorted(set(begun))


@pytest.mark.parametrize("seed", range(5))
def test_every_delivery_comes_ten_times_in_random_order(backend: Backend, seed: int) -> None:
    flock = Flock(backend, {"a": [BROKEN]}, Random(seed), copies=lambda _: 10)
    run = flock.publish(retried(EVERYTHING, "a"), Choice.SLOT if seed % 2 else Choice.EDGE).start()
    flock.fly().hold()
    assert flock.run(run).end is RunEnd.SUCCEEDED, "mend takes the failure up"
    begun = [(work.node.name, work.attempt) for work in flock.worked]
    assert sorted(begun) == sorted(set(begun))
    outcomes = [one.event.id for one in flock.said if one.event.type is EventType.TASK_SUCCEEDED]
    assert len(outcomes) <= 10 * len(set(outcomes)), "a repeat is at most said again, never multiplied"


# what readers see


def test_nobody_sees_a_run_failed_whose_task_fails_once_and_then_succeeds(backend: Backend) -> None:
    pipeline = retried(shape("s -> a; a -> b; a -x alarm"), "a")
    flock = Flock(backend, {"a": [BROKEN, Outcome.succeeded()]}).publish(pipeline)
    run = flock.start()
    flock.fly().hold()
    shown = flock.pictures[run]
    assert all(picture.state in (Shown.REQUESTED, Shown.RUNNING, Shown.SUCCEEDED) for picture in shown)
    assert all(picture.tasks["a"] is not ShownTask.FAILED for picture in shown)
    assert all(picture.tasks["alarm"] in (ShownTask.PENDING, ShownTask.SKIPPED) for picture in shown)
    assert any(picture.tasks["a"] is ShownTask.RETRYING for picture in shown)
    assert flock.run(run).end is RunEnd.SUCCEEDED
    assert "alarm" not in {work.node.name for work in flock.worked}


# what gets lost


def test_a_delivery_is_lost_after_its_claim(backend: Backend) -> None:
    """The worker is gone with the delivery: the lease runs out, the sweeper asks, the same attempt is done."""
    flock = Flock(backend).publish(FAN_IN)
    run = flock.start()
    flock.step()
    lost = [thing for thing in flock.under_way if isinstance(thing, Ending)]
    flock.under_way.remove(lost[0])
    flock.fly().hold()
    assert (flock.record(run, "s").attempt, flock.record(run, "s").losses) == (1, 1)
    assert [work.node.name for work in flock.worked].count("s") == 2, "it began twice; one outcome counts"
    assert flock.swept == ["s"]


@pytest.mark.parametrize("task", ["s", "a", "j", "after"])
def test_every_delivery_to_a_task_is_lost_once(backend: Backend, task: str) -> None:
    gone: set[str] = set()

    def copies(heard: Heard) -> int:
        name = heard.event.id if heard.event else ""
        if not is_for(heard, task) or name in gone or (heard.event and heard.event.type is EventType.TASK_REQUESTED):
            return 1
        gone.add(name)
        return 0

    flock = Flock(backend, copies=copies).publish(FAN_IN)
    run = flock.start()
    flock.fly().hold()
    assert flock.run(run).end is RunEnd.SUCCEEDED
    assert gone
    assert task in flock.swept


def test_the_run_was_recorded_and_its_start_was_never_said(backend: Backend) -> None:
    flock = Flock(backend, copies=lambda heard: 0 if heard.event and heard.event.type is EventType.RUN_STARTED else 1)
    run = flock.publish(FAN_IN).start({"n": 7})
    flock.fly().hold()
    assert flock.swept == ["s"]
    view = flock.facts(run).view
    assert view.input == {"n": 7}, "and the view was told"
    assert view.started is not None


def test_the_projector_never_hears_an_outcome(backend: Backend) -> None:
    """The run's end is made from the ledger; the view is told what it had missed."""
    missed = EventType.TASK_SUCCEEDED

    def copies(heard: Heard) -> int:
        return 0 if heard.routed.told is None and heard.event is not None and heard.event.type is missed else 1

    flock = Flock(backend, copies=copies).publish(FAN_IN)
    run = flock.start()
    flock.fly().hold()
    assert flock.run(run).end is RunEnd.SUCCEEDED
    assert flock.swept == [], "no task was asked for again"


@pytest.mark.parametrize("task", ["s", "a", "end", "never"])
def test_an_outcome_was_settled_and_never_said(backend: Backend, task: str) -> None:
    flock = Flock(backend, comes_again=False).publish(EVERYTHING)
    run = flock.start()
    while not (endings_ := [one for one in flock.under_way if isinstance(one, Ending) and one.work.node.name == task]):
        flock.step()
    work = endings_[0].work
    flock.under_way.remove(endings_[0])
    backend.ledger.settle(run, task, work.token, Outcome.succeeded(), backend.clock.now())
    flock.fly().hold()
    assert flock.run(run).end is RunEnd.SUCCEEDED
    assert [work.node.name for work in flock.worked].count(task) == 1


def test_the_delivery_whose_claim_it_was_says_the_outcome_again(backend: Backend) -> None:
    flock = Flock(backend).publish(FAN_IN)
    run = flock.start()
    begun = flock.under_way[0]
    assert isinstance(begun, Heard)
    while not isinstance(ending := flock.under_way[0], Ending):
        flock.step(0)
    flock.under_way.pop(0)
    brought = ending.brought_by
    backend.ledger.settle(run, "s", ending.work.token, Outcome.succeeded(), backend.clock.now())
    other = replace(brought, routed=replace(brought.routed, rule="another"))
    flock.under_way = [other]
    flock.land()
    assert "a" not in backend.ledger.tasks(run), "a duplicate by another way says nothing"
    flock.under_way = [brought]
    flock.fly().hold()
    assert flock.swept == []


def test_whoever_asks_again_finds_the_run_and_sets_it_going(backend: Backend) -> None:
    """It was recorded, and its maker died: the same request makes up for it, another's finds that it is there."""
    flight = Flock(backend).publish(FAN_IN)
    run = flight_without_start(flight)
    assert flight_without_start(flight) == run
    assert flight.start() == run
    flight.fly().hold()
    assert flight.swept == []


def flight_without_start(flock: Flock) -> str:
    run = flock.start()
    flock.under_way.clear()
    return run


def test_the_view_is_told_while_the_run_goes_on(backend: Backend) -> None:
    flock = Flock(backend, copies=lambda heard: 0 if heard.routed.told is None else 1).publish(shape("a; b"))
    run = flock.start()
    open_ = next(at for at, thing in enumerate(flock.under_way) if is_for(thing, "b"))
    held = flock.under_way.pop(open_)
    flock.land()
    assert list(backend.view.events(run)) == []
    flock.fly(until=lambda: flock.run(run).sweeps > 0)
    assert flock.run(run).state is RunState.OPEN
    assert flock.facts(run).picture.tasks["a"] is ShownTask.SUCCEEDED
    del held


# reads that lag


@pytest.mark.parametrize(("make", "count"), [(memory, 60), (sqlite, 20)])
def test_stale_reads_at_the_gate(make: Callable[[Path], Backend], count: int) -> None:
    """Ports promise consistent reads. Were they not, a run might be late, and nothing else."""

    @examples(count)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        pipeline = data.draw(pipelines(max_tasks=6))
        answers = data.draw(endings(pipeline))
        chance = Random(data.draw(st.integers(0, 2**32)))
        with TemporaryDirectory() as folder:
            true = make(Path(folder))
            late = LaggingLedger(true.ledger, lambda: chance.choice([0, 0, 1, 3, 10]))
            given = {name: [answer] for name, answer in answers.items()}
            flock = Flock(true, given, chance, seen_by_handlers=cast(Ledger, late))
            run = flock.publish(pipeline).start()
            flock.fly().hold()
            assert flock.facts(run).meaning.outcomes == interpret(pipeline, answers).outcomes
            true.close()

    holds()


# a store that refuses, a process that dies


FLIGHT = retried(EVERYTHING, "b")
ANSWERS = {"a": [BROKEN], "b": [BROKEN, Outcome.succeeded()]}


def healthy(backend: Backend) -> list[str]:
    counting = Counting()
    flock = Flock(backend, ANSWERS, weather=counting).publish(FLIGHT)
    flock.start({"n": 1})
    flock.fly().hold()
    return counting.writes


def writes_of(make: Callable[[Path], Backend]) -> list[str]:
    with TemporaryDirectory() as folder:
        backend = make(Path(folder))
        writes = healthy(backend)
        backend.close()
    return writes


@pytest.mark.parametrize("comes_again", [True, False], ids=["it comes again", "it is lost"])
@pytest.mark.parametrize("done", [True, False], ids=["died after", "refused"])
@pytest.mark.parametrize("make", [memory, sqlite, quick])
def test_each_write_of_a_run_fails_once(
    make: Callable[[Path], Backend], done: bool, comes_again: bool, tmp_path: Path
) -> None:
    """Each step's every write in turn is refused, or is the last thing that its process does."""
    writes = writes_of(make)
    assert {*writes} >= {
        *("ledger.open", "ledger.arrive", "ledger.claim", "ledger.settle", "ledger.retry", "ledger.skip"),
        *("ledger.end", "ledger.told", "bus.put", "timers.set", "view.put"),
    }
    for n, write in enumerate(writes):
        folder = tmp_path / str(n)
        folder.mkdir()
        backend = make(folder)
        fails = FailsAt(n, done=done)
        flock = Flock(backend, ANSWERS, comes_again=comes_again, weather=fails).publish(FLIGHT)
        run = flock.start({"n": 1})
        flock.fly().hold()
        assert fails.struck == write, "nothing failed"
        expected = {name: given[-1] for name, given in ANSWERS.items()}
        found = flock.facts(run)
        for name, outcome in expected.items():
            assert found.answered[name] == outcome
        assert found.run.end is RunEnd.SUCCEEDED, write
        assert found.meaning.outcomes["alarm"].status is Status.SKIPPED
        backend.close()


# the projector


@pytest.mark.parametrize("choice", [Choice.EDGE, Choice.SLOT])
def test_with_the_projector_off_every_task_still_gets_its_outcome(backend: Backend, choice: Choice) -> None:
    flock = Flock(backend, ANSWERS, projecting=False, sweeping=False).publish(FLIGHT, choice)
    run = flock.start()
    flock.fly()
    facts = flock.facts(run)
    assert facts.meaning.end is RunEnd.SUCCEEDED
    assert facts.run.state is RunState.OPEN
    assert list(facts.events) == []
    flock.switch_projector(True)
    flock.fly().hold()
    assert flock.run(run).end is RunEnd.SUCCEEDED


def test_with_the_projector_off_the_sweeper_ends_runs(backend: Backend) -> None:
    flock = Flock(backend, ANSWERS, projecting=False).publish(FLIGHT)
    run = flock.start()
    flock.fly(until=lambda: flock.run(run).sweeps > 2)
    assert flock.run(run).end is RunEnd.SUCCEEDED
    flock.switch_projector(True)
    flock.fly().hold()


def test_a_run_that_cannot_be_looked_at_holds_up_no_other(backend: Backend, caplog: pytest.LogCaptureFixture) -> None:
    broken = RunRecord("r-broken", "p/gone", 1, RunState.OPEN, 0, 10**15, due=1)
    with backend.step():
        backend.ledger.open(broken)
    flock = Flock(backend, copies=lambda heard: 0 if heard.event and heard.event.type is EventType.RUN_STARTED else 1)
    run = flock.publish(FAN_IN).start()
    flock.fly()
    assert flock.run(run).end is RunEnd.SUCCEEDED
    assert "r-broken" in caplog.text
    assert flock.run("r-broken").sweeps > 0
