"""Signing in: where to, and whom a token stands for.

GET /auth/config     open: where people sign in, for whoever is about to
GET /auth/verify     whose token this is, and what he may do where
"""

from __future__ import annotations

from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.routes import OPEN, Routes
from handlers.auth import NOBODY, Unauthenticated
from schemas.model import Model
from schemas.project import Role


class Config(Model):
    target: str
    version: str


class Verified(Model):
    name: str
    roles: dict[str, Role]
    emitter: bool = False


class SignIn:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("people")
        routes.get("/auth/config", OPEN, self.config, "Where people sign in")
        routes.get("/auth/verify", OPEN, self.verify, "Whose token this is")
        return routes

    def config(self) -> Config:
        return Config(target=self._house.target, version=self._house.version)

    def verify(self, asked: Here) -> Verified:
        if asked.caller is NOBODY:
            raise Unauthenticated("no token was sent", advice="Send authorization: Bearer TOKEN")
        return Verified(name=asked.caller.name, roles=dict(asked.caller.roles), emitter=asked.caller.emitter)
