"""The API as Lambda answers it, in the process: `handlers.entry.api` on moto, before a deployed stack that works (`sky`), with the
tokens of a test's own user pool. It is spoken to as what `served` serves.

    with api_on_aws(folder) as here:
        here.get("/runs").json
        here.post("/runs", {"pipeline": "orders"}, token=here.token_of(Role.VIEWER, "shop")).status
        here.settle()                        # what EventBridge and Lambda have under way

API Gateway judges tokens before the function does; here the function stands alone, which takes nobody's word for it. The clock
stands still but for who waits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from support.afar import ASK, HELD
from support.aws_variables import VARIABLES
from support.murmur import Shop, shop
from support.pool import POOL, Pool
from support.remote import led
from support.served import Answered
from support.signed import CLIENT, ISSUER, identity, jwk, signed
from support.sky import Invoked, Sky, sky

from handlers import entry
from handlers.auth import EVERYWHERE
from handlers.people import MEMBERS, member_key
from murmuration.aws.cabinet import AwsCabinet
from murmuration.local.web.event import event_of, sent
from murmuration.workspace import Workspace
from schemas.pipeline import Pipeline
from schemas.project import Role

LASTS_MS: Final = 29_000


@dataclass
class OnAws:
    sky: Sky
    root: Path
    issuer: str
    pool: Pool
    requests: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def token(self) -> str:
        """An admin's."""
        return self.token_of(Role.ADMIN)

    def token_of(self, role: Role | None, project: str = EVERYWHERE) -> str:
        """Of somebody who has that role there, and nothing else."""
        name = f"{role or 'nobody'}-{'all' if project == EVERYWHERE else project}@example.com"
        if role is not None and project != EVERYWHERE:
            cabinet = AwsCabinet(self.sky.stack.table, self.sky.stack.clock)
            cabinet.put(MEMBERS, member_key(project, name), {"role": role.value})
            # What is known of members is kept for some seconds.
            self.sky.stage.later(10_000)
        now = self.sky.stage.clock.at // 1_000
        groups = [role.value] if role is not None and project == EVERYWHERE else []
        told = {"iss": self.issuer, "sub": name, "email": name, "iat": now, "auth_time": now, "exp": now + 3_600}
        return signed(identity(**told, **{"cognito:groups": groups}))

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
        **query: object,
    ) -> Answered:
        """`token` None: none is sent. A body that is no bytes is sent as JSON."""
        given = {name.lower(): value for name, value in (headers or {}).items()}
        if token is not None:
            given.setdefault("authorization", f"Bearer {token or self.token}")
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if content is not None:
            given.setdefault("content-type", "application/json")
        asked = {name: value for name, value in query.items() if value is not None}
        there, _, more = path.partition("?")
        scope = {
            "method": method,
            "raw_path": f"/api{there}".encode(),
            "query_string": "&".join(filter(None, (more, urlencode(asked, doseq=True)))).encode(),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "client": ("192.0.2.1", 1),
        }
        request = f"request-{next(self.requests)}"
        told = sent(entry.api(event_of(scope, content or b"", request), Invoked(request, lasts=LASTS_MS)))
        return Answered(
            told.status, {name.decode(): value.decode("latin-1") for name, value in told.headers}, told.body
        )

    def get(self, path: str, **more: Any) -> Answered:
        return self.ask("GET", path, **more)

    def post(self, path: str, body: object = None, **more: Any) -> Answered:
        return self.ask("POST", path, {} if body is None else body, **more)

    def put(self, path: str, body: object = None, **more: Any) -> Answered:
        return self.ask("PUT", path, {} if body is None else body, **more)

    def patch(self, path: str, body: object = None, **more: Any) -> Answered:
        return self.ask("PATCH", path, {} if body is None else body, **more)

    def delete(self, path: str, **more: Any) -> Answered:
        return self.ask("DELETE", path, **more)

    def settle(self) -> None:
        self.sky.settle()


@contextmanager
def api_on_aws(folder: Path) -> Iterator[OnAws]:
    """The workspace of `support.murmur.shop` is published and deployed there."""
    here = shop(folder / "shop")
    (here.root / "functions" / "ask").mkdir()
    (here.root / "functions" / "ask" / "handler.py").write_text(ASK)
    (here.root / "pipelines" / "held.json").write_text(json.dumps(HELD))
    with sky(folder / "sky") as made, api_of(made, here.root) as api:
        made.deploy("shop", here.root / "functions")
        made.publish(Pipeline.read(HELD), *_pipelines(here))
        yield api


@contextmanager
def api_of(made: Sky, root: Path) -> Iterator[OnAws]:
    """Of a stack that is there already."""
    functions = {name: _invoked(name) for name in ("start", "sweeper", "task")}
    keys = json.dumps({"keys": [jwk()]}).encode()
    of_function = {
        "MURMUR_USER_POOL": POOL,
        "MURMUR_USER_POOL_CLIENT": CLIENT,
        "MURMUR_URL": "https://d1.cloudfront.net",
    }
    pool = Pool()
    with pytest.MonkeyPatch.context() as monkeypatch, led(monkeypatch, made.stage, functions):
        idp = made.stage.clients.patient("cognito-idp")
        idp.meta.events.register_first("before-call.cognito-idp", pool.answer, unique_id="pool")
        for name, value in {**VARIABLES, **of_function}.items():
            if name != "AWS_ENDPOINT_URL":
                monkeypatch.setenv(name, value)
        entry._answering.cache_clear()
        with patch("murmuration.aws.jwks.fetched", lambda _: keys):
            yield OnAws(made, root, ISSUER, pool)
        entry._answering.cache_clear()
        idp.meta.events.unregister("before-call.cognito-idp", unique_id="pool")


def _invoked(name: str) -> Any:
    return lambda told: getattr(entry, name)(told, Invoked(f"called-{name}"))


def _pipelines(here: Shop) -> list[Pipeline]:
    return [one for one in Workspace(here.root).read()[0].pipelines if one.pipeline == "orders"]
