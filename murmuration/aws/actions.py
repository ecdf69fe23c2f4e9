"""Built-in actions on AWS: what an action may know and use, for one attempt.

The operator's settings are a parameter of their own, `/P/settings`: the JSON of what a workspace keeps in `settings.yaml`.

    allow:      [10.0.0.0/8, ...]              what `http.request` may reach beside the public internet
    databases:  {name: url}                    what `sql.query` may open by name
    mail:       {host: ..., ...}               the mail server of mails that name none

Whatever is allowed there: a Lambda's own addresses (its runtime, its credentials, the metadata service) are never reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final, Protocol

import orjson
from botocore.exceptions import ClientError
from pydantic import JsonValue

from events.ledger import Millis
from events.outside import OutsideEvent
from events.ports import Artifacts, Clock, Ids, NoSuchArtifact
from handlers.actions import registry
from handlers.actions.action import ActionFailed, Buckets, Fault, Waiting
from handlers.actions.addresses import Address, Reach
from handlers.actions.databases import Databases
from handlers.actions.mail_server import MailServer
from handlers.task import Work
from murmuration.aws.buckets import S3Buckets
from murmuration.aws.clients import Clients
from murmuration.aws.databases import S3Databases
from murmuration.aws.environment import Environment
from murmuration.aws.files import Files
from murmuration.aws.invoking import Invoking
from murmuration.aws.refusals import code_of, translated
from murmuration.aws.runtime import Waits
from murmuration.functions.calling import Handler
from murmuration.sdk.artifacts import ARTIFACTS
from murmuration.sdk.context import Context
from schemas.model import JsonObject

LOOK_AGAIN_MS: Final[Millis] = 300_000
_NO_END_MS: Final = 24 * 3_600_000
_NEVER: Final = tuple(map(ip_network, ("127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10", "fd00:ec2::/32")))


class FunctionsOf(Protocol):
    def handler(self, project: str, function: str) -> Handler: ...


class Operator:
    """The operator's settings, looked at again after a while."""

    def __init__(self, clients: Clients, environment: Environment, clock: Clock) -> None:
        self._clients = clients
        self._name = f"{environment.parameters}/settings"
        self._clock = clock
        self._known: tuple[Millis, JsonObject] | None = None

    def settings(self) -> JsonObject:
        now = self._clock.now()
        if self._known is None or now - self._known[0] >= LOOK_AGAIN_MS:
            self._known = (now, self._read())
        return self._known[1]

    def _read(self) -> JsonObject:
        with translated("the parameter store"):
            try:
                client: Any = self._clients.ssm
                found = client.get_parameter(Name=self._name, WithDecryption=True)
            except ClientError as wrong:
                if code_of(wrong) != "ParameterNotFound":
                    raise
                return {}
        told = orjson.loads(found["Parameter"]["Value"])
        return told if isinstance(told, dict) else {}


class Actions:
    def __init__(
        self,
        clients: Clients,
        environment: Environment,
        artifacts: Artifacts,
        files: Files,
        functions: FunctionsOf,
        clock: Clock,
        ids: Ids,
        folder: Path,
    ) -> None:
        self.clients = clients
        self.environment = environment
        self.artifacts = artifacts
        self.files = files
        self.functions = functions
        self.clock = clock
        self.ids = ids
        self.folder = folder
        self.operator = Operator(clients, environment, clock)

    def run(self, work: Work, context: Context) -> JsonValue | Waits:
        name = work.node.task.action
        assert name is not None, "a task without a function has an action"
        done = registry.run(name, work.parameters, AwsContext(self, work, context))
        return Waits(round(done.until.timestamp() * 1_000)) if isinstance(done, Waiting) else done


class AwsContext:
    """An `ActionContext`. What it is made of is made when an action asks for it."""

    def __init__(self, actions: Actions, work: Work, context: Context) -> None:
        self._actions = actions
        self._work = work
        self._context = context
        self.run = context.run
        self.task = context.task
        self.attempt = context.attempt
        self.idempotency_key = context.idempotency_key
        self.secrets: Mapping[str, str] = {key: str(value) for key, value in context.secrets.items()}

    @property
    def buckets(self) -> Buckets:
        return S3Buckets(self._actions.clients, self._actions.environment.surroundings.bucket)

    @property
    def artifacts(self) -> AwsContext:
        return self

    def get(self, reference: str) -> bytes:
        """What another task left: a large output, or a file that a function wrote, by the `key` of its reference."""
        try:
            if reference.startswith("artifact:"):
                return self._actions.artifacts.get(reference)
            with self._actions.files.open(ARTIFACTS, reference) as file:
                return file.read()
        except (OSError, ValueError, NoSuchArtifact) as error:
            raise ActionFailed(Fault.NOT_FOUND, str(error)) from None

    @property
    def functions(self) -> Invoking:
        return Invoking(self._actions.clients, self._own)

    def _own(self, function: str, payload: JsonValue) -> JsonValue:
        handler = self._actions.functions.handler(self._work.loaded.pipeline.project, function)
        output: JsonValue = handler(payload, self._context)  # type: ignore[assignment]  # checked when the attempt ends
        return output

    @property
    def reach(self) -> Reach:
        allow = self._actions.operator.settings().get("allow", [])
        return AwsReach(map(str, allow) if isinstance(allow, list) else ())

    @property
    def databases(self) -> Databases:
        named = self._actions.operator.settings().get("databases", {})
        urls = {name: str(url) for name, url in named.items()} if isinstance(named, dict) else {}
        actions = self._actions
        bucket = actions.environment.artifacts
        return S3Databases(actions.clients, bucket, self.reach, actions.folder / "data", urls, actions.ids.token)

    @property
    def mail(self) -> MailServer | None:
        server = self._actions.operator.settings().get("mail")
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


class AwsReach(Reach):
    def _may(self, host: str, address: Address, port: int) -> bool:
        carried = getattr(address, "ipv4_mapped", None) or address
        return not any(carried in network for network in _NEVER) and super()._may(host, address, port)
