"""`murmur emit`: an event from outside, put on the bus."""

from __future__ import annotations

import click
from pydantic import JsonValue

from murmuration.cli.following import follow_all
from murmuration.cli.given import document_given, object_given
from murmuration.cli.place import Place, placed
from murmuration.cli.printing import print_json
from murmuration.cli.runs_shown import run_document
from murmuration.local.reading import Reading
from schemas.model import JsonObject


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
@placed
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
        told = acting.ask("emit", body)
        with Reading(acting.workspace.state) as reading:
            runs = reading.started_by(str(told["event"]))
            refused = [one for one in reading.refusals() if _is(one.event, told["event"])]
            if not as_json:
                click.echo(
                    f"{told['event']} is on the bus. It started {len(runs) or 'no'} run{'' if len(runs) == 1 else 's'}."
                )
                for run in runs:
                    click.echo(f"  {run.id} of {run.reference}, by its trigger {run.trigger}")
                for one in refused:
                    click.echo(click.style(f"  {one.pipeline} refused it at {one.trigger}: {one.why}", fg="yellow"))
            ok = True
            if wait or (acting.alone and runs):
                ok = follow_all(reading, [run.id for run in runs], acting.follow)
            if as_json:
                print_json(
                    {
                        "target": place.target,
                        "workspace": str(acting.workspace.root),
                        "event": told["event"],
                        "runs": [run_document(run) for run in reading.started_by(str(told["event"]))],
                        "refused": [
                            {"pipeline": one.pipeline, "trigger": one.trigger, "why": one.why} for one in refused
                        ],
                    }
                )
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


def _is(event: JsonValue, id_: JsonValue) -> bool:
    return isinstance(event, dict) and event.get("id") == id_
