"""Logs of a deployed stack: what functions printed and logged, from CloudWatch, found by the claims of their tasks.

A claim says in which log group and stream its attempt's output is, and under which request. A stream is one execution
environment, which works on one invocation at a time: what stands there from the claim until the outcome is the attempt's.
Lambda writes what is logged as JSON, with its request; what is printed has none, and belongs to the request before it.

Of a task only the attempt that claimed it last is known, so that is what is shown; `murmur events` tells how the others ended.
What the system itself writes there, metrics and reports, is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from botocore.exceptions import ClientError
from pydantic import JsonValue

from events.ledger import Millis, TaskRecord, TaskState
from events.ports import Clock
from handlers.reading import Line, Logged
from murmuration.aws.clients import Clients
from murmuration.aws.packing import at_once
from murmuration.aws.refusals import code_of, translated

LATE_MS: Final[Millis] = 15_000
"""So long after its end an attempt's lines may still come."""
_GONE: Final = "ResourceNotFoundException"
_TRACE: Final = "stackTrace"


@dataclass(slots=True)
class _Attempt:
    """How far the lines of one attempt have been read."""

    run: str
    task: str
    number: int
    group: str
    stream: str
    request: str
    ours: bool = True
    """The last line that named its request named ours."""
    token: str = ""
    over: bool = False


@dataclass(slots=True)
class _Read:
    attempts: dict[tuple[str, str], _Attempt] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


class AwsLogs:
    """Remembers what it has told: a line that comes late is told after those that came before it."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._client: Any = clients.patient("logs")
        self._clock = clock
        self._read: dict[tuple[str, tuple[str, ...]], _Read] = {}

    def after(self, seq: int, run: str, tasks: Mapping[str, TaskRecord]) -> Sequence[Logged]:
        """All lines after that one; where there is none yet, it is looked for."""
        read = self._read.setdefault((run, tuple(tasks) if len(tasks) == 1 else ()), _Read())
        if seq >= len(read.lines):
            owners = [(one, tasks[one.task]) for one in _attempts(read, run, tasks) if not one.over]
            news = at_once(lambda owner: self._news(*owner), owners)
            read.lines += sorted((line for lines in news for line in lines), key=lambda line: line.at)
        return [Logged(at + 1, line) for at, line in enumerate(read.lines[seq:], seq)]

    def _news(self, attempt: _Attempt, record: TaskRecord) -> list[Line]:
        found: list[Line] = []
        until = _until(record)
        while True:
            page = self._page(attempt, record)
            if page is None:
                return found
            for event in page["events"]:
                if until and event["timestamp"] > until:
                    attempt.over = True
                    return found
                found += _lines(attempt, event["timestamp"], str(event["message"]))
            same = page["nextForwardToken"] == attempt.token
            attempt.token = page["nextForwardToken"]
            if same or not page["events"]:
                attempt.over = bool(record.ended) and self._clock.now() > record.ended + LATE_MS
                return found

    def _page(self, attempt: _Attempt, record: TaskRecord) -> dict[str, Any] | None:
        where: dict[str, Any] = {"logGroupName": attempt.group, "logStreamName": attempt.stream}
        if attempt.token:
            where["nextToken"] = attempt.token
        with translated("CloudWatch Logs"):
            try:
                page: dict[str, Any] = self._client.get_log_events(
                    **where, startTime=record.started, startFromHead=True
                )
            except ClientError as wrong:
                if code_of(wrong) != _GONE:
                    raise
                # Nothing was written yet, or it is so long ago that it is gone.
                return None
        return page


def _attempts(read: _Read, run: str, tasks: Mapping[str, TaskRecord]) -> list[_Attempt]:
    found: list[_Attempt] = []
    for name, record in tasks.items():
        if record.log.count(":") != 2:
            continue
        # Groups and streams hold no colon.
        group, stream, request = record.log.split(":")
        key = (name, record.log)
        if key not in read.attempts:
            # The next attempt has its number before it has its claim.
            number = record.attempt - (record.state is TaskState.RETRYING)
            read.attempts[key] = _Attempt(run, name, number, group, stream, request)
        found.append(read.attempts[key])
    return found


def _until(record: TaskRecord) -> Millis:
    """After that a line is somebody else's; 0 while nobody knows."""
    return record.due if record.state is TaskState.RETRYING else record.ended


def _lines(attempt: _Attempt, at: Millis, message: str) -> list[Line]:
    told = _read(message)
    if told is None:
        if not attempt.ours or not message.strip():
            return []
        return [Line(attempt.run, attempt.task, attempt.number, at, "stdout", "", message)]
    request = _request(told)
    if request:
        attempt.ours = request == attempt.request
    if not attempt.ours or _is_the_systems(told, attempt.group):
        return []
    level = str(told.get("level") or told.get("log_level") or "")
    return [Line(attempt.run, attempt.task, attempt.number, at, "log", level, _text(told))]


def _read(message: str) -> dict[str, JsonValue] | None:
    """As Lambda writes what is logged; None for what was printed, be it JSON or not."""
    if not message.startswith("{"):
        return None
    try:
        told = orjson.loads(message)
    except orjson.JSONDecodeError:
        return None
    marks = ("requestId", "function_request_id", "_aws", "type")
    return told if isinstance(told, dict) and any(mark in told for mark in marks) and _is_lambdas(told) else None


def _is_lambdas(told: Mapping[str, JsonValue]) -> bool:
    return "type" not in told or str(told["type"]).startswith("platform.") or "requestId" in told


def _request(told: Mapping[str, JsonValue]) -> str:
    record = told.get("record")
    inside = record.get("requestId") if isinstance(record, dict) else None
    return str(told.get("requestId") or told.get("function_request_id") or inside or "")


def _is_the_systems(told: Mapping[str, JsonValue], group: str) -> bool:
    platform = str(told.get("type", "")).startswith("platform.")
    return platform or "_aws" in told or group.endswith(f"/{told.get('service', '-')}")


def _text(told: Mapping[str, JsonValue]) -> str:
    message = told.get("message")
    text = message if isinstance(message, str) else orjson.dumps(message).decode()
    trace = told.get(_TRACE)
    return "\n".join([text, *(str(line).rstrip("\n") for line in trace)]) if isinstance(trace, list) else text
