"""Projects of a deployed stack. What a workspace's file says of one came along when it was published, and is kept in the cabinet: that
document is edited here, and replaced when the workspace is published again. What people set is in the parameter store; tasks find it
within five minutes, which is how long a function keeps what it has read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from handlers.cabinet import Cabinet
from handlers.projects import Description, Given, KeptInFile, Kind, Source, fitting
from murmuration.aws.publishing import DRAWER
from murmuration.aws.settings import AwsSettings
from murmuration.aws.settings import Kind as Folder
from schemas.project import Project

_PAGE: Final = 500
_FOLDERS: Final[Mapping[Kind, Folder]] = {Kind.VARIABLE: "variables", Kind.SECRET: "secrets"}


class AwsProjects:
    def __init__(self, settings: AwsSettings, cabinet: Cabinet, pipelines: Callable[[], Iterable[str]]) -> None:
        self._settings = settings
        self._cabinet = cabinet
        self._pipelines = pipelines

    def documents(self) -> Mapping[str, Project]:
        found: dict[str, Project] = {}
        after = ""
        while page := self._cabinet.list(DRAWER, after=after, most=_PAGE):
            found |= {kept.key: Project.read(kept.body) for kept in page}
            after = page[-1].key
        return found

    def describe(self, project: str, told: Description) -> None:
        kept = self._cabinet.get(DRAWER, project)
        if kept is None:
            raise KeptInFile(f"no document here describes {project}", advice="It is kept in the cabinet")
        document = Project.read(kept.body).model_copy(update=dict(told))
        self._cabinet.put(DRAWER, project, document.document(), expect=kept.version)

    def pipelines(self) -> Iterable[str]:
        return self._pipelines()

    def given(self, project: str, kind: Kind) -> Sequence[Given]:
        listed = self._settings.listed(project, _FOLDERS[kind])
        return [Given(one.name, kind, Source.SET, value=one.value, at=one.at) for one in listed]

    def put_variable(self, project: str, name: str, value: JsonValue) -> None:
        fitting(Kind.VARIABLE, name, value)
        self._settings.put_variables(project, {name: value})

    def put_secret(self, project: str, name: str, value: str) -> None:
        fitting(Kind.SECRET, name, value)
        self._settings.put_secrets(project, {name: value})

    def remove(self, project: str, kind: Kind, name: str) -> bool:
        there = any(one.name == name for one in self._settings.listed(project, _FOLDERS[kind]))
        if there:
            self._settings.remove(project, _FOLDERS[kind], [name])
        return there
