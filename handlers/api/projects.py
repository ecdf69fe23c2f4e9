"""Projects: listed, shown and described. One is there as soon as a file describes it, somebody made it, or a pipeline of it is live."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Annotated, Final

import orjson
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from handlers.api import edited, paging
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.routes import Routes
from handlers.auth import Operation
from handlers.cabinet import ABSENT, Cabinet, Kept
from handlers.notifications import DRAWER as NOTIFICATIONS
from handlers.notifications import is_own
from handlers.people import MEMBERS
from handlers.projects import DRAWER, Announce, Description, Kind, NoSuchProject, Projects, Source
from schemas.model import Model
from schemas.names import NAME
from schemas.project import Role

_LIST: Final = "projects"
_PAGE: Final = 1_000
Project = Annotated[str, Path(description="The project's name", pattern=NAME, max_length=48)]


class Listed(Model):
    project: str
    description: str
    owner: str | None
    source: Source
    """Where its description stands: a file of the workspace, or set through the API."""
    role: Role | None
    """The caller's."""
    pipelines: int
    members: int
    notifications: int


class Shown(Listed):
    announce: Announce
    variables: int
    secrets: int


class Page(Model):
    projects: list[Listed]
    next: str | None


class ProjectsApi:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("projects")
        routes.get("/projects", Operation.PROJECT_READ, self.list, "The caller's projects")
        routes.get("/projects/<project>", Operation.PROJECT_READ, self.show, "A project, and how much it has")
        routes.put("/projects/<project>", Operation.PROJECT_WRITE, self.describe, "Describe a project, or make one")
        return routes

    def list(self, asked: Here, after: After = None, most: Most = 50) -> Page:
        known = Known(self._house.projects, self._house.cabinet)
        position = paging.start(_LIST, after) or ""
        mine = [name for name in sorted(known.names) if name > position and asked.caller.sees(name)]
        listed = [known.listed(name, asked.caller.role(name)) for name in mine[:most]]
        return Page(projects=listed, next=paging.cursor(_LIST, mine[most - 1] if len(mine) > most else None))

    def show(self, asked: Here, project: Project) -> Response[Shown]:
        known = Known(self._house.projects, self._house.cabinet)
        known.need(project)
        return self._answer(asked, project, known)

    def describe(self, asked: Here, project: Project, told: Description) -> Response[Shown]:
        house, expected = self._house, edited.wanted(asked)
        known = Known(house.projects, house.cabinet)
        there, before = project in known.names, known.description(project)
        edited.agree(expected, _version(before) if there else ABSENT, project)
        with house.audit.of(
            asked.caller,
            Operation.PROJECT_WRITE,
            project,
            project=project,
            request=asked.request,
            before=before.document() if there else None,
        ) as entry:
            if project in house.projects.documents():
                house.projects.describe(project, told)
            else:
                kept = house.cabinet.get(DRAWER, project)
                expect = ABSENT if kept is None else kept.version
                house.cabinet.put(DRAWER, project, told.document(), expect=expect)
            entry.after(told.document())
        return self._answer(asked, project, Known(house.projects, house.cabinet), 200 if there else 201)

    def _answer(self, asked: Here, project: str, known: Known, status: int = 200) -> Response[Shown]:
        shown = Shown(
            **known.listed(project, asked.caller.role(project)).model_dump(),
            announce=known.description(project).announce,
            variables=len(self._house.projects.given(project, Kind.VARIABLE)),
            secrets=len(self._house.projects.given(project, Kind.SECRET)),
        )
        return edited.answer(shown, _version(known.description(project)), status)


class Known:
    """All projects there are, looked up together: never a scan for each."""

    def __init__(self, projects: Projects, cabinet: Cabinet) -> None:
        self._documents = projects.documents()
        self._kept = {kept.key: kept.body for kept in _all(cabinet, DRAWER)}
        self.pipelines = Counter(name.partition("/")[0] for name in projects.pipelines() if not is_own(name))
        self.members = Counter(kept.key.partition("/")[0] for kept in _all(cabinet, MEMBERS))
        self.notifications = Counter(kept.key.partition("/")[0] for kept in _all(cabinet, NOTIFICATIONS))
        self.names = self._documents.keys() | self._kept.keys() | self.pipelines.keys()

    def need(self, project: str) -> None:
        if project not in self.names:
            raise NoSuchProject(f"there is no project {project}", advice="GET /projects lists those there are")

    def description(self, project: str) -> Description:
        """What a file says is what holds."""
        if (document := self._documents.get(project)) is not None:
            told = {"description": document.description, "owner": document.owner, "announce": document.announce}
            return Description.read(told)
        return Description.read(self._kept.get(project, {}))

    def listed(self, project: str, role: Role | None) -> Listed:
        told = self.description(project)
        return Listed(
            project=project,
            description=told.description,
            owner=told.owner,
            source=Source.FILE if project in self._documents else Source.SET,
            role=role,
            pipelines=self.pipelines[project],
            members=self.members[project],
            notifications=self.notifications[project],
        )


def need_project(house: House, project: str) -> None:
    """`NoSuchProject`, told without counting anything."""
    if project in house.projects.documents() or house.cabinet.get(DRAWER, project) is not None:
        return
    if any(name.startswith(f"{project}/") for name in house.projects.pipelines()):
        return
    raise NoSuchProject(f"there is no project {project}", advice="GET /projects lists those there are")


def _all(cabinet: Cabinet, drawer: str) -> list[Kept]:
    found: list[Kept] = []
    after = ""
    while page := cabinet.list(drawer, after=after, most=_PAGE):
        found += page
        after = page[-1].key
    return found


def _version(told: Description) -> str:
    return hashlib.sha256(orjson.dumps(told.model_dump(), option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
