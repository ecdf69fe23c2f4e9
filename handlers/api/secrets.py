"""Secrets of a project: their names, whether each has a value, and since when. A value goes in and never comes out."""

from __future__ import annotations

from pydantic import Field

from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.projects import Project, need_project
from handlers.api.routes import Routes
from handlers.api.variables import Name, found, remove
from handlers.auth import Operation
from handlers.moments import iso
from handlers.projects import Given, Kind, Source, fitting
from schemas.model import Model


class Value(Model):
    value: str = Field(repr=False, description="Its value: 1 to 8,192 bytes of text. It is never told again.")


class Secret(Model):
    name: str
    set: bool
    """It has a value."""
    source: Source
    at: str | None
    """When it was set."""


class Listed(Model):
    secrets: list[Secret]


class Secrets:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("projects")
        routes.get("/projects/<project>/secrets", Operation.SECRET_READ, self.list, "The names of its secrets")
        routes.put("/projects/<project>/secrets/<name>", Operation.SECRET_WRITE, self.put, "Set a secret")
        routes.delete("/projects/<project>/secrets/<name>", Operation.SECRET_WRITE, self.remove, "Remove a secret")
        return routes

    def list(self, project: Project) -> Listed:
        need_project(self._house, project)
        return Listed(secrets=[_told(one) for one in self._house.projects.given(project, Kind.SECRET)])

    def put(self, asked: Here, project: Project, name: Name, told: Value) -> Secret:
        house = self._house
        need_project(house, project)
        fitting(Kind.SECRET, name, told.value)
        before = found(house, project, Kind.SECRET, name)
        with house.audit.of(
            asked.caller,
            Operation.SECRET_WRITE,
            name,
            project=project,
            request=asked.request,
            before={"set": before is not None and before.there},
        ) as entry:
            house.projects.put_secret(project, name, told.value)
            entry.after({"set": True})
        return _told(Given(name, Kind.SECRET, Source.SET, at=house.clock.now()))

    def remove(self, asked: Here, project: Project, name: Name) -> None:
        remove(self._house, asked, project, Kind.SECRET, name)


def _told(given: Given) -> Secret:
    return Secret(
        name=given.name,
        set=given.there,
        source=given.source,
        at=None if given.at is None else iso(given.at),
    )
