"""Rolling back, or forth: a version that was published before is live again, and the pipeline's file says what it says.

Else whoever publishes the workspace next would undo it. A file that holds what nobody has published is somebody's work: it is left
alone, and that is told.

`note` keeps who published a version, and its text as it lay in the file: what a file is to hold when it is rolled back to.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.acting import Acting
from handlers.drafts import Drafts, Published
from handlers.publishing import File
from murmuration.local.cabinet import LocalCabinet
from murmuration.local.catalog import LocalCatalog
from murmuration.local.reading import Reading
from murmuration.pipeline_files import PipelineFiles
from murmuration.system import SystemClock
from murmuration.workspace import Workspace
from schemas.document import read
from schemas.model import JsonObject
from schemas.shape import shape
from schemas.yaml_written import as_yaml


def roll(workspace: Workspace, acting: Acting, reference: str, *, dry_run: bool) -> JsonObject:
    cabinet = LocalCabinet(workspace.state, SystemClock())
    try:
        with Reading(workspace.state) as reading:
            text = text_of(Drafts(cabinet), reading.catalog, reference)
            return rolled(acting, reading.catalog, PipelineFiles(workspace), reference, text, dry_run=dry_run)
    finally:
        cabinet.close()


def rolled(
    acting: Acting, catalog: LocalCatalog, files: PipelineFiles, reference: str, text: str, *, dry_run: bool
) -> JsonObject:
    name = reference.rpartition("@")[0]
    file = files.all().get(name)
    in_step = file is None or _is_live(catalog, name, file)
    told = acting.ask("activate", {"version": reference, "dry_run": dry_run})
    if file is not None and not in_step:
        what = f"{file.name} holds what nobody has published, and is left as it is: murmur up publishes it"
        advice = "Publish it, or write this version's text into it"
        return {**told, "obstacles": [{"pipeline": name, "what": what, "advice": advice, "stops": False}]}
    if file is not None and not dry_run:
        files.write(name, text, file.text)
    return told


def text_of(drafts: Drafts, catalog: LocalCatalog, reference: str) -> str:
    """As it was written; as the document says it, where nobody kept that. Nothing for a version that is not there."""
    name, _, number = reference.rpartition("@")
    if not number.isdecimal():
        return ""
    kept, published = drafts.published(name, int(number)), catalog.version(reference)
    if kept is not None and kept.text:
        return kept.text
    return "" if published is None else as_yaml(published.version.pipeline.document())


def note(workspace: Workspace, versions: Sequence[tuple[str, int]], by: str) -> None:
    clock = SystemClock()
    files = PipelineFiles(workspace).all()
    cabinet = LocalCabinet(workspace.state, clock)
    try:
        for name, number in versions:
            file = files.get(name)
            text = "" if file is None else file.text
            Drafts(cabinet).note(name, number, Published(by=by, at=clock.now(), text=text))
    finally:
        cabinet.close()


def _is_live(catalog: LocalCatalog, name: str, file: File) -> bool:
    """The file says what the live version is."""
    active = catalog.active(name)
    found = shape(read(file.text, file=file.name))
    return active is not None and not found.problems and found.pipeline == active.version.pipeline
