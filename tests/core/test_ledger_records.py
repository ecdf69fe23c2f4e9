from events.ledger import (
    Claim,
    GateState,
    RunRecord,
    RunState,
    TaskRecord,
    TaskState,
    claimed,
    copied,
    healed,
    held,
    owned,
    retrying,
    settled,
)
from events.ports import Arriving, moment
from schemas.outcome import Outcome

FIRST = Claim("one", "delivery-1", at=100, lease=200, edges=("e1",))


def second(at: int) -> Claim:
    return Claim("two", "delivery-2", at=at, lease=at + 100, edges=("e1", "e2"))


def taken() -> TaskRecord:
    record = claimed(None, FIRST)
    assert record is not None
    return record


def test_the_first_claim_opens_the_task_and_freezes_its_edges():
    record = taken()
    assert (record.state, record.attempt, record.token, record.edges, record.opened) == (
        TaskState.CLAIMED,
        1,
        "one",
        ("e1",),
        100,
    )


def test_a_good_lease_keeps_others_off():
    assert claimed(taken(), second(199)) is None


def test_a_lease_that_is_over_is_a_loss_of_the_same_attempt():
    record = claimed(taken(), second(200))
    assert record is not None
    assert (record.token, record.attempt, record.losses, record.edges, record.opened) == ("two", 1, 1, ("e1",), 100)
    assert not owned(record, "one")


def test_a_retry_is_the_next_attempt_and_may_be_claimed_once_it_is_due():
    waiting = retrying(taken(), due=500)
    assert (waiting.state, waiting.attempt) == (TaskState.RETRYING, 2)
    assert claimed(waiting, second(499)) is None
    record = claimed(waiting, second(500))
    assert record is not None
    assert (record.attempt, record.losses, record.token) == (2, 0, "two")


def test_what_is_held_is_still_its_owners_and_nobody_claims_it():
    waiting = held(taken(), due=150)
    assert owned(waiting, "one")
    assert claimed(waiting, second(1_000)) is None


def test_a_settled_task_never_changes():
    record = settled(taken(), Outcome.succeeded(7), at=150)
    assert record.outcome == Outcome.succeeded(7)
    assert not owned(record, "one")
    assert claimed(record, second(1_000)) is None


def test_nobody_owns_what_nobody_claimed():
    assert not owned(None, "one")


def test_a_gate_keeps_the_first_word_on_an_edge_and_counts():
    gate = GateState({"a": True})
    assert gate.note("b", False)
    assert gate.note("c", True)
    assert not gate.note("b", True)
    assert (gate.live, gate.dead, gate.live_edges) == (2, 1, ("a", "c"))
    assert GateState({"a": True, "b": True}).live_edges == ("a", "b")


def test_an_arrival_knows_how_wide_its_gate_is():
    assert Arriving("z", {"b": True}, {"a": 0, "b": 1, "c": 2}, 3).width == 3


def test_a_run_is_named_with_the_version_it_is_pinned_to():
    assert RunRecord("r-1", "media/thumbnails", 3, RunState.OPEN, 0, 10).reference == "media/thumbnails@3"


def test_a_moment_knows_its_zone():
    assert moment(1_500).isoformat() == "1970-01-01T00:00:01.500000+00:00"


def test_a_rerun_keeps_an_outcome_and_nobodys_claim():
    record = settled(taken(), Outcome.succeeded(7), at=150)
    kept = copied(None, record)
    assert (kept.outcome, kept.token, kept.delivery) == (Outcome.succeeded(7), "", "")
    assert copied(kept, settled(taken(), Outcome.succeeded(8), at=150)) is kept


def test_an_outcome_is_said_again_once_and_only_to_the_delivery_whose_claim_it_was():
    record = settled(taken(), Outcome.succeeded(7), at=150)
    again = healed(record, "delivery-1")
    assert again is not None
    assert again.outcome == Outcome.succeeded(7)
    assert healed(again, "delivery-1") is None
    assert healed(record, "delivery-2") is None
    assert healed(taken(), "delivery-1") is None
    assert healed(None, "delivery-1") is None
