"""The pipeline document: a versioned DAG of tasks, its edges, its triggers (DESIGN sections 2 and 3).

A model here says what one part of a document may hold. What the parts mean together (cycles, joins, ancestors, patterns)
is checked by `schemas.graph`, `schemas.liveness` and `events.check`.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, JsonValue, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from schemas.duration import Duration, Span
from schemas.model import JsonObject, Model
from schemas.names import ActionName, FunctionName, PipelineName, ProjectName, TaskName, TriggerName
from schemas.trigger import Trigger

DEFAULT_DEADLINE = Duration(24 * 3_600_000)


class EdgeKind(StrEnum):
    SUCCESS = "success"
    FAILURE = "failure"
    COMPLETION = "completion"


class Jitter(StrEnum):
    NONE = "none"
    EQUAL = "equal"
    FULL = "full"


class Retry(Model):
    """`attempts` counts the first one too; the n-th wait is delay * backoff^(n-1), at most max_delay, then jittered."""

    attempts: int = Field(default=3, ge=1, le=100)
    delay: Duration = Duration(1_000)
    backoff: float = Field(default=2.0, ge=1, le=100)
    max_delay: Duration = Duration(3_600_000)
    jitter: Jitter = Jitter.FULL
    on: tuple[str, ...] = Field(default=(), description="Error types to try again; every type when left out.")


class AtLeast(Model):
    at_least: int = Field(ge=1, le=100_000, description="So many live edges open the gate.")


Join = Literal["all", "any", "settled"] | AtLeast


class ForEach(Model):
    """Run the task once per item; `item` is what `with` may then name."""

    items: JsonValue = Field(description="A list, or a ${...} that gives one.")
    concurrency: int = Field(default=40, ge=1, le=10_000)


ItemsAlone = str | list[JsonValue]


def _items_alone(value: object) -> object:
    return {"items": value} if isinstance(value, str | list) else value


class Memory(StrEnum):
    """How much a task may use: 256 MB, 1 GB, 4 GB, 10 GB."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    HUGE = "huge"


class Task(Model):
    function: FunctionName | None = Field(default=None, description="The function that does the work.")
    action: ActionName | None = Field(default=None, description="A built-in action instead of a function: s3.copy.")
    description: str = Field(default="", max_length=2_000)
    with_: JsonObject = Field(default={}, alias="with", description="Parameters; ${...} is filled in.")
    retry: Retry | None = Field(default=None, description="When and how often a failed attempt is tried again.")
    timeout: Span | None = Field(default=None, description="How long one attempt may take.")
    join: Join = Field(default="all", description="How many of the edges in must be live for the task to run.")
    for_each: Annotated[ForEach, BeforeValidator(_items_alone, json_schema_input_type=ItemsAlone | ForEach)] | None = (
        Field(default=None, description="Run once per item: a list, or a ${...} that gives one.")
    )
    callback: bool = Field(default=False, description="The task ends when somebody settles it by its token.")
    memory: Memory | None = None

    @model_validator(mode="after")
    def _function_or_action(self) -> Self:
        if (self.function is None) == (self.action is None):
            raise PydanticCustomError(
                "one_of", "a task is either a function or an action", {"advice": "Write function: NAME or action: NAME"}
            )
        return self


class Edge(Model):
    """`(from, to, on, when)`: all four together are the edge's identity, so two tasks may be joined by several edges."""

    from_: TaskName = Field(alias="from", description="The task whose outcome is heard.")
    to: TaskName = Field(description="The task that hears it.")
    on: EdgeKind = Field(default=EdgeKind.SUCCESS, description="Which outcome makes the edge live.")
    when: JsonObject | None = Field(
        default=None, description="An event pattern over the output, the error or the whole outcome."
    )

    @cached_property
    def id(self) -> str:
        told = json.dumps([self.from_, self.to, self.on, self.when], separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def __str__(self) -> str:
        return f"{self.from_} -> {self.to} on {self.on}{' when ...' if self.when is not None else ''}"


class Concurrency(Model):
    limit: int = Field(ge=1, le=100_000, description="So many runs at once.")
    full: Literal["queue", "drop"] = Field(default="queue", description="What happens to a run over the limit.")


LimitAlone = Annotated[int, Field(ge=1, le=100_000)]


def _limit_alone(value: object) -> object:
    return {"limit": value} if isinstance(value, int) and not isinstance(value, bool) else value


class OwnLambda(Model):
    """A Lambda of the user's own, built with the SDK, that the rules target directly."""

    lambda_: Annotated[
        str,
        StringConstraints(
            pattern=r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_$-]{1,128})?$"
        ),
    ] = Field(alias="lambda")


class Pipeline(Model):
    project: ProjectName = Field(description="The project it belongs to.")
    pipeline: PipelineName = Field(description="Its own name.")
    description: str = Field(default="", max_length=10_000, description="What it is for, in words for people.")
    owner: str | None = Field(default=None, max_length=320, description="Who answers for it: a person or a team.")
    input: JsonObject | None = Field(default=None, description="A JSON Schema; a run with other input is refused.")
    deadline: Span = Field(default=DEFAULT_DEADLINE, description="A run that has not ended by then is timed out.")
    concurrency: (
        Annotated[Concurrency, BeforeValidator(_limit_alone, json_schema_input_type=LimitAlone | Concurrency)] | None
    ) = Field(default=None, description="How many runs may go on at once: a number, or {limit, full}.")
    functions: dict[FunctionName, OwnLambda] = Field(default={}, description="Functions that are Lambdas of your own.")
    triggers: dict[TriggerName, Trigger] = Field(default={}, description="What starts a run, by name.")
    tasks: dict[TaskName, Task] = Field(min_length=1, description="The units of work, by name.")
    edges: tuple[Edge, ...] = Field(default=(), description="Which task runs after which, and on what outcome.")

    @property
    def name(self) -> str:
        return f"{self.project}/{self.pipeline}"
