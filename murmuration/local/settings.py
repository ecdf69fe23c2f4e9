"""What a workspace gives its tasks: the variables of its project's document, and the secrets that it names.

A secret's value never lies in a document. It comes from the environment of whoever runs the tasks, as MURMUR_SECRET_NAME, or
from `.murmuration/secrets.json`, which only its owner may read. One that has no value is left out, and a task that names
it fails by that name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import orjson

from murmuration.local.stack import ProjectSettings
from murmuration.workspace import Workspace
from schemas.errors import MurmurationError
from schemas.model import JsonObject
from schemas.project import Project

PREFIX: Final = "MURMUR_SECRET_"
_FILE: Final = "secrets.json"


class UnsafeSecrets(MurmurationError):
    code = "unsafe-secrets"


def load_settings(settings: ProjectSettings, workspace: Workspace) -> None:
    for project in workspace.projects():
        give(settings, project, workspace.state / _FILE, os.environ)


def give(settings: ProjectSettings, project: Project, file: Path, environment: Mapping[str, str]) -> None:
    settings.variables_of[project.project] = dict(project.variables)
    kept = _kept(file) if project.secrets else {}
    values: JsonObject = {}
    for name in project.secrets:
        value = environment.get(PREFIX + name, kept.get(name))
        if value is not None:
            values[name] = value
    settings.secrets_of[project.project] = values


def _kept(file: Path) -> JsonObject:
    if not file.exists():
        return {}
    if file.stat().st_mode & 0o077:
        raise UnsafeSecrets("others may read the secrets", where=str(file), advice=f"Run chmod 600 {file}")
    try:
        read = orjson.loads(file.read_bytes())
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise UnsafeSecrets("the secrets are no JSON object", where=str(file), advice='Write {"NAME": "value"}')
    return read
