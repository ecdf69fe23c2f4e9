"""The properties of the core, over the real handlers, on memory, on SQLite and on the ledger of aws, in both plans of rules.

Whatever the pipeline, the answers and the order in which things arrive: the run is over without any help, each task has
the outcome that the reference gives it, and view, ledger and reference agree.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from support.backends import Backend, memory, sqlite
from support.examples import examples
from support.flock import Flock
from support.pipelines import endings, pipelines
from support.quick_table import quick

from events.interpret import interpret
from events.rules import Choice
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline

BACKENDS = pytest.mark.parametrize(("make", "count"), [(memory, 150), (sqlite, 40), (quick, 30)])


def retried(pipeline: Pipeline, attempts: dict[str, int]) -> Pipeline:
    """The same, with so many attempts for some tasks."""
    document = pipeline.document()
    tasks = document["tasks"]
    assert isinstance(tasks, dict)
    for name, many in attempts.items():
        task = tasks[name]
        assert isinstance(task, dict)
        if many > 1:
            task["retry"] = {"attempts": many, "delay": "1s", "jitter": "none"}
    return Pipeline.read(document)


def fly(
    make: Callable[[Path], Backend],
    pipeline: Pipeline,
    answers: dict[str, Outcome],
    tries: dict[str, int],
    chance: Random,
    copies: int = 1,
) -> tuple[Flock, str]:
    """Every task fails as often as `tries` says before it answers."""
    with TemporaryDirectory() as folder:
        backend = make(Path(folder))
        given = {name: [Outcome.failed("Early")] * (tries[name] - 1) + [answers[name]] for name in answers}
        flock = Flock(backend, given, chance, copies=lambda _: chance.randint(1, copies))
        flock.publish(retried(pipeline, tries), chance.choice([Choice.EDGE, Choice.SLOT]))
        run = flock.start({"n": 1})
        flock.fly().hold()
        facts = flock.facts(run)
        meant = interpret(pipeline, answers)
        assert facts.meaning.outcomes == meant.outcomes
        assert facts.run.end == meant.end
        assert flock.swept == [], "a healthy run needs no sweep"
        said = [one.event.id for one in flock.said]
        assert copies > 1 or len(said) == len(set(said)), "what is heard once is said once"
        begun = [(work.node.name, work.attempt) for work in flock.worked]
        assert len(begun) == len(set(begun)), "an attempt began twice"
        assert set(begun) == {(name, n) for name in meant.runs for n in range(1, tries[name] + 1)}
        said_skipped = {one.event.task for one in flock.said if one.event.type == "task.skipped"}
        assert said_skipped <= set(meant.skipped)
        backend.close()
        return flock, run


@BACKENDS
@pytest.mark.parametrize("copies", [1, 3])
def test_every_order_gives_what_the_reference_says(make: Callable[[Path], Backend], count: int, copies: int) -> None:
    @examples(count // copies)
    @given(st.data())
    def holds(data: DataObject) -> None:
        pipeline = data.draw(pipelines(max_tasks=7))
        answers = data.draw(endings(pipeline))
        # A failed answer of a task with tries left would be tried again: its tries end with the answer.
        tries = {
            name: data.draw(st.integers(1, 3)) if data.draw(st.integers(0, 3)) == 0 else 1 for name in pipeline.tasks
        }
        fly(make, pipeline, answers, tries, data.draw(st.randoms(use_true_random=False)), copies)

    holds()
