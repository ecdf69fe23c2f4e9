"""Starting a run, by whoever may: of what is published, or of a definition that comes along and is never live (a dynamic run).

    {"pipeline": "media/thumbnails", "input": {...}}       the active version's input schema decides what is taken
    {"definition": {...} or "YAML", "input": {...}}        checked first, as for publishing; every mistake is told

A run's id is derived from its request's id, so asking twice is asking once: `request` names it; `key` does, for what there shall be one run of.
"""

from __future__ import annotations

import orjson
from aws_lambda_powertools.event_handler import Response
from pydantic import Field, JsonValue

from events.check import check
from handlers.actions.registry import check_parameters
from handlers.api.asked import Asked
from handlers.api.house import House
from handlers.api.problem import InvalidInput, InvalidRequest, Mistake
from handlers.api.seen import location, pipeline_seen, project_of
from handlers.auth import Operation
from handlers.run_document import RunListed, run_listed
from schemas.document import read
from schemas.errors import InvalidDocument
from schemas.input import input_mistakes
from schemas.model import JsonObject, Model
from schemas.pipeline import Pipeline
from schemas.problem import Severity

JSON = "application/json"


class Start(Model):
    pipeline: str | None = Field(default=None, max_length=120, description="Its name, alone or with its project.")
    definition: JsonObject | str | None = Field(
        default=None, description="A pipeline's document, or its YAML. It is run and never live."
    )
    input: JsonValue = {}
    key: str | None = Field(default=None, min_length=1, max_length=250, description="One run per key and pipeline.")
    request: str | None = Field(
        default=None, min_length=1, max_length=250, description="The request's own id: asking twice is asking once."
    )


class Started(RunListed):
    new: bool
    """False where this request had started it before."""


class Starting:
    def __init__(self, house: House) -> None:
        self._house = house

    def start(self, asked: Asked, body: Start) -> Response[Started]:
        request = _request(asked, body)
        match body:
            case Start(pipeline=str(pipeline), definition=None):
                return self.started(self.of_pipeline(asked, pipeline, body.input, request))
            case Start(pipeline=None, definition=definition) if definition is not None:
                return self.started(self.of_definition(asked, definition_read(definition), body.input, request))
            case _:
                raise InvalidRequest(
                    "a run is of a pipeline or of a definition, and of one of them",
                    where="body",
                    advice="Send pipeline or definition",
                )

    def of_pipeline(self, asked: Asked, given: str, input_: JsonValue, request: str) -> JsonObject:
        reading = self._house.reading
        name = pipeline_seen(asked.caller, given, reading.live())
        asked.caller.require(Operation.RUN_START, project_of(name))
        active = reading.active(name)
        _refuse(() if active is None else input_mistakes(active.version.pipeline.input, input_), name)
        with self._house.audit.of(
            asked.caller, Operation.RUN_START, name, project=project_of(name), request=asked.request
        ) as entry:
            told = self._house.acting.ask("run", {"pipeline": name, "input": input_, "request": request})
            entry.after({"run": told["run"], "new": told["new"]})
        return told

    def of_definition(
        self,
        asked: Asked,
        pipeline: Pipeline,
        input_: JsonValue,
        request: str,
        operation: Operation = Operation.RUN_DEFINE,
    ) -> JsonObject:
        asked.caller.require(operation, pipeline.project)
        _refuse(input_mistakes(pipeline.input, input_), pipeline.name)
        with self._house.audit.of(
            asked.caller, operation, pipeline.name, project=pipeline.project, request=asked.request
        ) as entry:
            told = self._house.acting.ask(
                "run-document", {"definition": pipeline.document(), "input": input_, "request": request}
            )
            entry.after({"run": told["run"], "new": told["new"]})
        return told

    def started(self, told: JsonObject) -> Response[Started]:
        record = self._house.reading.record(str(told["run"]))
        assert record is not None, "what has started has a record"
        body = Started.model_validate({**dict(run_listed(record)), "new": bool(told["new"])})
        return Response(202, JSON, body, headers={"location": location(record.id)})


def definition_read(definition: JsonObject | str) -> Pipeline:
    """`InvalidDocument`, with all that is wrong with it, where there is something."""
    if isinstance(definition, str):
        source = read(definition, file="definition.yaml")
    else:
        source = read(orjson.dumps(definition, option=orjson.OPT_INDENT_2), file="definition.json")
    checked = check([source], actions=check_parameters)
    mistakes = tuple(one for one in checked.problems if one.severity is Severity.ERROR)
    if mistakes or len(checked.pipelines) != 1:
        raise InvalidDocument(mistakes)
    return checked.pipelines[0]


def _request(asked: Asked, body: Start) -> str:
    if body.key is not None and body.request is not None:
        raise InvalidRequest("key and request are sent together", where="body", advice="Send one of them")
    return f"key:{body.key}" if body.key is not None else body.request or asked.request


def _refuse(mistakes: tuple[str, ...], name: str) -> None:
    if mistakes:
        told = tuple(Mistake(code="invalid-input", what=one) for one in mistakes)
        raise InvalidInput(f"the input does not fit the schema of {name}: {'; '.join(mistakes)}", told)
