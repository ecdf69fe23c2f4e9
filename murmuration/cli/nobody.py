"""Nobody works here: whoever looks at a run that goes on is told so, once, and again when that has changed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import click

from murmuration.cli.place import Place
from murmuration.local.owner import holder

_LOOK_S: Final = 2.0


class Nobody:
    def __init__(self, state: Path | None) -> None:
        """None: elsewhere, where somebody always works."""
        self._state = state
        self._next = 0.0
        self._works = True

    def look(self) -> None:
        """Cheap to call often. It tells on standard error: standard output is for what was asked."""
        now = time.monotonic()
        if self._state is None or now < self._next:
            return
        self._next = now + _LOOK_S
        works = holder(self._state) is not None
        if self._works and not works:
            told = "Nobody works here now: murmur up goes on with what is left."
            click.echo(click.style(told, fg="yellow"), err=True)
        self._works = works


def nobody(place: Place) -> Nobody:
    return Nobody(place.workspace.state if place.local else None)
