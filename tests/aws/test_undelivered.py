"""What could not be delivered is sent again, given up in words, or kept: nothing is dropped in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.backends import Backend, memory
from support.letters import IMPORT, START, TASK, TIMED_OUT, Stand, record

from events.event import BUS_SOURCE
from events.ledger import TaskState
from events.ports import Unavailable
from handlers.undelivered import MOST_AGAIN, RECEIVED, Letter
from murmuration.aws.refusals import AwsRefused
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.trigger import RunEnd


@pytest.fixture
def backend(tmp_path: Path) -> Backend:
    return memory(tmp_path)


@pytest.fixture
def here(backend: Backend) -> Stand:
    return Stand(backend)


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
