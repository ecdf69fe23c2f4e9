"""The workshop: a pipeline as people work on it. Its draft or what a draft would begin from, its versions, its file.

    a draft that was saved          what was saved
    none, and the pipeline's file   the file's text
    no file either                  the text of the live version, or of the last one, as it was written

A pipeline is there as soon as one of these is. Whoever cannot see its project is told that it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from events.check import Target
from events.ledger import Millis
from events.ports import Published
from handlers.api.house import House
from handlers.auth import Caller, Operation
from handlers.cabinet import ABSENT, Changed
from handlers.checker import Checker
from handlers.drafts import Base, Draft, Drafts, Layout, Saved, unsaved
from handlers.moments import iso
from handlers.projects import Kind
from handlers.publishing import File, NoSuchVersion, Publishing
from handlers.unknown import NoSuchPipeline
from schemas.model import JsonObject
from schemas.yaml_written import as_yaml

LIVE = "live"
DRAFT = "draft"
LOCAL = "local"


class DraftChanged(Changed):
    """With what is there now, so that the other side can be shown."""

    def __init__(self, name: str, current: Current) -> None:
        told = "was changed by somebody else meanwhile" if current.saved else "is not the draft that was read"
        super().__init__(f"{name} {told}", where="drafts", advice="Read it again, and decide what is to stay")
        self.current = current.etag
        self.theirs = current.told()


@dataclass(frozen=True, slots=True)
class Current:
    """A draft, saved or not."""

    text: str
    layout: Layout
    base: Base
    now: Base
    """What one would begin from now."""
    etag: str
    saved: bool
    by: str = ""
    at: Millis | None = None

    @property
    def differs(self) -> bool:
        return self.text != self.now.text

    @property
    def behind(self) -> bool:
        """What it began from has changed since."""
        if self.now.file or self.base.file:
            return self.base.text != self.now.text
        return self.base.version != self.now.version and self.base.text != self.now.text

    def told(self) -> JsonObject:

        return {
            "etag": self.etag,
            "saved": self.saved,
            "by": self.by,
            "at": None if self.at is None else iso(self.at),
            "text": self.text,
            "layout": {name: place.model_dump() for name, place in self.layout.items()},
        }


class Workshop:
    def __init__(self, house: House) -> None:
        self.house = house
        self.drafts = Drafts(house.cabinet)
        self.checker = Checker(house.publishing, self._given, None if house.target == LOCAL else Target.AWS)

    @property
    def publishing(self) -> Publishing:
        return self.house.publishing

    def _given(self, project: str) -> tuple[list[str], list[str]]:
        given = self.house.projects.given
        variables, secrets = given(project, Kind.VARIABLE), given(project, Kind.SECRET)
        return [one.name for one in variables], [one.name for one in secrets if one.there]

    def seen(self, caller: Caller, project: str, pipeline: str) -> str:
        """Its name, for whoever may look into the project."""
        name = f"{project}/{pipeline}"
        if not caller.sees(project):
            raise no_such_pipeline(name)
        return name

    def allowed(self, caller: Caller, operation: Operation, project: str, pipeline: str) -> str:
        name = self.seen(caller, project, pipeline)
        caller.require(operation, project)
        return name

    def draft(self, name: str) -> Current:
        """`NoSuchPipeline` where there is nothing of that name at all."""
        saved, now = self.drafts.get(name), self.begin(name)
        if saved is not None:
            return current(saved, now or Base())
        if now is None:
            raise no_such_pipeline(name)
        return Current(now.text, self.layout(name, now.version), now, now, unsaved(now.text), saved=False)

    def begin(self, name: str, files: Mapping[str, File] | None = None) -> Base | None:
        """What a draft would begin from; None where there is nothing."""
        file = (self.publishing.files() if files is None else files).get(name)
        active = self.publishing.pointer(name).active
        if file is not None:
            return Base(text=file.text, file=file.name, version=active)
        number = active or next((one.number for one in self.publishing.versions(name)), None)
        return None if number is None else Base(text=self.text_of(name, number), version=active)

    def text_of(self, name: str, number: int) -> str:
        """As it was written; as the document says it, where nobody kept that."""
        record = self.drafts.published(name, number)
        if record is not None and record.text:
            return record.text
        return as_yaml(self.version(name, number).version.pipeline.document())

    def layout(self, name: str, number: int | None) -> Layout:
        record = None if number is None else self.drafts.published(name, number)
        return {} if record is None else record.layout

    def version(self, name: str, number: int) -> Published:
        found = self.publishing.version(f"{name}@{number}") if 0 < number < 1_000_000_000 else None
        if found is None:
            raise NoSuchVersion(f"there is no version {number} of {name}", advice="GET .../versions lists them")
        return found

    def save(self, name: str, draft: Draft, expect: str) -> Current:
        """`DraftChanged`, with what is there, where the version is another one."""
        now = self.begin(name) or Base()
        wanted = ABSENT if expect == unsaved(now.text) else expect
        try:
            return current(self.drafts.put(name, draft, expect=wanted), now)
        except Changed:
            raise DraftChanged(name, self.draft(name)) from None


def current(saved: Saved, now: Base) -> Current:
    draft = saved.draft
    return Current(draft.text, draft.layout, draft.base, now, saved.version, saved=True, by=draft.by, at=saved.at)


def no_such_pipeline(name: str) -> NoSuchPipeline:
    return NoSuchPipeline(f"there is no pipeline {name}", advice="GET /pipelines lists those there are")
