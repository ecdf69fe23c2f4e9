"""The ledger's contract: `events.ports.Ledger` by the rules of `events.ledger`, for every adapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest
from support.backends import Backend
from support.contracts.contract import Contract

from events.ledger import Claim, GateState, Millis, RunRecord, RunState, TaskRecord, TaskState
from events.ports import Arriving, Ledger
from schemas.outcome import Outcome
from schemas.trigger import RunEnd

DONE = Outcome.succeeded({"n": 1, "text": "é\u2028", "deep": [None, True, 2.5]})
BROKEN = Outcome.failed("Timeout", "it took too long", seconds=3)


def a_run(id_: str = "r-1", **more: object) -> RunRecord:
    fields: dict[str, object] = {
        "id": id_,
        "pipeline": "media/thumbnails",
        "version": 3,
        "state": RunState.OPEN,
        "started": 1_000,
        "deadline": 90_000,
        "due": 60_000,
    }
    return RunRecord(**cast(Any, {**fields, **more}))


def a_claim(token: str = "one", at: Millis = 2_000, lease: Millis = 5_000, edges: tuple[str, ...] = ()) -> Claim:
    return Claim(token, f"delivery-of-{token}", at, lease, edges, log=f"log-of-{token}")


def arriving(task: str, edges: Mapping[str, bool], width: int = 4) -> Arriving:
    return Arriving(task, edges, {f"e{n + 1}": n for n in range(width)}, width)


def arrive(ledger: Ledger, run: str, task: str, edges: Mapping[str, bool], width: int = 4) -> GateState:
    return ledger.arrive(run, [arriving(task, edges, width)])[0]


class LedgerContract(Contract):
    @pytest.fixture
    def ledger(self, backend: Backend) -> Ledger:
        backend.ledger.open(a_run())
        return backend.ledger

    # runs

    def test_nobody_knows_a_run_that_was_never_opened(self, ledger: Ledger) -> None:
        assert ledger.run("r-2") is None
        assert ledger.task("r-2", "a") is None
        assert ledger.tasks("r-2") == {}
        assert ledger.gates("r-2") == {}

    def test_an_opened_run_is_kept_as_it_was_given(self, backend: Backend) -> None:
        run = a_run(input={"n": [1, 2.5, None, "é"]}, trigger="uploads", origin="d-1", rerun_of="r-0")
        assert backend.ledger.open(run) == run
        assert backend.ledger.run("r-1") == run

    def test_the_first_record_of_a_run_stays(self, ledger: Ledger) -> None:
        assert ledger.open(a_run(version=4, input="another")) == a_run()
        assert ledger.run("r-1") == a_run()

    def test_the_first_end_wins(self, ledger: Ledger) -> None:
        assert ledger.end("r-1", RunEnd.CANCELLED, 7_000, "by Ann")
        assert not ledger.end("r-1", RunEnd.SUCCEEDED, 8_000, "")
        run = ledger.run("r-1")
        assert run is not None
        assert (run.state, run.end, run.ended, run.reason) == (RunState.ENDED, RunEnd.CANCELLED, 7_000, "by Ann")

    def test_an_ended_run_is_not_opened_again(self, ledger: Ledger) -> None:
        ledger.end("r-1", RunEnd.FAILED, 7_000, "")
        assert ledger.open(a_run()).state is RunState.ENDED
        assert not ledger.admit("r-1", 10)

    # places

    def test_a_queued_run_is_admitted_while_there_is_room(self, backend: Backend) -> None:
        ledger = backend.ledger
        for n in range(3):
            ledger.open(a_run(f"r-{n}", state=RunState.QUEUED, started=n))
        ledger.open(a_run("r-other", pipeline="media/other"))
        assert ledger.admit("r-0", 2)
        assert ledger.admit("r-1", 2)
        assert not ledger.admit("r-2", 2)
        assert ledger.admit("r-0", 2), "it is open already"
        ledger.end("r-0", RunEnd.SUCCEEDED, 5_000, "")
        assert ledger.admit("r-2", 2)

    def test_who_waits_is_told_the_oldest_first(self, backend: Backend) -> None:
        ledger = backend.ledger
        for n, started in ((1, 300), (2, 100), (3, 200), (4, 100)):
            ledger.open(a_run(f"r-{n}", state=RunState.QUEUED, started=started))
        ledger.open(a_run("r-5"))
        ledger.open(a_run("r-6", pipeline="media/other", state=RunState.QUEUED))
        ledger.end("r-3", RunEnd.CANCELLED, 400, "")
        assert list(ledger.queued("media/thumbnails")) == ["r-2", "r-4", "r-1"]

    # gates

    def test_an_arrival_returns_all_that_was_noted(self, ledger: Ledger) -> None:
        first = arrive(ledger, "r-1", "a", {"e1": True})
        assert (first.live, first.dead, first.live_edges) == (1, 0, ("e1",))
        then = arrive(ledger, "r-1", "a", {"e2": False, "e3": True})
        assert (then.live, then.dead, set(then.live_edges)) == (2, 1, {"e1", "e3"})

    def test_the_first_word_on_an_edge_stays(self, ledger: Ledger) -> None:
        arrive(ledger, "r-1", "a", {"e1": True})
        again = arrive(ledger, "r-1", "a", {"e1": False})
        assert again.noted == {"e1": True}
        assert (again.live, again.dead) == (1, 0)

    def test_gates_are_each_tasks_own(self, ledger: Ledger, backend: Backend) -> None:
        backend.ledger.open(a_run("r-2"))
        arrive(ledger, "r-1", "a", {"e1": True})
        arrive(ledger, "r-1", "b", {"e1": False})
        arrive(ledger, "r-2", "a", {"e2": True})
        assert {task: gate.noted for task, gate in ledger.gates("r-1").items()} == {
            "a": {"e1": True},
            "b": {"e1": False},
        }

    def test_a_wide_gate_keeps_every_edge(self, ledger: Ledger) -> None:
        for n in range(1, 201):
            arrive(ledger, "r-1", "a", {f"e{n}": n % 3 > 0}, 200)
        gate = arrive(ledger, "r-1", "a", {}, 200)
        assert (gate.live, gate.dead) == (134, 66)
        assert len(ledger.gates("r-1")["a"].noted) == 200

    # claims

    def test_the_first_claim_has_the_task(self, ledger: Ledger) -> None:
        record = ledger.claim("r-1", "a", a_claim(edges=("e1", "e2")))
        assert record == ledger.task("r-1", "a")
        assert (record.state, record.attempt, record.token) == (TaskState.CLAIMED, 1, "one")
        assert (record.delivery, record.edges, record.opened) == ("delivery-of-one", ("e1", "e2"), 2_000)
        assert (record.lease, record.log) == (5_000, "log-of-one")

    def test_a_second_claim_gets_the_record_as_it_stands(self, ledger: Ledger) -> None:
        mine = ledger.claim("r-1", "a", a_claim())
        assert ledger.claim("r-1", "a", a_claim("two", at=4_999)) == mine

    def test_a_lease_that_is_over_is_lost(self, ledger: Ledger) -> None:
        ledger.claim("r-1", "a", a_claim(edges=("e1",)))
        record = ledger.claim("r-1", "a", a_claim("two", at=5_000, lease=9_000, edges=("e1", "e2")))
        assert (record.token, record.attempt, record.losses) == ("two", 1, 1)
        assert (record.edges, record.opened) == (("e1",), 2_000), "what had arrived is frozen"

    def test_a_late_owner_loses_every_write(self, ledger: Ledger) -> None:
        ledger.claim("r-1", "a", a_claim())
        mine = ledger.claim("r-1", "a", a_claim("two", at=5_000, lease=9_000))
        assert not ledger.settle("r-1", "a", "one", DONE, 6_000)
        assert not ledger.retry("r-1", "a", "one", 7_000)
        assert not ledger.hold("r-1", "a", "one", 7_000)
        assert ledger.task("r-1", "a") == mine

    def test_nobody_writes_what_nobody_claimed(self, ledger: Ledger) -> None:
        assert not ledger.settle("r-1", "a", "one", DONE, 6_000)
        assert not ledger.retry("r-1", "a", "one", 7_000)
        assert not ledger.hold("r-1", "a", "one", 7_000)
        assert ledger.task("r-1", "a") is None

    # outcomes

    @pytest.mark.parametrize("outcome", [DONE, BROKEN, Outcome.succeeded(None)])
    def test_an_outcome_is_kept_as_it_was_given(self, ledger: Ledger, outcome: Outcome) -> None:
        ledger.claim("r-1", "a", a_claim())
        assert ledger.settle("r-1", "a", "one", outcome, 6_000)
        record = ledger.task("r-1", "a")
        assert record is not None
        assert (record.state, record.outcome, record.ended) == (TaskState.SETTLED, outcome, 6_000)

    def test_a_settled_task_never_changes(self, ledger: Ledger) -> None:
        ledger.claim("r-1", "a", a_claim())
        ledger.settle("r-1", "a", "one", DONE, 3_000)
        settled = ledger.task("r-1", "a")
        assert not ledger.settle("r-1", "a", "one", BROKEN, 4_000)
        assert not ledger.retry("r-1", "a", "one", 4_000)
        assert not ledger.hold("r-1", "a", "one", 4_000)
        assert not ledger.skip("r-1", "a", 4_000)
        assert ledger.claim("r-1", "a", a_claim("two", at=90_000)) == settled
        assert ledger.task("r-1", "a") == settled

    def test_a_skip_is_an_outcome_that_nobody_claimed(self, ledger: Ledger) -> None:
        assert ledger.skip("r-1", "a", 3_000)
        assert not ledger.skip("r-1", "a", 4_000)
        record = ledger.task("r-1", "a")
        assert record is not None
        assert (record.state, record.attempt, record.ended) == (TaskState.SETTLED, 0, 3_000)
        assert record.outcome == Outcome.skipped()
        assert ledger.claim("r-1", "a", a_claim()) == record

    def test_the_delivery_that_settled_a_task_may_say_so_again_once(self, ledger: Ledger) -> None:
        ledger.claim("r-1", "a", a_claim())
        assert not ledger.heals("r-1", "a", "delivery-of-one"), "it is not settled"
        ledger.settle("r-1", "a", "one", DONE, 3_000)
        ledger.skip("r-1", "b", 3_000, "d-1")
        ledger.skip("r-1", "c", 3_000)
        before = ledger.task("r-1", "a")
        assert before is not None
        assert not ledger.heals("r-1", "a", "another")
        assert ledger.heals("r-1", "a", "delivery-of-one")
        assert not ledger.heals("r-1", "a", "delivery-of-one")
        assert ledger.task("r-1", "a") == before._replace(delivery="")
        assert ledger.heals("r-1", "b", "d-1")
        assert not ledger.heals("r-1", "c", "")
        assert not ledger.heals("r-1", "unknown", "d-1")

    def test_what_one_event_brings_to_several_gates_is_noted_at_each(self, ledger: Ledger) -> None:
        arrive(ledger, "r-1", "b", {"e2": True})
        a, b, again = ledger.arrive(
            "r-1", [arriving("a", {"e1": False}), arriving("b", {"e2": True, "e3": True}), arriving("a", {"e4": True})]
        )
        assert (b.live, b.dead) == (2, 0)
        assert a.noted == again.noted == {"e1": False, "e4": True}
        assert ledger.arrive("r-1", []) == []
        assert {task: gate.noted for task, gate in ledger.gates("r-1").items()} == {"a": a.noted, "b": b.noted}

    def test_a_claimed_task_is_not_skipped(self, ledger: Ledger) -> None:
        mine = ledger.claim("r-1", "a", a_claim())
        assert not ledger.skip("r-1", "a", 3_000)
        assert ledger.task("r-1", "a") == mine

    # retries and waits

    def test_a_retry_is_the_next_attempt_once_it_is_due(self, ledger: Ledger) -> None:
        ledger.claim("r-1", "a", a_claim(edges=("e1",)))
        assert ledger.retry("r-1", "a", "one", 8_000)
        early = ledger.claim("r-1", "a", a_claim("two", at=7_999))
        assert (early.state, early.attempt, early.due) == (TaskState.RETRYING, 2, 8_000)
        record = ledger.claim("r-1", "a", a_claim("three", at=8_000, lease=12_000))
        assert (record.state, record.attempt, record.token, record.edges) == (TaskState.CLAIMED, 2, "three", ("e1",))
        assert not ledger.settle("r-1", "a", "one", DONE, 9_000)
        assert ledger.settle("r-1", "a", "three", DONE, 9_000)

    def test_what_is_held_is_claimed_by_nobody_and_settled_by_its_token(self, ledger: Ledger) -> None:
        ledger.claim("r-1", "a", a_claim())
        assert ledger.hold("r-1", "a", "one", 8_000)
        held = ledger.claim("r-1", "a", a_claim("two", at=99_000))
        assert (held.state, held.token, held.due) == (TaskState.WAITING, "one", 8_000)
        assert ledger.settle("r-1", "a", "one", DONE, 9_000)

    # reading

    def test_tasks_are_read_all_or_by_name(self, ledger: Ledger) -> None:
        for task in ("a", "b", "c"):
            ledger.claim("r-1", task, a_claim(task))
        assert set(ledger.tasks("r-1")) == {"a", "b", "c"}
        assert set(ledger.tasks("r-1", ["c", "a", "unknown"])) == {"a", "c"}

    def test_a_run_with_a_task_at_work_is_not_over(self, ledger: Ledger) -> None:
        assert ledger.may_be_over("r-1"), "nothing is at work"
        ledger.claim("r-1", "a", a_claim("a"))
        ledger.claim("r-1", "b", a_claim("b"))
        assert not ledger.may_be_over("r-1")
        ledger.settle("r-1", "a", "a", DONE, 3_000)
        ledger.retry("r-1", "b", "b", 4_000)
        assert not ledger.may_be_over("r-1")
        ledger.claim("r-1", "b", a_claim("c", at=4_000))
        ledger.hold("r-1", "b", "c", 8_000)
        assert not ledger.may_be_over("r-1")
        ledger.settle("r-1", "b", "c", BROKEN, 8_000)
        ledger.skip("r-1", "d", 8_000)
        assert ledger.may_be_over("r-1")

    # what is kept of another run

    def test_a_rerun_keeps_outcomes_that_nobody_owns(self, ledger: Ledger, backend: Backend) -> None:
        ledger.claim("r-1", "a", a_claim())
        ledger.settle("r-1", "a", "one", DONE, 3_000)
        backend.ledger.open(a_run("r-2", rerun_of="r-1"))
        ledger.claim("r-2", "b", a_claim("b"))
        ledger.keep("r-2", {"a": _settled(ledger, "a"), "b": _settled(ledger, "a")})
        kept, other = ledger.task("r-2", "a"), ledger.task("r-2", "b")
        assert kept is not None
        assert (kept.state, kept.outcome, kept.attempt, kept.token) == (TaskState.SETTLED, DONE, 1, "")
        assert other is not None
        assert other.state is TaskState.CLAIMED, "what is there already stays"

    # the sweeper's index

    def test_unended_runs_are_due_in_order(self, backend: Backend) -> None:
        ledger = backend.ledger
        for n, due in ((1, 300), (2, 100), (3, 200), (4, 900)):
            ledger.open(a_run(f"r-{n}", due=due))
        ledger.end("r-3", RunEnd.SUCCEEDED, 150, "")
        ledger.told("r-3")
        assert [run.id for run in ledger.due(500, 10)] == ["r-2", "r-1"]
        assert [run.id for run in ledger.due(500, 1)] == ["r-2"]

    def test_a_run_that_was_looked_at_is_due_later(self, ledger: Ledger) -> None:
        assert [run.id for run in ledger.due(60_000, 10)] == ["r-1"]
        ledger.postpone("r-1", 120_000, 1)
        assert list(ledger.due(60_000, 10)) == []
        [run] = ledger.due(120_000, 10)
        assert (run.due, run.sweeps) == (120_000, 1)

    def test_a_run_is_due_until_its_end_has_been_said(self, ledger: Ledger) -> None:
        ledger.end("r-1", RunEnd.SUCCEEDED, 5_000, "")
        [run] = ledger.due(60_000, 10)
        assert run.state is RunState.ENDED
        ledger.told("r-1")
        assert list(ledger.due(99_000, 10)) == []

    def test_a_run_whose_end_was_heard_is_never_due_again(self, ledger: Ledger) -> None:
        ledger.end("r-1", RunEnd.SUCCEEDED, 5_000, "")
        ledger.postpone("r-1", 99_000, 1)
        assert [run.id for run in ledger.due(99_000, 10)] == ["r-1"]
        ledger.told("r-1")
        ledger.postpone("r-1", 6_000, 1)
        assert list(ledger.due(99_000, 10)) == []


def _settled(ledger: Ledger, task: str) -> TaskRecord:
    record = ledger.task("r-1", task)
    assert record is not None
    return record
