"""`murmur watch`: a run, live, until it has ended."""

from __future__ import annotations

import click

from handlers.run_document import run_document
from murmuration.cli.following import Follower
from murmuration.cli.nobody import nobody
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import console, print_json
from murmuration.cli.runs_shown import exit_code, header, results


@click.command("watch", short_help="watch a run until it has ended")
@click.argument("run", default="last")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document at its end.")
@placed_anywhere
def command(run: str, as_json: bool, place: Place) -> None:
    """Watch RUN (an id, enough of its beginning, or last) until it has ended. It changes nothing: Ctrl-C only ends the watching.

    Exit code 0: it succeeded. 1: it failed, was cancelled or timed out. 2: it could not be tried. 130: Ctrl-C.
    """
    with place.reading() as reading:
        found = reading.run(run)
        idle = nobody(place)
        with Follower(reading, [found]) as follower:
            for _ in reading.whenever_changed():
                if follower.over():
                    break
                idle.look()
        shown = reading.show(found)
        progress = reading.progress(found)
    if as_json:
        print_json(run_document(shown, progress).whole())
    else:
        out = console()
        for line in (next(header(shown)), *results(shown)):
            out.print(line, soft_wrap=True)
    raise SystemExit(exit_code(shown.record))
