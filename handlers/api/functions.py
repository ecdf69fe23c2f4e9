"""Functions of the workspace: looked at, edited, tried out.

GET    /functions                 each with the first line of its docstring, and why it cannot be loaded, where it cannot
GET    /functions/<name>          what it says of itself, the schemas of what it takes and gives, its files
PUT    /functions/<name>          its texts, as a whole; conditional (`handlers.api.edited`)
DELETE /functions/<name>          not while a live pipeline uses it
POST   /functions/<name>/test     a run of it alone, waited for: output or error, what it printed, how long it took

A text with a mistake is saved and the mistake told: nobody loses what he has typed.
"""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field, JsonValue

from handlers.api import edited
from handlers.api.asked import LONGEST_WAIT_S, Here
from handlers.api.calling import Calling, Timeout
from handlers.api.house import House
from handlers.api.routes import Routes
from handlers.api.run_events import Wait
from handlers.api.seen import location
from handlers.auth import Operation
from handlers.cabinet import ABSENT
from handlers.functions import (
    FunctionInUse,
    Mistake,
    Source,
    Told,
    checked,
    mistakes,
    no_such,
    summary,
)
from handlers.line_document import LineDocument, line_document
from handlers.reading import run_state
from schemas.model import JsonObject, Model
from schemas.run import RunState

_DESCRIBED_S: Final = 10.0
_MOST_LINES: Final = 1_000


class FunctionListed(Model):
    name: str
    description: str
    """The first line of its docstring."""
    problem: str
    """Why it cannot be loaded; empty where it can."""
    described: bool
    """False where it is still being asked."""
    version: str


class FunctionList(Model):
    functions: tuple[FunctionListed, ...]


class FunctionFile(Model):
    path: str
    size: int
    text: str | None
    """None of what is no text: it is kept, and cannot be edited here."""


class FunctionDocument(Model):
    name: str
    version: str
    description: str
    input: JsonObject | None
    """JSON Schema of its parameters; None for one that takes anything."""
    output: JsonObject | None
    problem: str
    described: bool
    mistakes: tuple[Mistake, ...]
    files: tuple[FunctionFile, ...]
    used_by: tuple[str, ...]
    """Live pipelines that the caller sees."""


class Texts(Model):
    files: dict[str, str] = Field(description="By path, with /. Texts that are left out are removed.")


class Trying(Model):
    input: dict[str, JsonValue] = Field(default={}, description="Its parameters, by name.")


class Tried(Model):
    run: str
    state: RunState
    ended: bool
    output: JsonValue
    error: JsonObject | None
    lines: tuple[LineDocument, ...]
    seconds: float | None


class FunctionsApi:
    def __init__(self, house: House) -> None:
        self._house = house
        self._calling = Calling(house)

    def routes(self) -> Routes:
        routes = Routes("functions")
        routes.get("/functions", Operation.FUNCTION_READ, self.list, "Functions, and whether they can be loaded")
        routes.get("/functions/<name>", Operation.FUNCTION_READ, self.show, "A function: schemas and files")
        routes.put("/functions/<name>", Operation.FUNCTION_WRITE, self.write, "Write its files, all at once")
        routes.delete("/functions/<name>", Operation.FUNCTION_WRITE, self.remove, "Remove it, where nothing uses it")
        routes.post(
            "/functions/<name>/test", Operation.FUNCTION_CALL, self.test, "Try it out, and wait for it", derives=True
        )
        return routes

    def list(self, asked: Here, wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = 3.0) -> FunctionList:
        functions = self._house.functions
        found = [source for name in functions.names() if (source := functions.source(name)) is not None]
        told = {source.name: functions.told(source.name) for source in found}
        if None in told.values():
            asked.wait(wait)
        return FunctionList(functions=tuple(_listed(source, told[source.name]) for source in found))

    def show(self, asked: Here, name: str) -> Response[FunctionDocument]:
        source, told = self._source(name), self._house.functions.told(name)
        if told is None:
            asked.wait(_DESCRIBED_S)
        return self._shown(asked, source, told)

    def write(self, asked: Here, name: str, body: Annotated[Texts, Body()]) -> Response[FunctionDocument]:
        asked.caller.require(Operation.FUNCTION_WRITE)
        wanted = edited.wanted(asked)
        checked(name, body.files)
        functions = self._house.functions
        before = functions.source(name)
        edited.agree(wanted, ABSENT if before is None else before.version, f"the function {name}")
        with self._house.audit.of(
            asked.caller, Operation.FUNCTION_WRITE, name, request=asked.request, before=_hashes(before)
        ) as entry:
            functions.write(name, body.files)
            source = self._source(name)
            entry.after(_hashes(source))
        return self._shown(asked, source, functions.told(name), 200 if before is not None else 201)

    def remove(self, asked: Here, name: str) -> Response[None]:
        asked.caller.require(Operation.FUNCTION_WRITE)
        wanted = edited.wanted(asked, otherwise=None)
        source = self._source(name)
        edited.agree(wanted, source.version, f"the function {name}")
        if used := self._used_by(name):
            advice = "Publish them without it first, or unpublish them"
            raise FunctionInUse(f"{name} is used by {', '.join(used[:5])}", where=name, advice=advice)
        with self._house.audit.of(
            asked.caller, Operation.FUNCTION_WRITE, name, request=asked.request, before=_hashes(source)
        ):
            self._house.functions.remove(name)
        return Response(204)

    def test(
        self,
        asked: Here,
        name: str,
        body: Annotated[Trying, Body()],
        timeout: Timeout = 60,
        wait: Wait = LONGEST_WAIT_S,
    ) -> Response[Tried]:
        asked.caller.require(Operation.FUNCTION_CALL)
        self._source(name)
        run = self._calling.begun(asked, name, body.input, timeout)
        called = self._calling.ended(asked, run, wait)
        lines = self._house.reading.logs(run)[:_MOST_LINES]
        data: JsonObject = {} if called.outcome is None else called.outcome.data()
        error = data.get("error")
        tried = Tried(
            run=run,
            state=run_state(called.record),
            ended=called.over,
            output=self._calling.whole(data.get("output")),
            error=error if isinstance(error, dict) else None,
            lines=tuple(map(line_document, lines)),
            seconds=called.seconds,
        )
        return Response(200 if called.over else 202, edited.JSON, tried, headers={"location": location(run)})

    def _source(self, name: str) -> Source:
        source = self._house.functions.source(name)
        if source is None:
            raise no_such(name, self._house.functions.names())
        return source

    def _shown(self, asked: Here, source: Source, told: Told | None, status: int = 200) -> Response[FunctionDocument]:
        document = FunctionDocument(
            name=source.name,
            version=source.version,
            description=summary(source) if told is None or not told.text else told.text,
            input=None if told is None else told.input,
            output=None if told is None else told.output,
            problem="" if told is None else told.problem,
            described=told is not None,
            mistakes=mistakes(source),
            files=tuple(FunctionFile(path=one.path, size=one.size, text=one.text) for one in source.files),
            used_by=tuple(one for one in self._used_by(source.name) if asked.caller.sees(one.partition("/")[0])),
        )
        return edited.answer(document, source.version, status)

    def _used_by(self, name: str) -> tuple[str, ...]:
        found: tuple[str, ...] = ()
        for pipeline in self._house.reading.live():
            active = self._house.reading.active(pipeline)
            if active is None or name in active.version.pipeline.functions:
                continue  # of that name it has a Lambda of its own
            if any(task.function == name for task in active.version.pipeline.tasks.values()):
                found += (pipeline,)
        return found


def _listed(source: Source, told: Told | None) -> FunctionListed:
    wrong = mistakes(source)
    told_wrong = f"{wrong[0].file}:{wrong[0].line}:{wrong[0].column}: {wrong[0].what}" if wrong else ""
    return FunctionListed(
        name=source.name,
        description=summary(source) or ("" if told is None else told.text.partition("\n")[0]),
        problem=told.problem if told is not None else told_wrong,
        described=told is not None,
        version=source.version,
    )


def _hashes(source: Source | None) -> JsonObject | None:
    """Its texts are no part of the audit: somebody may have typed a secret."""
    return None if source is None else {"version": source.version, "files": [one.path for one in source.files]}
