"""Projects of a deployed stack: no file is there, so what people say of them is in the cabinet, and what they set is in the parameter
store. Tasks find what was set within five minutes, which is how long a function keeps what it has read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from handlers.projects import Description, Given, KeptInFile, Kind, Source, fitting
from murmuration.aws.settings import AwsSettings
from murmuration.aws.settings import Kind as Folder
from schemas.project import Project

_FOLDERS: Final[Mapping[Kind, Folder]] = {Kind.VARIABLE: "variables", Kind.SECRET: "secrets"}


class AwsProjects:
    def __init__(self, settings: AwsSettings, pipelines: Callable[[], Iterable[str]]) -> None:
        self._settings = settings
        self._pipelines = pipelines

    def documents(self) -> Mapping[str, Project]:
        return {}

    def describe(self, project: str, told: Description) -> None:
        raise KeptInFile(f"no file here describes {project}", advice="It is kept in the cabinet")

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
