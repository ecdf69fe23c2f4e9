"""`murmur token`: what programs show at the API's door."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from murmuration.cli.people import doors, lasting, project_option, when
from murmuration.cli.place import Place, placed_anywhere, who
from murmuration.cli.printing import console, plain, print_json, table
from schemas.model import JsonObject

if TYPE_CHECKING:
    from handlers.tokens import Held, Tokens

_ROLES = ("viewer", "operator", "editor", "admin", "emitter")


@click.group("token", short_help="make, list and revoke tokens of programs")
def command() -> None:
    """A token lets a program in: `authorization: Bearer TOKEN`. Only its hash is kept, so it is told once, when it is made.

    These verbs work with and without a running server.
    """


@command.command("create", short_help="make one")
@click.argument("name")
@click.option(
    "--role", type=click.Choice(_ROLES), required=True, help="What it may do. emitter: put events, nothing else."
)
@project_option
@click.option("--expires", metavar="DURATION", help="From now: 30d, 12h. Never, when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def create(name: str, role: str, projects: tuple[str, ...], expires: str | None, as_json: bool, place: Place) -> None:
    """Make a token for NAME: what uses it, for people who read the list. Prints the token alone on standard output.

    Exit code 0: it is made. 2: it could not be tried.
    """
    from handlers.auth import Operation
    from handlers.tokens import TokenRole

    lasts, here = lasting(expires), doors(place)
    with here.audit.of(who(), Operation.TOKEN_WRITE, name) as entry:
        made = here.tokens.create(name, TokenRole(role), projects, lasts=lasts, by=who())
        entry.after({"id": made.id, "name": name, "role": role, "projects": [*projects]})
    if as_json:
        from handlers.tokens import Held

        print_json({**_document(Held(made.id, made.token)), "token": made.text})
        return
    until = f", until {when(made.token.expires)}" if made.token.expires else ""
    where = f" in {', '.join(projects)}" if projects else ""
    click.echo(f"{name} is {made.id}: {role}{where}{until}. It is told this once:", err=True)
    click.echo(made.text)


@command.command("list", short_help="list them")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@placed_anywhere
def list_(as_json: bool, place: Place) -> None:
    """List tokens: what each may do, who made it, and when it was used last, to the hour.

    Exit code 0, also when there are none. 2: it could not be tried.
    """
    found = list(doors(place).tokens.all())
    if as_json:
        print_json({"tokens": [_document(one) for one in found]})
    elif not found:
        click.echo("There are no tokens. murmur token create makes one.")
    else:
        rows = [_row(one) for one in sorted(found, key=lambda one: one.token.created)]
        columns = ("Token", "Name", "Role", "Projects", "Made by", "Made", "Used", "Expires")
        console().print(table(columns, rows))


@command.command("revoke", short_help="revoke one")
@click.argument("token")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def revoke(token: str, as_json: bool, place: Place) -> None:
    """Revoke TOKEN: its id, its name where only one has that, or the token itself. It opens nothing from now on.

    Exit code 0: it is revoked. 2: it could not be tried, or there is none.
    """
    from handlers.auth import Operation

    here = doors(place)
    id_ = _meant(token, here.tokens)
    with here.audit.of(who(), Operation.TOKEN_WRITE, id_):
        gone = here.tokens.revoke(id_)
    if as_json:
        print_json({"id": gone.id, "name": gone.token.name, "revoked": True})
    else:
        click.echo(f"{gone.token.name} ({gone.id}) is revoked.")


def _meant(given: str, tokens: Tokens) -> str:
    from handlers.naming import Ambiguous
    from handlers.tokens import PREFIX, NoSuchToken

    if given.startswith(PREFIX):
        given = given.split("_")[1]
    found = [one.id for one in tokens.all() if given in (one.id, one.token.name)]
    if len(found) > 1:
        raise Ambiguous(f"several tokens are called {given}", advice=f"Write one of {', '.join(found)}")
    if not found:
        raise NoSuchToken(f"there is no token {given[:80]}", advice="murmur token list shows those there are")
    return found[0]


def _row(held: Held) -> tuple[str, ...]:
    token = held.token
    role = "" if token.role is None else token.role.value
    where = f"{token.user}'s own" if token.user else ", ".join(token.projects) or ("" if token.emitter else "all")
    until = when(token.expires, "never")
    if token.expires is not None and token.expires <= time.time() * 1000:
        until = f"[red]{until}[/red]"
    return (
        held.id, plain(token.name), role, plain(where), plain(token.by), when(token.created), when(token.used, "never"), until,
    )  # fmt: skip


def _document(held: Held) -> JsonObject:
    token = held.token
    return {
        "id": held.id,
        "name": token.name,
        "role": None if token.role is None else token.role.value,
        "projects": [*token.projects],
        "user": token.user or None,
        "by": token.by,
        "created": token.created,
        "used": token.used,
        "expires": token.expires,
    }
