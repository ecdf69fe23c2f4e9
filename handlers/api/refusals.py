"""Refusals: triggers that matched and started nothing, with the reason, the latest first.

GET /refusals?pipeline=&after=&most=

A cursor is a moment, and how many of that moment were told already: refusals have no name of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from events.ledger import Millis
from events.ports import Refusal
from handlers.api import paging
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.problem import InvalidRequest
from handlers.api.routes import Routes
from handlers.api.seen import pipeline_seen, project_of, projects_seen
from handlers.auth import Operation
from handlers.moments import iso
from handlers.reading import Sought
from schemas.model import Model

_LIST: Final = "refusals"
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_FEW: Final = re.compile(r"[0-9]{1,4}")


class RefusalDocument(Model):
    project: str
    pipeline: str
    trigger: str
    at: str
    why: str
    event: JsonValue
    """What set the trigger off; of a run that was asked for, its input."""


class Page(Model):
    refusals: tuple[RefusalDocument, ...]
    next: str | None


class Refusals:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("runs")
        routes.get("/refusals", Operation.RUN_READ, self.list, "Triggers that matched and started nothing, and why")
        return routes

    def list(self, asked: Here, pipeline: str | None = None, after: After = None, most: Most = 50) -> Page:
        reading = self._house.reading
        only = None if pipeline is None else pipeline_seen(asked.caller, pipeline, reading.known())
        among = Sought(pipeline=only, projects=projects_seen(asked.caller)).among(reading.known())
        until, told = _place(paging.start(_LIST, after))
        left = [*reading.refusals(most + told + 1, among, until=until)]
        if until is not None:
            del left[: min(told, sum(one.at == until for one in left))]
        found = left[:most]
        return Page(
            next=paging.cursor(_LIST, _beyond(found, until, told)) if len(left) > most else None,
            refusals=tuple(
                RefusalDocument(
                    project=project_of(one.pipeline),
                    pipeline=one.pipeline,
                    trigger=one.trigger,
                    at=iso(one.at),
                    why=one.why,
                    event=one.event,
                )
                for one in found
            ),
        )


def _place(position: str | None) -> tuple[Millis | None, int]:
    if position is None:
        return None, 0
    at, _, told = position.partition(":")
    if not (_NUMBER.fullmatch(at) and _FEW.fullmatch(told)):
        raise InvalidRequest(
            "after is no cursor of this list", where="query.after", advice="Send the `next` of the page before"
        )
    return int(at), int(told)


def _beyond(found: Sequence[Refusal], until: Millis | None, told: int) -> str:
    last = found[-1].at
    return f"{last}:{sum(one.at == last for one in found) + (told if last == until else 0)}"
