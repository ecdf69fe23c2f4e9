"""`murmur show`: a run, its tasks and how they stand."""

from __future__ import annotations

import click

from handlers.run_document import run_document
from murmuration.cli.nobody import nobody
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import console, print_json
from murmuration.cli.runs_shown import graph, header, results


@click.command("show", short_help="show a run")
@click.argument("run", default="last")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(run: str, as_json: bool, place: Place) -> None:
    """Show RUN: its tasks in their order, their states, attempts and durations, and why some were skipped.

    RUN is an id, enough of its beginning, or last.

    Exit code 0, however the run stands. 2: it could not be tried.
    """
    with place.reading() as reading:
        shown = reading.show(reading.run(run))
        progress = reading.progress(shown.record.id)
    if shown.record.end is None:
        nobody(place).look()
    if as_json:
        print_json(run_document(shown, progress).whole())
        return
    out = console()
    for line in header(shown):
        out.print(line, soft_wrap=True)
    out.print(graph(shown, progress))
    for line in results(shown):
        out.print(line, soft_wrap=True)
