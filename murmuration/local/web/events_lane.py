"""POST /events past the API, for thousands a second: the same reading, the same rights, the same answer.

What a request costs is reading and one share of a transaction; `handlers.api.events` is the same for all who are not in such a
hurry, and for Lambda.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Final

import orjson

from events.cloudevents_http import LARGEST_BODY
from handlers.auth import Operation
from handlers.ingest import read_message
from murmuration.local.web.accepting import Accepting
from murmuration.local.web.callers import Callers
from murmuration.local.web.door import Receive, Scope, Send, body_of, header, reply
from murmuration.local.web.lane import Incoming, path_of
from schemas.errors import MurmurationError

_JSON: Final = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class EventsLane:
    def __init__(self, callers: Callers, accepting: Accepting, now: Callable[[], datetime]) -> None:
        self._callers = callers
        self._accepting = accepting
        self._now = now

    def takes(self, scope: Scope) -> bool:
        return scope["method"] == "POST" and path_of(scope) == "/events"

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(receive)
        try:
            told = await self._answered(scope, incoming)
        except MurmurationError:
            await incoming.drain()
            raise
        await reply(send, HTTPStatus.ACCEPTED, _JSON, told)

    async def _answered(self, scope: Scope, receive: Receive) -> bytes:
        await self._callers.bearer(header(scope, b"authorization"), Operation.EVENT_EMIT)
        body = await body_of(receive, LARGEST_BODY)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        events = read_message(headers, body, self._now())
        await self._accepting.accept(events)
        return orjson.dumps({"events": [one.id for one in events]})
