"""What could not be delivered, and whoever died over it: ids are compared, and nothing is dropped in silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pydantic import JsonValue
from support.alone import Alone
from support.aws import ACCOUNT, Cloud, cloud
from support.aws_wires import drained
from support.backends import Backend, memory

from events.envelope import canary, detail, read, spelled
from events.event import BUS_SOURCE, Event, EventType
from events.ledger import TaskRecord, TaskState
from events.ports import Unavailable
from events.router import Routed
from handlers.died import Death, read_death, unreachable, unversioned, why_of
from handlers.dying import Dying
from handlers.task import Hold
from handlers.undelivered import MOST_AGAIN, MOST_AGAIN_FOR_GOOD, RECEIVED, Letter, Undelivered
from murmuration.aws.post import AwsPost, letters
from murmuration.aws.refusals import AwsRefused
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status
from schemas.pipeline import Pipeline
from schemas.trigger import RunEnd

TASK = "arn:aws:lambda:us-east-1:000000000000:function:mm-task"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
START = "arn:aws:lambda:us-east-1:000000000000:function:mm-start"
TIMED_OUT: JsonObject = {
    "errorType": "Sandbox.Timedout",
    "errorMessage": "RequestId: 7 Error: Task timed out after 30.00 seconds",
}
IMPORT: JsonObject = {
    "errorType": "Runtime.ImportModuleError",
    "errorMessage": "Unable to import module 'handlers.entry': No module named 'numpy'",
    "stackTrace": [],
}


@dataclass
class Posted:
    invoked: list[tuple[str, JsonObject]] = field(default_factory=list)
    sent: list[tuple[str, str, int, int]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    def invoke(self, function: str, payload: JsonObject) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.invoked.append((function, payload))

    def send(self, queue: str, body: str, *, seconds: int = 0, again: int = 0) -> None:
        self.sent.append((queue, body, seconds, again))

    def keep(self, letter: Letter, why: str) -> None:
        self.kept.append((letter.id, why))


class Stand:
    def __init__(self, backend: Backend, **task: Any) -> None:
        self.alone = Alone(backend)
        self.post = Posted()
        self.undelivered = Undelivered(
            self.alone.ports,
            Dying(self.alone.ports, self.alone.shelf, self.alone.task),
            self.post,
            lambda bus, name: self.alone.rules.get((bus, name)),
        )
        tasks: dict[str, Any] = {"a": {"function": "f", **task}, "b": {"function": "f"}, "c": {"function": "f"}}
        self.alone.publish(
            Pipeline.read(
                {
                    "project": "p",
                    "pipeline": "x",
                    "tasks": tasks,
                    "edges": [{"from": "a", "to": "c"}, {"from": "b", "to": "c"}],
                    "triggers": {"orders": {"event": {"source": ["shop"]}}, "nightly": {"schedule": {"rate": "1d"}}},
                }
            )
        )
        self.run = self.alone.run()
        self.requests = {
            str((one.routed.told or {})["task"]): self.payload(one.routed, one.event) for one in self.alone.heard()
        }

    def payload(self, routed: Routed, event: Event | None) -> JsonObject:
        assert event is not None
        return {**(routed.told or {}), "event": enveloped(event)}

    def claim(self, task: str = "a", request: str = "request-1") -> Any:
        """As the task function does it, with everything but the user's code done."""
        payload = self.requests[task]
        [work] = self.alone.deliver(read(payload["event"]), payload, request)  # type: ignore[arg-type]  # an envelope
        return work

    def dies(self, task: str = "a", request: str = "request-1", answer: JsonValue = None, **other: Any) -> list[str]:
        return self.failed(record({**self.requests[task], **other}, request, TIMED_OUT if answer is None else answer))

    def failed(self, told: JsonValue, tries: int = 1) -> list[str]:
        return self.undelivered.take([Letter("1", "failed", json.dumps(told), tries)])

    def dead(self, rule: str, target: str, event: JsonObject, tries: int = 1, bus: str = "murmuration") -> list[str]:
        place = f"rule/{rule}" if bus == "default" else f"rule/{bus}/{rule}"
        attributes = {
            "RULE_ARN": f"arn:aws:events:us-east-1:000000000000:{place}",
            "TARGET_ARN": target,
            "ERROR_CODE": "NO_PERMISSIONS",
            "ERROR_MESSAGE": "not allowed",
        }
        return self.undelivered.take([Letter("1", "undelivered", json.dumps(event), tries, attributes)])

    def rule(self, part: str) -> tuple[str, str]:
        [found] = [key for key in self.alone.rules if part in key[1]]
        return found

    def record(self, task: str = "a") -> TaskRecord:
        found = self.alone.ports.ledger.task(self.run, task)
        assert found is not None
        return found

    def said(self) -> list[str]:
        """Takes what went on the bus, by the projector who hears it all."""
        taken, self.alone.bus.heard = self.alone.bus.heard, []
        return [one.event.id for one in taken if one.event is not None and one.routed.told is None]

    def sent_again(self) -> tuple[JsonObject, int]:
        """What goes to its function once more, and in how many seconds."""
        [(queue, body, seconds, _)] = self.post.sent
        self.post.sent.clear()
        assert queue == "failed"
        told: JsonObject = json.loads(body)
        return told, seconds


def enveloped(event: Event) -> JsonObject:
    return {
        "id": "given by the bus",
        "source": BUS_SOURCE,
        "detail-type": event.type.value,
        "time": spelled(event.time),
        "detail": detail(event),
    }


def record(
    payload: JsonObject, request: str, answer: JsonValue, function: str = TASK, condition: str = "RetriesExhausted"
) -> JsonObject:
    """As Lambda's failure destination has it."""
    return {
        "version": "1.0",
        "timestamp": "2026-11-21T08:00:00.000Z",
        "requestContext": {
            "requestId": request,
            "functionArn": f"{function}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": 1,
        },
        "requestPayload": payload,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": answer,
    }


@pytest.fixture
def backend(tmp_path: Path) -> Backend:
    return memory(tmp_path)


@pytest.fixture
def here(backend: Backend) -> Stand:
    return Stand(backend)


class TestTheOwnerDied:
    def test_its_attempt_has_failed_with_a_reason(self, here: Stand) -> None:
        here.claim()
        assert here.dies() == []
        outcome = here.record().outcome
        assert outcome is not None
        assert outcome.error is not None
        assert outcome.error.type == "Timeout"
        assert "after 30 s" in outcome.error.message
        assert outcome.error.detail == {"request": "request-1", "function": TASK}
        assert here.said() == [f"{here.run}/a/1/task.failed"]

    def test_or_it_is_retried_by_its_policy(self, backend: Backend) -> None:
        here = Stand(backend, retry={"attempts": 2, "delay": "1m", "jitter": "none", "on": ["Timeout"]})
        here.claim()
        here.dies()
        assert here.record().state is TaskState.RETRYING
        [again] = backend.ripe(backend.clock.at + 60_000)
        assert (again.event.type, again.event.attempt) == (EventType.TASK_REQUESTED, 2)

    def test_and_not_by_a_policy_for_other_errors(self, backend: Backend) -> None:
        here = Stand(backend, retry={"attempts": 2, "on": ["OutOfMemory"]})
        here.claim()
        here.dies()
        assert here.record().state is TaskState.SETTLED

    def test_twice_is_once(self, here: Stand) -> None:
        here.claim()
        here.dies()
        here.said()
        settled = here.record()
        here.dies()
        here.dies()
        assert here.said() == [f"{here.run}/a/1/task.failed"], (
            "said again to the delivery that settled it, and only once"
        )
        assert here.record().outcome == settled.outcome

    def test_after_it_settled_and_before_it_spoke(self, here: Stand) -> None:
        work = here.claim()
        here.alone.ports.ledger.settle(here.run, "a", work.token, Outcome.succeeded({"n": 1}), 5)
        here.dies()
        assert here.said() == [f"{here.run}/a/1/task.succeeded"]

    def test_after_it_asked_for_a_retry_and_before_it_set_the_timer(self, backend: Backend) -> None:
        here = Stand(backend, retry={"attempts": 2, "delay": "1m"})
        work = here.claim()
        here.alone.ports.ledger.retry(here.run, "a", work.token, backend.clock.at + 60_000)
        here.dies()
        [again] = backend.ripe(backend.clock.at + 60_000)
        assert (again.event.attempt, again.event.data) == (2, {"reason": "retry"})

    def test_after_it_began_to_wait_and_before_it_set_the_timer(self, here: Stand) -> None:
        work = here.claim()
        due = here.alone.backend.clock.at + 60_000
        here.alone.ports.ledger.hold(here.run, "a", work.token, due)
        here.dies()
        [again] = here.alone.backend.ripe(due)
        assert (again.event.attempt, again.event.data) == (1, {"reason": "timer"})
        assert here.record().state is TaskState.WAITING

    def test_a_task_that_waits_is_left_to_wait(self, here: Stand) -> None:
        work = here.claim()
        here.alone.task.finish(work, Hold(here.alone.backend.clock.at + 9, "callback"))
        here.dies()
        assert here.record().state is TaskState.WAITING


class TestSomebodyElse:
    def test_a_repeat_that_died_does_not_harm_the_attempt_that_is_well(self, here: Stand) -> None:
        here.claim(request="request-1")
        assert here.dies(request="request-2") == []
        assert here.record().state is TaskState.CLAIMED
        assert here.said() == []
        assert not here.post.sent

    def test_nor_what_it_settled(self, here: Stand) -> None:
        here.alone.task.finish(here.claim(), Outcome.succeeded())
        here.said()
        here.dies(request="request-2")
        assert here.said() == []

    def test_of_a_run_that_has_ended_nothing_is_wanted(self, here: Stand) -> None:
        here.alone.ports.ledger.end(here.run, RunEnd.CANCELLED, 1, "")
        assert here.dies() == []
        assert not here.post.sent

    def test_a_canary_is_no_delivery(self, here: Stand) -> None:
        entry = canary("1f0c", NOON)
        event: JsonObject = {
            "source": entry["Source"],
            "detail-type": entry["DetailType"],
            "detail": json.loads(entry["Detail"]),
        }
        assert here.failed(record({"task": "a", "edges": {}, "event": event}, "r", TIMED_OUT)) == []
        assert not here.post.kept


class TestNobodyHadClaimedIt:
    def test_the_same_request_is_made_again_later_each_time(self, here: Stand) -> None:
        payload, waits = here.requests["a"], []
        for again in range(1, MOST_AGAIN + 1):
            assert here.failed(record(payload, f"request-{again}", TIMED_OUT)) == []
            told, seconds = here.sent_again()
            waits.append(seconds)
            assert here.failed(told) == []
            function, payload = here.post.invoked.pop()
            assert function == TASK
            assert payload == {**here.requests["a"], "again": again}
        assert waits == [5, 20, 80, 320, 900]
        assert here.failed(record(payload, "request-last", TIMED_OUT)) == []
        assert not here.post.sent
        outcome = here.record().outcome
        assert outcome is not None
        assert outcome.error is not None
        assert outcome.error.type == "Timeout"

    def test_what_cannot_even_be_loaded_fails_sooner(self, here: Stand) -> None:
        here.dies(answer=IMPORT, again=MOST_AGAIN_FOR_GOOD)
        outcome = here.record().outcome
        assert outcome is not None
        assert outcome.error is not None
        assert outcome.error.type == "CannotStart"
        assert "No module named 'numpy'" in outcome.error.message

    def test_at_a_join_that_waits_for_more_what_had_arrived_is_noted(self, here: Stand) -> None:
        here.alone.task.finish(here.claim("a"), Outcome.succeeded())
        [arrived] = here.alone.heard()
        here.requests["c"] = here.payload(arrived.routed, arrived.event)
        here.dies("c", again=MOST_AGAIN)
        assert here.alone.ports.ledger.task(here.run, "c") is None
        assert here.alone.ports.ledger.gates(here.run)["c"].live == 1

    def test_a_retry_that_did_not_get_to_begin_is_made_again(self, backend: Backend) -> None:
        here = Stand(backend, retry={"attempts": 2, "delay": "1s", "jitter": "none"})
        here.claim()
        here.dies()
        backend.clock.at += 1_000
        here.alone.ports.bus.put(backend.ripe(backend.clock.at))
        [again] = here.alone.heard()
        here.requests["a"] = here.payload(again.routed, again.event)
        here.dies(request="request-9")
        told, _ = here.sent_again()
        assert told["payload"] == {**here.requests["a"], "again": 1}


class TestAStartThatDied:
    def test_is_made_again_and_in_the_end_recorded_as_refused(self, here: Stand) -> None:
        event: JsonObject = {"id": "e", "source": "shop", "detail-type": "order", "detail": {}}
        payload: JsonObject = {"trigger": "p/x/orders", "event": event}
        here.failed(record(payload, "r", TIMED_OUT, START))
        assert here.sent_again()[0] == {"function": START, "payload": {**payload, "again": 1}}
        here.failed(record({**payload, "again": MOST_AGAIN}, "r", IMPORT, START))
        [refused] = here.alone.backend.refused()
        assert (refused.pipeline, refused.trigger, refused.event) == ("p/x", "orders", event)
        assert "could not be started" in refused.why

    def test_of_a_schedule_the_call_is_recorded(self, here: Stand) -> None:
        call: JsonObject = {"trigger": "p/x/nightly", "scheduled": "2027-01-15T08:00:00Z", "execution": "e"}
        here.failed(record({**call, "again": MOST_AGAIN}, "r", TIMED_OUT, START))
        [refused] = here.alone.backend.refused()
        assert refused.event == call

    def test_of_a_person_the_request_is_recorded(self, here: Stand) -> None:
        asked: JsonObject = {"asked": {"pipeline": "p/x", "request": "one"}}
        here.failed(record({**asked, "again": MOST_AGAIN}, "r", TIMED_OUT, START))
        [refused] = here.alone.backend.refused()
        assert (refused.pipeline, refused.trigger, refused.event) == ("p/x", "manual", asked)


class TestARulesDeadLetter:
    def test_all_targets_of_the_rule_with_that_arn_get_it_again(self, here: Stand) -> None:
        event = here.requests["a"]["event"]
        assert isinstance(event, dict)
        bus, name = next(key for key, rule in here.alone.rules.items() if len(rule["Targets"]) == 2)  # type: ignore[arg-type]  # a list
        assert here.dead(name, TASK, event, bus=bus) == []
        assert here.post.invoked == [(TASK, {**here.requests[task], "event": event}) for task in ("a", "b")]

    def test_of_the_projectors_rule_it_goes_to_its_queue(self, here: Stand) -> None:
        event = here.requests["a"]["event"]
        assert isinstance(event, dict)
        _, name = here.rule("projector")
        here.dead(name, here.alone.ports.surroundings.projector_queue, event)
        [(queue, body, _, _)] = here.post.sent
        assert (queue, json.loads(body)) == ("projector", event)

    def test_of_a_trigger_on_the_default_bus(self, backend: Backend) -> None:
        here = Stand(backend)
        here.alone.publish(
            Pipeline.read(
                {
                    "project": "p",
                    "pipeline": "y",
                    "tasks": {"a": {"function": "f"}},
                    "triggers": {"alarm": {"event": {"source": ["aws.cloudwatch"]}}},
                }
            )
        )
        _, name = here.rule("alarm")
        event: JsonObject = {"id": "e", "source": "aws.cloudwatch", "detail-type": "x", "detail": {}}
        here.dead(name, START, event, bus="default")
        assert here.post.invoked == [(START, {"trigger": "p/y/alarm", "event": event})]

    @pytest.mark.parametrize("rule", ["gone", "projector"])
    def test_what_no_rule_leads_there_any_more_is_kept(self, here: Stand, rule: str) -> None:
        event = here.requests["a"]["event"]
        assert isinstance(event, dict)
        name = rule if rule == "gone" else here.rule(rule)[1]
        assert here.dead(name, TASK, event) == []
        assert len(here.post.kept) == 1

    def test_a_canary_is_dropped(self, here: Stand) -> None:
        _, name = here.rule("projector")
        assert here.dead(name, TASK, {"source": BUS_SOURCE, "detail": {"canary": "1f0c"}}) == []
        assert not here.post.kept

    def test_whose_lambda_is_throttled_comes_again(self, here: Stand) -> None:
        event = here.requests["a"]["event"]
        assert isinstance(event, dict)
        here.post.fails = [Unavailable("slowly")]
        assert here.dead(self.starting(here), TASK, event) == ["1"]

    def test_whose_lambda_cannot_be_called_fails_its_tasks_in_the_end(self, here: Stand) -> None:
        event = here.requests["a"]["event"]
        assert isinstance(event, dict)
        for tries in range(1, RECEIVED):
            here.post.fails = [AwsRefused("Function not found")]
            assert here.dead(self.starting(here), TASK, event, tries=tries) == ["1"]
        here.post.fails = [AwsRefused("Function not found")] * 2
        assert here.dead(self.starting(here), TASK, event, tries=RECEIVED) == []
        outcome = here.record("b").outcome
        assert outcome is not None
        assert outcome.error is not None
        assert (outcome.error.type, outcome.error.detail) == ("NotStarted", {"code": "NO_PERMISSIONS"})
        assert "permission" in outcome.error.message

    def test_whoever_has_claimed_the_task_meanwhile_keeps_it(self, here: Stand) -> None:
        here.claim("a")
        event = here.requests["a"]["event"]
        assert isinstance(event, dict)
        here.post.fails = [AwsRefused("no")] * 2
        here.dead(self.starting(here), TASK, event, tries=RECEIVED)
        assert here.record("a").state is TaskState.CLAIMED
        assert here.record("b").state is TaskState.SETTLED

    def test_of_a_run_that_has_ended_nothing_is_done(self, here: Stand) -> None:
        here.alone.ports.ledger.end(here.run, RunEnd.CANCELLED, 1, "")
        event = here.requests["a"]["event"]
        assert isinstance(event, dict)
        here.post.fails = [AwsRefused("no")] * 2
        assert here.dead(self.starting(here), TASK, event, tries=RECEIVED) == []
        assert here.alone.ports.ledger.task(here.run, "a") is None

    def test_whose_start_cannot_be_called_is_recorded_as_refused(self, here: Stand) -> None:
        here.post.fails = [AwsRefused("no")]
        event: JsonObject = {"id": "e", "source": "shop", "detail-type": "order", "detail": {}}
        assert here.dead(here.rule("orders")[1], START, event, tries=RECEIVED) == []
        [refused] = here.alone.backend.refused()
        assert refused.trigger == "orders"

    def starting(self, here: Stand) -> str:
        return next(name for (_, name), rule in here.alone.rules.items() if len(rule["Targets"]) == 2)  # type: ignore[arg-type]  # a list


class TestOtherLetters:
    def test_a_schedules_call_is_made_again(self, here: Stand) -> None:
        call = {"trigger": "p/x/nightly", "scheduled": "2027-01-15T08:00:00Z", "execution": "e"}
        attributes = {"SCHEDULE_ARN": "arn:schedule", "TARGET_ARN": START, "ERROR_CODE": "Throttled"}
        assert here.undelivered.take([Letter("1", "undelivered", json.dumps(call), 1, attributes)]) == []
        assert here.post.invoked == [(START, call)]

    def test_a_timers_message_goes_to_its_queue(self, here: Stand) -> None:
        attributes = {"SCHEDULE_ARN": "arn:schedule", "TARGET_ARN": "arn:aws:sqs:us-east-1:000000000000:mm-timers"}
        here.undelivered.take([Letter("1", "undelivered", '{"timer": "t"}', 1, attributes)])
        assert here.post.sent == [("timers", '{"timer": "t"}', 0, 0)]

    def test_a_schedules_call_of_what_is_no_request_of_ours_is_kept_in_the_end(self, here: Stand) -> None:
        attributes = {"SCHEDULE_ARN": "arn:schedule", "TARGET_ARN": TASK}
        here.post.fails = [AwsRefused("no")]
        assert here.undelivered.take([Letter("1", "undelivered", '{"other": 1}', RECEIVED, attributes)]) == []
        assert len(here.post.kept) == 1

    @pytest.mark.parametrize("queue", ["projector", "timers"])
    def test_what_failed_too_often_goes_back_later_each_time_and_then_is_kept(self, here: Stand, queue: str) -> None:
        for again in range(1, MOST_AGAIN + 2):
            attributes = {"again": str(again - 1)} if again > 1 else {}
            assert here.undelivered.take([Letter("1", f"{queue}-dead", "body", 1, attributes)]) == []
        assert [(to, again) for to, _, _, again in here.post.sent] == [
            (queue, again) for again in range(1, MOST_AGAIN + 1)
        ]
        assert [seconds for _, _, seconds, _ in here.post.sent] == [5, 20, 80, 320, 900]
        assert len(here.post.kept) == 1

    @pytest.mark.parametrize("body", ["no JSON", "[]", "{}", '{"requestContext": {}}'])
    def test_what_nobody_can_read_is_kept(self, here: Stand, body: str) -> None:
        assert here.undelivered.take([Letter("1", "failed", body)]) == []
        assert len(here.post.kept) == 1

    @pytest.mark.parametrize("payload", [{}, {"event": {}}, {"event": {"source": "murmuration"}}])
    def test_nor_is_what_was_no_delivery_of_ours_dropped(self, here: Stand, payload: JsonObject) -> None:
        assert here.failed(record(payload, "r", TIMED_OUT)) == []
        assert len(here.post.kept) == 1

    def test_one_that_cannot_be_seen_to_holds_up_no_other(self, here: Stand) -> None:
        here.claim()
        good = json.dumps(record(here.requests["a"], "request-1", TIMED_OUT))
        bad = json.dumps({"function": TASK, "payload": {}})
        here.post.fails = [RuntimeError("a bug"), Unavailable("slowly")]
        found = here.undelivered.take(
            [Letter("1", "failed", bad), Letter("2", "failed", bad), Letter("3", "failed", good)]
        )
        assert found == ["1", "2"]
        assert here.record().outcome is not None


class TestWords:
    @pytest.mark.parametrize(
        ("answer", "type_", "words"),
        [
            (TIMED_OUT, "Timeout", "after 30 s"),
            (
                {"errorMessage": "2026-11-21T08:00:00.000Z 1f-2 Task timed out after 3.05 seconds"},
                "Timeout",
                "after 3.05 s",
            ),
            ({"errorType": "Sandbox.Timedout", "errorMessage": ""}, "Timeout", "timeout of its function"),
            ({"errorType": "Runtime.OutOfMemory", "errorMessage": ""}, "OutOfMemory", "larger `memory`"),
            (
                {
                    "errorType": "Runtime.ExitError",
                    "errorMessage": "RequestId: 1 Error: Runtime exited with error: signal: killed",
                },
                "OutOfMemory",
                "larger `memory`",
            ),
            (
                {
                    "errorType": "Runtime.ExitError",
                    "errorMessage": "RequestId: 1 Error: Runtime exited with error: exit status 3",
                },
                "WorkerDied",
                "exit status 3",
            ),
            (
                {
                    "errorType": "Runtime.ExitError",
                    "errorMessage": "RequestId: 1 Error: Runtime exited without providing a reason",
                },
                "WorkerDied",
                "ended: Runtime exited without",
            ),
            (IMPORT, "CannotStart", "requirements.txt"),
            ({"errorType": "Runtime.HandlerNotFound", "errorMessage": "no handler"}, "CannotStart", "no handler"),
            ({"errorType": "Sandbox.Failure", "errorMessage": "gone"}, "WorkerDied", "(Sandbox.Failure): gone"),
            ({"errorType": "Unavailable", "errorMessage": "DynamoDB did not answer"}, "Unavailable", "DynamoDB"),
            (None, "WorkerDied", "does not say why"),
        ],
    )
    def test_why_an_invocation_failed(self, answer: JsonValue, type_: str, words: str) -> None:
        why = why_of(answer)
        assert why.status is Status.FAILED
        assert why.error is not None
        assert why.error.type == type_
        assert words in why.error.message
        assert "RequestId" not in why.error.message

    def test_one_that_never_began(self) -> None:
        death = read_death(record({}, "r", None, condition="EventAgeExceeded"))
        assert death is not None
        assert death.why.error is not None
        assert death.why.error.type == "NotStarted"
        assert not death.for_good

    def test_a_death_names_its_function_as_it_was_called(self) -> None:
        death = read_death(record({"a": 1}, "r", TIMED_OUT))
        assert death is not None
        assert isinstance(death, Death)
        assert (death.function, death.request, death.payload) == (TASK, "r", {"a": 1})
        assert unversioned(f"{TASK}:live") == f"{TASK}:live"

    @pytest.mark.parametrize(
        ("code", "words"), [("NO_PERMISSIONS", "permission"), ("NO_RESOURCE", "not there"), ("", "why"), ("X", "X")]
    )
    def test_why_a_rule_could_not_call(self, code: str, words: str) -> None:
        why = unreachable(code, "")
        assert why.error is not None
        assert words in why.error.message


@pytest.fixture
def there() -> Iterator[Cloud]:
    with cloud() as there:
        yield there


class TestPostOnAws:
    def test_a_letter_as_sqs_brings_it(self) -> None:
        told = {
            "messageId": "m",
            "body": "{}",
            "eventSourceARN": f"arn:aws:sqs:eu-central-1:{ACCOUNT}:murmur-test-timers-dead",
            "attributes": {"ApproximateReceiveCount": "2"},
            "messageAttributes": {"again": {"stringValue": "3", "dataType": "String"}, "raw": {"dataType": "Binary"}},
        }
        assert letters({"Records": [told]}, "murmur-test") == [Letter("m", "timers-dead", "{}", 2, {"again": "3"})]
        del told["messageAttributes"]
        assert letters({"Records": [told]}, "murmur-test")[0].attributes == {}

    def test_a_function_is_invoked_and_not_waited_for(self) -> None:
        asked: list[dict[str, Any]] = []
        clients: Any = SimpleNamespace(lambda_=SimpleNamespace(invoke=lambda **asks: asked.append(asks)))
        AwsPost(clients, "murmur-test").invoke(TASK, {"a": 1})
        assert asked == [{"FunctionName": TASK, "InvocationType": "Event", "Payload": '{"a":1}'}]

    def test_a_rule_that_cannot_be_looked_at_is_not_gone(self) -> None:
        def refused(**_: Any) -> None:
            answer: Any = {"Error": {"Code": "ThrottlingException", "Message": "slowly"}}
            raise ClientError(answer, "DescribeRule")

        clients: Any = SimpleNamespace(events=SimpleNamespace(describe_rule=refused))
        with pytest.raises(Unavailable):
            AwsPost(clients, "murmur-test").rule_of("murmur-test", "r")

    def test_a_message_goes_to_a_queue_of_ours(self, there: Cloud) -> None:
        post = AwsPost(there.clients, there.environment.prefix)
        post.send("timers", '{"timer": 1}')
        post.send("timers", '{"timer": 2}', seconds=3_600, again=2)
        found = there.clients.sqs.receive_message(
            QueueUrl=there.queue("timers"), MessageAttributeNames=["All"], MaxNumberOfMessages=10
        )["Messages"]
        assert [one["Body"] for one in found] == ['{"timer": 1}'], "the other is held back"
        assert "MessageAttributes" not in found[0]

    def test_what_is_kept_says_why_and_where_it_comes_from(self, there: Cloud) -> None:
        post = AwsPost(there.clients, there.environment.prefix)
        attributes = {f"A{number}": "" for number in range(9)}
        post.keep(Letter("m", "failed", '{"a": 1}', 3, attributes), "nobody knows" * 500)
        found = there.clients.sqs.receive_message(
            QueueUrl=there.queue("undelivered-dead"), MessageAttributeNames=["All"]
        )["Messages"]
        told = {name: value["StringValue"] for name, value in found[0]["MessageAttributes"].items()}
        assert len(told) == 10
        assert told["FROM"] == "failed"
        assert told["WHY"].startswith("nobody knows")

    def test_a_rule_is_as_eventbridge_has_it(self, there: Cloud) -> None:
        events, prefix = there.clients.events, there.environment.prefix
        post = AwsPost(there.clients, prefix)
        pattern = {"source": ["shop"]}
        events.put_rule(Name="r", EventBusName=prefix, EventPattern=json.dumps(pattern))
        target = {"Id": "1", "Arn": f"arn:aws:sqs:eu-central-1:{ACCOUNT}:murmur-test-projector"}
        events.put_targets(Rule="r", EventBusName=prefix, Targets=[target])
        assert post.rule_of(prefix, "r") == {"Bus": prefix, "Name": "r", "EventPattern": pattern, "Targets": [target]}
        assert post.rule_of(prefix, "gone") is None

    def test_kept_messages_are_not_lost_among_others(self, there: Cloud) -> None:
        AwsPost(there.clients, there.environment.prefix).keep(Letter("m", "failed", '{"a": 1}'), "why")
        assert [told for _, told in drained(there, there.queue("undelivered-dead"))] == [{"a": 1}]
