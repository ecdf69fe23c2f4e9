"""A workspace: the folder that the local stack serves. Every verb finds it from the current folder upwards.

project.yaml             what its pipelines share; its presence makes a folder a workspace
pipelines/*.yaml         the documents that are published
functions/NAME/          a function: handler.py and what it needs
buckets/NAME/            a bucket: a file dropped into it is an S3 event
.murmuration/            state: the database, the lock, artifacts; no part of the project, never in version control
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from schemas.errors import MurmurationError

if TYPE_CHECKING:
    # A verb that only asks the server never loads the checker.
    from events.check import Checked, Target
    from schemas.project import Project
    from schemas.source import Source

MARKS: Final = ("project.yaml", "project.yml", "project.json")
STATE: Final = ".murmuration"
CABINET: Final = "cabinet.db"
"""Below it: among other things what people have set for projects."""
_ENDINGS: Final = (".yaml", ".yml", ".json")


class NoWorkspace(MurmurationError):
    code = "no-workspace"


class BadProject(MurmurationError):
    code = "bad-project"


class AlreadyThere(MurmurationError):
    code = "already-there"


@dataclass(frozen=True, slots=True)
class Workspace:
    root: Path

    @property
    def state(self) -> Path:
        return self.root / STATE

    @property
    def database(self) -> Path:
        return self.state / "state.db"

    @property
    def functions(self) -> Path:
        return self.root / "functions"

    @property
    def buckets(self) -> Path:
        return self.root / "buckets"

    def documents(self) -> tuple[Path, ...]:
        """The project's document first, then every pipeline's, by name."""
        project = next((self.root / mark for mark in MARKS if (self.root / mark).is_file()), None)
        folder = self.root / "pipelines"
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
        pipelines = [path for path in inside if path.suffix in _ENDINGS and path.is_file()]
        return (*([project] if project is not None else []), *pipelines)

    def read(
        self, files: Sequence[Path] | None = None, target: Target | None = None
    ) -> tuple[Checked, tuple[Source, ...]]:
        """The documents, checked together, by their paths as a person in the workspace writes them."""
        from murmuration.checking import check
        from schemas.document import read

        paths = self.documents() if files is None else tuple(files)
        sources = tuple(read(path.read_bytes(), file=self.spell(path)) for path in paths)
        if not (self.state / CABINET).exists():
            return check(sources, target=target), sources
        from murmuration.local.settings import given_names

        return check(sources, target=target, given=given_names(self.state)), sources

    def projects(self) -> tuple[Project, ...]:
        """What its pipelines share. `BadProject` where that cannot be read: nobody should run without half of it."""
        from schemas.document import read
        from schemas.problem import plain
        from schemas.shape import shape

        there = [self.root / mark for mark in MARKS if (self.root / mark).is_file()]
        found = [shape(read(path.read_bytes(), file=self.spell(path))) for path in there[:1]]
        for one in found:
            for wrong in one.problems:
                where = f"{one.source.file}:{wrong.line}:{wrong.column}"
                raise BadProject(plain(wrong.message), where=where, advice=plain(wrong.advice))
        return tuple(one.project for one in found if one.project is not None)

    def spell(self, path: Path) -> str:
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def find(start: Path) -> Workspace | None:
    """The workspace that `start` lies in, the nearest one."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if any((folder / mark).is_file() for mark in MARKS):
            return Workspace(folder)
    return None


def need(start: Path) -> Workspace:
    found = find(start)
    if found is None:
        raise NoWorkspace(
            f"{start} lies in no workspace: no {MARKS[0]} here or in a folder above",
            advice="Go to one, name it with --workspace, or make one with murmur init",
        )
    return found


def create(folder: Path, project: str | None = None) -> Workspace:
    """A workspace with one pipeline that runs. Nothing that is there is touched."""
    there = find(folder) if folder.exists() else None
    if there is not None and there.root == folder.resolve():
        raise AlreadyThere(f"{folder} is a workspace already", advice="Run murmur up in it")
    name = project or project_name(folder.resolve().name)
    for path, text in _files(name).items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            place.write_text(text)
    (folder / "buckets" / "uploads").mkdir(parents=True, exist_ok=True)
    return Workspace(folder.resolve())


def project_name(folder: str) -> str:
    """The folder's name as a project may be called."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", folder).strip("-_").lstrip("0123456789-_")
    return plain[:48] or "project"


def _files(project: str) -> dict[str, str]:
    return {
        "project.yaml": f"project: {project}\ndescription: What its pipelines share.\nvariables: {{greeting: Hello}}\n",
        "pipelines/hello.yaml": _PIPELINE.format(project=project),
        "functions/greet/handler.py": _FUNCTION,
        ".gitignore": f"{STATE}/\nsecrets.env\n__pycache__/\n",
    }


_PIPELINE: Final = """\
project: {project}
pipeline: hello
description: Greets somebody, and shouts if the greeting is short.
input: {{type: object, properties: {{name: {{type: string}}}}}}
deadline: 10m
tasks:
  greet: {{function: greet, timeout: 30s, with: {{greeting: "${{variables.greeting}}", name: "${{input.name || 'world'}}"}}}}
  shout: {{action: transform, timeout: 30s, with: {{data: "${{tasks.greet.output}}", expression: "join('', [text, '!'])"}}}}
edges:
  - {{from: greet, to: shout, when: {{length: [{{numeric: ["<", 40]}}]}}}}
"""

_FUNCTION: Final = '''\
"""Greets somebody. Edit it while `murmur up` runs: the next attempt runs what you wrote."""


def handler(event, context):
    text = f"{event['greeting']}, {event['name']}"
    context.logger.info("greeting %s", event["name"])
    return {"text": text, "length": len(text)}
'''
