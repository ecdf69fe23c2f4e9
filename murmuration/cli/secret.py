"""`murmur secret`: what tasks are given and nobody is told."""

from __future__ import annotations

import click

from murmuration.cli.given_to_projects import found, named, print_given, project_option, read_value, settings
from murmuration.cli.given_to_projects import remove as remove_given
from murmuration.cli.place import Place, actor, placed, placed_anywhere
from murmuration.cli.printing import count, print_json


@click.group("secret", short_help="set, list and remove a project's secrets")
def command() -> None:
    """Secrets are read by tasks as ${secrets.NAME} and shown to nobody. They are encrypted where they lie.

    What is set here wins over secrets.env, from the next attempt on; on AWS within five minutes.
    """


@command.command("set", short_help="set one")
@click.argument("name")
@project_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def set_(name: str, project: str | None, as_json: bool, place: Place) -> None:
    """Set the secret NAME to what comes on the standard input, or to what you are asked for.

    Exit code 0: it is set. 2: it could not be tried.
    """
    from handlers.auth import Operation
    from handlers.projects import Kind, fitting

    value = read_value(f"Value of {named(name)}", hidden=True)
    fitting(Kind.SECRET, name, value)
    with settings(place, project, "secret set", changes=True) as here:
        before = found(here, Kind.SECRET, name)
        was = {"set": before is not None and before.there}
        with here.audit.of(actor(), Operation.SECRET_WRITE, name, project=here.project, before={**was}) as entry:
            here.projects.put_secret(here.project, name, value)
            entry.after({"set": True})
    if as_json:
        print_json({**here.where, "project": here.project, "name": name, "set": True})
    else:
        click.echo(f"{here.project}: the secret {name} is set.")


@command.command("list", short_help="list them")
@project_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@placed_anywhere
def list_(project: str | None, as_json: bool, place: Place) -> None:
    """List the names of a project's secrets, whether each has a value, and since when. Never a value.

    Exit code 0, also when there are none. 2: it could not be tried.
    """
    from handlers.projects import Kind

    with settings(place, project, "secret list", changes=False) as here:
        print_given(here, Kind.SECRET, as_json)


@command.command("remove", short_help="remove one")
@click.argument("name")
@project_option
@placed_anywhere
def remove(name: str, project: str | None, place: Place) -> None:
    """Remove the secret NAME. Where secrets.env has one of that name, that one holds again.

    Exit code 0: it is gone. 2: it could not be tried, or there is none.
    """
    from handlers.projects import Kind

    with settings(place, project, "secret remove", changes=True) as here:
        remove_given(here, Kind.SECRET, named(name))
    click.echo(f"{here.project}: the secret {name} is removed.")


@command.command("rotate-key", short_help="encrypt all of them anew, with a new key")
@placed
def rotate_key(place: Place) -> None:
    """Make a new key and encrypt every secret of this workspace anew. May be ended at any point and called again.

    Exit code 0: done. 2: it could not be tried.
    """
    from handlers.auth import Operation
    from murmuration.local.secrets import Vault

    vault = Vault(place.workspace.state, place.cabinet())
    with place.audit().of(actor(), Operation.SECRET_WRITE, "the key") as entry:
        done = vault.rotate()
        entry.after({"encrypted": done})
    click.echo(f"{count(done, 'secret')} encrypted with a new key.")
