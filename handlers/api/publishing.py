"""Publishing: what it would mean, and to do it. Both are told in the same shape.

POST /pipelines/<project>/<pipeline>/publish      {dry_run, text?, note?, over?}
POST .../activate                                 {version, dry_run}: roll back, or forth
POST .../unpublish, .../pause, .../resume

The draft is published, or the text that is sent in its place. With a mistake nothing is, and all mistakes are told at once. Where what
the draft began from has changed meanwhile, both sides are told instead; `over` says that the draft is to stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field

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
from handlers.cabinet import Changed
from handlers.drafts import Published
from handlers.impact import Compiled, compiled, heard, of_published, rules_told, told_of
from handlers.moments import iso
from handlers.publishing import Written
from schemas.document import read
from schemas.errors import InvalidDocument, MurmurationError
from schemas.model import JsonObject, Model
from schemas.pipeline import Pipeline
from schemas.problem import Code
from schemas.project import Project
from schemas.shape import shape

_TRIES: Final = 5


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

    def publish(self, project: str, pipeline: str, asked: Here, body: Annotated[Publish, Body()]) -> Impact:
        shop = self._workshop
        name = shop.allowed(asked.caller, Operation.PIPELINE_PUBLISH, project, pipeline)
        draft = shop.draft(name)
        meant = body.etag or edited.wanted(asked, otherwise=None)
        if meant is not None and meant != draft.etag:
            raise DraftChanged(name, draft)
        text = draft.text if body.text is None else body.text
        examined = shop.checker.check(text, asked.caller.sees, name=name)
        document = examined.require()
        self._hidden(text, name, asked)
        meanwhile = PublishedMeanwhile(name, draft) if draft.behind and text != draft.now.text else None
        if meanwhile is not None and not body.over and not body.dry_run:
            raise meanwhile
        written = Written(document, text, draft.now.text if draft.now.file else None)
        before = self._compiled_live(name)
        publishing, by = shop.publishing, asked.caller.name
        if body.dry_run:
            told = publishing.publish(written, examined.projects, dry_run=True, by=by)
            if meanwhile is not None:
                told = with_obstacle(told, meanwhile, name, stops=not body.over)
        else:
            self._kept(name, draft)
            with self._audit(asked, Operation.PIPELINE_PUBLISH, name) as entry:
                told = publishing.publish(written, examined.projects, dry_run=False, by=by)
                change = change_of(told)
                entry.after({"live": change["version"]})
            self._noted(name, int(str(change["version"])), text, draft, body.note, by)
        return self._impact(asked, told, document, examined.projects, before, found(examined), body.dry_run)

    def activate(self, project: str, pipeline: str, asked: Here, body: Annotated[Activate, Body()]) -> Impact:
        shop = self._workshop
        name = shop.allowed(asked.caller, Operation.PIPELINE_PUBLISH, project, pipeline)
        published = shop.version(name, body.version)
        before, draft = self._compiled_live(name), shop.draft(name)
        text = shop.text_of(name, body.version)
        reference, by = f"{name}@{body.version}", asked.caller.name
        if body.dry_run:
            told = shop.publishing.activate(reference, dry_run=True, by=by, text=text)
        else:
            self._kept(name, draft)
            with self._audit(asked, "pipeline.activate", name) as entry:
                told = shop.publishing.activate(reference, dry_run=False, by=by, text=text)
                entry.after({"live": body.version})
        document = published.version.pipeline
        return self._impact(asked, told, document, (), before, [], body.dry_run)

    def unpublish(self, project: str, pipeline: str, asked: Here) -> Unpublished:
        shop = self._workshop
        name = shop.allowed(asked.caller, Operation.PIPELINE_UNPUBLISH, project, pipeline)
        shop.draft(name)
        with self._audit(asked, Operation.PIPELINE_UNPUBLISH, name) as entry:
            told = shop.publishing.unpublish(name, by=asked.caller.name)
            entry.after({"live": None})
        return Unpublished(
            pipeline=name, open_runs=sum(shop.publishing.in_flight(name).values()), obstacles=obstacles_of(told)
        )

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

    def _noted(self, name: str, number: int, text: str, draft: Current, note: str, by: str) -> None:
        """Who did it, and the text. A draft that says no more than that has done its work; whoever has written to it meanwhile goes
        on from there."""
        shop = self._workshop
        at = self._house.clock.now()
        shop.drafts.note(name, number, Published(by=by, at=at, text=text, layout=draft.layout, note=note))
        for _ in range(_TRIES):
            saved, begun = shop.drafts.get(name), shop.begin(name)
            if saved is None or begun is None:
                return
            with suppress(Changed):
                if saved.draft.text == text:
                    shop.drafts.delete(name, expect=saved.version)
                else:
                    shop.drafts.put(name, saved.draft.model_copy(update={"base": begun}), expect=saved.version)
                return

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
    ) -> Impact:
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
        return Impact(
            dry_run=dry_run,
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
