"""Publishing, as people ask for it: which versions there are, what publishing would mean, and to do it. One adapter per backend.

A dry run and what was done are told in the same shape:

    published    one entry a pipeline: version, new, plan, why, rules {added, kept, removed, later}, drains, triggers
    quota        rules, of, left, wildcards, of_wildcards: what the bus has after it
    obstacles    what, advice, pipeline, stops

Where a stack is a workspace (the local one), a pipeline is a file there, too, and people edit it with an editor. What is published
is then written to that file: what serves the workspace next publishes what lies there. Elsewhere there are no files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from events.ledger import Millis
from events.ports import Published
from events.surroundings import Surroundings
from handlers.drafts import Layout
from schemas.errors import MurmurationError
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.project import Project
from schemas.source import Source
from schemas.version import VersionState


class NoSuchVersion(MurmurationError):
    code = "no-such-version"


class NotLive(MurmurationError):
    code = "not-live"


class ChangedOnDisk(MurmurationError):
    """Somebody edited the file meanwhile. Nothing was written."""

    code = "changed-on-disk"


class Pointed(NamedTuple):
    active: int | None = None
    paused: bool = False


class Standing(NamedTuple):
    number: int
    state: VersionState
    at: Millis


class File(NamedTuple):
    """A pipeline's file, as a person in the workspace names it."""

    name: str
    text: str


class Written(NamedTuple):
    """A document that is to be published, and what its file is to hold."""

    pipeline: Pipeline
    text: str
    expect: str | None
    """What lies there now, as far as the caller knows; None: no file."""
    layout: Layout = {}
    note: str = ""
    draft: str = ""
    """The draft's version, of which this is the text."""


class Publishing(Protocol):
    def surroundings(self, project: Project | None = None) -> Surroundings:
        """What rules name; with the real names of the project's buckets, where it says some."""
        ...

    def names(self) -> Sequence[str]:
        """Of all pipelines that ever had a version."""
        ...

    def pointer(self, pipeline: str) -> Pointed: ...

    def pointers(self, pipelines: Sequence[str]) -> Mapping[str, Pointed]:
        """Of many, asked for together."""
        ...

    def versions(self, pipeline: str) -> Sequence[Standing]:
        """The newest first."""
        ...

    def version(self, reference: str) -> Published | None: ...

    def rules(self, reference: str) -> Sequence[JsonObject]:
        """Of a version, as they were put."""
        ...

    def in_flight(self, pipeline: str) -> Mapping[int, int]:
        """Runs that have not ended, by version."""
        ...

    def projects(self) -> Sequence[Source]:
        """Documents of projects, as far as the stack has them."""
        ...

    def files(self) -> Mapping[str, File]:
        """By pipeline."""
        ...

    def file_of(self, pipeline: str) -> str | None:
        """The file that publishing would write to; None where there are none."""
        ...

    def functions(self) -> frozenset[str] | None:
        """Those there are; None where nobody can say."""
        ...

    def cost(self, pipeline: Pipeline) -> JsonObject:
        """Of a million runs, on AWS, beside Step Functions (`murmur cost`)."""
        ...

    def publish(self, written: Written, projects: Sequence[Project], *, dry_run: bool, by: str) -> JsonObject:
        """`GoesOn` (`handlers.acting`) where it takes longer than its caller waits: it is then noted, too, when it is done."""
        ...

    def activate(self, reference: str, *, dry_run: bool, by: str, text: str) -> JsonObject:
        """`text` is what the version's file is to hold."""
        ...

    def unpublish(self, pipeline: str, *, by: str) -> JsonObject: ...
