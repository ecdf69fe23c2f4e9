"""What a workspace gives its tasks: the variables of its project's document, and the secrets that it names.

A secret that has no value in `secrets.env` is left out, and a task that names it fails by that name.
"""

from __future__ import annotations

from murmuration.local.stack import ProjectSettings
from murmuration.settings import secrets_of
from murmuration.workspace import Workspace


def load_settings(settings: ProjectSettings, workspace: Workspace) -> None:
    values = secrets_of(workspace.root)
    for project in workspace.projects():
        settings.variables_of[project.project] = dict(project.variables)
        settings.secrets_of[project.project] = {name: values[name] for name in project.secrets if name in values}
