"""From a document to the version that it becomes: a new one, or the one that is there already. Reads, and changes nothing.

A pipeline takes with it what it uses of its project: Lambdas of the project's, and the real names of buckets. A version is
then whole in itself, and a project that changes makes new versions of the pipelines that it changes.

A version is the same again where its document is, and its rules are. One that was put and never went live, because its
publish was killed, is gone on with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from events.ports import Published
from events.rules import Choice, Plan, PlanKind, Surroundings, compile_rules
from events.rules.rule import Owner
from murmuration.aws.catalog import AwsCatalog, Pointer
from murmuration.aws.publish.buses import OnBuses
from murmuration.aws.publish.impact import Change, named
from murmuration.aws.publish.wanted import Wanted, names, read_all, wanted, wanted_of
from schemas.pipeline import Pipeline
from schemas.project import Project
from schemas.version import Version, VersionState


@dataclass(frozen=True, slots=True)
class Asked:
    """A pipeline to publish, with what it uses of its project."""

    pipeline: Pipeline
    buckets: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    """The project's, for its tasks."""
    announce: bool | None = None
    """All that happens is said aloud; None where its project was not given."""


@dataclass(frozen=True, slots=True)
class Prepared:
    published: Published
    rules: tuple[Wanted, ...]
    why: str
    state: VersionState | None
    """None: it is not in the catalog yet."""
    pointer: Pointer
    before: tuple[Wanted, ...] = ()
    """The rules of the version that is live now, where that is another."""

    @property
    def version(self) -> Version:
        return self.published.version

    @property
    def name(self) -> str:
        return self.version.pipeline.name

    @property
    def live(self) -> bool:
        return self.state is VersionState.LIVE

    def change(self, seen: OnBuses) -> Change:
        there = {rule.place for rule in self.rules if seen.has(rule)}
        leaving = [rule for rule in self.before if rule.place not in names(self.rules) and rule.place in seen]
        at_once = [rule for rule in leaving if rule.owner is Owner.PIPELINE]
        return Change(
            pipeline=self.name,
            version=self.version.number,
            new=not self.live,
            plan=(PlanKind.EDGE if self.published.slots is None else PlanKind.SLOT).value,
            why=self.why,
            added=named(rule.place.name for rule in self.rules if rule.place not in there),
            kept=named(place.name for place in there),
            removed=named(rule.place.name for rule in at_once),
            later=named(rule.place.name for rule in leaving if rule.owner is Owner.VERSION),
            drains=() if self.live or self.pointer.active is None else (f"{self.name}@{self.pointer.active}",),
            triggers=named(self.version.pipeline.triggers),
        )


def asked_of(pipelines: Iterable[Pipeline], projects: Iterable[Project] = ()) -> list[Asked]:
    by_name = {project.project: project for project in projects}
    return [_asked(pipeline, by_name.get(pipeline.project)) for pipeline in pipelines]


def _asked(pipeline: Pipeline, project: Project | None) -> Asked:
    if project is None:
        return Asked(pipeline)
    used = {task.function for task in pipeline.tasks.values()}
    shared = {name: own for name, own in project.functions.items() if name in used}
    whole = pipeline.model_copy(update={"functions": {**shared, **pipeline.functions}}) if shared else pipeline
    real = {name: bucket.name for name, bucket in project.buckets.items() if bucket.name}
    return Asked(whole, real, project.variables, project.announce == "all")


def prepare(asked: Asked, catalog: AwsCatalog, seen: OnBuses, surroundings: Surroundings, quota: int) -> Prepared:
    around = replace(surroundings, buckets={**surroundings.buckets, **asked.buckets})
    pipeline = asked.pipeline
    pointer, last = catalog.pointer(pipeline.name), catalog.last_number(pipeline.name)
    for number in dict.fromkeys((pointer.active, last)):
        found = None if not number else _again(asked.pipeline, number, catalog, pointer, around)
        if found is not None:
            return found
    plan = _compiled(Version(pipeline=pipeline, number=last + 1), seen, around, quota)
    return Prepared(
        Published(plan.version, plan.table, plan.inline),
        wanted_of(plan, around),
        plan.why,
        None,
        pointer,
        _live_rules(pipeline.name, catalog, pointer),
    )


def prepare_aside(asked: Asked, catalog: AwsCatalog, surroundings: Surroundings) -> Prepared:
    """To be run and never live, so it brings no triggers. By slots: their rules are shared by all, and mostly there already."""
    around = replace(surroundings, buckets={**surroundings.buckets, **asked.buckets})
    pipeline = asked.pipeline
    pointer, last = catalog.pointer(pipeline.name), catalog.last_number(pipeline.name)
    for number in dict.fromkeys((pointer.active, last)):
        found = None if not number else of_version(f"{pipeline.name}@{number}", catalog)
        if found is not None and found.version.pipeline == pipeline:
            return found
    plan = compile_rules(Version(pipeline=pipeline, number=last + 1), surroundings=around, choice=Choice.SLOT)
    rules = tuple(wanted(rule, around) for rule in (*plan.rules, *plan.shared))
    published = Published(plan.version, plan.table, plan.inline)
    return Prepared(published, rules, "it is run, and never live", None, pointer)


def _again(
    pipeline: Pipeline, number: int, catalog: AwsCatalog, pointer: Pointer, around: Surroundings
) -> Prepared | None:
    """The version of this number, if publishing the document again would make the same one."""
    published = catalog.version(f"{pipeline.name}@{number}")
    if published is None or published.version.pipeline != pipeline:
        return None
    standing = catalog.standing(pipeline.name, number)
    if standing is None or standing.state not in (VersionState.LIVE, VersionState.PUBLISHED):
        return None
    rules = read_all(catalog.rules_of(pipeline.name, number))
    plan = compile_rules(published.version, surroundings=around, choice=_choice(published))
    if names(wanted_of(plan, around)) != names(rules):
        return None
    live = standing.state is VersionState.LIVE
    why = "it is live already" if live else "it was published already, and not live yet"
    before = () if live else _live_rules(pipeline.name, catalog, pointer)
    return Prepared(published, rules, why, standing.state, pointer, before)


def of_version(reference: str, catalog: AwsCatalog) -> Prepared | None:
    """A version of the catalog as it was published, whatever it would become today."""
    published = catalog.version(reference)
    if published is None:
        return None
    pipeline, number = published.version.pipeline.name, published.version.number
    standing, pointer = catalog.standing(pipeline, number), catalog.pointer(pipeline)
    assert standing is not None, "a version stands somewhere"
    before = () if pointer.active == number else _live_rules(pipeline, catalog, pointer)
    rules = read_all(catalog.rules_of(pipeline, number))
    return Prepared(published, rules, "as it was published", standing.state, pointer, before)


def _compiled(version: Version, seen: OnBuses, around: Surroundings, quota: int) -> Plan:
    """With the room that is left beside what the plan asks for and is there already."""
    first = compile_rules(version, surroundings=around)
    there = names(wanted_of(first, around))
    return compile_rules(version, surroundings=around, room=seen.room(around.bus, quota, there))


def _choice(published: Published) -> Choice:
    return Choice.EDGE if published.slots is None else Choice.SLOT


def _live_rules(pipeline: str, catalog: AwsCatalog, pointer: Pointer) -> tuple[Wanted, ...]:
    return () if pointer.active is None else read_all(catalog.rules_of(pipeline, pointer.active))
