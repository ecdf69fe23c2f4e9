"""Pipelines as files of a workspace: which file has which, and writing one.

What must always hold: a file is whole or as it was, whoever looks and whatever dies; nothing is written over what the caller
has not seen. A file that cannot be read as a document is still found by the names that stand at the beginning of its lines.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from handlers.publishing import ChangedOnDisk, File
from murmuration.workspace import MARKS, Workspace
from schemas.document import read
from schemas.source import MAX_BYTES, Source
from schemas.text import NotText, decode

_NAMED: Final = re.compile(
    r"""^["']?(project|pipeline)["']?[ \t]*:[ \t]*["']?([A-Za-z][A-Za-z0-9_-]*)["']?[ \t]*(?:#.*)?$""", re.MULTILINE
)


class _Read(NamedTuple):
    stamp: tuple[int, int, int]
    name: str
    """PROJECT/PIPELINE; empty where it says none."""
    file: File


class PipelineFiles:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._read: dict[Path, _Read] = {}

    def projects(self) -> list[Source]:
        found: list[Source] = []
        for mark in MARKS:
            path = self._workspace.root / mark
            if path.is_file():
                found.append(read(path.read_bytes(), file=self._workspace.spell(path)))
                break
        return found

    def all(self) -> Mapping[str, File]:
        """By pipeline. Where two files have the same one, the first has it."""
        found: dict[str, File] = {}
        paths = [path for path in self._workspace.documents() if path.name not in MARKS]
        for path in paths:
            one = self._one(path)
            if one is not None and one.name:
                found.setdefault(one.name, one.file)
        for gone in self._read.keys() - set(paths):
            del self._read[gone]
        return found

    def place(self, pipeline: str) -> str:
        """Where it lies, or would."""
        there = self.all().get(pipeline)
        return self._workspace.spell(self._free(pipeline)) if there is None else there.name

    def write(self, pipeline: str, text: str, expect: str | None) -> None:
        """`ChangedOnDisk` where something else lies there than the caller expects."""
        there = self.all().get(pipeline)
        path = self._free(pipeline) if there is None else self._workspace.root / there.name
        lies = None if there is None else there.text
        if lies != expect:
            raise ChangedOnDisk(
                f"{self._workspace.spell(path)} was changed meanwhile",
                advice="Look at both, and decide what is to stay",
            )
        if text == lies:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            with beside.open("xb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                beside.chmod(path.stat().st_mode & 0o777)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        self._read.pop(path, None)

    def remove(self, pipeline: str) -> None:
        there = self.all().get(pipeline)
        if there is not None:
            (self._workspace.root / there.name).unlink(missing_ok=True)

    def _one(self, path: Path) -> _Read | None:
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            kept = self._read.get(path)
            if kept is not None and kept.stamp == stamp:
                return kept
            if status.st_size > MAX_BYTES:
                return None
            text = decode(path.read_bytes())
        except (OSError, NotText):
            return None
        found = _Read(stamp, _name(text, path.name), File(self._workspace.spell(path), text))
        self._read[path] = found
        return found

    def _free(self, pipeline: str) -> Path:
        """A file of its own: two projects may have pipelines of the same name."""
        project, _, name = pipeline.partition("/")
        folder = self._workspace.root / "pipelines"
        for stem in (name, f"{project}-{name}"):
            path = folder / f"{stem}.yaml"
            if not path.exists():
                return path
        return folder / f"{project}-{name}-{secrets.token_hex(3)}.yaml"


def _name(text: str, file: str) -> str:
    source = read(text, file=file)
    if source.root is not None and isinstance(source.root.value, dict):
        named = {key: source.root.value.get(key) for key in ("project", "pipeline")}
    else:
        named = dict(_NAMED.findall(text))
    project, pipeline = named.get("project"), named.get("pipeline")
    return f"{project}/{pipeline}" if isinstance(project, str) and isinstance(pipeline, str) else ""
