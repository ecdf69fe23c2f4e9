"""The audit log: who changed what. An admin of a project reads what was done in it; an admin of all, everything."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import JsonValue

from handlers.api import paging
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.routes import Routes
from handlers.api.times import millis
from handlers.audit import Change, Entry, State, Wanted
from handlers.auth import EVERYWHERE, Operation
from handlers.moments import iso
from schemas.model import Model

_LIST: Final = "audit"


class Told(Model):
    id: str
    at: str
    actor: str
    operation: str
    target: str
    project: str
    request: str
    state: State
    before: JsonValue
    after: JsonValue
    changes: list[Change]
    why: str
    ended: str | None


class Page(Model):
    entries: list[Told]
    next: str | None


class AuditLog:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("audit")
        routes.get("/audit", Operation.AUDIT_READ, self.list, "Who changed what, the newest first")
        return routes

    def list(
        self,
        asked: Here,
        actor: str | None = None,
        operation: str | None = None,
        project: str | None = None,
        target: str | None = None,
        state: State | None = None,
        since: str | None = None,
        until: str | None = None,
        q: Annotated[str | None, Query(max_length=200)] = None,
        after: After = None,
        most: Most = 50,
    ) -> Page:
        caller = asked.caller
        if project is not None:
            caller.require(Operation.AUDIT_READ, project)
        everything = caller.may(Operation.AUDIT_READ, EVERYWHERE)
        mine = frozenset(one for one in caller.roles if caller.may(Operation.AUDIT_READ, one))
        wanted = Wanted(
            actor=actor,
            operation=operation,
            target=target,
            project=project,
            projects=None if everything else mine,
            state=state,
            q=q,
            since=None if since is None else millis(since, "since"),
            until=None if until is None else millis(until, "until"),
        )
        entries, further = self._house.audit.page(wanted, after=paging.start(_LIST, after) or "", most=most)
        return Page(entries=[_told(one) for one in entries], next=paging.cursor(_LIST, further))


def _told(entry: Entry) -> Told:
    return Told(
        id=entry.id,
        at=iso(entry.at),
        actor=entry.actor,
        operation=entry.operation,
        target=entry.target,
        project=entry.project,
        request=entry.request,
        state=entry.state,
        before=entry.before,
        after=entry.after,
        changes=list(entry.changes),
        why=entry.why,
        ended=None if entry.ended is None else iso(entry.ended),
    )
