"""Projects of a workspace: what its files say, and what people set beside them, in the cabinet and in the vault.

`changed` is called after a variable or a secret was set: whoever runs tasks reads them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from handlers.cabinet import Cabinet, Kept
from handlers.projects import Description, Given, KeptInFile, Kind, Source, fitting
from murmuration.local.project_file import edited, write
from murmuration.local.secrets import Vault
from murmuration.settings import secrets_of
from murmuration.workspace import MARKS, Workspace
from schemas.project import Project

VARIABLES: Final = "variables"
"""The drawer: PROJECT/NAME, {"value": ...}."""
_MOST: Final = 1_000


class LocalProjects:
    def __init__(
        self,
        workspace: Workspace,
        cabinet: Cabinet,
        pipelines: Callable[[], Iterable[str]],
        changed: Callable[[], None],
    ) -> None:
        self._workspace = workspace
        self._cabinet = cabinet
        self._vault = Vault(workspace.state, cabinet)
        self._pipelines = pipelines
        self._changed = changed
        self._read: tuple[object, Mapping[str, Project]] = (None, {})

    def documents(self) -> Mapping[str, Project]:
        """Read again when a file has changed."""
        found = [self._workspace.root / mark for mark in MARKS if (self._workspace.root / mark).is_file()]
        stamp = tuple((path, stat.st_mtime_ns, stat.st_size, stat.st_ino) for path in found for stat in [path.stat()])
        if stamp != self._read[0]:
            self._read = (stamp, {one.project: one for one in self._workspace.projects()})
        return self._read[1]

    def describe(self, project: str, told: Description) -> None:
        known = self.documents().get(project)
        if known is None:
            raise KeptInFile(f"no file here describes {project}", advice="It is kept in the cabinet")
        path = next(self._workspace.root / mark for mark in MARKS if (self._workspace.root / mark).is_file())
        fields: dict[str, str | None] = {}
        if told.description != known.description:
            fields["description"] = told.description or None
        if told.owner != known.owner:
            fields["owner"] = told.owner
        if told.announce != known.announce:
            fields["announce"] = None if told.announce == "heard" else told.announce
        if fields:
            write(path, edited(path.read_bytes().decode(), fields))

    def pipelines(self) -> Iterable[str]:
        return self._pipelines()

    def given(self, project: str, kind: Kind) -> Sequence[Given]:
        found = {one.name: one for one in self._of_file(project, kind)}
        match kind:
            case Kind.VARIABLE:
                for kept in kept_variables(self._cabinet, project):
                    name = kept.key.partition("/")[2]
                    found[name] = Given(name, kind, Source.SET, value=kept.body.get("value"), at=kept.at)
            case Kind.SECRET:
                for kept in self._vault.listed(project):
                    name = kept.key.partition("/")[2]
                    found[name] = Given(name, kind, Source.SET, at=kept.at)
        return [found[name] for name in sorted(found)]

    def _of_file(self, project: str, kind: Kind) -> Iterable[Given]:
        document = self.documents().get(project)
        if document is None:
            return ()
        if kind is Kind.VARIABLE:
            return (Given(name, kind, Source.FILE, value=value) for name, value in document.variables.items())
        there = secrets_of(self._workspace.root)
        return (Given(name, kind, Source.FILE, name in there) for name in document.secrets)

    def put_variable(self, project: str, name: str, value: JsonValue) -> None:
        fitting(Kind.VARIABLE, name, value)
        self._cabinet.put(VARIABLES, f"{project}/{name}", {"value": value})
        self._changed()

    def put_secret(self, project: str, name: str, value: str) -> None:
        fitting(Kind.SECRET, name, value)
        self._vault.put(project, name, value)
        self._changed()

    def remove(self, project: str, kind: Kind, name: str) -> bool:
        match kind:
            case Kind.VARIABLE:
                there = self._cabinet.delete(VARIABLES, f"{project}/{name}")
            case Kind.SECRET:
                there = self._vault.remove(project, name)
        if there:
            self._changed()
        return there


def kept_variables(cabinet: Cabinet, project: str = "") -> Iterable[Kept]:
    prefix = f"{project}/" if project else ""
    after = ""
    while page := cabinet.list(VARIABLES, prefix=prefix, after=after, most=_MOST):
        yield from page
        after = page[-1].key
