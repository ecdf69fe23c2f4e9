"""Triggers: what starts a run. Each trigger has exactly one source, may shape the run's input, and may name its key.

`key` makes doubled events start one run: the run's id is derived from it (DESIGN section 4).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from schemas.duration import Duration, Span
from schemas.model import JsonObject, Model
from schemas.names import BucketName, PipelineName, ProjectName, VariableName


class S3Source(Model):
    """An object was created in a bucket."""

    bucket: BucketName
    prefix: str = Field(default="", max_length=1024)
    suffix: tuple[str, ...] = Field(default=(), description="Any of these; checked by the start handler.")


class CatchUp(StrEnum):
    """What to do about times that passed while nothing ran."""

    NONE = "none"
    LATEST = "latest"
    ALL = "all"


class Overlap(StrEnum):
    """What to do when the time has come and the last run has not ended."""

    ALLOW = "allow"
    SKIP = "skip"
    QUEUE = "queue"


class ScheduleSource(Model):
    """The clock: a cron expression in a time zone, or a rate."""

    cron: str | None = Field(default=None, max_length=200)
    rate: Duration | None = None
    timezone: str = "UTC"
    catch_up: CatchUp = CatchUp.LATEST
    overlap: Overlap = Overlap.ALLOW

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.cron is None) == (self.rate is None):
            raise PydanticCustomError(
                "one_of", "a schedule has either cron or rate", {"advice": 'Write {cron: "0 2 * * *"} or {rate: 15m}'}
            )
        return self


class WebhookSource(Model):
    """An HTTP call, signed with a secret of the project."""

    signature: Literal["github", "stripe", "plain", "none"] = "plain"
    secret: VariableName | None = Field(default=None, description="The secret's name, never its value.")
    window: Span = Field(default=Duration(300_000), description="How old a signed call may be.")

    @model_validator(mode="after")
    def _signed_with_something(self) -> Self:
        if self.signature != "none" and self.secret is None:
            raise PydanticCustomError(
                "missing_secret",
                "a signed webhook needs the name of its secret",
                {"advice": "Write secret: NAME, or signature: none to accept unsigned calls"},
            )
        return self


class RunEnd(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"


class PipelineSource(Model):
    """The end of another pipeline's run."""

    pipeline: PipelineName
    project: ProjectName | None = Field(default=None, description="Another project; this one when left out.")
    on: tuple[RunEnd, ...] = Field(default=(RunEnd.SUCCEEDED,), min_length=1)


class ManualSource(Model):
    """A person, or a program with a person's rights."""


SOURCES = ("event", "s3", "schedule", "webhook", "pipeline", "manual")


class Trigger(Model):
    event: JsonObject | None = Field(default=None, description="An EventBridge event pattern.")
    s3: S3Source | None = None
    schedule: ScheduleSource | None = None
    webhook: WebhookSource | None = None
    pipeline: PipelineSource | None = None
    manual: ManualSource | None = None
    input: JsonValue = Field(
        default=None, description="The run's input; ${...} over the event. The event when left out."
    )
    key: str | None = Field(default=None, description="One run per value of this; ${...} over the event.")

    @model_validator(mode="after")
    def _exactly_one_source(self) -> Self:
        named = [source for source in SOURCES if getattr(self, source) is not None]
        if len(named) != 1:
            empty = [source for source in SOURCES if source in self.model_fields_set and not named]
            advice = f"Write one of {', '.join(SOURCES)}"
            if empty:
                advice = "Write manual: {}" if empty == ["manual"] else f"Write {empty[0]}: {{...}}"
            raise PydanticCustomError(
                "one_of",
                "a trigger has exactly one source, and this one has {how_many}",
                {"how_many": " and ".join(named or [f"an empty {one}" for one in empty]) or "none", "advice": advice},
            )
        return self

    @property
    def kind(self) -> str:
        return next(source for source in SOURCES if getattr(self, source) is not None)
