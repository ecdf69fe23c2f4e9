"""Built-in actions in a worker: what `handlers.actions` asks of its surroundings, as the workspace gives it.

Runs in worker processes only, in the workspace's folder.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import orjson
from pydantic import JsonValue

from events.outside import OutsideEvent
from handlers.actions.action import ActionFailed, Fault, Waiting
from handlers.actions.addresses import Reach
from handlers.actions.databases import Databases
from handlers.actions.mail_server import MailServer
from handlers.actions.registry import run as run_action
from murmuration.functions import calling, folder, loading
from murmuration.local.artifacts import LocalArtifacts
from murmuration.local.buckets import LocalBuckets
from murmuration.local.workers.answer import encode
from murmuration.local.workers.attempt import Until
from murmuration.sdk.context import Context
from murmuration.settings import Settings, settings_of
from schemas.model import JsonObject

FOREVER_MS: Final = 24 * 3_600_000


def run(name: str, parameters: JsonValue, context: Context) -> JsonValue | Until:
    assert isinstance(parameters, dict), "`with` is an object"
    output = run_action(name, parameters, _Attempt(context, Path.cwd()))
    if isinstance(output, Waiting):
        return Until(round(output.until.timestamp() * 1_000))
    return output


@lru_cache(maxsize=1)
def _settings(workspace: Path, _changed: int) -> Settings:
    return settings_of(workspace)


class _Attempt:
    """`ActionContext` over an attempt's context and the workspace."""

    def __init__(self, context: Context, workspace: Path) -> None:
        self._context = context
        self._workspace = workspace
        self.run = context.run
        self.task = context.task
        self.attempt = context.attempt
        self.idempotency_key = context.idempotency_key

    @property
    def secrets(self) -> Mapping[str, str]:
        return {name: value for name, value in self._context.secrets.items() if isinstance(value, str)}

    @cached_property
    def settings(self) -> Settings:
        file = self._workspace / "settings.yaml"
        return _settings(self._workspace, file.stat().st_mtime_ns if file.exists() else 0)

    @cached_property
    def buckets(self) -> LocalBuckets:
        return LocalBuckets(self._workspace / "buckets")

    @cached_property
    def artifacts(self) -> LocalArtifacts:
        return LocalArtifacts(self._workspace / ".murmuration" / "artifacts")

    @property
    def functions(self) -> _Functions:
        return _Functions(self._workspace, self._context)

    @cached_property
    def reach(self) -> Reach:
        return Reach(self.settings.allow)

    @cached_property
    def databases(self) -> Databases:
        folder_ = self._workspace / "data"
        folder_.mkdir(exist_ok=True)
        return Databases(self.reach, folder=folder_, named=self.settings.databases)

    @property
    def mail(self) -> MailServer | None:
        return self.settings.mail

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time_ns() / 1e9, UTC)

    def remaining_ms(self) -> int:
        left = self._context.remaining_ms()
        return FOREVER_MS if left is None else left

    def emit(self, event: OutsideEvent) -> None:
        told: JsonObject = {"source": event.source, "detail-type": event.type, "detail": event.detail}
        self._context.emit({**told, "resources": list(event.resources)})


class _Functions:
    """`lambda.invoke` on one machine: the workspace's function of that name, in this very worker."""

    def __init__(self, workspace: Path, context: Context) -> None:
        self._workspace = workspace
        self._context = context

    def invoke(self, function: str, payload: JsonValue, timeout_ms: int) -> JsonValue:
        name = function.rsplit(":", 1)[-1]
        try:
            found = folder.find(self._workspace, name)
        except folder.FunctionNotFound as wrong:
            raise ActionFailed(Fault.NOT_FOUND, str(wrong)) from None
        shelf = loading.Shelf()
        output: JsonValue = orjson.loads(encode(calling.handler(shelf.load(str(found.folder)))(payload, self._context)))
        return output
