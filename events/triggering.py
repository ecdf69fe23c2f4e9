"""Triggering: from an outside event and a trigger to a run's input, key and id, or to the reason why there is none.

The bus has matched already; what is decided here is what a pattern cannot say (a suffix), what the run is given, and
which run it is. The same event taken up twice is the same run.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue

from events.expressions import Template
from events.ids import event_run, keyed_run
from schemas.errors import ExpressionFailed
from schemas.input import input_mistakes
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.trigger import Trigger


@dataclass(frozen=True, slots=True)
class TakenUp:
    run: str
    input: JsonValue
    key: JsonValue = None


@dataclass(frozen=True, slots=True)
class PassedBy:
    """The trigger does not mean this event after all: nothing is wrong, and nobody need know."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The trigger means it, and no run can come of it: somebody should see that."""

    why: str


def take_up(
    pipeline: Pipeline, name: str, event: JsonObject, *, replay: str | None = None
) -> TakenUp | PassedBy | Refused:
    trigger = pipeline.triggers[name]
    if not _suffix_fits(trigger, event):
        assert trigger.s3 is not None, "only an S3 trigger has suffixes"
        return PassedBy(f"the object's key does not end in {' or '.join(trigger.s3.suffix)}")
    try:
        input_ = event if trigger.input is None else Template.parse(trigger.input).evaluate(event)
        key = None if trigger.key is None else Template.parse(trigger.key).evaluate(event)
    except ExpressionFailed as wrong:
        return Refused(str(wrong))
    if trigger.key is not None and key is None:
        return Refused(f"the key {trigger.key} gives nothing for this event")
    if mistakes := input_mistakes(pipeline.input, input_):
        return Refused(f"the input does not fit the pipeline's schema: {'; '.join(mistakes)}")
    if trigger.key is not None:
        return TakenUp(keyed_run(pipeline.name, name, key, replay=replay), input_, key)
    source, id_ = str(event.get("source", "")), str(event.get("id", ""))
    return TakenUp(event_run(pipeline.name, name, source, id_, replay=replay), input_)


def _suffix_fits(trigger: Trigger, event: JsonObject) -> bool:
    if trigger.s3 is None or not trigger.s3.suffix:
        return True
    detail = event.get("detail")
    object_ = detail.get("object") if isinstance(detail, dict) else None
    key = object_.get("key") if isinstance(object_, dict) else None
    return isinstance(key, str) and key.endswith(trigger.s3.suffix)
