"""What `murmur variable` and `murmur secret` share: of which project, where it is kept, and who is told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import click

from murmuration.cli.place import Place, actor
from murmuration.cli.printing import console, plain, print_json, table
from schemas.errors import MurmurationError
from schemas.model import JsonObject

if TYPE_CHECKING:
    from handlers.audit import Audit
    from handlers.projects import Given, Kind, Projects

project_option = click.option("--project", metavar="NAME", help="Of which project; the workspace's own when left out.")


class NoSuchSetting(MurmurationError):
    code = "no-such-setting"


class WhichProject(MurmurationError):
    code = "which-project"


class BadSettingName(MurmurationError):
    code = "bad-name"


class Here(NamedTuple):
    projects: Projects
    audit: Audit
    project: str
    where: JsonObject


@contextmanager
def settings(place: Place, project: str | None, what: str, *, changes: bool) -> Iterator[Here]:
    """Who runs tasks is told afterwards, where something is changed."""
    if not place.local:
        from murmuration.aws.projects import AwsProjects
        from murmuration.aws.settings import AwsSettings

        there = place.remote()
        there.say()
        stack = there.stack
        store = AwsSettings(there.clients, stack.environment.parameters, stack.clock)
        yield Here(
            AwsProjects(store, place.cabinet(), stack.catalog.names),
            place.audit(),
            _project(place, project),
            there.where,
        )
        return
    from murmuration.local.projects import LocalProjects

    workspace = place.workspace
    changed: list[None] = []
    projects = LocalProjects(workspace, place.cabinet(), tuple, lambda: changed.append(None))
    where: JsonObject = {"target": "local", "workspace": str(workspace.root)}
    if not changes:
        yield Here(projects, place.audit(), _project(place, project), where)
        return
    with place.acting(what) as acting:
        yield Here(projects, place.audit(), _project(place, project), where)
        if changed:
            acting.ask("settings-changed", {})


def _project(place: Place, given: str | None) -> str:
    from pydantic import TypeAdapter, ValidationError

    from schemas.names import ProjectName

    if given is not None:
        try:
            return TypeAdapter[str](ProjectName).validate_python(given)
        except ValidationError:
            raise BadSettingName(
                f"{given[:60]!r} is no project's name", advice="A letter, then letters, digits, - or _"
            ) from None
    workspace = place.maybe()
    found = [] if workspace is None else [one.project for one in workspace.projects()]
    if len(found) != 1:
        raise WhichProject("it is not said which project is meant", advice="Give --project NAME")
    return found[0]


def named(name: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from schemas.names import VariableName

    try:
        return TypeAdapter[str](VariableName).validate_python(name)
    except ValidationError:
        told = f"{name[:60]!r} is no name of a variable or a secret"
        raise BadSettingName(told, advice="A letter or _, then letters, digits or _; 64 at most") from None


def read_value(prompt: str, *, hidden: bool) -> str:
    """From the standard input, without the line break at its end; a person is asked for it. Never from the command line: others see that."""
    if sys.stdin.isatty():
        return str(click.prompt(prompt, hide_input=hidden, err=True))
    return sys.stdin.read().removesuffix("\n").removesuffix("\r")


def found(here: Here, kind: Kind, name: str) -> Given | None:
    return next((one for one in here.projects.given(here.project, kind) if one.name == name), None)


def remove(here: Here, kind: Kind, name: str) -> None:
    from handlers.auth import Operation
    from handlers.projects import KeptInFile, Kind, Source

    before = found(here, kind, name)
    if before is None:
        raise NoSuchSetting(f"{here.project} has no {kind} {name}", advice=f"murmur {kind} list shows those it has")
    if before.source is Source.FILE:
        raise KeptInFile(f"the {kind} {name} stands in a file of the workspace", advice="Remove it there")
    operation = Operation.VARIABLE_WRITE if kind is Kind.VARIABLE else Operation.SECRET_WRITE
    shown: JsonObject = {"value": before.value} if kind is Kind.VARIABLE else {"set": True}
    with here.audit.of(actor(), operation, name, project=here.project, before=shown):
        here.projects.remove(here.project, kind, name)


def print_given(here: Here, kind: Kind, as_json: bool) -> None:
    from handlers.moments import iso
    from handlers.projects import Kind

    listed = here.projects.given(here.project, kind)
    secret = kind is Kind.SECRET
    if as_json:
        told = [
            {
                "name": one.name,
                **({"set": one.there} if secret else {"value": one.value}),
                "source": one.source.value,
                "at": None if one.at is None else iso(one.at),
            }
            for one in listed
        ]
        print_json({**here.where, "project": here.project, f"{kind}s": [*told]})
        return
    if not listed:
        click.echo(f"{here.project} has no {kind}s.")
        return
    rows = [
        (
            plain(one.name),
            ("yes" if one.there else "no") if secret else plain(str(one.value)),
            one.source.value,
            "" if one.at is None else iso(one.at),
        )
        for one in listed
    ]
    console().print(table(("Name", "Set" if secret else "Value", "Source", "Since"), rows))
