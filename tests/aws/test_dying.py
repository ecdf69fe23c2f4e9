"""A function died over a delivery: ids are compared, and who is well is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.backends import Backend, memory
from support.letters import IMPORT, NOON, TASK, TIMED_OUT, Stand, record

from events.envelope import canary
from events.event import EventType
from events.ledger import TaskState
from handlers.task import Hold
from handlers.undelivered import MOST_AGAIN, MOST_AGAIN_FOR_GOOD
from schemas.model import JsonObject
from schemas.outcome import Outcome
from schemas.trigger import RunEnd


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
