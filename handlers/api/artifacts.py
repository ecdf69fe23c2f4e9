"""Artifacts of a run: the values and files that its input, its outputs and its errors refer to, with their sizes; and the large values.

GET /runs/<run>/artifacts          each with where it is referred to
GET /runs/<run>/artifacts/<id>     a value that lies aside, as JSON; or a file that the run has written

An output or an input over 8 KB lies aside, under the hash of what it holds (`events.reference`); <id> is that hash. A file is an object
in a bucket, which `bucket` and `key` name. One that the run itself has written has an <id>, too; any other is its bucket's affair
(POST /buckets/<bucket>/downloads): whoever starts a run could name what he may not read.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Final, Literal
from urllib.parse import quote

from aws_lambda_powertools.event_handler import Response
from pydantic import JsonValue

from events.ports import NoSuchArtifact
from events.reference import artifact_of
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.problem import TooLarge
from handlers.api.routes import Routes
from handlers.api.seen import run_seen
from handlers.auth import Operation
from handlers.reading import Shown
from schemas.model import Model

ARTIFACTS: Final = "artifacts"
"""The bucket where an attempt's files go, below the id of its run."""
LARGEST: Final = 5 * 1024 * 1024
"""What an answer may hold."""
_DEEPEST: Final = 60
_MOST: Final = 1_000
_BYTES: Final = "application/octet-stream"
_JSON: Final = "application/json"


class ArtifactDocument(Model):
    kind: Literal["value", "file"]
    name: str
    """Where it is referred to: `input`, `tasks.resize.output`, `tasks.resize.output.file`."""
    task: str | None
    size: int | None
    id: str | None
    """GET /runs/RUN/artifacts/ID has it. None of a file that the run has not written."""
    ref: str
    """As the run has it: `artifact:HASH`, or `BUCKET/KEY`."""
    bucket: str | None
    key: str | None


class ArtifactList(Model):
    artifacts: tuple[ArtifactDocument, ...]


class Artifacts:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("runs")
        routes.get("/runs/<run>/artifacts", Operation.RUN_READ, self.list, "What a run refers to: large values, files")
        routes.get("/runs/<run>/artifacts/<id>", Operation.RUN_READ, self.fetch, "A large value of a run, as JSON")
        return routes

    def list(self, asked: Here, run: str) -> ArtifactList:
        run_seen(self._house, asked, run, Operation.RUN_READ)
        return ArtifactList(artifacts=tuple(_found(self._house.reading.show(run))))

    def fetch(self, asked: Here, run: str, id: str) -> Response[str]:  # as the path calls it
        run_seen(self._house, asked, run, Operation.RUN_READ)
        found = next((one for one in _found(self._house.reading.show(run)) if one.id == id), None)
        if found is None:
            raise NoSuchArtifact(f"{run} refers to no value {id[:80]}", advice=f"GET /runs/{run}/artifacts lists them")
        if found.bucket is not None and found.key is not None:
            return self._file(found.key)
        if (found.size or 0) > LARGEST:
            told = f"the value has {found.size:,} bytes, and {LARGEST:,} can be answered"
            raise TooLarge(told, where=found.name, advice="Let the function write a file: context.artifacts.write")
        return Response(200, _JSON, self._house.artifacts.get(found.ref).decode(), headers={"etag": f'"{id}"'})

    def _file(self, key: str) -> Response[str]:
        """Nothing that a browser would run, whatever it is called."""
        content = base64.b64encode(self._house.run_files.read(key, LARGEST)).decode()
        name = quote(key.rpartition("/")[2], safe="")
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}", "content-security-policy": "sandbox"}
        told = Response(200, _BYTES, content, headers=headers)
        told.base64_encoded = True
        return told


def _found(shown: Shown) -> Iterator[ArtifactDocument]:
    count = 0
    places: list[tuple[str, str | None, JsonValue]] = [("input", None, shown.record.input)]
    for name, record in shown.tasks.items():
        if record.outcome is not None:
            data = record.outcome.data()
            places += [(f"tasks.{name}.{what}", name, data[what]) for what in ("output", "error") if what in data]
    own = tuple(f"{run}/" for run in (shown.record.id, shown.record.rerun_of) if run)
    for place, task, value in places:
        for one in _within(value, place, task, own, 0):
            yield one
            count += 1
            if count == _MOST:
                return


def _within(
    value: JsonValue, place: str, task: str | None, own: tuple[str, ...], depth: int
) -> Iterator[ArtifactDocument]:
    if depth > _DEEPEST:
        return
    artifact = artifact_of(value) if depth == 0 else None
    if artifact is not None:
        yield ArtifactDocument(
            kind="value",
            name=place,
            task=task,
            size=artifact.size,
            id=artifact.at.partition(":")[2],
            ref=artifact.at,
            bucket=None,
            key=None,
        )
    match value:
        case {"bucket": str(bucket), "key": str(key)}:
            size = value.get("size") if isinstance(value, dict) else None
            whole = isinstance(size, int) and not isinstance(size, bool)
            yield ArtifactDocument(
                kind="file",
                name=place,
                task=task,
                size=size if whole and isinstance(size, int) else None,
                id=_id(key) if bucket == ARTIFACTS and key.startswith(own) and ".." not in key else None,
                ref=f"{bucket}/{key}",
                bucket=bucket,
                key=key,
            )
        case dict():
            for name, one in value.items():
                yield from _within(one, f"{place}.{name}", task, own, depth + 1)
        case list():
            for at, one in enumerate(value):
                yield from _within(one, f"{place}[{at}]", task, own, depth + 1)
        case _:
            pass


def _id(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
