"""`murmur simulate`: what would happen, with nothing executed. Which trigger, which rules in which order, what each task
would be given, how the run would end."""

from __future__ import annotations

from collections.abc import Sequence

import click
import orjson
from pydantic import JsonValue

from events.hearing import Heard, hear
from events.rules import Choice, Surroundings, compile_rules
from events.simulation import BY_HAND, simulate
from events.triggering import TakenUp
from murmuration.cli.documents import MISTAKES, print_problem, refuse, sound, source_of
from murmuration.cli.given import answers_of
from murmuration.cli.simulation_told import Told
from schemas.errors import UnreadableDocument
from schemas.input import input_mistakes
from schemas.model import JsonObject
from schemas.names import did_you_mean
from schemas.version import Version

_EVENT_DEFAULTS: JsonObject = {
    "version": "0",
    "id": "simulated-event",
    "account": "000000000000",
    "time": "2026-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {},
}


@click.command(short_help="show what would happen, without doing it")
@click.argument("file", metavar="FILE")
@click.option("--project", metavar="FILE", help="The project's document: its variables, secrets and functions.")
@click.option("--event", "event_file", metavar="FILE", help="An outside event, as EventBridge has it.")
@click.option("--trigger", help="Which trigger takes the event up, where several match.")
@click.option("--input", "input_text", help="The run's input as JSON, for a run that is started by hand.")
@click.option("--outcomes", "outcomes_file", metavar="FILE", help="How tasks end, by task.")
@click.option("--plan", "choice", type=click.Choice([choice.value for choice in Choice]), default="auto")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def command(
    file: str,
    project: str | None,
    event_file: str | None,
    trigger: str | None,
    input_text: str | None,
    outcomes_file: str | None,
    choice: str,
    as_json: bool,
) -> None:
    """Show what would happen in the pipeline of FILE, with nothing executed.

    A task that --outcomes leaves out is taken to succeed with an output that nobody knows: parameters that read it are
    shown as they are written. --outcomes is YAML or JSON: {resize: {output: {width: 100}}, upload: [failed, succeeded]}.

    Exit code 0: a run would start. 1: no run would start, or the document has mistakes. 2: something cannot be read.
    """
    if event_file is not None and input_text is not None:
        raise click.UsageError("give --event or --input, not both: an event's trigger makes the input")
    documents = sound(file, project)
    pipeline = documents.pipeline
    if trigger is not None and trigger not in pipeline.triggers:
        hint = did_you_mean(trigger, pipeline.triggers)
        raise click.UsageError(f"{pipeline.name} has no trigger {trigger}. {hint}".rstrip())
    if trigger is not None and event_file is None:
        raise click.UsageError("--trigger says who takes --event up: give that too")
    buckets = {one.s3.bucket: one.s3.bucket for one in pipeline.triggers.values() if one.s3 is not None}
    surroundings = Surroundings(buckets=buckets)
    own = documents.project.functions if documents.project is not None else {}
    version = Version(pipeline=pipeline, number=1)
    plan = compile_rules(version, project=own, surroundings=surroundings, choice=Choice(choice))
    answered = answers_of(outcomes_file, pipeline) or {}
    heard: tuple[Heard, ...] = ()
    started_by = BY_HAND
    if event_file is None:
        input_ = _input(input_text)
        refusals = input_mistakes(pipeline.input, input_)
    else:
        heard = tuple(hear(plan, _event(event_file)))
        started_by, taken = _chosen(heard, trigger)
        input_ = None if taken is None else taken.input
        refusals = ("no trigger takes it up",) if taken is None else ()
    simulation = None if refusals else simulate(plan, surroundings, input_, answered, started_by)
    told = Told(plan, heard, input_, refusals, simulation)
    if as_json:
        click.echo(orjson.dumps(told.document(), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in told.lines():
            click.echo(line)
    raise SystemExit(MISTAKES if refusals else 0)


# what is given


def _event(file: str) -> JsonObject:
    event = _EVENT_DEFAULTS | _mapping(file)
    for name in ("source", "detail-type"):
        if not isinstance(event.get(name), str):
            refuse(
                UnreadableDocument(
                    f"the event has no {name}",
                    where=str(file),
                    advice='An event looks like {"source": "shop", "detail-type": "order.created", "detail": {...}}',
                )
            )
    return event


def _mapping(file: str) -> JsonObject:
    source = source_of(file)
    if source.problems or source.root is None:
        for problem in source.problems:
            print_problem(problem, source)
        raise SystemExit(2)
    value = source.root.value
    assert isinstance(value, dict), "a document is a mapping"
    return value


def _input(text: str | None) -> JsonValue:
    if text is None:
        return {}
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        refuse(
            UnreadableDocument(
                f"--input is not JSON: {wrong}", advice="""Write it as --input '{"object": "in/a.png"}'"""
            )
        )
    return value


def _chosen(heard: Sequence[Heard], trigger: str | None) -> tuple[str, TakenUp | None]:
    takers = ((one.trigger, one.taken) for one in heard if one.taken is not None and trigger in (None, one.trigger))
    return next(takers, ("", None))
