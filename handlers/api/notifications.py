"""Notifications of a project: who is told of how its runs end, which take too long, and what could not be delivered."""

from __future__ import annotations

from typing import Annotated, Final

import orjson
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from events.check import check
from handlers.acting import Refused
from handlers.actions.action import ActionFailed
from handlers.actions.registry import check_parameters
from handlers.actions.target import Target
from handlers.api import edited, paging
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.paging import After, Most
from handlers.api.problem import InvalidRequest, NoSuchThing
from handlers.api.projects import Project, need_project
from handlers.api.routes import Routes
from handlers.auth import Operation
from handlers.cabinet import ABSENT, Kept
from handlers.moments import iso
from handlers.notifications import DRAWER, MOST, Subscription, TooMany, name_of, pipeline_of, sample, subscription
from schemas.document import read
from schemas.model import JsonObject, Model
from schemas.problem import Severity, plain

_LIST: Final = "notifications"
Id = Annotated[str, Path(pattern=r"^[a-z0-9]{1,32}$")]


class Notification(Subscription):
    id: str
    at: str
    """When it was written."""


class Page(Model):
    notifications: list[Notification]
    next: str | None


class Sent(Model):
    run: str
    """Of the pipeline that tells: how it goes is read like any other."""


class Notifications:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("notifications")
        read, write = Operation.NOTIFICATION_READ, Operation.NOTIFICATION_WRITE
        under = "/projects/<project>/notifications"
        routes.get(under, read, self.list, "Who is told of what")
        routes.post(under, write, self.create, "Subscribe to a project", status=201, creates=True)
        routes.get(f"{under}/<id>", read, self.show, "A subscription")
        routes.put(f"{under}/<id>", write, self.change, "Change a subscription")
        routes.delete(f"{under}/<id>", write, self.remove, "Unsubscribe")
        routes.post(f"{under}/<id>/test", write, self.test, "Send a sample", status=202, creates=True)
        return routes

    def list(self, project: Project, after: After = None, most: Most = 50) -> Page:
        need_project(self._house, project)
        found, further = paging.gathered(
            lambda at, many: self._house.cabinet.list(DRAWER, prefix=f"{project}/", after=at or "", most=many),
            lambda kept: kept.key,
            lambda _: True,
            of=f"{_LIST}/{project}",
            after=after,
            most=most,
        )
        return Page(notifications=[_told(kept) for kept in found], next=further)

    def create(self, asked: Here, project: Project, wanted: Subscription) -> Response[Notification]:
        house = self._house
        need_project(house, project)
        id_ = house.ids.token()
        document = _sound(project, id_, wanted)
        if len(house.cabinet.list(DRAWER, prefix=f"{project}/", most=MOST)) >= MOST:
            raise TooMany(f"{project} has {MOST} subscriptions, as many as it may", advice="Remove one first")
        with house.audit.of(
            asked.caller, Operation.NOTIFICATION_WRITE, id_, project=project, request=asked.request
        ) as entry:
            kept = house.cabinet.put(DRAWER, f"{project}/{id_}", wanted.document(), expect=ABSENT)
            self._publish(document)
            entry.after(wanted.document())
        return edited.answer(_told(kept), kept.version, 201)

    def show(self, project: Project, id: Id) -> Response[Notification]:
        kept = self._found(project, id)
        return edited.answer(_told(kept), kept.version)

    def change(self, asked: Here, project: Project, id: Id, wanted: Subscription) -> Response[Notification]:
        house, expected, before = self._house, edited.wanted(asked), self._found(project, id)
        document = _sound(project, id, wanted)
        with house.audit.of(
            asked.caller,
            Operation.NOTIFICATION_WRITE,
            id,
            project=project,
            request=asked.request,
            before=before.body,
        ) as entry:
            kept = house.cabinet.put(DRAWER, before.key, wanted.document(), expect=expected)
            self._publish(document)
            entry.after(wanted.document())
        return edited.answer(_told(kept), kept.version)

    def remove(self, asked: Here, project: Project, id: Id) -> None:
        house, before = self._house, self._found(project, id)
        expected = edited.wanted(asked, otherwise=None)
        edited.agree(expected, before.version, id)
        with house.audit.of(
            asked.caller,
            Operation.NOTIFICATION_WRITE,
            id,
            project=project,
            request=asked.request,
            before=before.body,
        ):
            # Its pipeline first: what is still listed can be removed again.
            try:
                house.acting.ask("unpublish", {"pipelines": [name_of(project, id)]})
            except Refused as no:
                if no.reason not in ("no-such-pipeline", "not-live"):
                    raise
            house.cabinet.delete(DRAWER, before.key, expect=before.version)
            house.acting.ask("settings-changed", {})

    def test(self, asked: Here, project: Project, id: Id) -> Sent:
        kept = self._found(project, id)
        body: JsonObject = {
            "pipeline": name_of(project, id),
            "input": sample(project, subscription(kept)),
            "request": self._house.ids.token(),
        }
        with self._house.audit.of(
            asked.caller, Operation.NOTIFICATION_WRITE, f"{id}/test", project=project, request=asked.request
        ) as entry:
            told = self._house.acting.ask("run", body)
            entry.after({"run": told["run"]})
        return Sent(run=str(told["run"]))

    def _found(self, project: str, id_: str) -> Kept:
        kept = self._house.cabinet.get(DRAWER, f"{project}/{id_}")
        if kept is None:
            advice = f"GET /projects/{project}/notifications lists those there are"
            raise NoSuchThing(f"{project} has no subscription {id_}", advice=advice)
        return kept

    def _publish(self, document: JsonObject) -> None:
        self._house.acting.ask("publish", {"pipelines": [document]})
        self._house.acting.ask("settings-changed", {})


def _sound(project: str, id_: str, wanted: Subscription) -> JsonObject:
    """Its pipeline. What is wrong with a `when`, an address or an expression is told before anything is kept."""
    if wanted.webhook is not None and "${" not in wanted.webhook.url:
        try:
            Target.parse(wanted.webhook.url)
        except ActionFailed as no:
            raise InvalidRequest(str(no), where="body.webhook.url", advice=no.advice or "Write https://...") from None
    document = pipeline_of(project, id_, wanted)
    checked = check([read(orjson.dumps(document), file="subscription.json")], actions=check_parameters)
    wrong = [one for one in checked.problems if one.severity is Severity.ERROR]
    if wrong:
        told = "; ".join(dict.fromkeys(plain(one.message) for one in wrong))
        advice = "; ".join(dict.fromkeys(plain(one.advice) for one in wrong if one.advice))
        raise InvalidRequest(f"the subscription cannot work: {told}", where="body", advice=advice)
    return document


def _told(kept: Kept) -> Notification:
    fields = {name: getattr(subscription(kept), name) for name in Subscription.model_fields}
    return Notification(**fields, id=kept.key.partition("/")[2], at=iso(kept.at))
