"""Calling a function alone: a dynamic run of one task, by the ordinary engine, so it is durable, logged and seen as any other.

The pipeline is named after the function and defined by it and by the names of its parameters; the values are the run's input. So the
same call again is a run of the same version. Nothing is tried again by itself: whoever calls decides. The run's id is derived from the
request's own id or its idempotency key: asked again, it is the same run that is waited for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Final, NamedTuple

import orjson
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import JsonValue

from events.ids import asked_run
from events.ledger import RunRecord, RunState
from handlers.api.asked import Asked
from handlers.api.house import House
from handlers.api.keys import agree, request_of
from handlers.api.problem import InvalidRequest
from handlers.api.starting import Starting
from handlers.auth import Operation
from handlers.outputs import Outputs
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline

LONGEST_S: Final = 900
"""What a Lambda may take."""
_MOST_PARAMETERS: Final = 100
_LONGEST_NAME: Final = 64
_AROUND_S: Final = 60
"""So long it may wait for a worker."""

Timeout = Annotated[int, Query(description="So many seconds the function may take", ge=1, le=LONGEST_S)]


class Called(NamedTuple):
    record: RunRecord
    outcome: Outcome | None
    """None where it has none: it works still, or its run was ended before."""
    seconds: float | None

    @property
    def over(self) -> bool:
        return self.record.state is RunState.ENDED


class Calling:
    def __init__(self, house: House) -> None:
        self._house = house
        self._starting = Starting(house)
        self._outputs = Outputs(house.artifacts)

    def begun(self, asked: Asked, name: str, parameters: Mapping[str, JsonValue], timeout: int) -> str:
        """The run of this call, which is started where it is not there yet."""
        pipeline = _pipeline(self._house.functions.project(name), name, parameters, timeout)
        request = request_of(asked)
        run = asked_run(pipeline.name, request)
        if (record := self._house.reading.record(run)) is not None:
            agree(asked, self._outputs.value(record.input), dict(parameters))
        else:
            self._starting.of_definition(asked, pipeline, dict(parameters), request, Operation.FUNCTION_CALL)
        return run

    def ended(self, asked: Asked, run: str, wait: float) -> Called:
        """As it stands once it has ended, or nobody would wait for it any more."""
        record = self._house.reading.record(run)
        assert record is not None, "it was begun"
        if record.state is not RunState.ENDED:
            asked.wait(wait)
        [task] = self._house.reading.show(run).tasks.items() or [("", None)]
        if task[1] is None:
            return Called(record, None, None)
        took = (task[1].ended - task[1].started) / 1000 if task[1].ended else None
        return Called(record, task[1].outcome, took)

    def whole(self, output: JsonValue) -> JsonValue:
        """The value itself, also where it is large."""
        return self._outputs.value(output)


def _pipeline(project: str, name: str, parameters: Mapping[str, JsonValue], timeout: int) -> Pipeline:
    if len(parameters) > _MOST_PARAMETERS:
        told = f"{len(parameters)} parameters are sent, and {_MOST_PARAMETERS} are taken"
        raise InvalidRequest(told, where="body", advice="Send what belongs together as one object")
    given: dict[str, JsonValue] = {key: f"${{input.{orjson.dumps(key).decode()}}}" for key in sorted(parameters)}
    return Pipeline.read(
        {
            "project": project,
            "pipeline": _named(name),
            "description": f"Calls of the function {name}.",
            "deadline": f"{timeout + _AROUND_S}s",
            "tasks": {name: {"function": name, "with": given, "timeout": f"{timeout}s"}},
        }
    )


def _named(function: str) -> str:
    plain = f"lib-{function}"
    if len(plain) <= _LONGEST_NAME:
        return plain
    return f"{plain[: _LONGEST_NAME - 9]}-{hashlib.sha256(function.encode()).hexdigest()[:8]}"
