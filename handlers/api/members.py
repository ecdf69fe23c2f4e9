"""Members: who has which role in a project, beside those who have one in all. Only somebody who may come in can become one."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from handlers.api import edited, paging
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.problem import NoSuchThing
from handlers.api.projects import Project, need_project
from handlers.api.routes import Routes
from handlers.auth import Operation
from handlers.cabinet import Kept
from handlers.moments import iso
from handlers.people import MEMBERS, NoSuchUser, member_key, role_of
from schemas.model import Model
from schemas.project import Role

_LIST: Final = "members"
Name = Annotated[str, Path(description="An address, or a name", max_length=200)]


class Given(Model):
    role: Role


class Member(Model):
    name: str
    role: Role
    since: str


class Page(Model):
    members: list[Member]
    next: str | None


class Members:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("projects")
        routes.get("/projects/<project>/members", Operation.MEMBER_READ, self.list, "Who has a role in the project")
        routes.put("/projects/<project>/members/<name>", Operation.MEMBER_WRITE, self.put, "Give somebody a role in it")
        routes.delete(
            "/projects/<project>/members/<name>", Operation.MEMBER_WRITE, self.remove, "Take somebody's role away"
        )
        return routes

    def list(self, project: Project, after: After = None, most: Most = 50) -> Page:
        need_project(self._house, project)
        found, further = paging.gathered(
            lambda at, many: self._house.cabinet.list(MEMBERS, prefix=f"{project}/", after=at or "", most=many),
            lambda kept: kept.key,
            lambda kept: role_of(kept) is not None,
            of=f"{_LIST}/{project}",
            after=after,
            most=most,
        )
        return Page(members=[_told(kept) for kept in found], next=further)

    def put(self, asked: Here, project: Project, name: Name, given: Given) -> Response[Member]:
        house, member = self._house, name.lower()
        need_project(house, project)
        if house.accounts.get(member) is None:
            raise NoSuchUser(
                f"nobody called {member} may come in",
                advice="An admin of all projects lets people in: murmur user create",
            )
        key = member_key(project, member)
        kept = house.cabinet.get(MEMBERS, key)
        expected = edited.wanted(asked, otherwise=None)
        edited.agree(expected, "" if kept is None else kept.version, member)
        with house.audit.of(
            asked.caller,
            Operation.MEMBER_WRITE,
            member,
            project=project,
            request=asked.request,
            before=None if kept is None else kept.body,
        ) as entry:
            body = {"role": given.role.value}
            written = house.cabinet.put(MEMBERS, key, {**body}, expect=expected)
            entry.after({**body})
        return edited.answer(_told(written), written.version, 201 if kept is None else 200)

    def remove(self, asked: Here, project: Project, name: Name) -> None:
        house, member = self._house, name.lower()
        key = member_key(project, member)
        kept = house.cabinet.get(MEMBERS, key)
        if kept is None:
            raise NoSuchThing(f"{member} has no role of his own in {project}", advice="GET .../members lists who has")
        with house.audit.of(
            asked.caller,
            Operation.MEMBER_WRITE,
            member,
            project=project,
            request=asked.request,
            before=kept.body,
        ):
            house.cabinet.delete(MEMBERS, key, expect=edited.wanted(asked, otherwise=None))


def _told(kept: Kept) -> Member:
    role = role_of(kept)
    assert role is not None, "those without one are left out"
    return Member(name=kept.key.partition("/")[2], role=role, since=iso(kept.at))
