"""The same run on a deployed stack and on the embedded one: what was said, and how it looks."""

from __future__ import annotations

from collections.abc import Sequence

from support.both import looks, told
from support.deployed.standing import Standing

from events.event import Event

SENT_AGAIN = "task.requested"
"""By the sweeper, where a run takes more than a minute: a matter of the machine."""


def same(here: Standing, run: str, expected: Sequence[Event], there: str) -> None:
    """`run` here, and what was said of it `there`, where it may have another id."""
    wanted = said(expected, there)
    here.ended(run)
    # The view may hear the last of it after its end.
    here.until(lambda: len(said(here.events(run), run)) >= len(wanted), f"all that is said of {run}")
    assert said(here.events(run), run) == wanted
    assert here.end(run) == "succeeded"
    pipeline = here.pipeline(run)
    assert looks(here.events(run), pipeline) == looks(expected, pipeline)


def said(events: Sequence[Event], run: str) -> list[str]:
    """Without how it began: what comes from outside has an id of its own."""
    return [line for line in told(events, run) if SENT_AGAIN not in line and '"run.started"' not in line]
