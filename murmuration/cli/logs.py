"""`murmur logs`: what the functions of a run printed and logged."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from handlers.line_document import line_document
from handlers.unknown import NoSuchTask
from murmuration.cli.nobody import Nobody, nobody
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import moment, print_json
from schemas.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handlers.reading import Logged, Reading

_COLOURS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}


@click.command("logs", short_help="show what a run's functions printed")
@click.argument("run", default="last")
@click.argument("task", required=False)
@click.option("--follow", "-f", is_flag=True, help="Go on until the run has ended.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one document, or with --follow one a line.")
@placed_anywhere
def command(run: str, task: str | None, follow: bool, as_json: bool, place: Place) -> None:
    """Show what the functions of RUN (an id, enough of its beginning, or last) printed and logged; of one TASK only, if it is named.
    Of a deployed stack it is what CloudWatch has of each task's last attempt.

    Exit code 0, also when there is nothing. 2: it could not be tried.
    """
    with place.reading() as reading:
        found = reading.run(run)
        if task is not None:
            known_task(reading, found, task)
        if follow:
            for logged in _following(reading, found, task, nobody(place)):
                _print_line(logged, as_json)
        elif as_json:
            print_json({"logs": [line_document(logged).model_dump() for logged in _all(reading, found, task)]})
        else:
            for logged in _all(reading, found, task):
                _print_line(logged, False)


def known_task(reading: Reading, run: str, task: str) -> None:
    tasks = reading.show(run).states
    if task not in tasks:
        near = did_you_mean(task, tasks) or f"It has {', '.join(list(tasks)[:10])}"
        raise NoSuchTask(f"{run} has no task {task}", advice=near)


def _all(reading: Reading, run: str, task: str | None, after: int = 0) -> Iterator[Logged]:
    while page := reading.logs(run, task, after=after):
        yield from page
        after = page[-1].seq


def _following(reading: Reading, run: str, task: str | None, idle: Nobody) -> Iterator[Logged]:
    after, ended_at = 0, 0.0
    for _ in reading.whenever_changed():
        ended = reading.show(run).record.end is not None
        for logged in _all(reading, run, task, after):
            after = logged.seq
            yield logged
        if not ended:
            idle.look()
        else:
            # What a function printed last may be a moment behind its outcome.
            ended_at = ended_at or time.monotonic()
            if time.monotonic() - ended_at > reading.last_lines_s:
                return


def _print_line(logged: Logged, as_json: bool) -> None:
    if as_json:
        import orjson

        click.echo(orjson.dumps(line_document(logged).model_dump()).decode())
        return
    line = logged.line
    attempt = f"#{line.attempt}" if line.attempt > 1 else ""
    place = click.style(f"{moment(line.at)[11:]} {line.task}{attempt}", dim=True)
    level = f"{line.level} " if line.level else ""
    colour = _COLOURS.get(line.level, "red" if line.stream == "stderr" else None)
    for text in line.text.rstrip("\n").split("\n"):
        click.echo(f"{place} {click.style(level + text, fg=colour)}")
