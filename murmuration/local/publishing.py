"""Publishing in a workspace: read by a connection of its own, changed by the engine, and written to the pipeline's file.

The file is written first and the version made then: whatever dies between the two, what serves the workspace next publishes what
was asked for. Where the version is refused, the file is what it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from events.ports import Published
from events.surroundings import Surroundings
from handlers.acting import Acting
from handlers.publishing import File, Pointed, Standing, Written
from murmuration.functions.folder import discover
from murmuration.local.reading import Reading
from murmuration.local.rolling import rolled
from murmuration.local.surroundings import own_surroundings
from murmuration.pipeline_files import PipelineFiles
from murmuration.workspace import Workspace
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.project import Project
from schemas.source import Source


class LocalPublishing:
    def __init__(self, workspace: Workspace, reading: Reading, acting: Acting) -> None:
        self._workspace = workspace
        self._reading = reading
        self._acting = acting
        self._files = PipelineFiles(workspace)
        self._surroundings = own_surroundings()
        self._costs: dict[str, JsonObject] = {}

    def surroundings(self, project: Project | None = None) -> Surroundings:
        return self._surroundings

    # what is there

    def names(self) -> Sequence[str]:
        return self._reading.catalog.known()

    def pointer(self, pipeline: str) -> Pointed:
        catalog = self._reading.catalog
        return Pointed(catalog.active_number(pipeline), catalog.paused(pipeline))

    def pointers(self, pipelines: Sequence[str]) -> Mapping[str, Pointed]:
        return {name: self.pointer(name) for name in pipelines}

    def versions(self, pipeline: str) -> Sequence[Standing]:
        return [Standing(*one) for one in self._reading.catalog.versions(pipeline)]

    def version(self, reference: str) -> Published | None:
        return self._reading.catalog.version(reference)

    def rules(self, reference: str) -> Sequence[JsonObject]:
        pipeline, _, number = reference.rpartition("@")
        return self._reading.catalog.rules_of(pipeline, int(number))

    def in_flight(self, pipeline: str) -> Mapping[int, int]:
        return self._reading.catalog.in_flight(pipeline)

    def projects(self) -> Sequence[Source]:
        return self._files.projects()

    def files(self) -> Mapping[str, File]:
        return self._files.all()

    def file_of(self, pipeline: str) -> str:
        return self._files.place(pipeline)

    def functions(self) -> frozenset[str]:
        return frozenset(discover(self._workspace.root))

    def cost(self, pipeline: Pipeline) -> JsonObject:
        from murmuration.cost.bill import bill_of

        return bill_of(pipeline).document()

    # changing

    def publish(self, written: Written, projects: Sequence[Project], *, dry_run: bool, by: str) -> JsonObject:
        name = written.pipeline.name
        asked: JsonObject = {"pipelines": [written.pipeline.document()], "dry_run": dry_run}
        if dry_run:
            return self._acting.ask("publish", asked)
        before = self._files.all().get(name)
        self._files.write(name, written.text, written.expect)
        try:
            return self._acting.ask("publish", asked)
        except BaseException:
            self._put_back(name, written.text, before)
            raise

    def activate(self, reference: str, *, dry_run: bool, by: str, text: str) -> JsonObject:
        return rolled(self._acting, self._reading.catalog, self._files, reference, text, dry_run=dry_run)

    def unpublish(self, pipeline: str, *, by: str) -> JsonObject:
        told = self._acting.ask("unpublish", {"pipelines": [pipeline]})
        there = self._files.all().get(pipeline)
        if there is None:
            return {**told, "obstacles": []}
        what = f"{there.name} is still there: the next murmur up publishes it again"
        return {
            **told,
            "obstacles": [{"pipeline": pipeline, "what": what, "advice": "Remove the file, too", "stops": False}],
        }

    def _put_back(self, name: str, text: str, before: File | None) -> None:
        if before is None:
            self._files.remove(name)
        else:
            self._files.write(name, before.text, text)
