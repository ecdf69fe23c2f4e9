"""What `murmur user` and `murmur token` work on: the cabinet of a workspace, with or without a server, or that of a deployed stack
with the person's own rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from murmuration.cli.place import Place
from murmuration.system import RandomIds, SystemClock
from schemas.duration import Duration
from schemas.errors import InvalidDuration
from schemas.project import Role

if TYPE_CHECKING:
    from events.ledger import Millis
    from handlers.audit import Audit
    from handlers.people import Accounts, People
    from handlers.tokens import Tokens

LINK = "url"
"""In the state's folder, while a server runs: its address."""


@dataclass(frozen=True)
class Doors:
    """Who may come in where."""

    accounts: Accounts
    tokens: Tokens
    people: People
    audit: Audit
    address: str | None
    """Of the page, where there is one now."""


def doors(place: Place) -> Doors:
    from handlers.audit import Audit
    from handlers.cabinet import Cabinet
    from handlers.people import People
    from handlers.tokens import Tokens

    clock, ids = SystemClock(), RandomIds()
    cabinet: Cabinet
    accounts: Accounts
    if place.local:
        from murmuration.local.cabinet import LocalCabinet
        from murmuration.local.people import LocalAccounts

        workspace = place.workspace
        cabinet = LocalCabinet(workspace.state, clock)
        click.get_current_context().call_on_close(cabinet.close)
        accounts = LocalAccounts(cabinet, clock)
        url = workspace.state / LINK
        address = url.read_text() if url.exists() else None
        click.echo(click.style(f"{place.target}: {workspace.root}", dim=True), err=True)
    else:
        from murmuration.aws.accounts import CognitoAccounts
        from murmuration.aws.cabinet import AwsCabinet

        there = place.remote()
        there.say()
        cabinet = AwsCabinet(there.stack.table, clock)
        outputs = there.deployed.outputs
        accounts = CognitoAccounts(there.clients, outputs["UserPool"], cabinet, clock)
        address = outputs.get("Url")
    tokens = Tokens(cabinet, clock, ids)
    return Doors(accounts, tokens, People(cabinet, accounts, tokens), Audit(cabinet, clock, ids), address)


def lasting(expires: str | None) -> Millis | None:
    if expires is None:
        return None
    try:
        lasts = Duration.parse(expires).ms
    except InvalidDuration as wrong:
        raise click.BadParameter(f"{wrong.what}. {wrong.advice}", param_hint="--expires") from None
    if not lasts:
        raise click.BadParameter("it would have expired already", param_hint="--expires")
    return lasts


def in_projects(role: str | None, projects: Sequence[str]) -> tuple[Role | None, Mapping[str, Role]]:
    """The role in all projects, and in each: `--project` says that it is these."""
    if role is None:
        if projects:
            raise click.UsageError("--project says where a role is held: give --role, too")
        return None, {}
    held = Role(role)
    return (None, dict.fromkeys(projects, held)) if projects else (held, {})


def when(at: Millis | None, otherwise: str = "") -> str:
    return otherwise if at is None else datetime.fromtimestamp(at / 1000).astimezone().strftime("%Y-%m-%d %H:%M")


project_option = click.option(
    "--project", "-p", "projects", multiple=True, metavar="PROJECT", callback=lambda _c, _p, given: _named(given),
    help="Hold the role in this project only. Give it again for more.",
)  # fmt: skip


def _named(given: Sequence[str]) -> Sequence[str]:
    import re

    from schemas.names import NAME

    for one in given:
        if not re.fullmatch(NAME, one) or len(one) > 48:
            raise click.BadParameter(f"{one!r} is no name of a project")
    return given
