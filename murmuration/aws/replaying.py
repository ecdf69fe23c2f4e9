"""Replaying: events from the archive of a deployed bus, once more through the rules of triggers, and through no other rule.

EventBridge does it: a replay has a name, which no other has had for 90 days, and each event brings it along, so that start makes
runs of their own for them. It chooses events by time alone. What S3 and other services of AWS have sent is on the account's
default bus, and in no archive of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError
from pydantic import JsonValue

from events.ledger import Millis
from events.router import Router
from events.triggering import PassedBy, Refused, TakenUp, take_up
from handlers.archive import Wanted
from murmuration.aws.refusals import code_of, translated
from schemas.errors import MurmurationError
from schemas.model import JsonObject, Model

if TYPE_CHECKING:
    from events.ports import Published
    from murmuration.aws.stack import Stack

_NAME: Final = re.compile(r"[.\-_A-Za-z0-9]{1,64}")
_WHERE: Final = "EventBridge"
LOOKED_AT: Final = 2_000
"""Events that a dry one is told by."""


class CannotReplay(MurmurationError):
    code = "cannot-replay"


class AlreadyReplayed(MurmurationError):
    code = "already-there"


class ByTimeAlone(MurmurationError):
    code = "not-on-aws"


class Replay(Model):
    name: str
    since: Millis = 0
    until: Millis
    source: str | None = None
    type: str | None = None
    pipeline: str | None = None
    after: int = 0
    """Of the local stack, which replays in parts."""
    dry_run: bool = False


def replay(stack: Stack, asked: Replay, pipelines: Iterable[str]) -> JsonObject:
    """It is under way when this returns."""
    if _NAME.fullmatch(asked.name) is None:
        advice = "Write letters, digits, dots, dashes and underscores, 64 at the most"
        raise CannotReplay(f"EventBridge takes no replay called {asked.name[:80]!r}", advice=advice)
    if asked.dry_run:
        return would(stack, asked, pipelines)
    if asked.source is not None or asked.type is not None:
        advice = "Leave source and type out, and name the pipeline: only its triggers hear the replay"
        raise ByTimeAlone("EventBridge chooses what it replays by time alone", advice=advice)
    found = (stack.catalog.active(name) for name in pipelines)
    rules = [rule for one in found if one is not None for rule in _rules(stack, one)]
    if not rules:
        raise CannotReplay("no trigger hears events of this bus", advice="Publish one that says `event:`")
    archive = _archive(stack)
    since = datetime.fromtimestamp(asked.since / 1000, UTC) if asked.since else archive["CreationTime"]
    bus = archive["EventSourceArn"]
    until = datetime.fromtimestamp(asked.until / 1000, UTC)
    if asked.since >= asked.until:
        raise CannotReplay("nothing lies between the beginning and the end", advice="Give an earlier beginning")
    with translated(_WHERE):
        try:
            told = stack.clients.events.start_replay(
                ReplayName=asked.name,
                Description="murmur replay",
                EventSourceArn=archive["ArchiveArn"],
                EventStartTime=since,
                EventEndTime=until,
                Destination={
                    "Arn": bus,
                    "FilterArns": [f"{bus.replace(':event-bus/', ':rule/')}/{rule}" for rule in rules],
                },
            )
        except ClientError as wrong:
            if code_of(wrong) != "ResourceAlreadyExistsException":
                raise
            what = f"a replay called {asked.name} already exists"
            raise AlreadyReplayed(what, advice="Choose another name") from None
    return {"name": asked.name, "state": str(told["State"]).lower(), "rules": [*rules]}


def would(stack: Stack, asked: Replay, pipelines: Iterable[str]) -> JsonObject:
    """What is known to come of it: by the events that triggers heard when they came, since nobody can read EventBridge's own."""
    from murmuration.aws.archive import AwsArchive

    active = [one for name in pipelines if (one := stack.catalog.active(name)) is not None]
    hearing = [
        (
            one,
            Router(
                [
                    rule
                    for rule in stack.catalog.rules_of(one.version.pipeline.name, one.version.number)
                    if rule["Bus"] == stack.environment.prefix
                ]
            ),
        )
        for one in active
    ]
    archive = AwsArchive(stack.table, stack.artifacts, stack.clock, timedelta(days=stack.environment.run_days))
    wanted = Wanted(source=asked.source, type=asked.type, since=asked.since, until=asked.until)
    events = 0
    runs: list[JsonValue] = []
    refused: list[JsonValue] = []
    after: str | None = None
    while events < LOOKED_AT:
        page, after = archive.search(wanted, after=after, most=100)
        events += len(page)
        for came in page:
            for one, router in hearing:
                for told in _taken_up(stack, one, router, came.event, asked.name):
                    if isinstance(told, TakenUp):
                        runs.append(told.run)
                    else:
                        refused.append(told.why)
        if after is None:
            break
    rules: list[JsonValue] = [rule for one in active for rule in _rules(stack, one)]
    return {"name": asked.name, "events": events, "runs": runs, "refused": refused, "rules": rules}


def _taken_up(
    stack: Stack, published: Published, router: Router, event: JsonObject, name: str
) -> Iterator[TakenUp | Refused]:
    pipeline = published.version.pipeline
    for routed in router.route(event):
        trigger = str((routed.told or {}).get("trigger", "")).rpartition("/")[2]
        if trigger not in pipeline.triggers:
            continue
        if stack.catalog.paused(pipeline.name):
            yield Refused(f"{pipeline.name} is paused; resume it and replay the event")
            continue
        match take_up(pipeline, trigger, event, replay=name):
            case PassedBy():
                continue
            case TakenUp() | Refused() as told:
                yield told


def _archive(stack: Stack) -> dict[str, Any]:
    name = stack.environment.prefix
    with translated(_WHERE):
        try:
            found: dict[str, Any] = stack.clients.events.describe_archive(ArchiveName=name)
        except ClientError as wrong:
            if code_of(wrong) != "ResourceNotFoundException":
                raise
            advice = "Deploy it with --parameter ArchiveDays=30; it keeps what comes from then on"
            raise CannotReplay(f"the bus {name} has no archive", advice=advice) from wrong
    arn = f"arn:{stack.environment.partition}:events:{stack.environment.region}:{stack.environment.account}:archive/{name}"
    return {"ArchiveArn": arn, **found}


def _rules(stack: Stack, published: Published) -> Iterator[str]:
    """Of triggers on events from outside; ends of runs are the system's own and are never replayed."""
    pipeline, number = published.version.pipeline, published.version.number
    marks = [f'"trigger":"{pipeline.name}/{name}"' for name, one in pipeline.triggers.items() if one.event is not None]
    for rule in stack.catalog.rules_of(pipeline.name, number):
        if rule["Bus"] == stack.environment.prefix and any(mark in str(rule["Targets"]) for mark in marks):
            yield str(rule["Name"])
