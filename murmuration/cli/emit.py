"""`murmur emit`: an event from outside, put on the bus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from pydantic import JsonValue

from handlers.run_document import run_listed
from murmuration.cli.following import follow_all
from murmuration.cli.given import document_given, object_given
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import count, print_json
from schemas.model import JsonObject

if TYPE_CHECKING:
    from handlers.acting import Emitted


@click.command("emit", short_help="put an event on the bus")
@click.option("--source", help="Who sends it: shop. Not murmuration, and nothing that begins with aws.")
@click.option("--type", "kind", help="What happened: order.created.")
@click.option("--detail", metavar="JSON", help="The event's data: JSON, or @FILE.")
@click.option(
    "--file",
    metavar="FILE",
    help="The whole event: source, detail-type, detail; or a CloudEvent. - for the standard input.",
)
@click.option("--id", "id_", help="The same id and source again start nothing new; a new one when left out.")
@click.option("--wait", is_flag=True, help="Stay until the runs it starts have ended. Without a server it always does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(
    source: str | None,
    kind: str | None,
    detail: str | None,
    file: str | None,
    id_: str | None,
    wait: bool,
    as_json: bool,
    place: Place,
) -> None:
    """Put an event from outside on the bus, and say which runs it has started.

    Exit code 0: it was put; with --wait: and every run it started succeeded. 1: one of them did not. 2: it could not be
    tried, or the event was refused.
    """
    body = _from_file(file) if file is not None else {}
    for name, value in (("source", source), ("type", kind), ("id", id_)):
        if value is not None:
            body[name] = value
    if detail is not None:
        body["detail"] = object_given(detail, "--detail")
    body.setdefault("detail", {})
    if missing := [f"--{name}" for name in ("source", "type") if name not in body]:
        raise click.UsageError(f"give {' and '.join(missing)}, or the whole event with --file")
    with place.acting("emit") as acting:
        came = acting.emit(body)
        if not as_json:
            _tell(came)
        ok = True
        with acting.reading() as reading:
            if wait or (acting.alone and came.runs):
                ok = follow_all(reading, [run.id for run in came.runs], acting.follow)
            if as_json:
                runs = [run_listed(reading.show(run.id).record).whole() for run in came.runs]
                print_json({**acting.where, "event": came.event, "runs": [*runs], "refused": _refused(came)})
    raise SystemExit(0 if ok else 1)


def _from_file(file: str) -> JsonObject:
    """As EventBridge has it, as PutEvents takes it, or a CloudEvent, which travels whole."""
    told = document_given(file)
    if told.get("specversion") is not None:
        body: JsonObject = {"detail": told}
        names = {"source": "source", "type": "type", "id": "id"}
    else:
        body = {}
        names = {"source": "source", "type": "detail-type", "detail": "detail", "id": "id", "resources": "resources"}
    for name, there in names.items():
        value = told.get(there, told.get("".join(word.capitalize() for word in there.split("-"))))
        if value is not None:
            body[name] = value
    return body


def _tell(came: Emitted) -> None:
    click.echo(f"{came.event} is on the bus. It started {count(len(came.runs), 'run')}.")
    for run in came.runs:
        click.echo(f"  {run.id} of {run.reference}, by its trigger {run.trigger}")
    for one in came.refused:
        click.echo(click.style(f"  {one.pipeline} refused it at {one.trigger}: {one.why}", fg="yellow"))
    for trigger in came.owed:
        click.echo(click.style(f"  {trigger} hears it, and has started nothing yet", fg="yellow"))


def _refused(came: Emitted) -> list[JsonValue]:
    return [{"pipeline": one.pipeline, "trigger": one.trigger, "why": one.why} for one in came.refused]
