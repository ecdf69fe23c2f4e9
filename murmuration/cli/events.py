"""`murmur events`: everything that was said of a run."""

from __future__ import annotations

import click

from events.envelope import cloud_event, detail
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import console, plain, print_json, short, table

_LONGEST = 120


@click.command("events", short_help="list the events of a run")
@click.argument("run", default="last")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document: whole CloudEvents.")
@placed_anywhere
def command(run: str, as_json: bool, place: Place) -> None:
    """List the events of RUN (an id, enough of its beginning, or last), in the order in which they were heard.

    Exit code 0, also when there are none yet. 2: it could not be tried.
    """
    with place.reading() as reading:
        found = reading.events(reading.run(run))
    if as_json:
        print_json({"events": [cloud_event(detail(event)) for event in found]})
        return
    rows = [
        (
            event.time.astimezone().strftime("%H:%M:%S.%f")[:-3],
            event.type.value,
            event.task or "",
            str(event.attempt) if event.attempt else "",
            plain(short(event.data, _LONGEST)),
        )
        for event in found
    ]
    console().print(table(("Time", "Type", "Task", "Attempt", "Data"), rows, right=("Attempt",)))
