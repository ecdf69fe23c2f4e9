"""A deployed stack's house: what the API knows of it, made before the function's first invocation, and kept.

It reads and changes with the API's own role, and has the stack's other functions do what only they may: start runs, end them, settle
tasks, publish. It waits for them no longer than its own caller waits.

A request that wants to wait for news waits in here: nothing tells that something has changed, so it is looked for, at first often,
until what is left of the invocation is wanted for the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib.metadata import version
from typing import Final, Protocol

from botocore.config import Config

from handlers.api.app import Wait
from handlers.api.house import House
from handlers.api.whole import whole
from murmuration.aws.acting import AwsActing
from murmuration.aws.archive import AwsArchive
from murmuration.aws.cabinet import AwsCabinet
from murmuration.aws.catalog import AwsCatalog
from murmuration.aws.dead import DeadQueues
from murmuration.aws.functions import AwsFunctions
from murmuration.aws.ingest import AwsIngest, AwsWebhooks
from murmuration.aws.listing import AwsListing
from murmuration.aws.people import of_stack
from murmuration.aws.presigned import PresignedBuckets
from murmuration.aws.programs import by_its_door
from murmuration.aws.projects import AwsProjects
from murmuration.aws.publishing import AwsPublishing
from murmuration.aws.run_files import AwsRunFiles
from murmuration.aws.settings import AwsSettings
from murmuration.aws.stack import Stack
from schemas.model import JsonObject

CALLING: Final = Config(
    connect_timeout=2, read_timeout=20, tcp_keepalive=True, retries={"mode": "standard", "total_max_attempts": 1}
)
"""API Gateway gives up after 30 seconds, in which it must also be told what goes on. Asking again finds it done."""
UPLOADS: Final = "uploads"
"""The bucket that every stack has."""
MARGIN_MS: Final = 2_500
"""Of an invocation, for the answer."""
_FIRST_LOOK_S: Final = 0.25
_LAST_LOOK_S: Final = 1.5
_SLOWER: Final = 1.3


class Invocation(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


class Answering:
    """The API of a deployed stack."""

    def __init__(
        self, stack: Stack, variables: Mapping[str, str], pause: Callable[[float], None] | None = None
    ) -> None:
        self._pause = pause or time.sleep
        self._api = whole(house(stack, variables))

    def answer(self, event: JsonObject, context: Invocation) -> JsonObject:
        event = by_its_door(event)
        waited, look = 0.0, _FIRST_LOOK_S
        while True:
            told = self._api.ask(event, context, waited)
            if not isinstance(told, Wait):
                return told
            left = (context.get_remaining_time_in_millis() - MARGIN_MS) / 1_000
            pause = min(look, told.seconds, left)
            if left <= 0:
                # What there is must do.
                waited = float("inf")
                continue
            self._pause(pause)
            waited += pause
            look = min(look * _SLOWER, _LAST_LOOK_S)


def house(stack: Stack, variables: Mapping[str, str]) -> House:
    environment, clients, clock, ids = stack.environment, stack.clients, stack.clock, stack.ids
    cabinet = AwsCabinet(stack.table, clock)
    identities, accounts = of_stack(variables, clients, cabinet, clock, ids)
    where: JsonObject = {"target": environment.stage, "account": environment.account, "region": environment.region}
    acting = AwsActing(stack, where, calling=CALLING)
    return House(
        target=environment.stage,
        version=version("murmuration"),
        clock=clock,
        ids=ids,
        cabinet=cabinet,
        identities=identities,
        accounts=accounts,
        reading=acting.reading(),
        artifacts=stack.artifacts,
        run_files=AwsRunFiles(clients, environment.artifacts),
        functions=AwsFunctions(clients, environment.artifacts),
        acting=acting,
        publishing=AwsPublishing(environment, stack.catalog, AwsListing(stack.table), cabinet, acting),
        projects=AwsProjects(
            AwsSettings(clients, environment.parameters, clock, keep=0), cabinet, lambda: active_of(stack.catalog)
        ),
        ingest=AwsIngest(stack.bus),
        webhooks=AwsWebhooks(acting.started_by),
        buckets=PresignedBuckets(clients, {UPLOADS, *environment.buckets}, environment.surroundings.bucket),
        letters=DeadQueues(clients, environment.prefix),
        archive=AwsArchive(stack.table, stack.artifacts, clock, timedelta(days=environment.run_days)),
        origins=tuple(filter(None, variables.get("MURMUR_ORIGINS", "").split(","))),
    )


def active_of(catalog: AwsCatalog) -> list[str]:
    return [name for name in catalog.names() if catalog.active(name) is not None]
