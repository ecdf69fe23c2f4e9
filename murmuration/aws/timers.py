"""Timers on AWS: a message that SQS holds back for up to 15 minutes; a one-off schedule for what is due later.

    set       due within 15 minutes: a message with its delay. Later: a schedule that sends the same message `EARLY_MS` before
              it is due (Scheduler is precise to a minute), and is gone then
    take      the timers function: what is due goes on the bus; what came early is held back again for the rest

    a message    {"timer": its id, "due": milliseconds, "detail": the event with what rules look at}

What must always hold
  1. Never early: delays are rounded up, and the function looks at the clock again.
  2. Never lost: what could not be said or held back stays in the queue, and comes again.
  3. A timer may go off twice, and one that was set anew may still go off for the first time: SQS takes nothing back.
     Claims absorb it: what is not due by its record starts nothing (decision 111). A schedule of the same id is replaced.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
from botocore.exceptions import ClientError
from pydantic import JsonValue

from events.envelope import Routing, detail, read_detail
from events.ledger import Millis
from events.ports import Bus, Clock, Said, Unavailable, moment
from murmuration.aws.bus import message
from murmuration.aws.clients import Clients
from murmuration.aws.environment import Environment
from murmuration.aws.refusals import code_of, translated
from schemas.errors import InvalidEvent
from schemas.model import JsonObject

LONGEST_DELAY_MS: Final[Millis] = 900_000
EARLY_MS: Final[Millis] = 90_000
"""So long before it is due a schedule sends its message. It may do so a minute late."""
_TRIES: Final = 4
_SCHEDULER: Final = "Scheduler"


class Timer(NamedTuple):
    id: str
    due: Millis
    said: Said

    def text(self) -> str:
        told = {"timer": self.id, "due": self.due, "detail": detail(*self.said)}
        return message(orjson.dumps(told).decode())


class AwsTimers:
    def __init__(self, clients: Clients, environment: Environment, clock: Clock) -> None:
        self._clients = clients
        self._environment = environment
        self._clock = clock

    def set(self, id: str, due: Millis, said: Said) -> None:
        timer = Timer(id, due, said)
        left = due - self._clock.now()
        if left <= LONGEST_DELAY_MS:
            self._hold_back(timer, left)
        else:
            self._schedule(timer)

    def _hold_back(self, timer: Timer, left: Millis) -> None:
        delay = max(0, -(-left // 1000))
        with translated("SQS"):
            self._clients.sqs.send_message(
                QueueUrl=self._environment.timers_queue, MessageBody=timer.text(), DelaySeconds=delay
            )

    def _schedule(self, timer: Timer) -> None:
        asks = one_off(timer, self._environment)
        client = self._clients.scheduler
        with translated(_SCHEDULER):
            for _ in range(_TRIES):
                try:
                    client.create_schedule(**asks)
                except ClientError as wrong:
                    if code_of(wrong) != "ConflictException":
                        raise
                else:
                    return
                try:
                    client.update_schedule(**asks)
                except ClientError as wrong:
                    # It went off in between.
                    if code_of(wrong) != "ResourceNotFoundException":
                        raise
                else:
                    return
        raise Unavailable(f"{_SCHEDULER} has the timer {timer.id} and has it not", advice="It will be tried again")


def one_off(timer: Timer, environment: Environment) -> dict[str, Any]:
    """The arguments of CreateSchedule and of UpdateSchedule, which clears what is left out."""
    at = moment((timer.due - EARLY_MS) // 1000 * 1000)
    return {
        "Name": schedule_name(timer.id),
        "GroupName": environment.schedules,
        "ScheduleExpression": f"at({at:%Y-%m-%dT%H:%M:%S})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "State": "ENABLED",
        "Target": {
            "Arn": queue_arn(environment.timers_queue, environment),
            "RoleArn": environment.scheduler_role,
            "Input": timer.text(),
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185},
            "DeadLetterConfig": {"Arn": environment.surroundings.dead_letter_queue},
        },
    }


def schedule_name(id: str) -> str:
    """The same id gives the same name, whatever characters it has."""
    return f"timer-{b32encode(hashlib.sha256(id.encode()).digest()).decode()[:40].lower()}"


def queue_arn(url: str, environment: Environment) -> str:
    name = url.rstrip("/").rpartition("/")[2]
    return f"arn:{environment.partition}:sqs:{environment.region}:{environment.account}:{name}"


class TimersFunction:
    """What the timers Lambda does with a batch of messages."""

    def __init__(self, bus: Bus, timers: AwsTimers, clock: Clock) -> None:
        self._bus = bus
        self._timers = timers
        self._clock = clock

    def take(self, messages: Mapping[str, str]) -> Sequence[str]:
        """By its id, each message's text. The ids of those that are to come again."""
        now = self._clock.now()
        left: list[str] = []
        due: dict[str, Timer] = {}
        for id_, text in messages.items():
            try:
                timer = read_timer(text)
                if timer.due > now:
                    self._timers.set(*timer)
                else:
                    due[id_] = timer
            except (InvalidEvent, Unavailable):
                left.append(id_)
        try:
            self._bus.put([timer.said for timer in sorted(due.values(), key=lambda timer: timer.due)])
        except Unavailable:
            left += due
        return left


def read_timer(text: str) -> Timer:
    try:
        told: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise InvalidEvent("a timer's message is no JSON", advice="Look who else sends to the timers queue") from wrong
    match told:
        case {"timer": str(id_), "due": int(due), "detail": dict(said)}:
            return Timer(id_, due, _said(said))
        case _:
            raise InvalidEvent("this is no timer", advice="Look who else sends to the timers queue")


def _said(told: JsonObject) -> Said:
    slots, lambda_ = told.get("slots"), told.get("lambda")
    routing = Routing(
        slots=slots if isinstance(slots, dict) else None, lambda_=lambda_ if isinstance(lambda_, str) else None
    )
    return Said(read_detail(told), routing)
