"""Notifications: who is told by mail, by webhook or by an event of how a project's runs end, which take too long, and what could not be
delivered.

A subscription becomes a small pipeline of the project, published like any other: its triggers hear what is subscribed to, its
first task makes the notification, a `when` of the subscription is the condition of its one edge, and the second task delivers it,
with retries. So a notification is as durable as a run, and nothing else has to be. Such pipelines are hidden from people's lists.

    murmuration: run.succeeded, ...          ─┐
    murmuration.operations: run.late          ├─> notification ──when──> deliver
    murmuration.operations: delivery.dead    ─┘

What must always hold: a run end, a late run and a dead letter are each told once per subscription, however often they are said;
nothing is told of the pipelines that tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from events.event import BUS_SOURCE
from handlers.actions.emit import Source
from handlers.actions.mail_server import MailAddress
from handlers.operations import DEAD, DRAWER, LATE, SOURCE, STEM, is_own
from schemas.duration import Duration
from schemas.errors import MurmurationError
from schemas.model import JsonObject, Model
from schemas.names import PipelineName
from schemas.trigger import RunEnd

if TYPE_CHECKING:
    from handlers.cabinet import Kept

__all__ = ["DRAWER", "Subscription", "is_own", "pipeline_of"]

MOST: Final = 50
"""In a project: each is a pipeline, with rules on the bus."""
_RETRY: Final[JsonObject] = {"attempts": 10, "delay": "1s", "backoff": 3, "max_delay": "1h", "jitter": "equal"}
_NOTIFICATION: Final = "${tasks.notification.output}"
_TEXT: Final = "${tasks.notification.output.text}"


class TooMany(MurmurationError):
    code = "too-many"


class Mail(Model):
    to: Annotated[tuple[MailAddress, ...], Field(min_length=1, max_length=50)]


class Webhook(Model):
    url: str = Field(min_length=1, max_length=2_048, description="Keep it as a secret: ${secrets.NAME}")
    body: Literal["message", "notification"] = Field(
        default="message", description="message: {text}, as chat channels take it; notification: all of it, as JSON"
    )


class OwnEvent(Model):
    source: Source
    type: str = Field(min_length=1, max_length=128, description="The event's detail-type")


class Subscription(Model):
    name: str = Field(default="", max_length=100)
    outcomes: tuple[RunEnd, ...] = Field(default=(), description="Which ends of runs are told")
    sla: Duration | None = Field(default=None, description="A run that takes longer is told, while it still runs")
    dead_letters: bool = Field(default=False, description="What could not be delivered is told")
    pipelines: Annotated[tuple[PipelineName, ...], Field(max_length=50)] = Field(
        default=(), description="Of these alone; of all when left out"
    )
    when: JsonObject | None = Field(default=None, description="An event pattern that the notification must match")
    email: Mail | None = None
    webhook: Webhook | None = None
    event: OwnEvent | None = None

    @model_validator(mode="after")
    def _says_what_and_to_whom(self) -> Self:
        named = [name for name in ("email", "webhook", "event") if getattr(self, name) is not None]
        if len(named) != 1:
            raise PydanticCustomError(
                "one_of",
                "a subscription has one of email, webhook and event, and this has {many}",
                {"many": len(named)},
            )
        if not (self.outcomes or self.sla or self.dead_letters):
            raise PydanticCustomError("nothing", "a subscription names outcomes, an sla or dead_letters", {})
        if self.sla is not None and self.sla.ms < 1_000:
            raise PydanticCustomError("too_short", "an sla has a second or more", {})
        if any(name.startswith(STEM) for name in self.pipelines):
            raise PydanticCustomError("no_loops", "nothing is told of the pipelines that tell", {})
        return self


def name_of(project: str, id_: str) -> str:
    return f"{project}/{STEM}{id_}"


def pipeline_of(project: str, id_: str, wanted: Subscription) -> JsonObject:
    edge: JsonObject = {"from": "notification", "to": "deliver"}
    if wanted.when is not None:
        # A sample is delivered whatever it says.
        edge["when"] = {"$or": [{"sample": [True]}, wanted.when]}
    return {
        "project": project,
        "pipeline": f"{STEM}{id_}",
        "description": f"Notification: {wanted.name}" if wanted.name else "Notification",
        "triggers": dict(_triggers(project, wanted)),
        "tasks": {
            "notification": {"action": "pass", "timeout": "30s", "with": {"value": "${input}"}},
            "deliver": {**_deliver(wanted), "timeout": "1m", "retry": _RETRY},
        },
        "edges": [edge],
    }


def _triggers(project: str, wanted: Subscription) -> Iterable[tuple[str, JsonObject]]:
    own = [f"{project}/{name}" for name in wanted.pipelines]
    if wanted.outcomes:
        # A pattern cannot say "this, and not that" of one field: the CloudEvent's own source names the project, too.
        named: JsonObject = {"pipeline": [{"prefix": f"{name}@"} for name in own]} if own else {}
        others: JsonObject = {"pipeline": [{"anything-but": {"prefix": f"{project}/{STEM}"}}]}
        yield (
            "ended",
            {
                "event": {
                    "source": [BUS_SOURCE],
                    "detail-type": [f"run.{end.value}" for end in wanted.outcomes],
                    "detail": {"source": [{"prefix": f"/{BUS_SOURCE}/{project}/"}], **(named or others)},
                },
                "key": "${detail.run}",
                "input": {
                    "kind": "outcome",
                    "project": project,
                    "pipeline": "${detail.pipeline}",
                    "run": "${detail.run}",
                    "outcome": "${detail.data.status}",
                    "reason": "${detail.data.reason || ''}",
                    "tasks": "${detail.data.tasks || `[]`}",
                    "at": "${detail.time}",
                    "sample": False,
                    "text": "Run ${detail.run} of ${detail.pipeline}: ${detail.data.status}",
                },
            },
        )
    here: JsonObject = {"project": [project], **({"pipeline": [*own]} if own else {})}
    if wanted.sla is not None:
        yield (
            "late",
            {
                "event": {"source": [SOURCE], "detail-type": [LATE], "detail": {**here, "sla": [wanted.sla.ms]}},
                "key": "${detail.run}",
                "input": {
                    "kind": "late",
                    "project": project,
                    "pipeline": "${detail.pipeline}@${detail.version}",
                    "run": "${detail.run}",
                    "started": "${detail.started}",
                    "sla": str(wanted.sla),
                    "at": "${time}",
                    "sample": False,
                    "text": f"Run ${{detail.run}} of ${{detail.pipeline}} takes longer than {wanted.sla}",
                },
            },
        )
    if wanted.dead_letters:
        yield (
            "dead",
            {
                "event": {"source": [SOURCE], "detail-type": [DEAD], "detail": here},
                "key": "${id}",
                "input": {
                    "kind": "dead_letter",
                    "project": project,
                    "pipeline": "${detail.pipeline}",
                    "letter": "${detail.id}",
                    "to": "${detail.to}",
                    "why": "${detail.why}",
                    "event": "${detail.event}",
                    "at": "${time}",
                    "sample": False,
                    "text": "A delivery to ${detail.pipeline} was given up: ${detail.why}",
                },
            },
        )


def _deliver(wanted: Subscription) -> JsonObject:
    if wanted.email is not None:
        subject = "Murmuration: ${tasks.notification.output.kind} in ${tasks.notification.output.project}"
        with_: JsonObject = {"to": [*wanted.email.to], "subject": subject, "text": f"{_TEXT}\n\n{_NOTIFICATION}\n"}
        return {"action": "notify.email", "with": with_}
    if wanted.event is not None:
        told: JsonObject = {"source": wanted.event.source, "type": wanted.event.type, "detail": _NOTIFICATION}
        return {"action": "emit", "with": told}
    assert wanted.webhook is not None, "a subscription has one of the three"
    if wanted.webhook.body == "message":
        return {"action": "notify.webhook", "with": {"url": wanted.webhook.url, "text": _TEXT}}
    return {
        "action": "http.request",
        "with": {"method": "POST", "url": wanted.webhook.url, "body": {"json": _NOTIFICATION}},
    }


def sample(project: str, wanted: Subscription) -> JsonObject:
    """A notification as it would come, that says of itself that it is none."""
    pipeline = f"{project}/{wanted.pipelines[0] if wanted.pipelines else 'sample'}"
    shared: JsonObject = {"project": project, "pipeline": f"{pipeline}@1", "sample": True}
    if wanted.outcomes:
        end = wanted.outcomes[0].value
        text = f"This is a sample: run sample of {pipeline}@1: {end}"
        return {"kind": "outcome", **shared, "run": "sample", "outcome": end, "reason": "", "tasks": [], "text": text}
    if wanted.sla is not None:
        text = f"This is a sample: run sample of {pipeline} takes longer than {wanted.sla}"
        return {"kind": "late", **shared, "run": "sample", "sla": str(wanted.sla), "text": text}
    text = f"This is a sample: a delivery to {pipeline} was given up"
    return {"kind": "dead_letter", **shared, "letter": "sample", "to": "start", "why": "", "event": {}, "text": text}


def subscription(kept: Kept) -> Subscription:
    return Subscription.read(kept.body)
