"""An API of a few routes in this process: what the app does to every request, without a stack behind it.

api = small(routes, cabinet=...)
api.ask("POST", "/things", {"name": "a"}, headers={...}).status
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from support.served import Answered

from handlers.api.app import Api, Wait
from handlers.api.house import House
from handlers.api.routes import Routes
from handlers.auth import EVERYWHERE, Caller, Unauthenticated
from handlers.cabinet import Cabinet
from murmuration.local.web.event import event_of, sent
from murmuration.memory import ManualClock, MemoryCabinet
from schemas.project import Role


class Tokens:
    """Whoever sends a role's name is one; `name:role` says also who."""

    def identify(self, token: str) -> Caller:
        name, _, role = token.rpartition(":")
        if role not in set(Role):
            raise Unauthenticated("the token is not known here")
        return Caller(name or role, {EVERYWHERE: Role(role)})


@dataclass
class Small:
    api: Api
    clock: ManualClock
    requests: Any = field(default_factory=lambda: count(1))

    def event(
        self, method: str, path: str, body: object = None, token: str | None = "admin", headers: Mapping[str, str] = {}
    ) -> Any:
        given = {name.lower(): value for name, value in headers.items()}
        if token is not None:
            given.setdefault("authorization", f"Bearer {token}")
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if content:
            given.setdefault("content-type", "application/json")
        there, _, query = path.partition("?")
        scope = {
            "method": method,
            "raw_path": there.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }
        return event_of(scope, content, f"request-{next(self.requests)}")

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> Answered:
        told = self.api.ask(self.event(method, path, body, **more))
        assert not isinstance(told, Wait), "it waits"
        status, headers, content = sent(told)
        return Answered(status, {name.decode(): value.decode("latin-1") for name, value in headers}, content)


def small(routes: Routes, *, cabinet: Cabinet | None = None, clock: ManualClock | None = None, **house: Any) -> Small:
    time = clock or ManualClock()
    ports: dict[str, Any] = {
        port.name: None for port in dataclasses.fields(House) if port.default is dataclasses.MISSING
    }
    ports |= {"target": "local", "version": "1", "clock": time, "cabinet": cabinet or MemoryCabinet(time)}
    return Small(Api(House(**{**ports, "identities": Tokens(), **house}), [routes]), time)
