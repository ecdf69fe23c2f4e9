"""`murmur user`: who may come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from murmuration.cli.people import doors, in_projects, lasting, project_option, when
from murmuration.cli.place import Place, placed_anywhere, who
from murmuration.cli.printing import console, plain, print_json, table
from schemas.model import JsonObject
from schemas.project import Role

if TYPE_CHECKING:
    from handlers.people import User

_role = click.option("--role", type=click.Choice([role.value for role in Role]), help="What he may do.")
_PAGE = 200
NONE = "none"


@click.group("user", short_help="let people in, and let them go")
def command() -> None:
    """Who may come in, with a role in all projects or in some. An editor may what an operator may, and so on.

    On AWS people are in Cognito, which tells them by mail how to sign in; locally each is given a token and a link with it.
    These verbs work with and without a running server.
    """


@command.command("create", short_help="let somebody in")
@click.argument("name", metavar="NAME|ADDRESS")
@_role
@project_option
@click.option("--expires", metavar="DURATION", help="When his token does, from now: 30d. Never, when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def create(
    name: str, role: str | None, projects: tuple[str, ...], expires: str | None, as_json: bool, place: Place
) -> None:
    """Let somebody in. With no --role he may do nothing until somebody makes him a member of a project.

    Exit code 0: he may come in. 2: it could not be tried, or he may already.
    """
    from handlers.auth import Operation

    everywhere, held = in_projects(role, projects)
    lasts, here = lasting(expires), doors(place)
    with here.audit.of(who(), Operation.USER_WRITE, name) as entry:
        user, made = here.people.create(name, everywhere, held, lasts=lasts, by=who())
        entry.after({"role": role, "projects": [*projects]})
    link = f"{here.address}/#token={made.text}" if made is not None and here.address else None
    if as_json:
        told: JsonObject = {**_document(user), "invited": here.accounts.invites}
        print_json({**told, "token": None if made is None else made.text, "link": link})
        return
    click.echo(f"{user.account.name} may come in{_may(user)}.", err=True)
    if made is None:
        click.echo(f"A mail says how: {here.address}")
    else:
        click.echo("It is told this once:" if link else "A token, told this once; murmur up has the page:", err=True)
        click.echo(link or made.text)


@command.command("list", short_help="list them")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@placed_anywhere
def list_(as_json: bool, place: Place) -> None:
    """List people, with the roles that they have. Whoever runs murmur up is an admin without being listed.

    Exit code 0, also when there are none. 2: it could not be tried.
    """
    people, found, after = doors(place).people, [], ""
    while True:
        page, further = people.page(after, _PAGE)
        found += page
        if further is None:
            break
        after = further
    if as_json:
        print_json({"users": [_document(one) for one in found]})
    elif not found:
        click.echo("Nobody was let in yet. murmur user create lets somebody in.")
    else:
        rows = [
            (
                plain(one.account.name),
                "" if one.account.role is None else one.account.role.value,
                plain(", ".join(f"{project}: {role.value}" for project, role in sorted(one.projects.items()))),
                when(one.account.created),
            )
            for one in found
        ]
        console().print(table(("Name", "In all projects", "In some", "Since"), rows))


@command.command("change", short_help="give somebody another role, or take one")
@click.argument("name", metavar="NAME|ADDRESS")
@click.option("--role", type=click.Choice([*(role.value for role in Role), NONE]), required=True, help="The new one.")
@project_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def change(name: str, role: str, projects: tuple[str, ...], as_json: bool, place: Place) -> None:
    """Give somebody another role in all projects, or in each --project; none takes it away. The others stay as they are.

    It counts from the next request on, also for tokens that he has.

    Exit code 0: he has it. 2: it could not be tried, or there is nobody of that name.
    """
    from handlers.auth import Operation

    here = doors(place)
    user = here.people.get(name)
    given = None if role == NONE else Role(role)
    everywhere, held = user.account.role, dict(user.projects)
    if not projects:
        everywhere = given
    for project in projects:
        held.pop(project, None)
        if given is not None:
            held[project] = given
    with here.audit.of(who(), Operation.USER_WRITE, user.account.name, before=_document(user)) as entry:
        changed = here.people.change(user, everywhere, held)
        entry.after(_document(changed))
    if as_json:
        print_json(_document(changed))
    else:
        click.echo(f"{changed.account.name} may come in{_may(changed)}.")


@command.command("remove", short_help="let somebody go")
@click.argument("name", metavar="NAME|ADDRESS")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def remove(name: str, as_json: bool, place: Place) -> None:
    """Let somebody go, at once: with his roles, his tokens and his memberships.

    Exit code 0: he is gone. 2: it could not be tried, or there is nobody of that name.
    """
    from handlers.auth import Operation

    here = doors(place)
    user = here.people.get(name)
    with here.audit.of(who(), Operation.USER_WRITE, user.account.name, before=_document(user)):
        here.people.remove(user)
    if as_json:
        print_json({"name": user.account.name, "removed": True})
    else:
        click.echo(f"{user.account.name} is gone.")


def _may(user: User) -> str:
    everywhere = [] if user.account.role is None else [f"{user.account.role.value} of all projects"]
    told = ", ".join((*everywhere, *(f"{role.value} of {project}" for project, role in sorted(user.projects.items()))))
    return f", as {told}" if told else ", and do nothing yet"


def _document(user: User) -> JsonObject:
    return {
        "name": user.account.name,
        "role": None if user.account.role is None else user.account.role.value,
        "projects": {project: role.value for project, role in user.projects.items()},
        "created": user.account.created,
    }
