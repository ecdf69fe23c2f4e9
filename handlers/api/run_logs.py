"""Logs of a run: what its functions printed and logged, in the order in which it was said.

GET /runs/<run>/logs?task=&attempt=&after=&wait=&most=

Of a deployed stack it is what CloudWatch has of each task's last attempt. `ended` says that the run has, and that its last lines
have had time to come.
"""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query

from events.ledger import RunState
from handlers.api import paging
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.routes import Routes
from handlers.api.run_events import Wait
from handlers.api.runs import known_task
from handlers.api.seen import run_seen
from handlers.auth import Operation
from handlers.line_document import LineDocument, line_document
from handlers.reading import BadPlace
from schemas.model import Model

_LIST: Final = "logs"


class Page(Model):
    logs: tuple[LineDocument, ...]
    next: str
    ended: bool


class RunLogs:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("runs")
        routes.get("/runs/<run>/logs", Operation.RUN_READ, self.list, "What its functions printed, as it comes")
        return routes

    def list(
        self,
        asked: Here,
        run: str,
        task: str | None = None,
        attempt: Annotated[int | None, Query(ge=1)] = None,
        after: Annotated[str | None, Query(description="The `next` of the answer before", max_length=80)] = None,
        wait: Wait = 0,
        most: Annotated[int, Query(description="How many at most", ge=1, le=1_000)] = 500,
    ) -> Page:
        record = run_seen(self._house, asked, run, Operation.RUN_READ)
        reading = self._house.reading
        if task is not None:
            known_task(reading.show(run), task)
        start = _number(paging.start(_LIST, after))
        found = list(reading.logs(run, task, after=start))
        some = [one for one in found if attempt in (None, one.line.attempt)][:most]
        quiet_since = self._house.clock.now() - round(reading.last_lines_s * 1000)
        over = not found and record.state is RunState.ENDED and record.ended < quiet_since
        if not some and not over:
            asked.wait(wait)
        # What another attempt said is passed over, too.
        last = some[-1].seq if len(some) == most else found[-1].seq if found else start
        place = paging.cursor(_LIST, str(last))
        assert place is not None, "there is a place, whether anything follows or not"
        return Page(logs=tuple(map(line_document, some)), next=place, ended=over)


def _number(place: str | None) -> int:
    if place is None:
        return 0
    if not place.isascii() or not place.isdigit() or len(place) > 18:
        raise BadPlace(place)
    return int(place)
