"""Signing in: where to, and whom a token stands for.

GET /auth/config     open: where people sign in, for whoever is about to
GET /auth/verify     whose token this is, and what may be done with it where, so that a page hides what is not allowed
"""

from __future__ import annotations

from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.routes import OPEN, Routes
from handlers.auth import EVERYWHERE, NOBODY, Operation, Unauthenticated
from handlers.moments import iso
from schemas.model import Model
from schemas.project import Role


class Config(Model):
    """All but the first two are null where a token is all there is."""

    target: str
    version: str
    stage: str | None = None
    region: str | None = None
    issuer: str | None = None
    client: str | None = None
    domain: str | None = None
    redirect: str | None = None
    scopes: tuple[str, ...] | None = None


class Verified(Model):
    name: str
    roles: dict[str, Role]
    """By project; `*` for all."""
    emitter: bool
    operations: dict[str, list[Operation]]
    """By project of his; `*` is every other one, and what belongs to none."""
    expires: str | None


class SignIn:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("people")
        routes.get("/auth/config", OPEN, self.config, "Where people sign in")
        routes.get("/auth/verify", OPEN, self.verify, "Whose token this is, and what may be done with it")
        return routes

    def config(self) -> Config:
        there = self._house.identities.sign_in()
        more = {} if there is None else there.model_dump()
        return Config(target=self._house.target, version=self._house.version, **more)

    def verify(self, asked: Here) -> Verified:
        caller = asked.caller
        if caller is NOBODY:
            # The door is open, and has kept why nobody is known by what was shown.
            raise asked.unknown or Unauthenticated("no token was sent", advice="Send authorization: Bearer TOKEN")
        return Verified(
            name=caller.name,
            roles=dict(caller.roles),
            emitter=caller.emitter,
            operations={one: caller.allowed(one) for one in sorted({EVERYWHERE, *caller.roles})},
            expires=None if caller.expires is None else iso(caller.expires),
        )
