"""The bus on AWS: what somebody hears by a rule goes on EventBridge, the rest straight to the projector's queue.

    on the bus      outcomes, requests, starts; a run's end where a trigger listens for it (`hears_ends`)
    to the queue    task.started, task.retrying, task.waiting, and every other run's end: a message costs less than half

A message that comes straight is the bare `Detail`; one that a rule brings has EventBridge's envelope around it.

What must always hold
  1. What is not known to be sent is an error, and its caller says it again. Repeats are harmless: ids are derived.
  2. The bus comes first: tasks hear from it. The queue is for people to look at.
  3. Nobody speaks as `murmuration` but `put`, and nobody as AWS.
  4. An event from outside keeps its sender's id, from which run ids are derived. EventBridge gives each put an id of its
     own, so the sender's travels among the resources, and `as_it_came` puts it back (decision 110).
  5. No event is too large to travel: see `_fitting`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import orjson
from pydantic import JsonValue

from events.ends import RUN_ENDS
from events.envelope import Entry, entry
from events.event import BUS_SOURCE, Event, EventType
from events.outside import LARGEST_EVENT, read_delivered, size_of
from events.ports import Artifacts, Said
from events.reference import LARGEST_INLINE, Artifact, stand_in
from murmuration.aws.batches import LARGEST_CALL, Pause, Undone, send
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import FOR_NOW, translated
from schemas.errors import InvalidEvent
from schemas.model import JsonObject

HearsEnds = Callable[[str], bool]
"""Does anybody hear of the end of this pipeline's runs on the bus?"""
Projector = Callable[[Sequence[Event]], None]

ID: Final = "murmuration:id:"
"""Begins the resource that carries the sender's id."""
_BUS: Final = "EventBridge"
_QUEUE: Final = "SQS"
_ASIDE: Final = frozenset({EventType.TASK_STARTED, EventType.TASK_RETRYING, EventType.TASK_WAITING})
"""No rule of ours hears these; they are for people."""
_LONGEST_TEXT: Final = 4_096
_NOT_IN_A_MESSAGE: Final = (("\ufffe", "\\ufffe"), ("\uffff", "\\uffff"))
"""SQS refuses them raw; in JSON they may be spelt."""


class AwsBus:
    def __init__(
        self,
        clients: Clients,
        name: str,
        projector_queue: str,
        artifacts: Artifacts,
        hears_ends: HearsEnds,
        pause: Pause = time.sleep,
    ) -> None:
        self._clients = clients
        self._name = name
        self._queue = projector_queue
        self._artifacts = artifacts
        self._hears_ends = hears_ends
        self._pause = pause
        self._projector: Projector | None = None

    @contextmanager
    def telling(self, projector: Projector) -> Iterator[None]:
        """In the projector's own invocation: what would go to its queue it hears at once, and no message is paid for."""
        self._projector = projector
        try:
            yield
        finally:
            self._projector = None

    def put(self, said: Sequence[Said]) -> None:
        aside = [one for one in said if self._goes_aside(one.event)]
        self._put([self._fitting(one) for one in said if one not in aside])
        if self._projector is None:
            send_messages(self._clients, self._queue, [self._fitting(one)["Detail"] for one in aside], self._pause)
        elif aside:
            self._projector([one.event for one in aside])

    def put_outside(self, events: Sequence[JsonObject]) -> None:
        self._put([_outside(event) for event in events])

    def put_operations(self, events: Sequence[JsonObject]) -> None:
        self._put([_operation(event) for event in events])

    def _goes_aside(self, event: Event) -> bool:
        if event.type in RUN_ENDS:
            return not self._hears_ends(event.pipeline.partition("@")[0])
        return event.type in _ASIDE

    def _put(self, entries: Sequence[Entry]) -> None:
        send(_BUS, entries, _size, self._call, self._pause)

    def _call(self, entries: Sequence[Entry]) -> list[Undone]:
        with translated(_BUS):
            answer = self._clients.events.put_events(
                Entries=[{**one, "EventBusName": self._name} for one in entries],
            )
        return [
            Undone(at, f"{one['ErrorCode']}: {one.get('ErrorMessage', '')}", one["ErrorCode"] in FOR_NOW)
            for at, one in enumerate(answer["Entries"])
            if "ErrorCode" in one
        ]

    def _fitting(self, one: Said) -> Entry:
        """An outcome is small before it is recorded. What is left is a run's large input, and an error with much to tell:
        of these the large parts stay behind, as a large output does, and a long text is cut."""
        written = entry(*one)
        if _size(written) > LARGEST_EVENT:
            written = entry(replace(one.event, data=self._small(one.event.data)), one.routing)
        return written

    def _small(self, data: JsonObject) -> JsonObject:
        small = {name: self._left_behind(value) for name, value in data.items() if name != "error"}
        error = data.get("error")
        if isinstance(error, dict):
            parts = {name: part if isinstance(part, str) else self._left_behind(part) for name, part in error.items()}
            small["error"] = {name: _cut(part) if isinstance(part, str) else part for name, part in parts.items()}
        return small

    def _left_behind(self, value: JsonValue) -> JsonValue:
        content = orjson.dumps(value)
        if len(content) <= LARGEST_INLINE:
            return value
        return stand_in(value, Artifact(self._artifacts.put(content), len(content)))


def send_messages(clients: Clients, queue: str, bodies: Sequence[str], pause: Pause = time.sleep) -> None:
    def call(some: Sequence[str]) -> list[Undone]:
        batch = [{"Id": str(at), "MessageBody": body} for at, body in enumerate(some)]
        with translated(_QUEUE):
            answer: dict[str, Any] = clients.sqs.send_message_batch(QueueUrl=queue, Entries=batch)
        return [
            Undone(int(one["Id"]), f"{one['Code']}: {one.get('Message', '')}", not one["SenderFault"])
            for one in answer.get("Failed", ())
        ]

    send(_QUEUE, [message(body) for body in bodies], lambda body: len(body.encode()), call, pause)


def message(text: str) -> str:
    """JSON as SQS takes it."""
    for raw, spelt in _NOT_IN_A_MESSAGE:
        text = text.replace(raw, spelt)
    return text


def as_it_came(event: JsonObject) -> JsonObject:
    """From what a trigger's target receives to the event that its sender meant: with its own id, by which it is known."""
    resources = event.get("resources")
    named = resources if isinstance(resources, list) else []
    carried = [one for one in named if isinstance(one, str) and one.startswith(ID)]
    if carried:
        left = [one for one in named if one not in carried]
        return {**event, "id": carried[0].removeprefix(ID), "resources": left}
    detail = event.get("detail")
    own = detail.get("id") if isinstance(detail, dict) else None
    if isinstance(own, str) and event.get("source") == BUS_SOURCE:
        return {**event, "id": own}
    return event


def _operation(event: JsonObject) -> Entry:
    """Ours, and small. EventBridge gives it an id of its own: ours goes along as other events' do."""
    time = datetime.fromisoformat(str(event["time"]))
    detail = orjson.dumps(event["detail"]).decode()
    entry = Entry(Source=str(event["source"]), DetailType=str(event["detail-type"]), Detail=detail, Time=time)
    entry["Resources"] = [f"{ID}{event['id']}"]
    return entry


def _outside(event: JsonObject) -> Entry:
    read = read_delivered(event)
    if read.source.startswith("aws."):
        told = f"the source {read.source[:80]!r} is reserved for AWS"
        raise InvalidEvent(told, where=read.id, advice="Use a source of your own")
    found = replace(read, resources=(*read.resources, f"{ID}{read.id}")).entry()
    if (size := _size(found)) > LARGEST_CALL:
        told = f"the event has {size:,} bytes, and EventBridge takes {LARGEST_CALL:,}"
        raise InvalidEvent(
            told, where=read.id, advice="Store the data, and send an event whose dataref names the place"
        )
    return found


def _size(one: Entry) -> int:
    return size_of(one["Source"], one["DetailType"], one["Detail"], one.get("Resources", ()))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."
