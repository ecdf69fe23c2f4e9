"""A publisher for a deployed stack: for the stack's own function, or for a person's command."""

from __future__ import annotations

import secrets
import time

from events.ports import Clock
from handlers.drafts import Drafts
from murmuration.aws.artifacts import VERSIONS, AwsArtifacts
from murmuration.aws.cabinet import AwsCabinet
from murmuration.aws.catalog import AwsCatalog
from murmuration.aws.clients import Clients
from murmuration.aws.ends import Ends
from murmuration.aws.environment import Environment
from murmuration.aws.publish.answering import Answering
from murmuration.aws.publish.canary import Send, on_the_bus, through_the_function
from murmuration.aws.publish.lease import Sleep
from murmuration.aws.publish.publisher import Publisher, Tools
from murmuration.aws.publish.unended import UnendedRuns
from murmuration.aws.schedules import AwsSchedules
from murmuration.aws.settings import AwsSettings
from murmuration.aws.table import Table


def answering(environment: Environment, clients: Clients, clock: Clock) -> Answering:
    """For the function, which may speak as the system."""
    send = on_the_bus(clients.events, environment.prefix, clock)
    drafts = Drafts(AwsCabinet(Table(clients, environment.table), clock))
    return Answering(
        lambda: publisher(environment, clients, clock, send, "the stack's own function"), send, drafts, clock
    )


def by_a_person(environment: Environment, clients: Clients, clock: Clock, who: str) -> Publisher:
    """With a person's own rights; only the canaries go through the function."""
    send = through_the_function(clients.patient("lambda"), f"{environment.prefix}-publish")
    return publisher(environment, clients, clock, send, who)


def publisher(
    environment: Environment, clients: Clients, clock: Clock, send: Send, by: str, sleep: Sleep | None = None
) -> Publisher:
    table = Table(clients, environment.table)
    documents = AwsArtifacts(clients, environment.artifacts, clock, VERSIONS)
    return Publisher(
        Tools(
            surroundings=environment.surroundings,
            stage=environment.stage,
            events=clients.patient("events"),
            lambda_=clients.patient("lambda"),
            s3=clients.s3,
            quotas=clients.patient("service-quotas"),
            table=table,
            catalog=AwsCatalog(table, documents, clock, fresh=0),
            schedules=AwsSchedules(clients, environment, clock),
            ends=Ends(table),
            settings=AwsSettings(clients, environment.parameters, clock, keep=0),
            unended=UnendedRuns(table),
            send=send,
            clock=clock,
            sleep=sleep or time.sleep,
            token=secrets.token_hex(8),
            by=by,
        )
    )
