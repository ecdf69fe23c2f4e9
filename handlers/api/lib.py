"""The library: every function of the workspace is an endpoint at once.

POST /lib/<name>      body: its parameters, by name; answer: its output, as it is

    200   the output                                   x-run: the run's id, of every answer
    202   it works still: where to look for it
    422   the parameters are not what it takes         `invalid-input`, each of them
    424   it failed, by its own doing                  `function-failed`, with type, message and run

424, since the server has done what it was asked for and would do so again: a 5xx would set off alarms and retries for a mistake in
somebody's function. The schemas of each function are in `/openapi.json`, and come and go with the functions.
"""

from __future__ import annotations

from typing import Annotated, Final

import orjson
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import JsonValue

from handlers.api.asked import LONGEST_WAIT_S, Here
from handlers.api.calling import Called, Calling, Timeout
from handlers.api.house import House
from handlers.api.problem import FunctionFailed, InvalidInput, Mistake
from handlers.api.routes import Routes
from handlers.api.run_events import Wait
from handlers.api.seen import location
from handlers.auth import Operation
from handlers.functions import Told, no_such, summary
from handlers.reading import run_state
from schemas.model import JsonObject
from schemas.outcome import Status

RUN: Final = "x-run"
_JSON: Final = "application/json"
_INVALID: Final = "InvalidInput"
_KIND: Final = "application~1json"
_ANY: Final[JsonObject] = {"type": "object"}


class Lib:
    def __init__(self, house: House) -> None:
        self._house = house
        self._calling = Calling(house)

    def routes(self) -> Routes:
        routes = Routes("functions")
        told = "Call a function: its parameters in, its output out"
        routes.post("/lib/<name>", Operation.FUNCTION_CALL, self.call, told, derives=True)
        return routes

    def call(
        self,
        asked: Here,
        name: str,
        body: Annotated[dict[str, JsonValue], Body()] = {},  # noqa: B006  # it is only read
        timeout: Timeout = 300,
        wait: Wait = LONGEST_WAIT_S,
    ) -> Response[JsonValue]:
        asked.caller.require(Operation.FUNCTION_CALL)
        if self._house.functions.source(name) is None:
            raise no_such(name, self._house.functions.names())
        run = self._calling.begun(asked, name, body, timeout)
        called = self._calling.ended(asked, run, wait)
        headers = {RUN: run, "location": location(run)}
        if not called.over:
            told: JsonValue = {"run": run, "state": run_state(called.record).value}
            return Response(202, _JSON, told, headers={**headers})
        if called.outcome is None or called.outcome.status is not Status.SUCCEEDED:
            raise _failed(name, run, called)
        # Written here: a text would go out as it is, and nothing as no body at all.
        output: JsonValue = orjson.dumps(self._calling.whole(called.outcome.output)).decode()
        return Response(200, _JSON, output, headers={**headers})

    def paths(self) -> JsonObject:
        """Path items of what can be called now, as the OpenAPI document has them. What is being described still takes anything."""
        functions = self._house.functions
        found: JsonObject = {}
        for name in functions.names():
            source = functions.source(name)
            if source is not None:
                found[f"/lib/{name}"] = _path(name, summary(source), functions.told(name) or Told())
        return found


def _failed(name: str, run: str, called: Called) -> Exception:
    if called.outcome is None or called.outcome.error is None:
        state = run_state(called.record).value
        error: JsonObject = {"type": state, "message": called.record.reason, "detail": {}}
        return _told(FunctionFailed(f"{name}: its run {run} has {state}: {called.record.reason}", run, error), run)
    failed = called.outcome.error
    if failed.type == _INVALID and isinstance(problems := failed.detail.get("problems"), list):
        each = tuple(
            Mistake(code="invalid-input", what=str(one.get("message", "")), where=f"body.{one.get('at', '')}")
            for one in problems
            if isinstance(one, dict)
        )
        return _told(InvalidInput(f"{name} does not take this: {failed.message}", each), run)
    what = f"{name} failed: {failed.type}: {failed.message}"
    return _told(
        FunctionFailed(what, run, failed.model_dump(mode="json"), f"GET {location(run)}/logs has what it printed"), run
    )


def _told(wrong: FunctionFailed | InvalidInput, run: str) -> Exception:
    wrong.headers = {RUN: run, "location": location(run)}
    return wrong


def _here(schema: JsonValue, place: str) -> JsonValue:
    """What a schema refers to in itself, as it is found from the document's root."""
    match schema:
        case dict():
            return {
                key: f"{place}/schema{one[1:]}"
                if key == "$ref" and isinstance(one, str) and one.startswith("#")
                else _here(one, place)
                for key, one in schema.items()
            }
        case list():
            return [_here(one, place) for one in schema]
        case _:
            return schema


def _path(name: str, summary: str, told: Told) -> JsonObject:
    problem: JsonObject = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    place = f"#/paths/~1lib~1{name}/post"
    operation: JsonObject = {
        "operationId": f"lib_{name}",
        "tags": ["functions"],
        "summary": summary or f"Call {name}",
        "description": told.text,
        "x-operation": Operation.FUNCTION_CALL.value,
        "parameters": [
            {
                "name": "timeout",
                "in": "query",
                "description": "So many seconds the function may take",
                "schema": {"type": "integer", "minimum": 1, "maximum": 900, "default": 300},
            },
            {
                "name": "wait",
                "in": "query",
                "description": "So many seconds the answer may wait for it",
                "schema": {"type": "number", "minimum": 0, "maximum": LONGEST_WAIT_S, "default": LONGEST_WAIT_S},
            },
            {"$ref": "#/components/parameters/IdempotencyKey"},
        ],
        "requestBody": {
            "content": {_JSON: {"schema": _here(told.input or _ANY, f"{place}/requestBody/content/{_KIND}")}}
        },
        "responses": {
            "200": {
                "description": "Its output",
                "content": {_JSON: {"schema": _here(told.output or {}, f"{place}/responses/200/content/{_KIND}")}},
            },
            "202": {"description": "It works still; location says where to look"},
            "422": {"description": "It does not take these parameters", "content": problem},
            "424": {"description": "It failed, by its own doing", "content": problem},
        },
    }
    return {"post": operation}
