"""Dead letters of a deployed stack: what nobody could see to, in two queues, until a person sends it again or it is too old.

    undelivered-dead    what the stack gave up, with where it came from and why (`murmuration.aws.post`); beside it what the bus
                        could not take in, and invocations of sweeper and publish that failed
    failed-dead         deaths that could not be seen to

A queue is looked at by receiving all of it, and letting go. Meanwhile nobody else sees it: a second look comes up empty for
some seconds, and says nothing of that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson
from pydantic import JsonValue

from handlers.letters import Lying, place_of
from handlers.reading import DeadLetter
from murmuration.aws.clients import Clients
from murmuration.aws.post import KEPT
from murmuration.aws.refusals import translated
from schemas.model import JsonObject

QUEUES: Final = (KEPT, "failed-dead")
MOST: Final = 1_000
_LOOKING_S: Final = 30
_AT_ONCE: Final = 10
_EMPTY_HANDED: Final = 3
"""SQS asks some of its servers each time: once empty is not empty."""
_DEAD: Final = "-dead"
_OURS: Final = frozenset({"WHY", "FROM", "again"})


class _Letter(NamedTuple):
    queue: str
    receipt: str
    sent: int
    attributes: dict[str, str]
    body: str
    letter: DeadLetter


class DeadQueues:
    def __init__(self, clients: Clients, prefix: str) -> None:
        self._sqs = clients.sqs
        self._prefix = prefix
        self._urls: dict[str, str] = {}

    def listed(self) -> list[DeadLetter]:
        """The oldest first."""
        return [one.letter for one in sorted(self._looked_at(), key=lambda one: one.sent)]

    def _looked_at(self) -> list[_Letter]:
        found: list[_Letter] = []

        def keep(one: _Letter) -> bool:
            found.append(one)
            return False

        self._through(keep)
        return found

    def page(self, *, after: str | None = None, most: int = 50) -> list[Lying]:
        """As `handlers.letters.Letters` has it: all are looked at, since a queue has no places."""
        least = (-1, "") if after is None else place_of(after)
        found = [Lying(one.letter, one.sent) for one in self._looked_at()]
        beyond = [one for one in found if (one.since, one.letter.id) > least]
        return sorted(beyond, key=lambda one: one.place)[:most]

    def drop(self, ids: Collection[str]) -> int:
        """For good."""
        dropped: set[str] = set()

        def named(one: _Letter) -> bool:
            if one.letter.id in ids:
                dropped.add(one.letter.id)
            return one.letter.id in ids

        self._through(named)
        return len(dropped)

    def redrive(self, ids: Collection[str] | None) -> int:
        """To where they came from, as if they had failed for the first time. All, where none are named."""
        count = 0

        def send(one: _Letter) -> bool:
            nonlocal count
            if ids is not None and one.letter.id not in ids:
                return False
            told = {name: value for name, value in one.attributes.items() if name not in _OURS}
            with translated("SQS"):
                self._sqs.send_message(
                    QueueUrl=self._url(one.letter.to),
                    MessageBody=one.body,
                    MessageAttributes={
                        name: {"DataType": "String", "StringValue": value} for name, value in told.items()
                    },
                )
            count += 1
            return True

        self._through(send)
        return count

    def _through(self, done: Callable[[_Letter], bool]) -> None:
        """Each letter once; those that are `done` are taken out, the others let go when all were seen."""
        for queue in QUEUES:
            kept: list[_Letter] = []
            try:
                for one in self._received(queue):
                    if done(one):
                        with translated("SQS"):
                            self._sqs.delete_message(QueueUrl=self._url(queue), ReceiptHandle=one.receipt)
                    else:
                        kept.append(one)
            finally:
                for one in kept:
                    with translated("SQS"):
                        self._sqs.change_message_visibility(
                            QueueUrl=self._url(queue), ReceiptHandle=one.receipt, VisibilityTimeout=0
                        )

    def _received(self, queue: str) -> Iterator[_Letter]:
        seen: set[str] = set()
        empty = 0
        while empty < _EMPTY_HANDED and len(seen) < MOST:
            with translated("SQS"):
                answer: dict[str, Any] = self._sqs.receive_message(
                    QueueUrl=self._url(queue),
                    MaxNumberOfMessages=_AT_ONCE,
                    VisibilityTimeout=_LOOKING_S,
                    MessageAttributeNames=["All"],
                    AttributeNames=["SentTimestamp"],
                )
            news = [one for one in answer.get("Messages", ()) if one["MessageId"] not in seen]
            empty = 0 if news else empty + 1
            for one in news:
                seen.add(one["MessageId"])
                yield _letter(queue, one)

    def _url(self, queue: str) -> str:
        if queue not in self._urls:
            with translated("SQS"):
                self._urls[queue] = self._sqs.get_queue_url(QueueName=f"{self._prefix}-{queue}")["QueueUrl"]
        return self._urls[queue]


def _letter(queue: str, message: dict[str, Any]) -> _Letter:
    told = {name: str(value["StringValue"]) for name, value in message.get("MessageAttributes", {}).items()}
    why = told.get("WHY") or told.get("ERROR_MESSAGE") or told.get("ERROR_CODE") or "nobody could see to it"
    to = told.get("FROM", queue).removesuffix(_DEAD)
    sent = int(message["Attributes"]["SentTimestamp"])
    at = datetime.fromtimestamp(sent / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    letter = DeadLetter(str(message["MessageId"]), to, None, _event(message["Body"]), 0, f"{why} ({at})")
    return _Letter(queue, str(message["ReceiptHandle"]), sent, told, str(message["Body"]), letter)


def _event(body: str) -> JsonObject:
    try:
        told: JsonValue = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = body
    return told if isinstance(told, dict) else {"text": told}
