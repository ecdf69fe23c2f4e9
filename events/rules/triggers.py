"""Rules of triggers: they lead an event straight to the start handler.

They belong to the pipeline and name no version: start reads which one is active. A schedule, a webhook and a person's
own start need no rule: Scheduler and the API call start themselves.

AWS speaks on the account's default bus and nothing is forwarded from there, so an S3 trigger's rule is put there, and
so is an event trigger's that listens to `aws.` sources. One that listens to both kinds of sources has two rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import JsonValue

from events.event import BUS_SOURCE
from events.rules.rule import Bus, Owner, Rule, Target
from events.rules.words import shortened
from events.surroundings import Surroundings
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.trigger import PipelineSource, S3Source

_AWS: Final = "aws."


def trigger_rules(pipeline: Pipeline, surroundings: Surroundings) -> tuple[Rule, ...]:
    return tuple(
        _rule(pipeline, name, bus, pattern, words, surroundings)
        for name, trigger in pipeline.triggers.items()
        for bus, pattern, words in _heard(pipeline, trigger.event, trigger.s3, trigger.pipeline, surroundings)
    )


def _heard(
    pipeline: Pipeline,
    event: JsonObject | None,
    s3: S3Source | None,
    source: PipelineSource | None,
    surroundings: Surroundings,
) -> Iterator[tuple[Bus, JsonObject, str]]:
    if event is not None:
        for bus in sorted(buses_of(event)):
            yield bus, event, f"an event like {shortened(event)}"
    if s3 is not None:
        under = f" under {s3.prefix}" if s3.prefix else ""
        yield Bus.DEFAULT, _s3_pattern(s3, surroundings), f"an object was created in {s3.bucket}{under}"
    if source is not None:
        other = f"{source.project or pipeline.project}/{source.pipeline}"
        pattern: JsonObject = {
            "source": [BUS_SOURCE],
            "detail-type": [f"run.{end}" for end in source.on],
            "detail": {"pipeline": [{"prefix": f"{other}@"}]},
        }
        ends = " or ".join(end.replace("_", " ") for end in source.on)
        yield Bus.OWN, pattern, f"a run of {other} {ends}"


def _s3_pattern(s3: S3Source, surroundings: Surroundings) -> JsonObject:
    """Bucket and prefix. A suffix beside the prefix would be an *or*; the start handler checks it."""
    detail: JsonObject = {"bucket": {"name": [surroundings.bucket(s3.bucket)]}}
    if s3.prefix:
        detail["object"] = {"key": [{"prefix": s3.prefix}]}
    return {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}


def _rule(pipeline: Pipeline, name: str, bus: Bus, pattern: JsonObject, words: str, surroundings: Surroundings) -> Rule:
    told: JsonObject = {"trigger": f"{pipeline.name}/{name}"}
    return Rule(
        owner=Owner.PIPELINE,
        stem=(pipeline.project, pipeline.pipeline, name),
        hears=words,
        pattern=pattern,
        targets=(Target("start", surroundings.start_function.arn, told),),
        bus=bus,
    )


def buses_of(pattern: JsonObject) -> frozenset[Bus]:
    """On which buses an event may match: AWS's own sources begin with `aws.` and come to the default bus only."""
    found = frozenset(_buses_named(pattern))
    return found or frozenset({Bus.OWN})


def _buses_named(pattern: JsonObject) -> Iterator[Bus]:
    sources, branches = pattern.get("source"), pattern.get("$or")
    for source in sources if isinstance(sources, list) else ():
        yield from _buses_of_source(source)
    for branch in branches if isinstance(branches, list) else ():
        if isinstance(branch, dict):
            yield from _buses_named(branch)


def _buses_of_source(source: JsonValue) -> Iterator[Bus]:
    text = source
    open_ended = False
    if isinstance(source, dict):
        text, open_ended = source.get("prefix", source.get("wildcard")), True
    if not isinstance(text, str):
        yield Bus.OWN
        return
    begins = text.partition("*")[0] if open_ended else text
    if begins.startswith(_AWS):
        yield Bus.DEFAULT
    elif open_ended and _AWS.startswith(begins):
        yield from (Bus.DEFAULT, Bus.OWN)
    else:
        yield Bus.OWN
