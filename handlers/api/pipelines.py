"""Pipelines: found, shown, and begun.

GET  /pipelines                           by name or description, of the caller's projects; with the states of the last runs
GET  /pipelines/<project>/<pipeline>      one of them
POST /pipelines                           a draft of a new one: from a template, a text, or empty

A pipeline is in the list as soon as there is a version, a file or a draft of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field

from handlers.api import edited, paging
from handlers.api.actions import ActionsApi
from handlers.api.asked import Here
from handlers.api.checking import Checking, Text
from handlers.api.drafts import DraftsApi, DraftTold, told
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.problem import InvalidRequest
from handlers.api.publishing import PublishingApi
from handlers.api.routes import Routes
from handlers.api.simulating import SimulatingApi
from handlers.api.templates import EMPTY, TemplatesApi, template, templates
from handlers.api.versions import VersionsApi
from handlers.api.workshop import Workshop
from handlers.auth import Operation
from handlers.cabinet import ABSENT, Changed
from handlers.drafts import Base, Draft, Layout, Saved
from handlers.moments import iso
from handlers.operations import is_own
from handlers.publishing import File
from handlers.reading import Sought, run_state
from handlers.renaming import renamed
from schemas.document import read
from schemas.errors import MurmurationError
from schemas.model import Model
from schemas.names import NAME, did_you_mean
from schemas.pipeline import Pipeline
from schemas.run import RunState
from schemas.shape import shape

LAST_RUNS: Final = 10
_LIST: Final = "pipelines"
_KEPT: Final = 2_000
"""Outlines of documents in memory; then all are read anew."""


class AlreadyThere(MurmurationError):
    code = "already-there"


class Outline(Model):
    """What a list shows of a document."""

    description: str = ""
    owner: str | None = None
    triggers: tuple[str, ...] = ()
    """Their kinds."""
    tasks: int = 0


class DraftMark(Model):
    saved: bool
    differs: bool
    by: str | None
    at: str | None


class RunMark(Model):
    run: str
    version: int
    state: RunState
    started: str
    ended: str | None


class Listed(Model):
    name: str
    project: str
    pipeline: str
    description: str
    owner: str | None
    triggers: tuple[str, ...]
    tasks: int
    live: int | None
    """The version; None where nothing is published."""
    paused: bool
    file: str | None
    draft: DraftMark
    runs: list[RunMark]
    """The last ones, the newest first."""


class Page(Model):
    pipelines: list[Listed]
    next: str | None


class Create(Model):
    project: str = Field(max_length=100)
    pipeline: str = Field(max_length=100)
    template: str | None = Field(default=None, max_length=100)
    text: Text | None = None
    layout: Layout = {}


class PipelinesApi:
    def __init__(self, house: House) -> None:
        self._house = house
        self._workshop = Workshop(house)
        self._outlines: dict[str, Outline] = {}

    def routes(self) -> Routes:
        routes = Routes(_LIST)
        routes.get("/pipelines", Operation.PIPELINE_READ, self.list, "Pipelines, with the states of their last runs")
        routes.get("/pipelines/<project>/<pipeline>", Operation.PIPELINE_READ, self.show, "A pipeline")
        routes.post(
            "/pipelines",
            Operation.DRAFT_WRITE,
            self.create,
            "Begin a pipeline: a draft of it",
            status=201,
            creates=True,
        )
        shop = self._workshop
        parts = (DraftsApi(shop), Checking(shop), SimulatingApi(shop), PublishingApi(shop), VersionsApi(shop))
        for part in (*parts, ActionsApi(), TemplatesApi()):
            routes.all += part.routes().all
        return routes

    def list(
        self,
        asked: Here,
        q: Annotated[str, Query(description="In the name or the description", max_length=200)] = "",
        project: Annotated[str | None, Query(max_length=100)] = None,
        after: After = None,
        most: Most = 50,
    ) -> Page:
        start = paging.start(_LIST, after) or ""

        def wanted(name: str) -> bool:
            owner = name.partition("/")[0]
            if is_own(name) or name <= start or project not in (None, owner):
                return False
            return asked.caller.may(Operation.PIPELINE_READ, owner)

        looking = _Looking(self._workshop, wanted)
        found: list[Listed] = []
        for name in looking.names:
            if len(found) == most:
                return Page(pipelines=found, next=paging.cursor(_LIST, found[-1].name))
            outline = self._outline(name, looking)
            if q.casefold() in name.casefold() or q.casefold() in outline.description.casefold():
                found.append(self._listed(name, outline, looking))
        return Page(pipelines=found, next=None)

    def show(self, project: str, pipeline: str, asked: Here) -> Listed:
        name = self._workshop.seen(asked.caller, project, pipeline)
        self._workshop.draft(name)
        looking = _Looking(self._workshop, lambda one: one == name, name)
        return self._listed(name, self._outline(name, looking), looking)

    def create(self, asked: Here, body: Annotated[Create, Body()]) -> Response[DraftTold]:
        _check_name("project", body.project, 48)
        _check_name("pipeline", body.pipeline, 64)
        asked.caller.require(Operation.DRAFT_WRITE, body.project)
        name, shop = f"{body.project}/{body.pipeline}", self._workshop
        if shop.drafts.get(name) is not None or shop.begin(name) is not None:
            raise already_there(name)
        text = renamed(_begun(body), name)
        audited = self._house.audit.of(
            asked.caller, "pipeline.create", name, project=body.project, request=asked.request
        )
        with audited as entry:
            draft = Draft(text=text, layout=body.layout, base=Base(), by=asked.caller.name)
            try:
                shop.drafts.put(name, draft, expect=ABSENT)
            except Changed:
                raise already_there(name) from None
            entry.after({"text": text})
        made = shop.draft(name)
        where = {"location": f"/pipelines/{name}/draft"}
        return edited.answer(told(shop, name, made, asked), made.etag, 201, where)

    def _listed(self, name: str, outline: Outline, looking: _Looking) -> Listed:
        project, _, pipeline = name.partition("/")
        pointer, draft = looking.pointers[name], looking.drafts.get(name)
        file = looking.files.get(name)
        runs = self._house.reading.page(Sought(pipeline=name), most=LAST_RUNS).runs
        return Listed(
            name=name,
            project=project,
            pipeline=pipeline,
            live=pointer.active,
            paused=pointer.paused,
            file=None if file is None else file.name,
            draft=self._mark(name, draft, looking.files),
            runs=[
                RunMark(
                    run=run.id,
                    version=run.version,
                    state=run_state(run),
                    started=iso(run.started),
                    ended=iso(run.ended) if run.ended else None,
                )
                for run in runs
            ],
            **outline.model_dump(),
        )

    def _mark(self, name: str, saved: Saved | None, files: Mapping[str, File]) -> DraftMark:
        if saved is None:
            return DraftMark(saved=False, differs=False, by=None, at=None)
        now = self._workshop.begin(name, files)
        differs = now is None or now.text != saved.draft.text
        return DraftMark(saved=True, differs=differs, by=saved.draft.by or None, at=iso(saved.at))

    def _outline(self, name: str, looking: _Looking) -> Outline:
        """Of what is live; else of the file, else of the draft."""
        publishing = self._workshop.publishing
        active = looking.pointers[name].active
        if active is not None:
            reference = f"{name}@{active}"
            kept = self._outlines.get(reference)
            if kept is None and (published := publishing.version(reference)) is not None:
                kept = self._keep(reference, outline(published.version.pipeline))
            return kept or Outline()
        file, saved = looking.files.get(name), looking.drafts.get(name)
        text = file.text if file is not None else "" if saved is None else saved.draft.text
        return self._outlines.get(text) or self._keep(text, outline(shape(read(text)).pipeline))

    def _keep(self, key: str, value: Outline) -> Outline:
        if len(self._outlines) >= _KEPT:
            self._outlines.clear()
        self._outlines[key] = value
        return value


class _Looking:
    """What is read once for a list."""

    def __init__(self, workshop: Workshop, wanted: Callable[[str], bool], prefix: str = "") -> None:
        publishing = workshop.publishing
        self.files = publishing.files()
        self.drafts = dict(workshop.drafts.all(prefix))
        self.names = sorted(filter(wanted, {*publishing.names(), *self.files, *self.drafts}))
        self.pointers = publishing.pointers(self.names)


def outline(pipeline: Pipeline | None) -> Outline:
    if pipeline is None:
        return Outline()
    kinds = tuple(dict.fromkeys(trigger.kind for trigger in pipeline.triggers.values()))
    return Outline(description=pipeline.description, owner=pipeline.owner, triggers=kinds, tasks=len(pipeline.tasks))


def already_there(name: str) -> AlreadyThere:
    return AlreadyThere(f"there is a pipeline {name} already", advice="Choose another name, or edit that one's draft")


def _begun(body: Create) -> str:
    if body.text is not None and body.template is not None:
        raise InvalidRequest("a text and a template are given", where="template", advice="Send one of them, or neither")
    if body.text is not None:
        return body.text
    found = template(body.template or EMPTY)
    if found is None:
        known = [one.id for one in templates().templates]
        advice = did_you_mean(body.template or "", known) or f"There are {', '.join(known)}"
        raise InvalidRequest(f"there is no template {body.template}", where="template", advice=advice)
    return found.text


def _check_name(kind: str, name: str, most: int) -> None:
    if re.fullmatch(NAME, name) and len(name) <= most:
        return
    near = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_").lstrip("0123456789-_")[:most]
    advice = f"Use a letter, then letters, digits, - or _; {most} at the most"
    raise InvalidRequest(
        f"{name!r} can be no {kind}'s name", where=kind, advice=f"{advice}. {near} would do" if near else advice
    )
