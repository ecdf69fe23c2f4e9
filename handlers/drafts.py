"""Drafts: what people write before it is published. A text, comments and all, and where its tasks stand on the canvas.

A draft may be broken: it is kept as it is. It remembers what it began from, so that whoever publishes it is told when that has
changed since. The layout is never a part of the document.

`Published` is kept of each version: who published it and the text as it was written, so that a version is shown, exported and
edited again with its comments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Annotated, Final, NamedTuple

from pydantic import Field, StringConstraints

from events.ledger import Millis
from handlers.cabinet import ABSENT, Cabinet, Changed, Kept
from handlers.packed import packed, unpacked
from schemas.errors import MurmurationError
from schemas.model import Model

DRAFTS: Final = "drafts"
PUBLISHED: Final = "published"
LARGEST: Final = 1024 * 1024
"""Bytes of a text in UTF-8."""
MOST_PLACES: Final = 10_000
_PAGE: Final = 200
_UNSAVED: Final = "unsaved-"
_TRIES: Final = 5


class DraftTooLarge(MurmurationError):
    code = "too-large"


class NoText(MurmurationError):
    code = "invalid-request"


class Position(Model):
    x: float = Field(ge=-1e7, le=1e7)
    y: float = Field(ge=-1e7, le=1e7)


Layout = Annotated[
    dict[Annotated[str, StringConstraints(min_length=1, max_length=200)], Position], Field(max_length=MOST_PLACES)
]


class Base(Model):
    """What a draft began from."""

    text: str = ""
    file: str = ""
    """The workspace's file it was read from; none where it was a version, or nothing."""
    version: int | None = None
    """The one that was live then."""


class Draft(Model):
    text: str
    layout: Layout = {}
    base: Base = Base()
    by: str = ""


class Saved(NamedTuple):
    draft: Draft
    version: str
    at: Millis


class Record(Model):
    """What is to be kept of a version."""

    by: str
    text: str = ""
    layout: Layout = {}
    note: str = ""
    draft: str = ""
    """The draft's version, of which it is the text: whoever publishes that once more has done so."""


class Published(Record):
    at: Millis


class Drafts:
    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    def get(self, pipeline: str) -> Saved | None:
        kept = self._cabinet.get(DRAFTS, pipeline)
        return None if kept is None else _saved(kept)

    def put(self, pipeline: str, draft: Draft, *, expect: str | None) -> Saved:
        """`Changed` where it is another one by now."""
        try:
            size = len(draft.text.encode())
        except UnicodeEncodeError as wrong:
            told = f"the text holds half a character at place {wrong.start + 1:,}"
            raise NoText(told, where=pipeline, advice="Send it as UTF-8") from None
        if size > LARGEST:
            told = f"the text has {size:,} bytes, and {LARGEST:,} are kept"
            raise DraftTooLarge(told, where=pipeline, advice="Split the pipeline, and keep data out of it")
        kept = self._cabinet.put(DRAFTS, pipeline, packed(draft.model_dump(mode="json")), expect=expect)
        return Saved(draft, kept.version, kept.at)

    def delete(self, pipeline: str, *, expect: str | None) -> bool:
        return self._cabinet.delete(DRAFTS, pipeline, expect=expect)

    def all(self, prefix: str = "") -> Iterator[tuple[str, Saved]]:
        """By pipeline, in the order of their names."""
        after = ""
        while kept := self._cabinet.list(DRAFTS, prefix=prefix, after=after, most=_PAGE):
            yield from ((one.key, _saved(one)) for one in kept)
            if len(kept) < _PAGE:
                return
            after = kept[-1].key

    def published(self, pipeline: str, number: int) -> Published | None:
        kept = self._cabinet.get(PUBLISHED, _key(pipeline, number))
        return None if kept is None else Published.read(unpacked(kept.body))

    def note(self, pipeline: str, number: int, published: Published) -> None:
        """Publishing the same again makes nobody else its author; its comments and its layout may be others by then."""
        first = self.published(pipeline, number)
        if first is not None:
            told = {"text": published.text or first.text, "layout": published.layout or first.layout}
            kept = {"by": first.by, "at": first.at, "note": published.note or first.note, **told}
            kept["draft"] = published.draft or first.draft
            published = published.model_copy(update=kept)
        self._cabinet.put(PUBLISHED, _key(pipeline, number), packed(published.model_dump(mode="json")))

    def finish(self, pipeline: str, number: int, published: Published, begin: Callable[[], Base | None]) -> None:
        """It is live: who did it, and the text. A draft that says no more than that has done its work; whoever has written to it
        meanwhile goes on from there. `begin` tells what a draft begins from now."""
        self.note(pipeline, number, published)
        for _ in range(_TRIES):
            saved, begun = self.get(pipeline), begin()
            if saved is None or begun is None:
                return
            with suppress(Changed):
                if saved.draft.text == published.text:
                    self.delete(pipeline, expect=saved.version)
                else:
                    self.put(pipeline, saved.draft.model_copy(update={"base": begun}), expect=saved.version)
                return


def expected(version: str, text: str) -> str:
    """What the cabinet is to expect for a version that somebody was told. `text` is what an unsaved draft would be now."""
    return ABSENT if version == unsaved(text) else version


def unsaved(text: str) -> str:
    """The version of a draft that nobody has saved: that of what it would begin from."""
    return f"{_UNSAVED}{digest(text)}"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _saved(kept: Kept) -> Saved:
    return Saved(Draft.read(unpacked(kept.body)), kept.version, kept.at)


def _key(pipeline: str, number: int) -> str:
    """As many digits as a number can have: keys are in the order of numbers."""
    return f"{pipeline}@{number:09}"
