"""Tokens of programs: made, listed, revoked. The text of one is in the answer that made it, and nowhere else ever.

An answer that an idempotency key gives again has null in its place: whoever lost it revokes that token, and makes another.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from handlers.api import paging
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.problem import InvalidRequest
from handlers.api.routes import Routes
from handlers.auth import Operation
from handlers.moments import iso
from handlers.tokens import LONGEST_NAME, Held, TokenRole, Tokens
from schemas.duration import Duration
from schemas.errors import InvalidDuration
from schemas.model import JsonObject, Model
from schemas.names import ProjectName

_LIST = "tokens"


class NewToken(Model):
    name: str = Field(
        min_length=1, max_length=LONGEST_NAME, description="Where it is used, for people who read the list"
    )
    role: TokenRole
    projects: tuple[ProjectName, ...] = Field(default=(), max_length=200, description="All of them, when left out")
    expires: str | None = Field(default=None, max_length=40, description="From now: 30d, 12h. Never, when left out")


class Listed(Model):
    id: str
    name: str
    role: TokenRole | None
    """Null of somebody's own: it may what he may."""
    projects: list[str]
    """None: all of them."""
    user: str | None
    by: str
    created: str
    used: str | None
    """To the hour."""
    expires: str | None
    expired: bool


class Created(Listed):
    token: str | None
    """Told now, and never again: null where a key is answered again."""


class Page(Model):
    tokens: list[Listed]
    next: str | None


class TokensApi:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("people")
        routes.get("/tokens", Operation.TOKEN_READ, self.list, "Tokens, without what they are")
        told = "Make a token; it is told this once"
        routes.post("/tokens", Operation.TOKEN_WRITE, self.create, told, status=201, creates=True, untold=("token",))
        routes.delete("/tokens/<id>", Operation.TOKEN_WRITE, self.revoke, "Revoke a token, at once")
        return routes

    @property
    def _tokens(self) -> Tokens:
        return Tokens(self._house.cabinet, self._house.clock, self._house.ids)

    def list(self, asked: Here, after: After = None, most: Most = 50) -> Page:
        asked.caller.require(Operation.TOKEN_READ)
        found = self._tokens.page(paging.start(_LIST, after) or "", most + 1)
        further = found[most - 1].id if len(found) > most else None
        return Page(tokens=[self._listed(one) for one in found[:most]], next=paging.cursor(_LIST, further))

    def create(self, asked: Here, wanted: NewToken) -> Created:
        asked.caller.require(Operation.TOKEN_WRITE)
        lasts, caller = lasting(wanted.expires), asked.caller
        with self._house.audit.of(caller, Operation.TOKEN_WRITE, wanted.name, request=asked.request) as entry:
            made = self._tokens.create(wanted.name, wanted.role, wanted.projects, lasts=lasts, by=caller.name)
            listed = self._listed(Held(made.id, made.token))
            entry.after(_shown(listed))
        return Created(**listed.model_dump(), token=made.text)

    def revoke(self, asked: Here, id: Annotated[str, Path(max_length=64)]) -> None:
        asked.caller.require(Operation.TOKEN_WRITE)
        with self._house.audit.of(asked.caller, Operation.TOKEN_WRITE, id, request=asked.request):
            self._tokens.revoke(id)

    def _listed(self, held: Held) -> Listed:
        token, now = held.token, self._house.clock.now()
        return Listed(
            id=held.id,
            name=token.name,
            role=token.role,
            projects=token.projects,
            user=token.user or None,
            by=token.by,
            created=iso(token.created),
            used=None if token.used is None else iso(token.used),
            expires=None if token.expires is None else iso(token.expires),
            expired=token.expires is not None and token.expires <= now,
        )


def lasting(expires: str | None) -> int | None:
    if expires is None:
        return None
    try:
        lasts = Duration.parse(expires).ms
    except InvalidDuration as wrong:
        raise InvalidRequest(wrong.what, where="body.expires", advice=wrong.advice) from None
    if not lasts:
        raise InvalidRequest("it would have expired already", where="body.expires", advice="Write 30d, or leave it out")
    return lasts


def _shown(listed: Listed) -> JsonObject:
    return listed.model_dump(mode="json", include={"id", "name", "role", "projects", "expires"})
