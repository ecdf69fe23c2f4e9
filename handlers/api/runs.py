"""Runs: listed, shown, explained; started, cancelled, run again; and their tasks that wait, settled.

GET  /runs                            the newest first, of the caller's projects
GET  /runs/<run>                      all there is to see of one; ?definition=true brings the pipeline of its version, to be drawn
GET  /runs/<run>/why?task=            why a task ran, or why it did not
POST /runs                            of a published pipeline, or of a definition that comes along (`handlers.api.starting`)
POST /runs/<run>/cancel, /rerun       ended now; again, whole or from what failed
POST /runs/<run>/tasks/<task>/settle  by the token that its function was given

A page of a list that looks for few among many may be short, or empty, and have a `next`: only `next: null` says that nothing is left.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field, JsonValue

from events.ids import keyed_run
from events.ledger import RunRecord
from handlers.api import paging, times
from handlers.api.asked import Asked, Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.problem import InvalidRequest
from handlers.api.routes import Routes
from handlers.api.seen import pipeline_seen, project_of, projects_seen, run_seen
from handlers.api.starting import Start, Started, Starting
from handlers.auth import Operation
from handlers.loaded import Loaded
from handlers.reading import Reading, Shown, Sought
from handlers.run_document import RunDocument, RunListed, run_document, run_listed
from handlers.unknown import NoSuchTask
from handlers.why import why
from handlers.why_document import WhyDocument, why_document
from schemas.model import JsonObject, Model
from schemas.names import did_you_mean
from schemas.run import RunState

_LIST: Final = "runs"
_MOST_KEYS: Final = 100


class Page(Model):
    runs: tuple[RunListed, ...]
    next: str | None


class Cancelling(Model):
    reason: str = Field(default="", max_length=1_000, description="Why; people will see it.")


class Again(Model):
    from_failed: bool = Field(default=False, description="Keep what succeeded; run what failed and what follows.")


class ErrorGiven(Model):
    type: str = Field(default="Failed", max_length=200)
    message: str = Field(default="", max_length=4_096)
    detail: JsonObject = {}


class Settling(Model):
    token: str = Field(min_length=1, max_length=500, description="What the task's function was given: context.token.")
    output: JsonValue = None
    error: ErrorGiven | None = Field(default=None, description="It has failed, and this is why.")


class Settled(Model):
    run: str
    task: str
    state: str


_NO_REASON: Final = Cancelling()
_WHOLE: Final = Again()


class Runs:
    def __init__(self, house: House) -> None:
        self._house = house
        self._starting = Starting(house)

    def routes(self) -> Routes:
        routes = Routes("runs")
        routes.get("/runs", Operation.RUN_READ, self.list, "Runs, the newest first")
        routes.post(
            "/runs",
            Operation.RUN_START,
            self.start,
            "Start a run: of a published pipeline, or of a definition that comes along",
            status=202,
            creates=True,
        )
        routes.get("/runs/<run>", Operation.RUN_READ, self.show, "A run: its tasks, its edges, and how they stand")
        routes.get("/runs/<run>/why", Operation.RUN_READ, self.why, "Why a task ran, or why it did not")
        routes.post("/runs/<run>/cancel", Operation.RUN_CANCEL, self.cancel, "End a run now")
        routes.post(
            "/runs/<run>/rerun",
            Operation.RUN_RERUN,
            self.rerun,
            "Run it again, whole or from what failed: a new run",
            status=202,
            creates=True,
        )
        routes.post(
            "/runs/<run>/tasks/<task>/settle", Operation.TASK_SETTLE, self.settle, "Say how a waiting task has ended"
        )
        return routes

    def list(
        self,
        asked: Here,
        pipeline: Annotated[str | None, Query(description="Its name, alone or with its project")] = None,
        project: str | None = None,
        state: RunState | None = None,
        since: Annotated[str | None, Query(description="Started then or later: 2030-01-31T12:00:00Z")] = None,
        until: Annotated[str | None, Query(description="Started then or earlier")] = None,
        q: Annotated[
            str | None,
            Query(
                description="In the run's id, pipeline, trigger, origin (the event, or the request's own id) or reason; "
                "or all of its trigger's key",
                max_length=200,
            ),
        ] = None,
        after: After = None,
        most: Most = 50,
    ) -> Page:
        reading, seen, text = self._house.reading, projects_seen(asked.caller), (q or "").strip()
        if project is not None:
            seen = frozenset({project}) if asked.caller.sees(project) else frozenset()
        sought = Sought(
            pipeline=None if pipeline is None else self._meant(asked, pipeline),
            projects=seen,
            state=state,
            since=None if since is None else times.millis(since, "query.since"),
            until=None if until is None else times.millis(until, "query.until"),
            text=text,
            ids=keyed(reading, text, asked.caller.sees) if text else (),
        )
        found = reading.page(sought, before=paging.start(_LIST, after), most=most)
        return Page(runs=tuple(map(run_listed, found.runs)), next=paging.cursor(_LIST, found.more))

    def _meant(self, asked: Asked, pipeline: str) -> str:
        """A pipeline by its whole name may be drawn and not published yet: it has no run, and that is no mistake."""
        if "/" in pipeline and asked.caller.sees(project_of(pipeline)):
            return pipeline
        return pipeline_seen(asked.caller, pipeline, self._house.reading.known())

    def show(
        self,
        asked: Here,
        run: str,
        definition: Annotated[bool, Query(description="With the pipeline of its version, to be drawn")] = False,
    ) -> RunDocument:
        run_seen(self._house, asked, run, Operation.RUN_READ)
        shown = self._house.reading.show(run)
        return run_document(shown, self._house.reading.progress(run), definition=definition)

    def why(self, asked: Here, run: str, task: str) -> WhyDocument:
        run_seen(self._house, asked, run, Operation.RUN_READ)
        shown = self._house.reading.show(run)
        known_task(shown, task)
        rules = self._house.reading.rules(shown.published)
        loaded = Loaded(shown.published)
        return why_document(run, why(loaded, shown.record, task, shown.view, shown.picture, shown.tasks, rules))

    def start(self, asked: Here, body: Annotated[Start, Body()]) -> Response[Started]:
        return self._starting.start(asked, body)

    def cancel(self, asked: Here, run: str, body: Annotated[Cancelling, Body()] = _NO_REASON) -> RunListed:
        record = run_seen(self._house, asked, run, Operation.RUN_CANCEL)
        with self._house.audit.of(
            asked.caller, Operation.RUN_CANCEL, run, project=project_of(record.pipeline), request=asked.request
        ) as entry:
            self._house.acting.ask("cancel", {"run": run, "by": asked.caller.name, "reason": body.reason})
            entry.after({"reason": body.reason})
        return run_listed(self._now(run))

    def rerun(self, asked: Here, run: str, body: Annotated[Again, Body()] = _WHOLE) -> Response[Started]:
        record = run_seen(self._house, asked, run, Operation.RUN_RERUN)
        with self._house.audit.of(
            asked.caller, Operation.RUN_RERUN, run, project=project_of(record.pipeline), request=asked.request
        ) as entry:
            told = self._house.acting.ask(
                "rerun", {"run": run, "request": asked.request, "from_failed": body.from_failed}
            )
            entry.after({"run": told["run"], "from_failed": body.from_failed})
        return self._starting.started(told)

    def settle(self, asked: Here, run: str, task: str, body: Annotated[Settling, Body()]) -> Settled:
        record = run_seen(self._house, asked, run, Operation.TASK_SETTLE)
        known_task(self._house.reading.show(run), task)
        with self._house.audit.of(
            asked.caller,
            Operation.TASK_SETTLE,
            f"{run}/{task}",
            project=project_of(record.pipeline),
            request=asked.request,
        ) as entry:
            told = self._house.acting.ask("settle", {"run": run, "task": task, "token": body.token, **_outcome(body)})
            entry.after({"state": told["state"]})
        return Settled.read(told)

    def _now(self, run: str) -> RunRecord:
        record = self._house.reading.record(run)
        assert record is not None, "it was there a moment ago"
        return record


def keyed(reading: Reading, text: str, sees: Callable[[str], bool]) -> tuple[str, ...]:
    """The runs that there are if this is the key of a trigger: their ids are derived from it."""
    values: list[JsonValue] = [text]
    with suppress(ValueError):
        values.append(int(text))
    found: list[str] = []
    for name in reading.live():
        active = reading.active(name) if sees(project_of(name)) else None
        if active is not None:
            triggers = active.version.pipeline.triggers.items()
            found += [keyed_run(name, key, one) for key, trigger in triggers if trigger.key for one in values]
    return tuple(found[:_MOST_KEYS])


def known_task(shown: Shown, task: str) -> None:
    if task not in shown.states:
        near = did_you_mean(task, shown.states) or f"It has {', '.join([*shown.states][:10])}"
        raise NoSuchTask(f"{shown.record.id} has no task {task[:80]}", advice=near)


def _outcome(body: Settling) -> JsonObject:
    if body.error is None:
        return {"output": body.output}
    if "output" in body.model_fields_set:
        raise InvalidRequest("a task has an output or an error, not both", where="body", advice="Leave one out")
    return {"error": body.error.model_dump(mode="json")}
