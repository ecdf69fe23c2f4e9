"""Publishing on a deployed stack, for the API: read from the catalog, done by the stack's own publishing function.

There are no files. What a project's document says of Lambdas and of buckets' real names is kept in the cabinet by whoever publishes
from a workspace (`keep_projects`), so that a pipeline that is edited here is published with it, too. Its variables are not given
again: what people have set since stays.

A publish may take longer than its caller waits. It goes on; asking again finds it done, or goes on with it. Who did it and the text
go along, so that they are noted even if nobody asks again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from events.ports import Published
from events.surroundings import Surroundings
from handlers.acting import Acting
from handlers.cabinet import Cabinet
from handlers.drafts import Record
from handlers.publishing import File, Pointed, Standing, Written
from murmuration.aws.catalog import AwsCatalog
from murmuration.aws.environment import Environment
from murmuration.aws.listing import AwsListing
from murmuration.aws.packing import at_once
from schemas.document import read
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.project import Project
from schemas.source import Source
from schemas.yaml_written import as_yaml

DRAWER: Final = "project-documents"
MOST: Final = 10_000
"""Unended runs that are counted; beyond that nobody is told how many."""
_PAGE: Final = 200


class AwsPublishing:
    def __init__(
        self, environment: Environment, catalog: AwsCatalog, listing: AwsListing, cabinet: Cabinet, acting: Acting
    ) -> None:
        self._environment = environment
        self._catalog = catalog
        self._listing = listing
        self._cabinet = cabinet
        self._acting = acting

    def surroundings(self, project: Project | None = None) -> Surroundings:
        around = self._environment.surroundings
        real = {} if project is None else {name: one.name for name, one in project.buckets.items() if one.name}
        return replace(around, buckets={**around.buckets, **real})

    # what is there

    def names(self) -> Sequence[str]:
        return self._catalog.names()

    def pointer(self, pipeline: str) -> Pointed:
        found = self._catalog.pointer(pipeline)
        return Pointed(found.active, found.paused)

    def pointers(self, pipelines: Sequence[str]) -> Mapping[str, Pointed]:
        return dict(zip(pipelines, at_once(self.pointer, pipelines), strict=True))

    def versions(self, pipeline: str) -> Sequence[Standing]:
        return [Standing(one.number, one.state, one.since) for one in self._catalog.versions(pipeline)]

    def version(self, reference: str) -> Published | None:
        return self._catalog.version(reference)

    def rules(self, reference: str) -> Sequence[JsonObject]:
        pipeline, _, number = reference.rpartition("@")
        return self._catalog.rules_of(pipeline, int(number))

    def in_flight(self, pipeline: str) -> Mapping[int, int]:
        found = self._listing.unended(MOST) or ()
        return Counter(one.version for one in found if one.pipeline == pipeline)

    def projects(self) -> Sequence[Source]:
        return [read(as_yaml(one.body), file=f"{one.key}.yaml") for one in self._cabinet.list(DRAWER, most=_PAGE)]

    def files(self) -> Mapping[str, File]:
        return {}

    def file_of(self, pipeline: str) -> None:
        return

    def functions(self) -> None:
        """A bundle, a Lambda, or something that is only being deployed: publishing looks, and says what it misses."""
        return

    def cost(self, pipeline: Pipeline) -> JsonObject:
        from murmuration.cost.bill import bill_of

        return bill_of(pipeline).document()

    # changing

    def publish(self, written: Written, projects: Sequence[Project], *, dry_run: bool, by: str) -> JsonObject:
        told = [one.model_copy(update={"variables": {}}).document() for one in projects]
        asked: JsonObject = {"pipelines": [written.pipeline.document()], "projects": [*told], "dry_run": dry_run}
        if not dry_run:
            record = Record(by=by, text=written.text, layout=written.layout, note=written.note, draft=written.draft)
            asked["record"] = record.model_dump(mode="json")
        return self._acting.ask("publish", asked)

    def activate(self, reference: str, *, dry_run: bool, by: str, text: str) -> JsonObject:
        return self._acting.ask("activate", {"version": reference, "dry_run": dry_run})

    def unpublish(self, pipeline: str, *, by: str) -> JsonObject:
        return self._acting.ask("unpublish", {"pipelines": [pipeline]})


def keep_projects(cabinet: Cabinet, projects: Iterable[Project]) -> None:
    """What pipelines take with them of their projects. Variables by their names alone: their values lie elsewhere."""
    for project in projects:
        named = project.model_copy(update={"variables": dict.fromkeys(project.variables)})
        cabinet.put(DRAWER, project.project, named.document())
