"""Following runs until they end, with what happens meanwhile before the reader's eyes.

A terminal is shown one run as a table that stays in its place; everything else is told line by line, on standard error.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import click

from murmuration.cli.printing import MARKS, count, span
from murmuration.cli.runs_shown import graph, header
from schemas.trigger import RunEnd

if TYPE_CHECKING:
    from rich.live import Live

    from events.ledger import RunRecord
    from handlers.reading import Reading, Shown

_SHARE: Final = 10


class Follower:
    """`over` looks again, tells what is new, and says whether all of them have ended."""

    def __init__(self, reading: Reading, runs: Iterable[str]) -> None:
        self._reading = reading
        self._open = list(runs)
        self._many = len(self._open) > 1
        self._told: dict[tuple[str, str], str] = {}
        self._next_look = 0.0
        self._live: Live | None = None
        self._stack = ExitStack()
        self.ended: list[RunRecord] = []

    def __enter__(self) -> Self:
        if not self._many and sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = self._stack.enter_context(Live(console=Console(stderr=True), refresh_per_second=8))
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        self._stack.__exit__(kind, wrong, at)

    def over(self) -> bool:
        # A look costs more the larger the run is: following takes a small share of the time, and the end is never missed.
        began = time.monotonic()
        if began < self._next_look and not any(self._reading.has_ended(run) for run in self._open):
            return False
        self._look()
        self._next_look = time.monotonic() + _SHARE * (time.monotonic() - began)
        return not self._open

    def _look(self) -> None:
        for run in list(self._open):
            shown = self._reading.show(run)
            if self._live is not None:
                from rich.console import Group

                self._live.update(Group(*header(shown), graph(shown, self._reading.progress(run))))
            else:
                self._tell(shown)
            if shown.record.end is not None:
                self._open.remove(run)
                self.ended.append(shown.record)

    @property
    def all_succeeded(self) -> bool:
        return not self._open and all(record.end is RunEnd.SUCCEEDED for record in self.ended)

    def _tell(self, shown: Shown) -> None:
        run = f"{shown.record.id} " if self._many else ""
        for name, found in shown.states.items():
            if self._told.get((shown.record.id, name), "pending") != found.value:
                self._told[shown.record.id, name] = found.value
                record = shown.tasks.get(name)
                took = (
                    f" in {span(record.ended - record.started)}" if record and record.attempt and record.ended else ""
                )
                click.echo(f"{run}{MARKS[found.value]} {name} {found.value}{took}", err=True)
        if shown.record.end is not None and self._many:
            click.echo(f"{run}{shown.record.end.value}", err=True)


def follow_all(reading: Reading, runs: Iterable[str], follow: Callable[[Callable[[], bool]], None]) -> bool:
    """Until all of them have ended. Did all succeed?"""
    wanted = list(runs)
    if not wanted:
        return True
    with Follower(reading, wanted) as follower:
        follow(follower.over)
    click.echo(
        f"{count(len(wanted), 'run')}: {'all succeeded' if follower.all_succeeded else 'not all succeeded'}", err=True
    )
    return follower.all_succeeded
