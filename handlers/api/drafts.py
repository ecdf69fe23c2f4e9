"""Drafts: a pipeline's text as it is being written, and where its tasks stand on the canvas.

GET    /pipelines/<project>/<pipeline>/draft      saved, or what one would begin from: its file, or the live version's text
PUT    the same                                   saved as it is, broken or not; its problems come along
DELETE the same                                   given up: what it began from is there again

Writes name the version they were made against. A write that comes too late is told what is there now, whole.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field

from handlers.api import edited
from handlers.api.asked import Here
from handlers.api.checking import document_of
from handlers.api.found import Found, found
from handlers.api.routes import Routes
from handlers.api.workshop import Current, DraftChanged, Workshop
from handlers.audit import Doing
from handlers.auth import Operation
from handlers.cabinet import ABSENT, Changed
from handlers.drafts import Base, Draft, Layout
from handlers.moments import iso
from schemas.model import JsonObject, Model
from schemas.source import MAX_BYTES

SITTING_MS: Final = 600_000
"""Who saves again within it is still at it."""


class Began(Model):
    file: str | None
    """The workspace's, as people name it."""
    version: int | None
    """The one that was live then."""
    changed: bool
    """It is another one by now: whoever publishes decides which side stays."""
    text: str | None = None
    """What lies there now; only where that has changed."""


class DraftTold(Model):
    pipeline: str
    text: str
    layout: Layout
    saved: bool
    """False: nobody has changed anything yet."""
    differs: bool
    """From what is there without it."""
    by: str | None
    at: str | None
    etag: str
    """Without its quotes."""
    began: Began
    document_: JsonObject | None = Field(serialization_alias="document")
    problems: list[Found]


class Save(Model):
    text: Annotated[str, Field(max_length=MAX_BYTES)]
    layout: Layout | None = None
    """What is left out stays as it was."""
    rebase: bool = False
    """Whoever saves has looked at what lies there now: from here on the draft is taken to have begun from that."""


class DraftsApi:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def routes(self) -> Routes:
        routes = Routes("pipelines")
        path = "/pipelines/<project>/<pipeline>/draft"
        routes.get(path, Operation.DRAFT_READ, self.show, "A pipeline's draft")
        routes.put(path, Operation.DRAFT_WRITE, self.save, "Save a draft, broken or not")
        routes.delete(path, Operation.DRAFT_WRITE, self.drop, "Give a draft up")
        return routes

    def show(self, project: str, pipeline: str, asked: Here) -> Response[DraftTold]:
        name = self._workshop.seen(asked.caller, project, pipeline)
        return self._told(name, self._workshop.draft(name), asked)

    def save(self, project: str, pipeline: str, asked: Here, body: Annotated[Save, Body()]) -> Response[DraftTold]:
        shop = self._workshop
        name = shop.allowed(asked.caller, Operation.DRAFT_WRITE, project, pipeline)
        expect = edited.wanted(asked)
        before = shop.draft(name)
        with self._audited(name, before, body.text, asked) as entry:
            layout = before.layout if body.layout is None else body.layout
            base = before.now if body.rebase else before.base
            draft = Draft(text=body.text, layout=layout, base=base, by=asked.caller.name)
            saved = shop.save(name, draft, expect)
            entry.after({"text": body.text})
        return self._told(name, saved, asked)

    def _audited(self, name: str, before: Current, text: str, asked: Here) -> AbstractContextManager[Doing]:
        """Drafts save themselves as one draws, so a sitting is one entry: its first save. Publishing tells all that came of it. Where
        boxes stand changes nothing that runs."""
        house, by = self._workshop.house, asked.caller.name
        began = None if before.at is None or before.by != by else before.at
        sits = began is not None and house.clock.now() - began < SITTING_MS
        if before.text == text or sits:
            return nullcontext(Doing(name.partition("/")[0]))
        return house.audit.of(
            asked.caller,
            Operation.DRAFT_WRITE,
            name,
            project=name.partition("/")[0],
            request=asked.request,
            before={"text": before.text},
        )

    def drop(self, project: str, pipeline: str, asked: Here) -> Response[None]:
        shop = self._workshop
        name = shop.allowed(asked.caller, Operation.DRAFT_WRITE, project, pipeline)
        expect = edited.wanted(asked)
        before = shop.draft(name)
        if not before.saved and expect in (ABSENT, before.etag):
            return Response(204)
        audited = shop.house.audit.of(
            asked.caller,
            "draft.delete",
            name,
            project=project,
            request=asked.request,
            before={"text": before.text},
        )
        with audited as entry:
            try:
                shop.drafts.delete(name, expect=expect)
            except Changed:
                raise DraftChanged(name, shop.draft(name)) from None
            entry.after({"text": None})
        return Response(204)

    def _told(self, name: str, draft: Current, asked: Here) -> Response[DraftTold]:
        return edited.answer(told(self._workshop, name, draft, asked), draft.etag)


def told(workshop: Workshop, name: str, draft: Current, asked: Here) -> DraftTold:
    examined = workshop.checker.check(draft.text, asked.caller.sees, name=name)
    return DraftTold(
        pipeline=name,
        text=draft.text,
        layout=draft.layout,
        saved=draft.saved,
        differs=draft.differs,
        by=draft.by or None,
        at=None if draft.at is None else iso(draft.at),
        etag=draft.etag,
        began=_began(draft.base, draft),
        document_=document_of(examined),
        problems=found(examined),
    )


def _began(base: Base, draft: Current) -> Began:
    return Began(
        file=base.file or draft.now.file or None,
        version=base.version,
        changed=draft.behind,
        text=draft.now.text if draft.behind else None,
    )
