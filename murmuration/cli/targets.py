"""Targets: where a verb acts. `local` is the workspace; any other name is the stage of a stack that is deployed on AWS, found
with the credentials of whoever calls. `--aws` is short for the one stage that there is, or for $MURMUR_STAGE.

A verb acts there in this process, with the person's own rights. It says where before it changes anything.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from schemas.errors import MurmurationError

if TYPE_CHECKING:
    from murmuration.aws.clients import Clients
    from murmuration.aws.credentials import Identity
    from murmuration.aws.deploy.stack import Deployed
    from murmuration.aws.stack import Stack
    from schemas.model import JsonObject

LOCAL: Final = "local"
AWS: Final = "aws"
"""No stage's name: whichever there is."""
STAGE: Final = "MURMUR_STAGE"

_INSTEAD: Final = {
    "up": "A deployed stack serves by itself: murmur deploy",
}
"""To the verbs that no deployed stack understands."""


class WorksLocally(MurmurationError):
    code = "works-locally"


@dataclass(frozen=True)
class Remote:
    """A stack that is deployed, and who acts there."""

    clients: Clients
    deployed: Deployed
    identity: Identity

    @functools.cached_property
    def stack(self) -> Stack:
        """In this process, with the person's own rights."""
        import logging

        from handlers.observing import LoggingObserver
        from murmuration.aws.stack import Stack

        return Stack(self.deployed.environment, self.clients, LoggingObserver(logging.getLogger("murmuration")))

    @property
    def where(self) -> JsonObject:
        """For programs."""
        return {"target": self.stage, "account": self.identity.account, "region": self.identity.region}

    @property
    def stage(self) -> str:
        return self.deployed.environment.stage

    def say(self) -> None:
        """On standard error: standard output is for what was asked."""
        told = f"{self.stage}: {self.deployed.environment.prefix} in {self.identity.region}, account {self.identity.account}"
        click.echo(click.style(f"{told} (as {self.identity.who.rpartition(':')[2]})", dim=True), err=True)


def refuse_remote(verb: str, target: str) -> WorksLocally:
    return WorksLocally(
        f"murmur {verb} works on the local stack only, and --target is {target}",
        advice=_INSTEAD.get(verb, "Leave --target out"),
    )


def remote(target: str, stage: str | None = None) -> Remote:
    """`stage` is what $MURMUR_STAGE says, for `aws`."""
    from murmuration.aws.credentials import identity
    from murmuration.aws.deploy.stack import deployed
    from murmuration.aws.stages import only_stage

    clients = aws_clients()
    who = identity(clients)
    name = target if target != AWS else stage or only_stage(clients)
    return Remote(clients, deployed(clients, name), who)


def aws_clients() -> Clients:
    """With the credentials that lie around the person."""
    from murmuration.aws.clients import Clients

    return Clients()
