"""`murmur variable`: values that every pipeline of a project reads."""

from __future__ import annotations

import click

from murmuration.cli.given import json_given
from murmuration.cli.given_to_projects import found, named, print_given, project_option, read_value, settings
from murmuration.cli.given_to_projects import remove as remove_given
from murmuration.cli.place import Place, actor, placed_anywhere
from murmuration.cli.printing import print_json


@click.group("variable", short_help="set, list and remove a project's variables")
def command() -> None:
    """Variables are read by tasks as ${variables.NAME}. Whoever sees the project sees them.

    What is set here wins over project.yaml, from the next attempt on; on AWS within five minutes.
    """


@command.command("set", short_help="set one")
@click.argument("name")
@project_option
@click.option("--text", "is_text", is_flag=True, help="What comes is text, not JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def set_(name: str, project: str | None, is_text: bool, as_json: bool, place: Place) -> None:
    """Set the variable NAME to the JSON value that comes on the standard input, or that you are asked for.

    Exit code 0: it is set. 2: it could not be tried.
    """
    from handlers.auth import Operation
    from handlers.projects import Kind, fitting

    given = read_value(f"Value of {named(name)}{'' if is_text else ', as JSON'}", hidden=False)
    value = given if is_text else json_given(given, "the value")
    fitting(Kind.VARIABLE, name, value)
    with settings(place, project, "variable set", changes=True) as here:
        before = found(here, Kind.VARIABLE, name)
        was = None if before is None else {"value": before.value}
        with here.audit.of(
            actor(), Operation.VARIABLE_WRITE, name, project=here.project, before=None if was is None else {**was}
        ) as entry:
            here.projects.put_variable(here.project, name, value)
            entry.after({"value": value})
    if as_json:
        print_json({**here.where, "project": here.project, "name": name, "value": value})
    else:
        click.echo(f"{here.project}: the variable {name} is set.")


@command.command("list", short_help="list them")
@project_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@placed_anywhere
def list_(project: str | None, as_json: bool, place: Place) -> None:
    """List a project's variables, with their values and where they stand.

    Exit code 0, also when there are none. 2: it could not be tried.
    """
    from handlers.projects import Kind

    with settings(place, project, "variable list", changes=False) as here:
        print_given(here, Kind.VARIABLE, as_json)


@command.command("remove", short_help="remove one")
@click.argument("name")
@project_option
@placed_anywhere
def remove(name: str, project: str | None, place: Place) -> None:
    """Remove the variable NAME. Where project.yaml has one of that name, that one holds again.

    Exit code 0: it is gone. 2: it could not be tried, or there is none.
    """
    from handlers.projects import Kind

    with settings(place, project, "variable remove", changes=True) as here:
        remove_given(here, Kind.VARIABLE, named(name))
    click.echo(f"{here.project}: the variable {name} is removed.")
