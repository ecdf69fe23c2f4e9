"""Publishing, killed after every call to AWS that changes something: run again, the same rules and the same catalog come of it.

Killed before a call is the same as killed after the one before it, and after a call that only reads the same as before it: so
these are all the places there are. `make prove` takes every one of them, `make test` every third.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from support.drawing import drawn
from support.publishing import Killed, Stage, stage

from schemas.errors import MurmurationError
from schemas.model import JsonObject

EVERY = 1 if "MURMUR_PROVE" in os.environ else 3
READS = ("Get", "List", "Query", "BatchGet", "Describe")
NIGHT: JsonObject = {"schedule": {"cron": "0 2 * * *"}}
FIRST = drawn("a", triggers={"shop": {"event": {"source": ["shop"]}}, "night": NIGHT}).pipeline
SECOND = drawn("a>b", triggers={"up": {"s3": {"bucket": "uploads"}}}).pipeline

Step = Callable[[Stage], object]


def nothing(here: Stage) -> None:
    """A stack as it was deployed."""


def first(here: Stage) -> None:
    here.publish(FIRST)


def second(here: Stage) -> None:
    here.publish(SECOND)


def both(here: Stage) -> None:
    first(here)
    second(here)


def back(here: Stage) -> None:
    here.publisher().activate("media/thumbnails@1")


def drained(here: Stage) -> None:
    both(here)
    here.later(3_600_000)
    tidy(here)
    here.later(3_600_000)


def retired(here: Stage) -> None:
    drained(here)
    tidy(here)


def tidy(here: Stage) -> None:
    here.publisher().tidy()


STEPS: dict[str, tuple[Step, Step]] = {
    "the first version": (nothing, first),
    "the next version": (first, second),
    "a roll back": (both, back),
    "a roll back to what has retired": (retired, back),
    "retiring": (drained, tidy),
}


def undisturbed(before: Step, step: Step) -> tuple[JsonObject, list[str]]:
    with stage() as here:
        before(here)
        here.cut.reset()
        step(here)
        calls = list(here.cut.calls)
        return here.everything(), calls


@pytest.mark.parametrize("what", STEPS)
def test_killed_anywhere_and_run_again_it_comes_to_the_same(what: str) -> None:
    before, step = STEPS[what]
    wanted, calls = undisturbed(before, step)
    changing = [at for at, call in enumerate(calls, 1) if not call.split(".")[1].startswith(READS)]
    assert len(changing) >= 5
    for at in changing[::EVERY]:
        with stage() as here:
            before(here)
            here.cut.reset(after=at)
            with pytest.raises(Killed):
                step(here)
            here.cut.reset()
            step(here)
            assert here.everything() == wanted, f"killed after {calls[at - 1]}, call {at}"


@pytest.mark.parametrize("what", ["the next version", "retiring"])
def test_what_aws_refuses_is_told_in_our_own_words_and_nothing_is_half(what: str) -> None:
    before, step = STEPS[what]
    wanted, calls = undisturbed(before, step)
    with stage() as here:
        before(here)
        refused: list[str] = []
        for at in range(1, len(calls) + 1, EVERY):
            here.cut.reset(refuse=at)
            try:
                step(here)
            except MurmurationError as wrong:
                refused.append(wrong.what)
        here.cut.reset()
        step(here)
        assert here.everything() == wanted
        assert len(refused) > 3
        assert all("ThrottlingException" in what for what in refused)
