"""Triggers: schedules that fire, patterns that match something, buckets and secrets that the project has."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from events.check.subject import Subject
from events.event import BUS_SOURCE, EventType
from events.expressions import EVENT_ROOTS
from events.pattern import Pattern, never_matches
from events.pattern.match import accepts, may_be_absent
from events.pattern.operators import Text
from events.pattern.parse import Branch, parse
from schemas.duration import Duration
from schemas.errors import InvalidPattern
from schemas.model import JsonObject
from schemas.names import did_you_mean
from schemas.problem import Code, Path, Severity
from schemas.schedule import cron_mistake, zone_mistake
from schemas.trigger import S3Source, ScheduleSource, Trigger, WebhookSource

_OURS = tuple(kind.value for kind in EventType)
_SHORTEST_RATE = Duration(1_000)


def check_triggers(subject: Subject) -> None:
    for name, trigger in subject.pipeline.triggers.items():
        path: Path = ("triggers", name)
        if trigger.event is not None:
            _check_event(subject, (*path, "event"), trigger.event)
        if trigger.schedule is not None:
            _check_schedule(subject, (*path, "schedule"), trigger.schedule)
        if trigger.webhook is not None:
            _check_webhook(subject, (*path, "webhook"), trigger.webhook)
        if trigger.s3 is not None:
            _check_bucket(subject, (*path, "s3", "bucket"), trigger.s3)
        _check_key(subject, (*path, "key"), trigger)


def _check_event(subject: Subject, path: Path, event: JsonObject) -> None:
    try:
        pattern = Pattern(orjson.dumps(event))
    except InvalidPattern as wrong:
        subject.add(Code.BAD_PATTERN, path, wrong.what, wrong.advice)
        return
    if why := never_matches(pattern):
        subject.add(Code.NEVER_MATCHES, path, f"this pattern can never match: {why}", "Widen the range")
    branches = parse(orjson.dumps(event))
    _check_own_types(subject, path, event, branches)
    strange = [strange_field(branch) for branch in branches]
    if all(strange):
        field = strange[0]
        where = (*path, field) if field in event else path
        advice = did_you_mean(field, EVENT_ROOTS) or f"An event has {', '.join(EVENT_ROOTS)}; the rest stands in detail"
        subject.add(
            Code.NEVER_MATCHES, where, f'this pattern can never match: an event has no "{field}"', advice, key=True
        )


def _check_own_types(subject: Subject, path: Path, event: JsonObject, branches: Iterable[Branch]) -> None:
    """A warning: a later version may say more than this one does."""
    for branch in branches:
        asked = branch.get("detail-type", ())
        if not asked or not all(
            isinstance(one, Text) and one.text == BUS_SOURCE for one in branch.get("source", (None,))
        ):
            continue
        unknown = [one.text for one in asked if isinstance(one, Text) and one.text not in _OURS]
        if not unknown and not any(accepts(asked, kind) for kind in _OURS):
            unknown = [""]
        written = event.get("detail-type")
        for kind in unknown:
            at = written.index(kind) if isinstance(written, list) and kind in written else None
            where = (*path, "detail-type", *(() if at is None else (at,))) if written is not None else path
            told = f'murmuration says no "{kind}"' if kind else "murmuration says nothing of such a type"
            advice = did_you_mean(kind, _OURS) or f"There are {', '.join(_OURS)}"
            subject.add(Code.NEVER_MATCHES, where, f"{told}, so nothing matches", advice, severity=Severity.WARNING)


def strange_field(branch: Branch) -> str:
    """A field that the branch asks for and that no event has."""
    for path, alternatives in branch.items():
        field = path.split(".")[0]
        if field not in EVENT_ROOTS and not may_be_absent(alternatives):
            return field
    return ""


def _check_schedule(subject: Subject, path: Path, schedule: ScheduleSource) -> None:
    if schedule.cron is not None and (wrong := cron_mistake(schedule.cron)):
        subject.add(Code.BAD_CRON, (*path, "cron"), *wrong)
    if schedule.rate is not None and schedule.rate < _SHORTEST_RATE:
        subject.add(
            Code.BAD_DURATION, (*path, "rate"), f"a schedule cannot fire every {schedule.rate}", "Write 1s or more"
        )
    if wrong := zone_mistake(schedule.timezone):
        subject.add(Code.BAD_ZONE, (*path, "timezone"), *wrong)


def _check_webhook(subject: Subject, path: Path, webhook: WebhookSource) -> None:
    project = subject.project
    if project is not None and webhook.secret is not None and webhook.secret not in project.secrets:
        advice = did_you_mean(webhook.secret, project.secrets) or "Add it to the project's secrets"
        subject.add(Code.UNKNOWN_NAME, (*path, "secret"), f'the project has no secret "{webhook.secret}"', advice)


def _check_bucket(subject: Subject, path: Path, s3: S3Source) -> None:
    """A project that names no bucket may keep them elsewhere."""
    project = subject.project
    if project is not None and project.buckets and s3.bucket not in project.buckets:
        advice = did_you_mean(s3.bucket, project.buckets) or "Add it to the project's buckets"
        subject.add(Code.UNKNOWN_NAME, path, f'the project has no bucket "{s3.bucket}"', advice)


def _check_key(subject: Subject, path: Path, trigger: Trigger) -> None:
    if trigger.key is not None and "${" not in trigger.key:
        field = trigger.key[:40] or "id"
        subject.add(
            Code.BAD_EXPRESSION,
            path,
            f'the key is "{trigger.key[:40]}" for every event, so that there is one run and never another',
            f"Read it from the event: ${{{field if field.split('.')[0] in EVENT_ROOTS else f'detail.{field}'}}}",
            severity=Severity.WARNING,
        )
