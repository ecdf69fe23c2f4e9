"""Flows: short forms for scripts of listing pipelines, starting a run and reading what came of it.

GET  /flows                   those that can be run, each by the name that is enough for it
POST /run/<flow>?wait=        body: the input. With `wait` the answer is what came of it, once it has ended
GET  /run/<flow>/<id>?wait=   what came of a run

<flow> is a pipeline's name alone where only one of the caller's projects has it, and PROJECT.PIPELINE always.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import JsonValue

from events.ids import asked_run
from events.ledger import RunState as Stand
from handlers.api import paging
from handlers.api.asked import Asked, Here
from handlers.api.house import House
from handlers.api.keys import agree, request_of
from handlers.api.paging import After, Most
from handlers.api.routes import Routes
from handlers.api.run_events import Wait
from handlers.api.seen import location, pipeline_seen, project_of, run_seen
from handlers.api.starting import JSON, Starting
from handlers.auth import Operation
from handlers.operations import is_own
from handlers.outputs import Outputs
from handlers.reading import run_state
from handlers.run_document import RunListed, run_listed
from handlers.unknown import NoSuchRun
from schemas.model import JsonObject, Model
from schemas.outcome import TaskError
from schemas.wiring import Wiring


class Flow(Model):
    flow: str
    pipeline: str
    version: int
    description: str
    input: JsonObject | None
    """JSON Schema; a run with other input is refused."""


class FlowList(Model):
    flows: tuple[Flow, ...]
    next: str | None


class CameOf(RunListed):
    """What came of a run: the outputs of the last tasks that ran, and what failed."""

    outputs: dict[str, JsonValue]
    errors: dict[str, TaskError]


class Flows:
    def __init__(self, house: House) -> None:
        self._house = house
        self._starting = Starting(house)
        self._outputs = Outputs(house.artifacts)

    def routes(self) -> Routes:
        routes = Routes("runs")
        routes.get("/flows", Operation.RUN_READ, self.list, "Pipelines that can be run, by their short names")
        told = "Start a run; the body is its input"
        routes.post("/run/<flow>", Operation.RUN_START, self.run_flow, told, status=202, derives=True)
        routes.get("/run/<flow>/<id>", Operation.RUN_READ, self.show_flow, "What came of a run")
        return routes

    def list(self, asked: Here, after: After = None, most: Most = paging.LARGEST) -> FlowList:
        names = [
            name for name in self._house.reading.live() if asked.caller.sees(project_of(name)) and not is_own(name)
        ]
        alone = Counter(name.partition("/")[2] for name in names)
        flows = []
        part, further = paging.part(sorted(names), str, of="flows", after=after, most=most)
        for name in part:
            active = self._house.reading.active(name)
            if active is None:
                continue
            pipeline, short = active.version.pipeline, name.partition("/")[2]
            flows.append(
                Flow(
                    flow=short if alone[short] == 1 else name.replace("/", "."),
                    pipeline=name,
                    version=active.version.number,
                    description=pipeline.description,
                    input=pipeline.input,
                )
            )
        return FlowList(flows=tuple(flows), next=further)

    def run_flow(
        self, asked: Here, flow: str, body: Annotated[JsonValue, Body()] = None, wait: Wait = 0
    ) -> Response[CameOf]:
        name = self._named(asked, flow, live=True)
        request = request_of(asked)
        run = asked_run(name, request)
        input_: JsonValue = body if asked.body else {}
        if (record := self._house.reading.record(run)) is not None:
            agree(asked, self._outputs.value(record.input), input_)
        else:
            run = str(self._starting.of_pipeline(asked, name, input_, request)["run"])
        return self._came_of(asked, run, wait)

    def show_flow(self, asked: Here, flow: str, id: str, wait: Wait = 0) -> Response[CameOf]:  # as the path calls it
        name = self._named(asked, flow)
        record = run_seen(self._house, asked, id, Operation.RUN_READ)
        if record.pipeline != name:
            raise NoSuchRun(f"there is no run {id} of {name}", advice=f"GET /runs/{id} has it")
        return self._came_of(asked, id, wait)

    def _named(self, asked: Asked, flow: str, live: bool = False) -> str:
        reading = self._house.reading
        return pipeline_seen(asked.caller, flow.replace(".", "/", 1), reading.live() if live else reading.known())

    def _came_of(self, asked: Asked, run: str, wait: float) -> Response[CameOf]:
        record = self._house.reading.record(run)
        assert record is not None, "it was found, or started"
        if record.state is not Stand.ENDED:
            asked.wait(wait)
        shown = self._house.reading.show(run)
        wiring = Wiring(shown.published.version.pipeline)
        outputs: dict[str, JsonValue] = {}
        errors: dict[str, TaskError] = {}
        for name in wiring.tasks:
            task = shown.tasks.get(name)
            if task is None or task.outcome is None:
                continue
            if task.outcome.error is not None:
                errors[name] = task.outcome.error
            elif task.attempt and not any(shown.picture.edges.get(edge.id) for edge in wiring.outgoing[name]):
                outputs[name] = self._outputs.value(task.outcome.output)
        listed = dict(run_listed(shown.record))
        came = CameOf.model_validate({**listed, "outputs": outputs, "errors": errors})
        over = run_state(shown.record).end is not None
        return Response(200 if over else 202, JSON, came, headers={"location": location(run)})
