"""Publishing: what it would mean, and to do it. Both are told in the same shape.

POST /pipelines/<project>/<pipeline>/publish      {dry_run, text?, note?, over?}
POST .../activate                                 {version, dry_run}: roll back, or forth
POST .../unpublish, .../pause, .../resume

The draft is published, or the text that is sent in its place. With a mistake nothing is, and all mistakes are told at once. Where what
what the draft began from has changed meanwhile, both sides are told instead; `over` says that the draft is to stay.

What takes longer than an answer may wait is answered 202, in the same shape, and goes on: GET .../versions says when it is live, and
asking the same again gives what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Annotated, Final, TypeVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field

from handlers.acting import GoesOn
from handlers.api import edited
from handlers.api.asked import Asked, Here
from handlers.api.checking import Text
from handlers.api.found import Found, found
from handlers.api.impact import (
    Impact,
    ObstacleTold,
    RulesTold,
    change_of,
    obstacles_of,
    quota_of,
    rules_of,
    texts,
    with_obstacle,
)
from handlers.api.routes import Routes
from handlers.api.workshop import Current, DraftChanged, Workshop
from handlers.audit import Doing
from handlers.auth import EVERYWHERE, Operation
from handlers.drafts import Published
from handlers.impact import Compiled, compiled, heard, of_published, rules_told, told_of
from handlers.moments import iso
from handlers.publishing import NotLive, Written
from schemas.document import read
from schemas.errors import InvalidDocument, MurmurationError
from schemas.model import JsonObject, Model
from schemas.pipeline import Pipeline
from schemas.problem import Code
from schemas.project import Project
from schemas.shape import shape

_JSON: Final = "application/json"
Told = TypeVar("Told", bound=Model)


class PublishedMeanwhile(MurmurationError):
    """What the draft began from is another by now. Nothing was published."""

    code = "published-meanwhile"

    def __init__(self, name: str, draft: Current) -> None:
        what = f"{draft.now.file} was changed" if draft.now.file else f"{name} was published by somebody else"
        advice = "Look at both, and publish once more with over: true, or save the draft with what is to stay"
        super().__init__(f"{what} since this draft was begun", where=draft.now.file, advice=advice)
        self.theirs: JsonObject = {
            "text": draft.now.text,
            "file": draft.now.file or None,
            "version": draft.now.version,
            "draft": draft.text,
            "began": draft.base.text,
        }


class Publish(Model):
    dry_run: bool = False
    text: Text | None = None
    """In place of the draft's."""
    etag: str | None = Field(default=None, max_length=100)
    """Of the draft that is meant; another one is not published. If-Match says the same."""
    note: str = Field(default="", max_length=2_000)
    """What has changed, for those who look at the versions later."""
    over: bool = False
    """Also over what somebody else has changed meanwhile."""


class Activate(Model):
    version: int = Field(ge=1, le=999_999_999)
    dry_run: bool = False


class Unpublished(Model):
    pipeline: str
    under_way: bool
    """It goes on: GET .../versions says when it is done."""
    open_runs: int
    obstacles: list[ObstacleTold]


class Paused(Model):
    pipeline: str
    paused: bool
    changed: bool


class PublishingApi:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._house = workshop.house

    def routes(self) -> Routes:
        routes = Routes("pipelines")
        path = "/pipelines/<project>/<pipeline>"
        publish = Operation.PIPELINE_PUBLISH
        routes.post(f"{path}/publish", publish, self.publish, "Publish a draft, or say what that would mean")
        routes.post(f"{path}/activate", publish, self.activate, "Make a version live again: roll back, or forth")
        routes.post(f"{path}/unpublish", Operation.PIPELINE_UNPUBLISH, self.unpublish, "Live no more; its runs go on")
        routes.post(f"{path}/pause", Operation.PIPELINE_PAUSE, self.pause, "Triggers start nothing for now")
        routes.post(f"{path}/resume", Operation.PIPELINE_PAUSE, self.resume, "Triggers start runs again")
        return routes

    def publish(self, project: str, pipeline: str, asked: Here, body: Annotated[Publish, Body()]) -> Response[Impact]:
        shop = self._workshop
        name = shop.allowed(asked.caller, Operation.PIPELINE_PUBLISH, project, pipeline)
        draft = shop.draft(name)
        meant = body.etag or edited.wanted(asked, otherwise=None)
        text = draft.text if body.text is None else body.text
        if meant is not None and meant != draft.etag:
            done = self._done_with(name, draft, meant)
            if done is None or body.dry_run or body.text not in (None, done):
                raise DraftChanged(name, draft)
            text = done
        examined = shop.checker.check(text, asked.caller.sees, name=name)
        document = examined.require()
        self._hidden(text, name, asked)
        before = self._compiled_live(name)
        # The same document undoes nothing of anybody's: it is what a publish has done that nobody has waited for.
        same = before is not None and not draft.now.file and before.plan.version.pipeline == document
        meanwhile = PublishedMeanwhile(name, draft) if draft.behind and text != draft.now.text and not same else None
        if meanwhile is not None and not body.over and not body.dry_run:
            raise meanwhile
        expect = draft.now.text if draft.now.file else None
        written = Written(document, text, expect, draft.layout, body.note, meant or draft.etag)
        by = asked.caller.name

        def ask(*, dry_run: bool) -> JsonObject:
            return shop.publishing.publish(written, examined.projects, dry_run=dry_run, by=by)

        under_way = False
        if body.dry_run:
            told = ask(dry_run=True)
            if meanwhile is not None:
                told = with_obstacle(told, meanwhile, name, stops=not body.over)
        else:
            self._kept(name, draft)
            told, under_way = self._done(asked, Operation.PIPELINE_PUBLISH, name, ask)
            if not under_way:
                at = self._house.clock.now()
                noted = Published(
                    by=by, at=at, text=text, layout=draft.layout, note=body.note, draft=meant or draft.etag
                )
                number = int(str(change_of(told)["version"]))
                shop.drafts.finish(name, number, noted, lambda: shop.begin(name))
        projects, problems = examined.projects, found(examined)
        return self._impact(asked, told, document, projects, before, problems, body.dry_run, under_way)

    def activate(self, project: str, pipeline: str, asked: Here, body: Annotated[Activate, Body()]) -> Response[Impact]:
        shop = self._workshop
        name = shop.allowed(asked.caller, Operation.PIPELINE_PUBLISH, project, pipeline)
        published = shop.version(name, body.version)
        before, draft = self._compiled_live(name), shop.draft(name)
        text = shop.text_of(name, body.version)
        reference, by = f"{name}@{body.version}", asked.caller.name

        def ask(*, dry_run: bool) -> JsonObject:
            return shop.publishing.activate(reference, dry_run=dry_run, by=by, text=text)

        if body.dry_run:
            told, under_way = ask(dry_run=True), False
        else:
            self._kept(name, draft)
            told, under_way = self._done(asked, "pipeline.activate", name, ask)
        document = published.version.pipeline
        return self._impact(asked, told, document, (), before, [], body.dry_run, under_way)

    def unpublish(self, project: str, pipeline: str, asked: Here) -> Response[Unpublished]:
        shop = self._workshop
        name = shop.allowed(asked.caller, Operation.PIPELINE_UNPUBLISH, project, pipeline)
        shop.draft(name)
        if shop.publishing.pointer(name).active is None:
            raise NotLive(f"{name} is not live", advice="There is nothing to take out")
        told: JsonObject = {}
        under_way = False
        try:
            with self._audit(asked, Operation.PIPELINE_UNPUBLISH, name) as entry:
                told = shop.publishing.unpublish(name, by=asked.caller.name)
                entry.after({"live": None})
        except GoesOn:
            under_way = True
        open_runs = sum(shop.publishing.in_flight(name).values())
        answer = Unpublished(pipeline=name, under_way=under_way, open_runs=open_runs, obstacles=obstacles_of(told))
        return _answered(answer, name, under_way=under_way)

    def pause(self, project: str, pipeline: str, asked: Here) -> Paused:
        return self._paused(project, pipeline, asked, paused=True)

    def resume(self, project: str, pipeline: str, asked: Here) -> Paused:
        return self._paused(project, pipeline, asked, paused=False)

    def _paused(self, project: str, pipeline: str, asked: Here, *, paused: bool) -> Paused:
        shop = self._workshop
        name = shop.allowed(asked.caller, Operation.PIPELINE_PAUSE, project, pipeline)
        was = shop.publishing.pointer(name).paused
        kind = "pause" if paused else "resume"
        audited = shop.house.audit.of(
            asked.caller,
            f"pipeline.{kind}",
            name,
            project=project,
            request=asked.request,
            before={"paused": was},
        )
        with audited as entry:
            told = self._house.acting.ask(kind, {"pipeline": name})
            entry.after({"paused": paused})
        return Paused(pipeline=name, paused=paused, changed=bool(told.get("changed", True)) and was is not paused)

    def _done(
        self, asked: Asked, operation: Operation | str, name: str, ask: Callable[..., JsonObject]
    ) -> tuple[JsonObject, bool]:
        """What was done; or what is still to be done where it goes on, and that it does."""
        try:
            with self._audit(asked, operation, name) as entry:
                told = ask(dry_run=False)
                entry.after({"live": change_of(told)["version"]})
        except GoesOn:
            return ask(dry_run=True), True
        return told, False

    def _done_with(self, name: str, draft: Current, etag: str) -> str | None:
        """The text that a draft of this version had, where that is what is live."""
        record = None if draft.now.version is None else self._workshop.drafts.published(name, draft.now.version)
        return record.text if record is not None and record.draft == etag else None

    def _audit(self, asked: Asked, operation: Operation | str, name: str) -> AbstractContextManager[Doing]:
        live = self._workshop.publishing.pointer(name).active
        return self._house.audit.of(
            asked.caller,
            operation,
            name,
            project=name.partition("/")[0],
            request=asked.request,
            before={"live": live},
        )

    def _compiled_live(self, name: str) -> Compiled | None:
        publishing = self._workshop.publishing
        active = publishing.pointer(name).active
        published = None if active is None else publishing.version(f"{name}@{active}")
        return None if published is None else of_published(published, publishing.surroundings())

    def _hidden(self, text: str, name: str, asked: Asked) -> None:
        """Also pipelines that the publisher may not see are started by his; he is told that, and not which."""
        if asked.caller.sees(EVERYWHERE):
            return
        whole = self._workshop.checker.check(text, lambda _: True, name=name)
        loops = [one for one in whole.mistakes if one.code is Code.STARTS_ITSELF]
        if loops:
            told = "it would start itself for ever, through pipelines of a project that you do not see"
            advice = "Narrow this trigger, or ask an admin which ones they are"
            raise InvalidDocument(tuple(replace(one, message=told, advice=advice) for one in loops))

    def _kept(self, name: str, draft: Current) -> None:
        """What lies in the file is what is live, and nobody kept its text: before it is written over."""
        shop, active = self._workshop, draft.now.version
        if active is None or not draft.now.file or shop.drafts.published(name, active) is not None:
            return
        found = shape(read(draft.now.text, file=draft.now.file)).pipeline
        if found == shop.version(name, active).version.pipeline:
            at = next(one.at for one in shop.publishing.versions(name) if one.number == active)
            shop.drafts.note(name, active, Published(by="", at=at, text=draft.now.text))

    def _impact(
        self,
        asked: Asked,
        told: JsonObject,
        document: Pipeline,
        projects: Sequence[Project],
        before: Compiled | None,
        problems: list[Found],
        dry_run: bool,
        under_way: bool,
    ) -> Response[Impact]:
        publishing = self._workshop.publishing
        change, name = change_of(told), document.name
        number = int(str(change["version"]))
        after = compiled(document, number, str(change["plan"]), projects, publishing)
        known = {**({} if before is None else before.rules()), **after.rules()}
        live = before.plan.version.number if before is not None else None
        if live is not None:
            known = {one.name: one for one in map(told_of, publishing.rules(f"{name}@{live}"))} | known
        rules = {kind: rules_told(names, known) for kind, names in rules_of(change).items()}
        obstacles = obstacles_of(told)
        shown = asked.caller.may(Operation.ARCHIVE_READ)
        impact = Impact(
            dry_run=dry_run,
            under_way=under_way,
            possible=not any(one.stops for one in obstacles),
            pipeline=name,
            version=number,
            live=live,
            new=bool(change["new"]),
            plan=str(change["plan"]),
            why=str(change["why"]),
            triggers=list(document.triggers),
            drains=texts(change.get("drains")),
            rules=RulesTold(**rules),
            quota=quota_of(told, rules["added"], publishing.surroundings().bus),
            price=publishing.cost(document),
            archive=heard(self._house.archive, None if before is None else before.plan, after.plan, shown=shown),
            in_flight={str(version): runs for version, runs in sorted(publishing.in_flight(name).items())},
            file=publishing.file_of(name),
            obstacles=obstacles,
            problems=problems,
            by=asked.caller.name,
            at=iso(self._house.clock.now()),
            etag=self._workshop.draft(name).etag,
        )
        return _answered(impact, name, under_way=under_way)


def _answered(told: Told, name: str, *, under_way: bool) -> Response[Told]:
    if not under_way:
        return Response(200, _JSON, told)
    headers: dict[str, str | list[str]] = {"location": f"/api/pipelines/{name}/versions", "retry-after": "2"}
    return Response(202, _JSON, told, headers=headers)
