"""`murmur destroy`: the stack and all that is in it, gone. It says first what will be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from murmuration.cli.printing import count

if TYPE_CHECKING:
    from murmuration.aws.deploy.losing import Losing

REFUSED: Final = 1


@click.command("destroy", short_help="remove a stack from AWS, with all that is in it")
@click.option("--stage", required=True, help="Which one.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(stage: str, yes: bool) -> None:
    """Remove the stack murmur-STAGE: runs, events, pipelines, functions, artifacts, uploads, variables, secrets, people.

    It says what there is and asks, then removes what the stack does not know of (rules that publishing put, schedules,
    objects), then the stack. Stopped anywhere, it goes on when it is called again. Buckets that were named with --bucket
    are left as they are.

    Exit code 0: it is gone. 1: you said no. 2: it could not be tried, or not done.
    """
    from murmuration.aws.credentials import identity
    from murmuration.aws.deploy.destroying import destroy
    from murmuration.aws.deploy.losing import losing
    from murmuration.aws.deploy.stack import named, outputs_of
    from murmuration.cli.targets import aws_clients

    clients = aws_clients()
    who = identity(clients)
    parts = named(stage, who)
    lost = losing(clients, parts)
    where = f"{parts.prefix} in {who.region}, account {who.account}"
    if lost.nothing and outputs_of(clients, parts.prefix) is None:
        click.echo(f"{where}: nothing is there")
        return
    _tell(lost, where)
    if not yes and not click.confirm(click.style("All of it is lost for good. Remove it?", bold=True)):
        raise SystemExit(REFUSED)
    destroy(clients, parts, lost, lambda told: click.echo(click.style(told, dim=True), err=True))
    click.echo(f"{where} is gone")


def _tell(lost: Losing, where: str) -> None:
    from murmuration.aws.deploy.losing import MOST

    click.echo(click.style(where, bold=True))
    names = ", ".join(lost.pipelines[:5]) + (", ..." if len(lost.pipelines) > 5 else "")
    click.echo(f"  {count(len(lost.pipelines), 'pipeline')}{f' ({names})' if names else ''}, with every version")
    click.echo(f"  {lost.items:,} items of runs, tasks and events (as DynamoDB counted them last, some hours ago)")
    for bucket, versions in lost.buckets:
        many = f"more than {MOST:,}" if versions == MOST else f"{versions:,}"
        click.echo(f"  {bucket}: {many} versions of objects")
    click.echo(f"  {count(len(lost.rules), 'rule')}, {count(len(lost.schedules), 'schedule')}")
    click.echo(f"  {count(len(lost.parameters), 'variable')} and secrets, every person who may sign in, all logs")
