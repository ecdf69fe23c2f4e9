"""Built-in actions in a worker: what an action may know and use, made of the local adapters for one attempt.

The operator's settings come with the job, so that they are not there while a function of somebody's runs:

    allow:      [private, ...]                 what `http.request` may reach beside the public internet
    databases:  {name: url}                    what `sql.query` may open by name
    data:       data                           the folder of SQLite files, in the workspace
    mail:       {host: ..., ...}               the mail server of mails that name none
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from events.outside import OutsideEvent
from handlers.actions import registry
from handlers.actions.action import ActionFailed, Buckets, Fault, Waiting
from handlers.actions.addresses import Reach
from handlers.actions.databases import Databases
from handlers.actions.mail_server import MailServer
from murmuration.functions import FunctionNotFound
from murmuration.functions.failure import failure
from murmuration.local.buckets import LocalBuckets
from murmuration.local.workers.attempt import Surroundings, Until
from murmuration.local.workers.store import Folders
from murmuration.sdk.artifacts import ARTIFACTS
from murmuration.sdk.context import Context
from schemas.model import JsonObject

_NO_END_MS: Final = 24 * 3_600_000


def run(name: str, parameters: JsonValue, context: Context, surroundings: Surroundings) -> JsonValue | Until:
    if not isinstance(parameters, dict):
        raise ActionFailed(Fault.INVALID_INPUT, "the parameters of an action are an object")
    done = registry.run(name, parameters, LocalContext(context, surroundings))
    return Until(round(done.until.timestamp() * 1_000)) if isinstance(done, Waiting) else done


class LocalContext:
    """An `ActionContext`. What it is made of is made when an action asks for it."""

    def __init__(self, context: Context, surroundings: Surroundings) -> None:
        self._context = context
        self._surroundings = surroundings
        self.run = context.run
        self.task = context.task
        self.attempt = context.attempt
        self.idempotency_key = context.idempotency_key
        self.secrets: Mapping[str, str] = {key: str(value) for key, value in context.secrets.items()}

    @property
    def buckets(self) -> Buckets:
        return LocalBuckets(Path(self._surroundings.places.buckets))

    @property
    def artifacts(self) -> LocalContext:
        return self

    def get(self, reference: str) -> bytes:
        """What another task left: a large output, or a file that a function wrote, by the `key` of its reference."""
        places = self._surroundings.places
        if reference.startswith("artifact:"):
            from murmuration.local.artifacts import LocalArtifacts  # with all ports, and few actions ask

            return LocalArtifacts(Path(places.artifacts)).get(reference)
        try:
            with Folders(places.artifacts, places.buckets).open(ARTIFACTS, reference) as file:
                return file.read()
        except (OSError, ValueError) as error:
            raise ActionFailed(Fault.NOT_FOUND, str(error)) from None

    @property
    def functions(self) -> LocalContext:
        return self

    @property
    def reach(self) -> Reach:
        allow = self._surroundings.settings.get("allow", [])
        return Reach(map(str, allow) if isinstance(allow, list) else ())

    @property
    def databases(self) -> Databases:
        named = self._surroundings.settings.get("databases", {})
        folder = Path(self._surroundings.places.workspace, str(self._surroundings.settings.get("data", "data")))
        urls = {name: str(url) for name, url in named.items()} if isinstance(named, dict) else {}
        return Databases(self.reach, folder=folder, named=urls)

    @property
    def mail(self) -> MailServer | None:
        server = self._surroundings.settings.get("mail")
        return None if server is None else MailServer.read(server)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def remaining_ms(self) -> int:
        left = self._context.remaining_ms()
        return _NO_END_MS if left is None else left

    def emit(self, event: OutsideEvent) -> None:
        said: JsonObject = {"source": event.source, "detail-type": event.type, "detail": event.detail}
        if event.resources:
            said["resources"] = list(event.resources)
        self._context.emit(said)

    def invoke(self, function: str, payload: JsonValue, timeout_ms: int) -> JsonValue:
        """The workspace's own function, in this worker and within this attempt's time."""
        try:
            output: JsonValue = self._surroundings.invoke(function, payload, self._context)  # type: ignore[assignment]  # checked when the attempt ends
        except FunctionNotFound as missing:
            raise ActionFailed(Fault.NOT_FOUND, str(missing)) from None
        except Exception as error:
            told = failure(error)
            raise ActionFailed(told.type, told.message, detail=told.detail) from None
        return output
