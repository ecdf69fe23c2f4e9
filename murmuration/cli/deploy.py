"""`murmur deploy`: the stack, and all that belongs in it, on AWS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from murmuration.cli.printing import count
from schemas.errors import MurmurationError

if TYPE_CHECKING:
    from murmuration.aws.build.target import Target
    from murmuration.aws.clients import Clients
    from murmuration.aws.deploy.stack import Deployed
    from murmuration.aws.environment import Environment
    from murmuration.workspace import Workspace
    from schemas.pipeline import Pipeline
    from schemas.project import Project

_HERE: Final = Path(__file__).parents[2]


class BadOption(MurmurationError):
    code = "bad-option"


@click.command("deploy", short_help="put the stack on AWS, with functions, designer and pipelines")
@click.option("--stage", default="dev", show_default=True, envvar="MURMUR_STAGE", help="Stages stand side by side.")
@click.option("--admin", metavar="EMAIL", help="The first person to sign in. A password comes by mail.")
@click.option(
    "--bucket", "named", multiple=True, metavar="NAME=REAL", help="A bucket of your own that pipelines call NAME."
)
@click.option("--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of template.yaml.")
@click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="On everything that the stack makes.")
@click.option("--architecture", type=click.Choice(["arm64", "x86_64"]), default="arm64", show_default=True)
@click.option("--python", "python", default="3.13", show_default=True, metavar="VERSION", help="That functions run on.")
@click.option("--ask", is_flag=True, help="Show what will change, and wait for a yes.")
@click.option(
    "--only", type=click.Choice(["stack", "contents"]), help="The stack alone, or what goes into one that is there."
)
@click.option("--source", type=click.Path(path_type=Path, file_okay=False), help="The checkout with template.yaml.")
@click.option(
    "--workspace",
    "-C",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="MURMUR_WORKSPACE",
    help="The workspace; found from the current folder upwards when left out.",
)
def command(
    stage: str,
    admin: str | None,
    named: tuple[str, ...],
    parameters: tuple[str, ...],
    tags: tuple[str, ...],
    architecture: str,
    python: str,
    ask: bool,
    only: str | None,
    source: Path | None,
    folder: Path | None,
) -> None:
    """Deploy the stack murmur-STAGE with SAM, and put into it what the workspace has: functions with their libraries,
    secrets, variables, the designer where it is built, and the pipelines, published.

    Buckets that pipelines name are made, private and with events on; --bucket names one that is there. Every step may be
    done again: what is done is left alone. What it costs: docs/costs.md; what you must have: docs/deploying.md.

    Exit code 0: deployed. 1: a pipeline has mistakes, or something stands in its way. 2: it could not be tried.
    """
    from murmuration.aws.build.target import ARCHITECTURE, PYTHON, of_variables
    from murmuration.aws.credentials import identity
    from murmuration.aws.deploy.stack import deployed
    from murmuration.aws.deploy.stack import named as named_parts
    from murmuration.cli.targets import aws_clients
    from murmuration.workspace import find

    target = of_variables({ARCHITECTURE: architecture, PYTHON: python})
    workspace = find(folder or Path())
    pipelines, projects = _documents(workspace)
    clients = aws_clients()
    who = identity(clients)
    parts = named_parts(stage, who)
    _say(f"{parts.prefix} in {who.region}, account {who.account} (as {who.who.rpartition(':')[2]})")
    asked = {**_pairs(parameters, "--parameter"), "Stage": stage}
    asked |= {"AdminEmail": admin} if admin else {}
    if only != "contents":
        asked |= _buckets(clients, parts, pipelines, projects, _pairs(named, "--bucket"))
        _stack(source or _HERE, target, parts, asked, _pairs(tags, "--tag"), ask)
    there = deployed(clients, stage)
    if only != "stack":
        _contents(clients, there, workspace, projects, target, source or _HERE)
        if pipelines and workspace is not None:
            _publish(stage, workspace)
    _addresses(there)


def _documents(workspace: Workspace | None) -> tuple[Sequence[Pipeline], Sequence[Project]]:
    """Before anything is deployed: a mistake would only show at its end."""
    from events.check import Target
    from murmuration.cli.publish import sound

    if workspace is None:
        return (), ()
    return sound(workspace, (), Target.AWS), workspace.projects()


def _buckets(
    clients: Clients,
    parts: Environment,
    pipelines: Sequence[Pipeline],
    projects: Sequence[Project],
    named: dict[str, str],
) -> dict[str, str]:
    """As the template's parameters."""
    import orjson

    from murmuration.aws.deploy import buckets

    own = {**buckets.real_names(projects), **named}
    real = buckets.named(clients, parts, own)
    for logical in buckets.wanted(pipelines, projects):
        if logical not in own and logical not in buckets.OF_THE_STACK:
            made = buckets.make(clients, parts, logical)
            real.append(made)
            if made.made:
                _say(f"bucket {logical}: {made.name} is made")
    if not real:
        return {}
    arns = sorted(f"arn:{parts.partition}:s3:::{one.name}" for one in real)
    return {"Buckets": orjson.dumps(own, option=orjson.OPT_SORT_KEYS).decode(), "BucketArns": ",".join(arns)}


def _stack(
    source: Path, target: Target, parts: Environment, parameters: dict[str, str], tags: dict[str, str], ask: bool
) -> None:
    from murmuration.aws.build.compiled import interpreter
    from murmuration.aws.deploy import sam

    found = sam.find(source)
    if interpreter(target) is None:
        _say(
            f"no Python {target.python} is here to compile with: cold starts take 0.3 s longer. pyenv or uv install one"
        )
    found.build(target)
    given = {"Architecture": target.architecture, "PythonVersion": target.python, **parameters}
    found.deploy(sam.Wanted(parts.prefix, given, parts.region, tags, ask))


def _contents(
    clients: Clients,
    there: Deployed,
    workspace: Workspace | None,
    projects: Sequence[Project],
    target: Target,
    source: Path,
) -> None:
    import secrets

    from murmuration.aws.deploy import designer

    if workspace is not None:
        for project in projects:
            _functions(clients, there, workspace, project, target)
            _secrets(clients, there, workspace, project)
    bucket = there.outputs.get("Designer", "")
    if not bucket:
        return
    if sent := designer.upload(clients, source, bucket):
        designer.refresh(clients, there.outputs["Distribution"], secrets.token_hex(8))
        _say(f"designer: {count(sent, 'file')}")
    else:
        _say(
            f"designer: {designer.BUILT} is not built, so what is there stays. make designer, and then murmur deploy --only contents"
        )


def _functions(clients: Clients, there: Deployed, workspace: Workspace, project: Project, target: Target) -> None:
    from murmuration.aws.deploy.functions import Shelves, upload
    from murmuration.functions.folder import discover

    found = {name: one for name, one in discover(workspace.root).items() if name not in project.functions}
    shelves = Shelves(clients, there.environment.artifacts, target, workspace.state / "libraries")
    for one in upload(shelves, project.project, found):
        told = f"{one.sent / 1024:,.0f} KB" if one.sent else "as it was"
        _say(f"function {one.function}: {told}{', with libraries' if one.libraries else ''}")


def _secrets(clients: Clients, there: Deployed, workspace: Workspace, project: Project) -> None:
    """Those that the project names and the workspace has. Others stay as they are: somebody may have set them there."""
    from murmuration.aws.settings import AwsSettings
    from murmuration.settings import secrets_of
    from murmuration.system import SystemClock

    known = secrets_of(workspace.root)
    settings = AwsSettings(clients, there.environment.parameters, SystemClock())
    named = {name: str(known[name]) for name in project.secrets if name in known}
    settings.put_secrets(project.project, named)
    absent = [name for name in project.secrets if name not in known]
    if absent and (unset := sorted(set(absent) - settings.secrets(project.project).keys())):
        _say(
            f"secrets without a value: {', '.join(unset)}. Write them into secrets.env, or set them under {there.environment.parameters}"
        )


def _publish(stage: str, workspace: Workspace) -> None:
    from murmuration.cli.place import Place
    from murmuration.cli.publish_there import publish_there

    place = Place(stage, workspace.root, None)
    publish_there((), place, prune=False, dry_run=False, activate=None, as_json=False)


def _addresses(there: Deployed) -> None:
    outputs = there.outputs
    for what, name in (("designer", "Url"), ("API", "ApiUrl"), ("sign in", "SignInUrl")):
        if name in outputs:
            click.echo(f"{what}: {outputs[name]}")
    click.echo(f"Try it: murmur doctor --target {there.environment.stage}")


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (equals and name and value):
            raise BadOption(f"{text!r} is not NAME=VALUE", where=option, advice=f"Write {option} name=value")
        found[name] = value
    return found


def _say(text: str) -> None:
    click.echo(click.style(text, dim=True), err=True)
