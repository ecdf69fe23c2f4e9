"""What a workspace gives its tasks: the variables of its project's document, and the secrets that it names; over them what people
set through the API or the command, for any project.

A secret that has no value in `secrets.env` and was not set is left out, and a task that names it fails by that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from handlers.operations import slas_kept
from murmuration.local.cabinet import FILE, LocalCabinet
from murmuration.local.projects import kept_variables
from murmuration.local.secrets import Vault
from murmuration.local.stack import ProjectSettings
from murmuration.settings import secrets_of
from murmuration.system import SystemClock
from murmuration.workspace import Workspace
from schemas.model import JsonObject

if TYPE_CHECKING:
    from events.check import Given


def load_settings(settings: ProjectSettings, workspace: Workspace) -> None:
    """New objects each time: an attempt that has begun keeps what it was given."""
    values = secrets_of(workspace.root)
    variables: dict[str, JsonObject] = {}
    secrets: dict[str, JsonObject] = {}
    for project in workspace.projects():
        variables[project.project] = dict(project.variables)
        secrets[project.project] = {name: values[name] for name in project.secrets if name in values}
    with cabinet_of(workspace.state) as cabinet:
        for kept in kept_variables(cabinet) if cabinet else ():
            project_, _, name = kept.key.partition("/")
            variables.setdefault(project_, {})[name] = kept.body.get("value")
        for project_, name, value in Vault(workspace.state, cabinet).opened() if cabinet else ():
            secrets.setdefault(project_, {})[name] = value
        settings.slas_of = slas_kept(cabinet) if cabinet else {}
    settings.variables_of, settings.secrets_of = variables, secrets


def given_names(state: Path) -> dict[str, Given]:
    """Of what people set, by project: for whoever checks documents that name it."""
    from events.check import Given

    found: dict[str, tuple[set[str], set[str]]] = {}
    with cabinet_of(state) as cabinet:
        if cabinet is not None:
            for place, listed in enumerate((kept_variables(cabinet), Vault(state, cabinet).listed())):
                for kept in listed:
                    project, _, name = kept.key.partition("/")
                    found.setdefault(project, (set(), set()))[place].add(name)
    return {project: Given(*map(frozenset, names)) for project, names in found.items()}


@contextmanager
def cabinet_of(state: Path) -> Iterator[LocalCabinet | None]:
    """None where nothing was ever kept: nobody who only reads makes the file."""
    if not (state / FILE).exists():
        yield None
        return
    cabinet = LocalCabinet(state, SystemClock())
    try:
        yield cabinet
    finally:
        cabinet.close()
