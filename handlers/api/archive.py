"""The archive: events from outside, looked through and replayed.

GET  /archive            the newest first; `searched` says what is looked through here
POST /archive/replay     once more through triggers, under a name: runs are told apart by it, so that the same events under the
                         same name start nothing new. `dry_run` says what would come of it

Locally a replay is done when it is answered; `next`, where it is not null, goes on with the rest. On AWS EventBridge replays the bus's
archive, which chooses by time alone, and takes its minutes: `state` says that it has begun.
"""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field, JsonValue

from handlers.api import paging
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.routes import Routes
from handlers.api.times import millis
from handlers.archive import Came, Wanted
from handlers.auth import Operation
from handlers.moments import iso
from schemas.model import JsonObject, Model

_LIST: Final = "archive"
_Text = Annotated[str | None, Query(max_length=256)]


class Archived(Model):
    id: str
    source: str
    type: str
    at: str
    event: JsonObject


class Page(Model):
    events: list[Archived]
    next: str | None
    searched: str


class Again(Model):
    name: Annotated[str, Field(pattern=r"^[.\-_A-Za-z0-9]{1,64}$")]
    """Letters, digits, dots, dashes and underscores."""
    since: str | None = None
    until: str | None = None
    source: Annotated[str | None, Field(max_length=256)] = None
    type: Annotated[str | None, Field(max_length=256)] = None
    pipeline: Annotated[str | None, Field(max_length=200)] = None
    dry_run: bool = False
    next: Annotated[int | None, Field(ge=0)] = None
    """Of the answer before, to go on."""


class Replayed(Model):
    name: str
    state: str
    """`completed`, or as EventBridge calls it: it is under way."""
    dry_run: bool
    events: int | None = None
    runs: list[str] = []
    """Those that were started, or would be."""
    refused: list[str] = []
    rules: list[str] = []
    """Those that will hear it, on AWS."""
    next: int | None = None


class Archives:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("archive")
        routes.get("/archive", Operation.ARCHIVE_READ, self.search, "Events from outside, the newest first")
        routes.post(
            "/archive/replay", Operation.ARCHIVE_REPLAY, self.replay, "Events once more through triggers", creates=True
        )
        return routes

    def search(
        self,
        asked: Here,
        source: _Text = None,
        type: _Text = None,
        since: str | None = None,
        until: str | None = None,
        q: _Text = None,
        after: After = None,
        most: Most = 50,
    ) -> Page:
        asked.caller.require(Operation.ARCHIVE_READ)
        wanted = Wanted(
            source=source,
            type=type,
            since=None if since is None else millis(since, "since"),
            until=None if until is None else millis(until, "until"),
            q=q or None,
        )
        start = paging.start(_LIST, after)
        archive = self._house.archive
        found, more = archive.search(wanted, after=start, most=most)
        return Page(events=[_archived(one) for one in found], next=paging.cursor(_LIST, more), searched=archive.kept)

    def replay(self, asked: Here, body: Annotated[Again, Body()]) -> Replayed:
        asked.caller.require(Operation.ARCHIVE_REPLAY)
        told: JsonObject = {
            "name": body.name,
            "since": 0 if body.since is None else millis(body.since, "since"),
            "until": self._house.clock.now() if body.until is None else millis(body.until, "until"),
            "source": body.source,
            "type": body.type,
            "pipeline": body.pipeline,
            "dry_run": body.dry_run,
            "after": body.next or 0,
        }
        if body.dry_run:
            return _replayed(self._house.acting.ask("replay", told), True)
        with self._house.audit.of(
            asked.caller, Operation.ARCHIVE_REPLAY, body.name, request=asked.request, before={"asked": told}
        ) as entry:
            done = _replayed(self._house.acting.ask("replay", told), False)
            entry.after({"asked": told, "state": done.state, "events": done.events, "runs": len(done.runs)})
        return done


def _archived(came: Came) -> Archived:
    event = came.event
    return Archived(
        id=str(event.get("id", "")),
        source=str(event.get("source", "")),
        type=str(event.get("detail-type", "")),
        at=iso(came.at),
        event=event,
    )


def _replayed(told: JsonObject, dry_run: bool) -> Replayed:
    next_ = told.get("next")
    events = told.get("events")
    return Replayed(
        name=str(told["name"]),
        state=str(told.get("state", "completed")),
        dry_run=dry_run,
        events=events if isinstance(events, int) else None,
        runs=_texts(told.get("runs")),
        refused=_texts(told.get("refused")),
        rules=_texts(told.get("rules")),
        next=next_ if isinstance(next_, int) else None,
    )


def _texts(value: JsonValue) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
