"""`murmur export`: pipelines for those who keep them as infrastructure code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from events.check import Target
from events.rules import Choice, Plan, compile_rules
from events.surroundings import Surroundings
from murmuration.cli.documents import MISTAKES
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import print_json
from murmuration.cli.publish import nothing_to_publish, sound
from murmuration.exporting import together
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.project import Project
from schemas.version import Version
from schemas.yaml_written import as_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from murmuration.aws.publish.prepare import Asked

Format = Literal["cloudformation", "yaml"]


@click.command("export", short_help="pipelines as a CloudFormation template, or as YAML")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="[FILE...]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["cloudformation", "yaml"]),
    default="cloudformation",
    show_default=True,
    help="The rules, for a stack of your own; or the documents, one after the other.",
)
@click.option("--stage", default="production", show_default=True, metavar="NAME", help="The stack that they are for.")
@click.option(
    "--version", "number", type=click.IntRange(1, 999_999_999), help="The version's number. [default: the next]"
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of YAML.")
@placed_anywhere
def command(files: tuple[Path, ...], form: Format, stage: str, number: int | None, as_json: bool, place: Place) -> None:
    """Print the pipelines in FILE..., or all of the workspace, for a stack of your own.

    With --target STAGE, or --aws, the names of that stack are filled in, and each pipeline has the number that publishing
    would give it. Deploy the template first and publish then: murmur publish finds the rules there and adds none. Without a
    target, names are parameters, and rules are called as --stage says.

    Exit code 0: printed. 1: mistakes. 2: it could not be tried.
    """
    workspace = place.workspace
    pipelines = sound(workspace, files, Target.AWS)
    if not pipelines:
        raise nothing_to_publish(workspace)
    if form == "yaml":
        documents = [pipeline.document() for pipeline in pipelines]
        if as_json:
            print_json([*documents])
        else:
            click.echo("---\n".join(map(as_yaml, documents)), nl=False)
        return
    projects = workspace.projects()
    if place.local:
        plans = _plans(pipelines, projects, stage, number or 1)
        template = _template(plans, deployed=False)
    else:
        template = _template(_deployed_plans(pipelines, projects, place, number), deployed=True)
    if as_json:
        print_json(template)
    else:
        click.echo(as_yaml(template), nl=False)


def _template(plans: Iterable[tuple[Plan, Surroundings]], *, deployed: bool) -> JsonObject:
    from events.rules.cloudformation import template

    made, names = [], []
    for plan, surroundings in plans:
        problems = list(plan.quota.problems())
        for problem in problems:
            click.echo(str(problem), err=True)
        if problems:
            raise SystemExit(MISTAKES)
        made.append(template(plan, surroundings, deployed=deployed))
        names.append(plan.version.reference)
    return together(made, names)


def _plans(
    pipelines: Iterable[Pipeline], projects: Iterable[Project], stage: str, number: int
) -> list[tuple[Plan, Surroundings]]:
    prefix = f"murmur-{stage}"
    around = Surroundings(bus=prefix, prefix=prefix, dead_letters=f"{prefix}-undelivered")
    return [_plan(one, around, number) for one in _asked(pipelines, projects)]


def _deployed_plans(
    pipelines: Iterable[Pipeline], projects: Iterable[Project], place: Place, number: int | None
) -> list[tuple[Plan, Surroundings]]:
    from murmuration.aws.publish.making import by_a_person
    from murmuration.cli.place import who
    from murmuration.system import SystemClock

    there = place.remote()
    asked = _asked(pipelines, projects)
    environment = there.deployed.environment
    impact = by_a_person(environment, there.clients, SystemClock(), who()).impact(asked)
    numbers = {change.pipeline: (change.version, Choice(change.plan)) for change in impact.changes}
    return [
        _plan(one, environment.surroundings, number or numbers[one.pipeline.name][0], numbers[one.pipeline.name][1])
        for one in asked
    ]


def _asked(pipelines: Iterable[Pipeline], projects: Iterable[Project]) -> list[Asked]:
    from murmuration.aws.publish.prepare import asked_of

    return asked_of(pipelines, projects)


def _plan(asked: Asked, around: Surroundings, number: int, choice: Choice = Choice.AUTO) -> tuple[Plan, Surroundings]:
    named = replace(around, buckets={**around.buckets, **asked.buckets})
    version = Version(pipeline=asked.pipeline, number=number)
    return compile_rules(version, surroundings=named, choice=choice), named
