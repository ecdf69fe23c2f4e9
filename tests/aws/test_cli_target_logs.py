"""`murmur logs --target STAGE`: an attempt's lines are found in CloudWatch by its claim."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.afar import afar

from events.ledger import TaskRecord, TaskState
from events.ports import Unavailable
from handlers.reading import Logged
from murmuration.aws.clients import Clients
from murmuration.aws.logs import LATE_MS, AwsLogs
from murmuration.aws.reading import AwsReading
from murmuration.memory import ManualClock

GROUP = "/aws/lambda/murmur-test-task"
BEGAN, ENDED = 1_000, 2_000
CLAIMED = TaskRecord(TaskState.CLAIMED, 1, "t", "d", BEGAN, log=f"{GROUP}:2027/[$LATEST]0f:ours")
SETTLED = CLAIMED._replace(state=TaskState.SETTLED, ended=ENDED)


@dataclass
class Streams(Clients):
    """CloudWatch Logs as far as it is read: two lines a page, and a token that stays where nothing is new."""

    lines: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    refuses: str = ""
    calls: int = 0

    def patient(self, service: str) -> Any:
        assert service == "logs"
        return self

    def get_log_events(
        self, logGroupName: str, logStreamName: str, startTime: int, startFromHead: bool, nextToken: str = ""
    ) -> dict[str, Any]:
        assert (logGroupName, startFromHead) == (GROUP, True)
        self.calls += 1
        if self.refuses or logStreamName not in self.lines:
            error = {"Code": self.refuses or "ResourceNotFoundException", "Message": "no"}
            raise ClientError({"Error": error}, "GetLogEvents")
        found = [one for one in self.lines[logStreamName] if one[0] >= startTime]
        begin = int(nextToken or 0)
        page = found[begin : begin + 2]
        events = [{"timestamp": at, "message": text} for at, text in page]
        return {"events": events, "nextForwardToken": str(begin + len(page))}


@dataclass
class Desk:
    streams: Streams = field(default_factory=Streams)
    clock: ManualClock = field(default_factory=lambda: ManualClock(ENDED))

    def __post_init__(self) -> None:
        self.logs = AwsLogs(self.streams, self.clock)

    def write(self, *lines: tuple[int, object], stream: str = "2027/[$LATEST]0f") -> None:
        told = [(at, text if isinstance(text, str) else json.dumps(text)) for at, text in lines]
        self.streams.lines.setdefault(stream, []).extend(told)

    def read(self, tasks: Mapping[str, TaskRecord], after: int = 0) -> list[Logged]:
        return list(self.logs.after(after, "r-1", tasks))

    def texts(self, record: TaskRecord = SETTLED) -> list[str]:
        return [one.line.text for one in self.read({"a": record})]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def of(request: str, **more: object) -> dict[str, object]:
    return {"timestamp": "2027-01-15T08:00:00Z", "requestId": request, **more}


def test_what_was_printed_and_logged_between_claim_and_outcome(desk: Desk) -> None:
    desk.write(
        (900, "before"),
        (1_100, "printed"),
        (1_200, of("ours", level="WARNING", message="logged")),
        (1_300, of("ours", level="ERROR", message="broke", stackTrace=["  File x\n", "  line"])),
        (1_400, of("ours", log_level="INFO", message={"n": 1})),
        (2_001, "the next one's"),
    )
    lines = [one.line for one in desk.read({"a": SETTLED})]
    assert [(one.stream, one.level, one.text) for one in lines] == [
        ("stdout", "", "printed"),
        ("log", "WARNING", "logged"),
        ("log", "ERROR", "broke\n  File x\n  line"),
        ("log", "INFO", '{"n":1}'),
    ]
    assert {(one.run, one.task, one.attempt) for one in lines} == {("r-1", "a", 1)}


def test_of_another_request_nothing_is_told_and_what_follows_it_is_its_own(desk: Desk) -> None:
    desk.write(
        (1_100, "ours"),
        (1_200, of("theirs", message="no")),
        (1_300, "theirs, too"),
        (1_400, {"type": "platform.report", "record": {"requestId": "ours", "status": "timeout"}}),
        (1_500, "ours again"),
        (1_600, {"function_request_id": "theirs", "message": "no"}),
        (1_700, "  \n"),
    )
    assert desk.texts() == ["ours", "ours again"]


def test_what_the_system_writes_is_left_out_and_what_looks_like_it_is_not(desk: Desk) -> None:
    desk.write(
        (1_100, {"_aws": {}, "TasksSucceeded": 1}),
        (1_200, {"service": "murmur-test-task", "function_request_id": "ours", "message": "a task was lost"}),
        (1_300, {"type": "order", "total": 3}),
        (1_400, '{"half": '),
        (1_500, '{"n": 1}'),
        (1_600, {"service": "theirs", "function_request_id": "ours", "message": "with Powertools"}),
    )
    assert desk.texts() == ['{"type": "order", "total": 3}', '{"half": ', '{"n": 1}', "with Powertools"]


def test_lines_of_several_tasks_are_in_the_order_of_their_time(desk: Desk) -> None:
    other = SETTLED._replace(log=f"{GROUP}:other:theirs")
    desk.write((1_100, "first"), (1_300, "third"))
    desk.write((1_200, "second"), stream="other")
    told = desk.read({"a": SETTLED, "b": other, "kept": SETTLED._replace(log="")})
    assert [(one.seq, one.line.task, one.line.text) for one in told] == [
        (1, "a", "first"),
        (2, "b", "second"),
        (3, "a", "third"),
    ]
    assert [one.line.text for one in desk.read({"a": SETTLED, "b": other}, after=1)] == ["second", "third"]


def test_what_comes_later_is_told_later_and_nothing_twice(desk: Desk) -> None:
    tasks = {"a": CLAIMED}
    assert desk.read(tasks) == []
    desk.write((1_100, "one"))
    assert [one.line.text for one in desk.read(tasks)] == ["one"]
    assert desk.read(tasks, after=1) == []
    desk.write((1_150, "two"))
    assert [(one.seq, one.line.text) for one in desk.read(tasks, after=1)] == [(2, "two")]


def test_what_has_been_read_to_its_end_is_asked_for_no_more(desk: Desk) -> None:
    desk.write((1_100, "one"))
    desk.clock.at = ENDED + LATE_MS + 1
    tasks = {"a": SETTLED}
    assert len(desk.read(tasks)) == 1
    calls = desk.streams.calls
    assert desk.read(tasks, after=1) == []
    assert desk.streams.calls == calls


def test_an_attempt_that_waits_to_be_tried_again_has_the_number_it_ran_under(desk: Desk) -> None:
    desk.write((1_100, "one"), (1_900, "somebody else's"))
    [told] = desk.read({"a": CLAIMED._replace(state=TaskState.RETRYING, attempt=2, due=1_500)})
    assert (told.line.attempt, told.line.text) == (1, "one")


class TestTheCommand:
    def test_a_run_is_asked_for_and_its_lines_come(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        with afar(monkeypatch, tmp_path) as there:
            run = there.run(id="A-1", total=3)
            record = there.sky.ledger.task(run, "check")
            assert record is not None
            _, stream, request = record.log.split(":")
            desk.write(
                (record.started, "checking A-1\n"),
                (record.started, of(request, level="WARNING", message="hm")),
                stream=stream,
            )
            # moto takes no lines of the future, where this stack's clock stands.
            monkeypatch.setattr("murmuration.aws.reading.AwsLogs", lambda _, clock: AwsLogs(desk.streams, clock))
            assert [line.rpartition("check ")[2] for line in there("logs", run, "check").stdout.splitlines()] == [
                "checking A-1",
                "WARNING hm",
            ]
            assert "has no task chek" in there("logs", run, "chek", code=2).stderr
            logs = there.json("logs", "last")["logs"]
            assert isinstance(logs, list)
            assert len(logs) == 2
            monkeypatch.setattr(AwsReading, "last_lines_s", 0.0)
            assert "checking A-1" in there("logs", run, "--follow").stdout


def test_a_stream_that_is_not_there_has_no_lines_and_a_refusal_is_told(desk: Desk) -> None:
    assert desk.read({"a": SETTLED}) == []
    desk.streams.refuses = "ThrottlingException"
    with pytest.raises(Unavailable, match="CloudWatch Logs"):
        desk.read({"a": SETTLED})
