"""Secrets of a project: their names, whether each has a value, and since when. A value goes in and never comes out."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from handlers.api import edited, paging
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.projects import Project, need_project
from handlers.api.routes import Routes
from handlers.api.variables import Name, found, kept, listed, remove, version_of
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
    etag: str
    """For `if-match`: whoever sets it anew says what he has seen."""


class Listed(Model):
    secrets: list[Secret]
    next: str | None


class Secrets:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("projects")
        routes.get("/projects/<project>/secrets", Operation.SECRET_READ, self.list, "The names of its secrets")
        routes.put("/projects/<project>/secrets/<name>", Operation.SECRET_WRITE, self.put, "Set a secret")
        routes.delete("/projects/<project>/secrets/<name>", Operation.SECRET_WRITE, self.remove, "Remove a secret")
        return routes

    def list(self, project: Project, after: After = None, most: Most = paging.LARGEST) -> Listed:
        given, further = listed(self._house, project, Kind.SECRET, after, most)
        return Listed(secrets=[_told(one) for one in given], next=further)

    def put(self, asked: Here, project: Project, name: Name, told: Value) -> Response[Secret]:
        house = self._house
        need_project(house, project)
        fitting(Kind.SECRET, name, told.value)
        before = found(house, project, Kind.SECRET, name)
        edited.agree(edited.wanted(asked, otherwise=None), version_of(before), name)
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
        set_ = kept(house, project, Given(name, Kind.SECRET, Source.SET, at=house.clock.now()))
        return edited.answer(_told(set_), version_of(set_))

    def remove(self, asked: Here, project: Project, name: Name) -> None:
        remove(self._house, asked, project, Kind.SECRET, name, edited.wanted(asked, otherwise=None))


def _told(given: Given) -> Secret:
    return Secret(
        name=given.name,
        set=given.there,
        source=given.source,
        at=None if given.at is None else iso(given.at),
        etag=version_of(given),
    )
