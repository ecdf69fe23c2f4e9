"""Whole runs by the real handlers on DynamoDB: in any order they end as the reference says, and so they do where a write's reply
is lost for good and nobody knows whether it was done."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.aws import aws, clients
from support.aws_faults import ALWAYS, WRITES, Fault, Faults
from support.examples import examples
from support.flock import Flock
from support.pipelines import endings, pipelines
from support.shapes import shape

from events.interpret import interpret
from events.rules import Choice
from schemas.outcome import Outcome
from schemas.trigger import RunEnd

FLIGHT = shape("s -> a; s -> b; a -x mend; a -> j; b -> j; mend -* end; j -> end; end: settled; b -> first; first: any")
ANSWERS = {"a": [Outcome.failed("Timeout", "it took too long")]}
NOWHERE = Path()


@examples(4)
@given(st.data())
def test_every_order_gives_what_the_reference_says(data: st.DataObject) -> None:
    pipeline = data.draw(pipelines(max_tasks=5))
    answers = data.draw(endings(pipeline))
    chance = data.draw(st.randoms(use_true_random=False))
    backend = aws(NOWHERE)
    try:
        flock = Flock(backend, {name: [one] for name, one in answers.items()}, chance, lambda _: chance.randint(1, 2))
        run = flock.publish(pipeline, chance.choice([*Choice])).start({"n": 1})
        flock.fly().hold()
        meant = interpret(pipeline, answers)
        assert flock.facts(run).meaning.outcomes == meant.outcomes
        assert flock.run(run).end == meant.end
        assert flock.swept == []
    finally:
        backend.close()


@pytest.mark.parametrize("part", range(6))
def test_a_reply_that_never_comes_changes_nothing(part: int) -> None:
    """Of the writes of a flight, at one in each sixth of it."""
    writes = _all_writes()
    with Faults(clients().dynamodb, WRITES.__contains__) as faults:
        at = Random(part).randrange(part * writes // 6, (part + 1) * writes // 6)
        _flown(faults, at)
        assert faults.struck


@cache
def _all_writes() -> int:
    with Faults(clients().dynamodb, WRITES.__contains__) as faults:
        return _flown(faults)


def _flown(faults: Faults, lost: int = -1) -> int:
    """How many writes it took."""
    backend = aws(NOWHERE)
    try:
        flock = Flock(backend, ANSWERS).publish(FLIGHT)
        faults.strike(Fault.LOST, lost, ALWAYS)
        run = flock.start({"n": 1})
        flock.fly().hold()
        assert flock.run(run).end is RunEnd.SUCCEEDED
        assert flock.facts(run).answered["a"] == ANSWERS["a"][0]
        return len(faults.calls)
    finally:
        backend.close()
