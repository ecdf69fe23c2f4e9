"""Versions: which there are, what is in one, what differs between two, what it becomes.

GET /pipelines/<project>/<pipeline>/versions             the newest first
GET .../versions/<number>                                its document, and its text as it was written
GET .../diff?from=&to=                                   numbers, `draft`, `live`
GET .../rules?version=                                   as they were put; of `draft`: as they would be
GET .../export?format=yaml|json|cloudformation&version=
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import orjson
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from events.rules import Choice, compile_rules
from events.rules.cloudformation import template
from handlers.api import paging
from handlers.api.asked import Asked, Here
from handlers.api.paging import After, Most
from handlers.api.problem import InvalidRequest
from handlers.api.routes import Routes
from handlers.api.workshop import DRAFT, LIVE, Workshop
from handlers.auth import Operation
from handlers.checker import Examined
from handlers.differences import Differences, differences
from handlers.drafts import Layout
from handlers.impact import RuleTold, compiled, of_published, told_of
from handlers.moments import iso
from handlers.publishing import NoSuchVersion, Standing
from schemas.model import JsonObject, Model
from schemas.pipeline import Pipeline
from schemas.project import Project
from schemas.version import Version, VersionState
from schemas.yaml_written import as_yaml

Which = Annotated[str, Query(description="A version's number, or draft, or live", max_length=20)]
Format = Literal["yaml", "json", "cloudformation"]


class VersionTold(Model):
    number: int
    state: VersionState
    at: str
    """When it was put; on AWS, since when it stands so."""
    by: str | None
    note: str
    in_flight: int


class Versions(Model):
    pipeline: str
    live: int | None
    paused: bool
    versions: list[VersionTold]
    next: str | None


class VersionWhole(VersionTold):
    pipeline: str
    document_: JsonObject = Field(serialization_alias="document")
    text: str
    """As it was written, with its comments; made from the document where nobody kept that."""
    as_written: bool
    layout: Layout


class RulesDifference(Model):
    added: list[RuleTold]
    kept: list[RuleTold]
    removed: list[RuleTold]


class Diff(Model):
    from_: str = Field(serialization_alias="from")
    to: str
    differences: Differences
    rules: RulesDifference


class Rules(Model):
    version: str
    plan: str
    why: str
    rules: list[RuleTold]


class VersionsApi:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def routes(self) -> Routes:
        routes = Routes("pipelines")
        path = "/pipelines/<project>/<pipeline>"
        read = Operation.PIPELINE_READ
        routes.get(f"{path}/versions", read, self.list, "A pipeline's versions, the newest first")
        routes.get(f"{path}/versions/<number>", read, self.show, "A version: its document, its text")
        routes.get(f"{path}/diff", read, self.diff, "What differs between two versions, or from the draft")
        routes.get(f"{path}/rules", read, self.rules, "The rules that a version is")
        routes.get(
            f"{path}/export", Operation.PIPELINE_EXPORT, self.export, "A version as YAML, JSON or CloudFormation"
        )
        return routes

    def list(
        self, project: str, pipeline: str, asked: Here, after: After = None, most: Most = paging.LARGEST
    ) -> Versions:
        shop = self._workshop
        name = self._there(project, pipeline, asked)
        pointer, runs = shop.publishing.pointer(name), shop.publishing.in_flight(name)
        found, further = paging.part(
            shop.publishing.versions(name),
            lambda one: f"{one.number:012}",
            of=f"versions/{name}",
            after=after,
            most=most,
            newest=True,
        )
        told = [self._told(name, one, runs.get(one.number, 0)) for one in found]
        return Versions(pipeline=name, live=pointer.active, paused=pointer.paused, versions=told, next=further)

    def show(self, project: str, pipeline: str, number: str, asked: Here) -> VersionWhole:
        shop = self._workshop
        name = self._there(project, pipeline, asked)
        wanted = _number(number)
        published = shop.version(name, wanted)
        standing = next(one for one in shop.publishing.versions(name) if one.number == wanted)
        told = self._told(name, standing, shop.publishing.in_flight(name).get(wanted, 0))
        record = shop.drafts.published(name, wanted)
        return VersionWhole(
            **told.model_dump(),
            pipeline=name,
            document_=published.version.pipeline.document(),
            text=shop.text_of(name, wanted),
            as_written=record is not None and bool(record.text),
            layout={} if record is None else record.layout,
        )

    def diff(
        self,
        project: str,
        pipeline: str,
        asked: Here,
        from_: Annotated[str, Query(alias="from", description="A version's number, or draft, or live", max_length=20)],
        to: Which = DRAFT,
    ) -> Diff:
        name = self._there(project, pipeline, asked)
        before, after = self._pipeline(name, from_, asked), self._pipeline(name, to, asked)
        old, new = self._compiled(name, from_, before, asked), self._compiled(name, to, after, asked)
        return Diff(
            from_=from_,
            to=to,
            differences=differences(before, after),
            rules=RulesDifference(
                added=[rule for one, rule in new.items() if one not in old],
                kept=[rule for one, rule in new.items() if one in old],
                removed=[rule for one, rule in old.items() if one not in new],
            ),
        )

    def rules(self, project: str, pipeline: str, asked: Here, version: Which = LIVE) -> Rules:
        name = self._there(project, pipeline, asked)
        publishing = self._workshop.publishing
        number = self._resolved(name, version)
        if number is None:
            document, projects = self._draft(name, asked)
            made = compiled(document, self._next(name), Choice.AUTO.value, projects, publishing)
            return Rules(version=DRAFT, plan=made.plan.kind, why=made.plan.why, rules=[*made.rules().values()])
        made = of_published(self._workshop.version(name, number), publishing.surroundings())
        known = made.rules()
        told = [known.get(str(one["Name"])) or told_of(one) for one in publishing.rules(f"{name}@{number}")]
        return Rules(version=f"{name}@{number}", plan=made.plan.kind, why=made.plan.why, rules=told)

    def export(
        self,
        project: str,
        pipeline: str,
        asked: Here,
        format: Format = "yaml",
        version: Which = LIVE,
        stage: Annotated[
            str, Query(description="For CloudFormation", max_length=30, pattern=r"^[a-z][a-z0-9]*$")
        ] = "production",
    ) -> Response[str]:
        name = self._there(project, pipeline, asked)
        number = self._resolved(name, version)
        document = self._pipeline(name, version, asked)
        stem = name.replace("/", "-")
        match format:
            case "yaml":
                shop = self._workshop
                text = shop.draft(name).text if number is None else shop.text_of(name, number)
                return _file(text, "application/yaml", f"{stem}.yaml")
            case "json":
                return _file(_json(document.document()), "application/json; charset=utf-8", f"{stem}.json")
            case "cloudformation":
                prefix = f"murmur-{stage}"
                around = replace(
                    self._workshop.publishing.surroundings(),
                    bus=prefix,
                    prefix=prefix,
                    dead_letters=f"{prefix}-undelivered",
                    buckets={},
                )
                plan = compile_rules(Version(pipeline=document, number=number or self._next(name)), surroundings=around)
                plan.quota.require()
                return _file(as_yaml(template(plan, around)), "application/yaml", f"{stem}.cloudformation.yaml")

    def _there(self, project: str, pipeline: str, asked: Asked) -> str:
        """`NoSuchPipeline` where there is nothing of that name."""
        name = self._workshop.seen(asked.caller, project, pipeline)
        self._workshop.draft(name)
        return name

    def _told(self, name: str, one: Standing, runs: int) -> VersionTold:
        record = self._workshop.drafts.published(name, one.number)
        return VersionTold(
            number=one.number,
            state=one.state,
            at=iso(one.at if record is None else record.at),
            by=None if record is None else record.by or None,
            note="" if record is None else record.note,
            in_flight=runs,
        )

    def _resolved(self, name: str, which: str) -> int | None:
        """Its number; None for the draft."""
        if which == DRAFT:
            return None
        if which != LIVE:
            return _number(which)
        active = self._workshop.publishing.pointer(name).active
        if active is None:
            raise NoSuchVersion(f"no version of {name} is live", advice="Publish it, or name a version by its number")
        return active

    def _pipeline(self, name: str, which: str, asked: Asked) -> Pipeline:
        number = self._resolved(name, which)
        if number is None:
            return self._draft(name, asked)[0]
        return self._workshop.version(name, number).version.pipeline

    def _draft(self, name: str, asked: Asked) -> tuple[Pipeline, tuple[Project, ...]]:
        """As much of it as can be compared; all its mistakes where that is nothing."""
        text = self._workshop.draft(name).text
        examined: Examined = self._workshop.checker.check(text, asked.caller.sees, name=name)
        return examined.sound or examined.require(), examined.projects

    def _compiled(self, name: str, which: str, pipeline: Pipeline, asked: Asked) -> dict[str, RuleTold]:
        """By what they hear and whom they tell: a version's number is in all its rules, and differs always."""
        projects = self._draft(name, asked)[1] if which == DRAFT else ()
        return compiled(pipeline, 1, Choice.AUTO.value, projects, self._workshop.publishing).rules()

    def _next(self, name: str) -> int:
        return max((one.number for one in self._workshop.publishing.versions(name)), default=0) + 1


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < len(text) < 10:
        raise InvalidRequest(f"{text[:20]!r} is no version", advice="Write its number, draft or live")
    return int(text)


def _json(document: JsonObject) -> str:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _file(text: str, kind: str, name: str) -> Response[str]:
    return Response(200, kind, text, headers={"content-disposition": f'attachment; filename="{name}"'})
