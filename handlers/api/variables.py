"""Variables of a project: JSON values that every pipeline of it reads. What is set wins over what a file says, from the next attempt on."""

from __future__ import annotations

import hashlib
from typing import Annotated

import orjson
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import JsonValue

from handlers.api import edited, paging
from handlers.api.asked import Asked, Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.problem import NoSuchThing
from handlers.api.projects import Project, need_project
from handlers.api.routes import Routes
from handlers.auth import Operation
from handlers.cabinet import ABSENT
from handlers.moments import iso
from handlers.projects import Given, KeptInFile, Kind, Source, fitting
from schemas.model import JsonObject, Model

Name = Annotated[
    str, Path(description="A letter or _, then letters, digits, _", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)
]


class Value(Model):
    value: JsonValue


class Variable(Model):
    name: str
    value: JsonValue
    source: Source
    at: str | None
    """When it was set."""
    etag: str
    """For `if-match`: whoever changes it says what he has seen."""


class Listed(Model):
    variables: list[Variable]
    next: str | None


class Variables:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("projects")
        routes.get("/projects/<project>/variables", Operation.VARIABLE_READ, self.list, "The project's variables")
        routes.put("/projects/<project>/variables/<name>", Operation.VARIABLE_WRITE, self.put, "Set a variable")
        routes.delete(
            "/projects/<project>/variables/<name>", Operation.VARIABLE_WRITE, self.remove, "Remove what was set"
        )
        return routes

    def list(self, project: Project, after: After = None, most: Most = paging.LARGEST) -> Listed:
        given, further = listed(self._house, project, Kind.VARIABLE, after, most)
        return Listed(variables=[_told(one) for one in given], next=further)

    def put(self, asked: Here, project: Project, name: Name, told: Value) -> Response[Variable]:
        house = self._house
        need_project(house, project)
        fitting(Kind.VARIABLE, name, told.value)
        before = found(house, project, Kind.VARIABLE, name)
        edited.agree(edited.wanted(asked, otherwise=None), version_of(before), name)
        with house.audit.of(
            asked.caller,
            Operation.VARIABLE_WRITE,
            name,
            project=project,
            request=asked.request,
            before=None if before is None else {"value": before.value},
        ) as entry:
            house.projects.put_variable(project, name, told.value)
            entry.after({"value": told.value})
        set_ = kept(house, project, Given(name, Kind.VARIABLE, Source.SET, value=told.value, at=house.clock.now()))
        return edited.answer(_told(set_), version_of(set_))

    def remove(self, asked: Here, project: Project, name: Name) -> None:
        remove(self._house, asked, project, Kind.VARIABLE, name, edited.wanted(asked, otherwise=None))


def listed(house: House, project: str, kind: Kind, after: str | None, most: int) -> tuple[list[Given], str | None]:
    need_project(house, project)
    given = house.projects.given(project, kind)
    return paging.part(given, lambda one: one.name, of=f"{kind}s/{project}", after=after, most=most)


def version_of(given: Given | None) -> str:
    """Of what it is: of a secret when it was set, since nobody is told more."""
    if given is None:
        return ABSENT
    shown = given.value if given.kind is Kind.VARIABLE else given.at
    return hashlib.sha256(orjson.dumps([given.source.value, given.there, shown])).hexdigest()[:16]


def kept(house: House, project: str, given: Given) -> Given:
    """As it is listed from now on; where the store does not list it yet, as it was set."""
    there = found(house, project, given.kind, given.name)
    return there if there is not None and there.source is Source.SET and there.value == given.value else given


def found(house: House, project: str, kind: Kind, name: str) -> Given | None:
    return next((one for one in house.projects.given(project, kind) if one.name == name), None)


def remove(house: House, asked: Asked, project: str, kind: Kind, name: str, expected: str | None) -> None:
    """What was set; a file's own value then holds again. What only a file says is removed there."""
    before = found(house, project, kind, name)
    if before is None:
        raise NoSuchThing(
            f"{project} has no {kind} {name}", advice=f"GET /projects/{project}/{kind}s lists those it has"
        )
    edited.agree(expected, version_of(before), name)
    if before.source is Source.FILE:
        raise KeptInFile(f"the {kind} {name} stands in a file of the workspace", advice="Remove it there")
    operation = Operation.VARIABLE_WRITE if kind is Kind.VARIABLE else Operation.SECRET_WRITE
    shown: JsonObject = {"value": before.value} if kind is Kind.VARIABLE else {"set": True}
    with house.audit.of(asked.caller, operation, name, project=project, request=asked.request, before=shown):
        house.projects.remove(project, kind, name)


def _told(given: Given) -> Variable:
    at = None if given.at is None else iso(given.at)
    return Variable(name=given.name, value=given.value, source=given.source, at=at, etag=version_of(given))
