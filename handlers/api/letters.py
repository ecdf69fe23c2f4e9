"""Dead letters: what could not be delivered, the oldest first; delivered again, or thrown away.

GET  /dead-letters             a page of them, each with why it failed the last time
POST /dead-letters/redrive     those of these ids, or all where none are named
POST /dead-letters/drop        those of these ids, for good
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field, JsonValue

from handlers.api import paging
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.routes import Routes
from handlers.auth import Operation
from handlers.letters import Lying
from handlers.moments import iso
from schemas.model import JsonObject, Model

_LIST = "dead-letters"
_Id = Annotated[str, Field(min_length=1, max_length=1_000)]
_Ids = Annotated[tuple[_Id, ...], Field(min_length=1, max_length=1_000)]


class Letter(Model):
    id: str
    since: str
    """When it was first to be delivered, or when it was given up."""
    to: str
    """Who should have had it: a kind of target, or a queue."""
    why: str
    tries: int
    """0 where nobody has counted."""
    told: JsonValue
    """What its targets would have been told."""
    event: JsonObject


class Page(Model):
    letters: list[Letter]
    next: str | None


class Again(Model):
    ids: _Ids | None = None
    """All, where left out."""


class Away(Model):
    ids: _Ids


class Redriven(Model):
    redriven: int


class Dropped(Model):
    dropped: int


class DeadLetters:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("dead letters")
        routes.get("/dead-letters", Operation.LETTER_READ, self.list, "What could not be delivered, the oldest first")
        routes.post("/dead-letters/redrive", Operation.LETTER_REDRIVE, self.redrive, "Deliver them again")
        routes.post("/dead-letters/drop", Operation.LETTER_DROP, self.drop, "Throw them away")
        return routes

    def list(self, asked: Here, after: After = None, most: Most = 50) -> Page:
        asked.caller.require(Operation.LETTER_READ)
        start = paging.start(_LIST, after)
        found = self._house.letters.page(after=start, most=most + 1)
        more = found[most - 1].place if len(found) > most else None
        return Page(letters=[_letter(one) for one in found[:most]], next=paging.cursor(_LIST, more))

    def redrive(self, asked: Here, body: Annotated[Again, Body()]) -> Redriven:
        asked.caller.require(Operation.LETTER_REDRIVE)
        ids: JsonValue = None if body.ids is None else [*body.ids]
        target = "all" if body.ids is None else ", ".join(body.ids)
        with self._house.audit.of(
            asked.caller, Operation.LETTER_REDRIVE, target, request=asked.request, before={"ids": ids}
        ) as entry:
            told = Redriven.read(self._house.acting.ask("redrive", {"ids": ids}))
            entry.after({"ids": ids, "redriven": told.redriven})
        return told

    def drop(self, asked: Here, body: Annotated[Away, Body()]) -> Dropped:
        asked.caller.require(Operation.LETTER_DROP)
        ids: JsonValue = [*body.ids]
        with self._house.audit.of(
            asked.caller, Operation.LETTER_DROP, ", ".join(body.ids), request=asked.request, before={"ids": ids}
        ) as entry:
            told = Dropped.read(self._house.acting.ask("drop", {"ids": ids}))
            entry.after({"ids": ids, "dropped": told.dropped})
        return told


def _letter(one: Lying) -> Letter:
    letter = one.letter
    return Letter(
        id=letter.id,
        since=iso(one.since),
        to=letter.to,
        why=letter.why,
        tries=letter.tries,
        told=letter.told,
        event=letter.event,
    )
