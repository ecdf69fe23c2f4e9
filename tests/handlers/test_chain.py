"""Runs that start runs: a chain may be long, and one that goes round ends."""

from __future__ import annotations

from support.backends import Backend
from support.flock import Flock

from events.ids import event_run
from events.ledger import RunRecord, RunState
from handlers.chain import MOST, length
from murmuration.memory import MemoryLedger
from schemas.model import JsonObject
from schemas.pipeline import Pipeline


def hearing(name: str, other: str) -> Pipeline:
    document: JsonObject = {
        "project": "p",
        "pipeline": name,
        "tasks": {"work": {"action": "pass"}},
        "triggers": {"after": {"pipeline": {"pipeline": other}}},
    }
    return Pipeline.read(document)


def test_two_pipelines_that_start_each_other_come_to_an_end(backend: Backend) -> None:
    flock = Flock(backend).publish(hearing("x", "y")).publish(hearing("y", "x"))
    flock.start(pipeline="p/x")
    flock.fly()
    [refusal] = backend.refused()
    assert refusal.why == f"{MOST} runs have started each other one after the other: this goes round"


def run(id_: str, origin: str) -> RunRecord:
    return RunRecord(id_, "p/x", 1, RunState.OPEN, 1, 2, origin=origin)


def test_a_chain_is_followed_by_what_started_each_run() -> None:
    ledger = MemoryLedger()
    first, second, third = (event_run("p/x", "t", "shop", str(n)) for n in range(3))
    ledger.open(run(first, "4f3c-of-somebody-else>request"))
    ledger.open(run(second, f"{first}/run.succeeded>request"))
    ledger.open(run(third, f"{second}/notify/0>request"))
    assert length(ledger, "anything") == 0
    assert [length(ledger, f"{one}/run.failed>r") for one in (first, second, third)] == [1, 2, 3]
    assert length(ledger, "r-aaaaaaaaaaaaaaaaaaaaaaaaaa/run.succeeded") == 0, "of a run that is no more"
