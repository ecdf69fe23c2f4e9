"""Users: let in, listed, given other roles, let go.

A user has a role in all projects, or none, and one in each of some projects. Where people sign in by a token, the answer that lets
somebody in has his, and no other answer ever; elsewhere he is told by mail how to sign in.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from handlers.api import edited, paging
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.routes import Routes
from handlers.api.tokens import lasting
from handlers.auth import Operation
from handlers.moments import iso
from handlers.people import People, User
from handlers.tokens import Tokens
from schemas.model import JsonObject, Model
from schemas.names import ProjectName
from schemas.project import Role

_LIST = "users"
Name = Annotated[str, Path(description="An address, or a name", max_length=200)]


class Roles(Model):
    role: Role | None = Field(default=None, description="In all projects")
    projects: dict[ProjectName, Role] = Field(default={}, max_length=200, description="In each of these")


class NewUser(Roles):
    name: str = Field(min_length=1, max_length=128, description="An address, or a name")
    expires: str | None = Field(default=None, max_length=40, description="When the token does, from now: 30d")


class Listed(Model):
    name: str
    role: Role | None
    projects: dict[str, Role]
    created: str


class Created(Listed):
    invited: bool
    """He is told by mail how to sign in."""
    token: str | None
    """Told now, and never again: null where a key is answered again."""


class Page(Model):
    users: list[Listed]
    next: str | None


class Users:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("people")
        routes.get("/users", Operation.USER_READ, self.list, "Who may come in")
        routes.post(
            "/users", Operation.USER_WRITE, self.create, "Let somebody in", status=201, creates=True, untold=("token",)
        )
        routes.get("/users/<name>", Operation.USER_READ, self.show, "Somebody, and what he may do")
        routes.put("/users/<name>", Operation.USER_WRITE, self.change, "Give somebody these roles and no others")
        routes.delete("/users/<name>", Operation.USER_WRITE, self.remove, "Let somebody go, with his tokens")
        return routes

    @property
    def _people(self) -> People:
        house = self._house
        return People(house.cabinet, house.accounts, Tokens(house.cabinet, house.clock, house.ids))

    def list(self, asked: Here, after: After = None, most: Most = 50) -> Page:
        asked.caller.require(Operation.USER_READ)
        found, further = self._people.page(paging.start(_LIST, after) or "", most)
        return Page(users=[_listed(one) for one in found], next=paging.cursor(_LIST, further))

    def create(self, asked: Here, wanted: NewUser) -> Created:
        asked.caller.require(Operation.USER_WRITE)
        lasts, caller = lasting(wanted.expires), asked.caller
        with self._house.audit.of(caller, Operation.USER_WRITE, wanted.name, request=asked.request) as entry:
            user, made = self._people.create(wanted.name, wanted.role, wanted.projects, lasts=lasts, by=caller.name)
            entry.after(_roles(user))
        token = None if made is None else made.text
        return Created(**_listed(user).model_dump(), invited=self._house.accounts.invites, token=token)

    def show(self, asked: Here, name: Name) -> Response[Listed]:
        asked.caller.require(Operation.USER_READ)
        user = self._people.get(name)
        return edited.answer(_listed(user), user.version)

    def change(self, asked: Here, name: Name, wanted: Roles) -> Response[Listed]:
        asked.caller.require(Operation.USER_WRITE)
        expected, user = edited.wanted(asked), self._people.get(name)
        edited.agree(expected, user.version, user.account.name)
        audit, request = self._house.audit, asked.request
        with audit.of(
            asked.caller, Operation.USER_WRITE, user.account.name, request=request, before=_roles(user)
        ) as entry:
            changed = self._people.change(user, wanted.role, wanted.projects)
            entry.after(_roles(changed))
        return edited.answer(_listed(changed), changed.version)

    def remove(self, asked: Here, name: Name) -> None:
        asked.caller.require(Operation.USER_WRITE)
        expected, user = edited.wanted(asked, otherwise=None), self._people.get(name)
        edited.agree(expected, user.version, user.account.name)
        audit, request = self._house.audit, asked.request
        with audit.of(asked.caller, Operation.USER_WRITE, user.account.name, request=request, before=_roles(user)):
            self._people.remove(user)


def _listed(user: User) -> Listed:
    account = user.account
    return Listed(name=account.name, role=account.role, projects=dict(user.projects), created=iso(account.created))


def _roles(user: User) -> JsonObject:
    return {
        "role": None if user.account.role is None else user.account.role.value,
        "projects": {project: role.value for project, role in user.projects.items()},
    }
