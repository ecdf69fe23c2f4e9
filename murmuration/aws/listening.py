"""Listening: whose runs' ends a pipeline hears on the bus. Publishing tells `Ends` of them before it puts the rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from events.ends import RUN_ENDS
from events.event import BUS_SOURCE
from events.pattern import Pattern
from murmuration.aws.ends import ALL
from schemas.model import JsonObject
from schemas.pipeline import Pipeline

_ENVELOPE: Final = frozenset({"source", "detail-type"})


def listened_to(pipeline: Pipeline, *, announce: bool = False) -> frozenset[tuple[str, str]]:
    """Each as (whose ends, who listens). With `announce` the pipeline's own go out, whoever may hear them."""
    return frozenset(_listened_to(pipeline, announce))


def _listened_to(pipeline: Pipeline, announce: bool) -> Iterator[tuple[str, str]]:
    if announce:
        yield pipeline.name, f"{pipeline.name}/announce"
    for name, trigger in pipeline.triggers.items():
        listener = f"{pipeline.name}/triggers/{name}"
        if trigger.pipeline is not None:
            yield f"{trigger.pipeline.project or pipeline.project}/{trigger.pipeline.pipeline}", listener
        elif trigger.event is not None and may_hear_an_end(trigger.event):
            yield ALL, listener


def may_hear_an_end(pattern: JsonObject) -> bool:
    envelope = Pattern(pattern).without(lambda path: path not in _ENVELOPE)
    if envelope is None:
        return True
    return any(envelope.matches({"source": BUS_SOURCE, "detail-type": kind.value}) for kind in RUN_ENDS)
