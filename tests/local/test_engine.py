"""The engine: every statement of a flight may be refused, or the last of its process, and nothing comes of it but time."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.embedded import FINE, Embedded, Killed
from support.examples import examples
from support.pipelines import endings, pipelines
from support.shapes import shape

from events.interpret import interpret
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline
from schemas.trigger import RunEnd

BROKEN = Outcome.failed("Timeout", "it took too long")


def everything() -> Pipeline:
    document = shape(
        "s -> a; s -> b; a -x mend; a -> j; b -> j; b -> first; a -> first; first: any; "
        "mend -* end; j -> end; b -> end; end: settled; never -x alarm; never -> end"
    ).document()
    tasks = cast(dict[str, dict[str, object]], document["tasks"])
    tasks["b"]["retry"] = {"attempts": 3, "delay": "2s", "jitter": "none"}
    return Pipeline.read(document)


ANSWERS = {"a": [BROKEN], "b": [BROKEN, Outcome.succeeded()]}


@examples(40)
@given(st.data())
def test_every_pipeline_gives_what_the_reference_says(data: st.DataObject) -> None:
    pipeline = data.draw(pipelines(max_tasks=8))
    answers = data.draw(endings(pipeline))
    with TemporaryDirectory() as folder:
        chance = Random(data.draw(st.integers(0, 2**32)))
        flight = Embedded(Path(folder), {name: [one] for name, one in answers.items()}, chance).publish(pipeline)
        runs = [flight.ask(f"request-{n}") for n in range(2)]
        flight.fly().hold(*runs)
        meant = interpret(pipeline, answers)
        for run in runs:
            assert flight.facts(run).meaning.outcomes == meant.outcomes
            assert flight.facts(run).run.end == meant.end
        begun = [(work.run.id, work.node.name) for work in flight.begun]
        assert sorted(begun) == sorted((run, name) for run in runs for name in meant.runs)
        flight.close()


class Strikes:
    """At the n-th statement, counted from 0, and every `again` after it."""

    def __init__(self, n: int, wrong: BaseException, again: int = 10**9) -> None:
        self.count = 0
        self.n = n
        self.again = again
        self.wrong = wrong
        self.struck = 0
        self.armed = False

    def __call__(self, sql: str) -> None:
        if not self.armed or sql == "ROLLBACK":
            return
        self.count += 1
        if self.count > self.n and (self.count - self.n - 1) % self.again == 0:
            self.struck += 1
            raise self.wrong


def statements(folder: Path) -> int:
    strikes = Strikes(10**9, Killed())
    flight = Embedded(folder, ANSWERS, before=strikes).publish(everything())
    strikes.armed = True
    run = flight.ask("request-1")
    flight.fly()
    strikes.armed = False
    flight.hold(run).close()
    return strikes.count


FULL = sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize(
    ("when", "wrong"),
    [("before", Killed()), ("after", Killed()), ("before", FULL)],
    ids=["killed before", "killed after", "refused"],
)
def test_each_statement_of_a_flight_fails_once(when: str, wrong: BaseException, tmp_path: Path) -> None:
    (tmp_path / "healthy").mkdir()
    many = statements(tmp_path / "healthy")
    assert many > 40
    for n in range(many):
        strikes = Strikes(n, wrong)
        folder = tmp_path / str(n)
        other = Strikes(0, wrong)
        hooks = (strikes, other) if when == "before" else (other, strikes)
        flight = Embedded(folder, ANSWERS, before=hooks[0], after=hooks[1]).publish(everything())
        strikes.armed = True
        run = flight.ask("request-1")
        flight.fly()
        strikes.armed = False
        flight.hold(run)
        facts = flight.facts(run)
        assert strikes.struck == 1
        assert facts.run.end is RunEnd.SUCCEEDED
        assert facts.answered["a"] == BROKEN
        flight.close()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("killed", [True, False])
def test_many_statements_of_many_runs_fail(tmp_path: Path, seed: int, killed: bool) -> None:
    chance = Random(seed)
    wrong: BaseException = Killed() if killed else sqlite3.OperationalError("disk I/O error")
    strikes = Strikes(chance.randint(0, 50), wrong, again=chance.randint(60, 200))
    flight = Embedded(tmp_path, ANSWERS, chance, before=strikes).publish(everything())
    strikes.armed = True
    runs = [flight.ask(f"request-{n}") for n in range(8)]
    flight.fly()
    strikes.armed = False
    flight.hold(*runs)
    assert strikes.struck > 1


def test_what_a_dead_process_had_claimed_is_done_at_once_by_the_next(tmp_path: Path) -> None:
    """Nobody waits for the leases of a process that is known to be gone."""
    flight = Embedded(tmp_path).publish(shape("a -> b"))
    run = flight.ask("request-1")
    started = flight.clock.at
    flight.restart()
    flight.fly().hold(run)
    assert flight.facts(run).run.ended == started
    assert [work.node.name for work in flight.begun] == ["a", "a", "b"]
    assert flight.facts(run).tasks["a"].losses == 1


@pytest.mark.parametrize("sweeping", [False, True])
def test_with_the_projector_off_every_task_has_its_outcome_and_switched_on_again_the_view_catches_up(
    tmp_path: Path, sweeping: bool
) -> None:
    flight = Embedded(tmp_path, ANSWERS).publish(everything())
    sources = list(flight.engine.sources)
    flight.engine.projecting = False
    if not sweeping:
        flight.engine.sources.clear()
    run = flight.ask("request-1")
    # The sweeper ends the run, and says so again and again, less and less often, for it is never heard.
    flight.fly(until=lambda: flight.facts(run).run.end is not None)
    facts = flight.facts(run)
    reference = interpret(everything(), {name: ANSWERS.get(name, [FINE])[-1] for name in everything().tasks})
    assert facts.answered == {name: reference.outcomes[name] for name in reference.runs}
    assert sweeping or list(facts.events) == []
    assert sweeping or facts.run.end is None
    flight.engine.sources[:] = sources
    flight.engine.projecting = True
    flight.fly().hold(run)
    assert flight.facts(run).run.end == reference.end
    assert flight.stack.bus.next_visible() is None
    flight.close()


def test_what_waits_for_the_projector_survives_the_end_of_the_process(tmp_path: Path) -> None:
    flight = Embedded(tmp_path, ANSWERS).publish(everything())
    flight.engine.projecting = False
    flight.engine.sources.clear()
    run = flight.ask("request-1")
    flight.fly()
    flight.restart()
    flight.engine.sources.clear()
    flight.fly().hold(run)
    assert flight.facts(run).run.end is not None, "the next one projects again"
    flight.close()
