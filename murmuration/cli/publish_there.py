"""Publishing to a stack that is deployed on AWS: the same verb, told apart by its target."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from events.check import Target
from handlers.operations import is_own
from murmuration.cli.audited import only_project
from murmuration.cli.documents import MISTAKES
from murmuration.cli.place import Place, actor, who
from murmuration.cli.printing import count, print_json
from murmuration.cli.publish import nothing_to_publish, print_impact, print_unpublished, sound, tell_obstacles
from schemas.model import JsonObject
from schemas.project import Project


def publish_there(
    files: Sequence[Path], place: Place, *, prune: bool, dry_run: bool, activate: str | None, as_json: bool
) -> None:
    from murmuration.aws.publish.impact import CannotPublish
    from murmuration.aws.publish.making import by_a_person
    from murmuration.aws.publish.prepare import Asked, asked_of
    from murmuration.system import SystemClock

    asked, documents, projects = list[Asked](), frozenset[str](), frozenset[str]()
    shared: Sequence[Project] = ()
    if activate is None:
        workspace = place.workspace
        pipelines = sound(workspace, files, Target.AWS)
        if not pipelines and not prune:
            raise nothing_to_publish(workspace)
        shared = workspace.projects()
        asked = asked_of(pipelines, shared)
        documents = frozenset(pipeline.name for pipeline in pipelines)
        projects = frozenset([*(one.project for one in pipelines), *(one.project for one in shared)])
    elif files:
        raise click.UsageError("--activate names its version: leave the files out")
    there = place.remote()
    there.say()
    publisher = by_a_person(there.deployed.environment, there.clients, SystemClock(), who())
    try:
        if dry_run:
            impact = publisher.impact(asked) if activate is None else publisher.impact_of(activate)
        else:
            wanted = sorted(documents) if activate is None else [activate]
            project = only_project(wanted)
            with place.audit().of(actor(), "pipeline.publish", ", ".join(wanted), project=project) as entry:
                impact = publisher.publish(asked) if activate is None else publisher.activate(activate)
                entry.after(impact.document())
        live = publisher.live(projects) if prune else ()
        extra = [name for name in live if name not in documents and not is_own(name)]
        if extra and not dry_run:
            with place.audit().of(actor(), "pipeline.unpublish", ", ".join(extra), project=only_project(extra)):
                publisher.unpublish(extra)
    except CannotPublish as wrong:
        tell_obstacles([one.document() for one in wrong.obstacles])
        raise SystemExit(MISTAKES) from None
    if not dry_run:
        _keep(place, impact.document(), shared)
    told: JsonObject = {**impact.document(), "unpublished": [{"pipeline": name} for name in extra]}
    if as_json:
        print_json({"target": there.stage, "account": there.identity.account, "region": there.identity.region, **told})
    else:
        print_impact(told, dry_run=dry_run)
        _print_more(told)
        if not dry_run:
            print_unpublished(told)
    if not impact.possible:
        raise SystemExit(MISTAKES)


def _keep(place: Place, told: JsonObject, shared: Sequence[Project]) -> None:
    """For those who go on from there with the designer: who it was, and what pipelines take with them of their projects. The text
    is the document's own: it has the Lambdas of its project in it, which the workspace's has not."""
    from handlers.drafts import Drafts, Published
    from murmuration.aws.publishing import keep_projects
    from murmuration.system import SystemClock

    cabinet, at = place.cabinet(), SystemClock().now()
    keep_projects(cabinet, shared)
    published = told["published"]
    for one in published if isinstance(published, list) else ():
        assert isinstance(one, dict), "each with what it means"
        if one["new"]:
            Drafts(cabinet).note(str(one["pipeline"]), int(str(one["version"])), Published(by=who(), at=at))


def _print_more(told: JsonObject) -> None:
    published, quota, obstacles = told["published"], told["quota"], told["obstacles"]
    for one in published if isinstance(published, list) else ():
        assert isinstance(one, dict), "each with what it means"
        drains = one["drains"]
        for version in drains if isinstance(drains, list) else ():
            click.echo(f"  {version} drains: its rules go when its last run has ended")
    assert isinstance(quota, dict), "a bus has a quota"
    click.echo(
        f"{quota['rules']} of {count(int(str(quota['of'])), 'rule')} on the bus, "
        f"{quota['wildcards']} of {quota['of_wildcards']} with a wildcard"
    )
    tell_obstacles(obstacles)
