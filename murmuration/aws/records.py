"""Records as items, and back again. What is empty has no attribute: an item is paid for by its size.

A task's item has no attribute that an index is made of, and stays within 1 KB where its outcome does: a claim and an
outcome are a write unit each. A run's is in two indexes: `listed` and `started` never change, so that listing a run costs one write of an
index in its life; `due_at` is there while the sweeper should look.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

import orjson

from events.ledger import Millis, RunRecord, RunState, TaskRecord, TaskState
from murmuration.aws.table import Item, Key, Value
from schemas.outcome import Outcome
from schemas.trigger import RunEnd

SHARDS: Final = 8
"""The index of what is due is written so often at one time that one partition would be narrow."""
LOST: Final = -1
"""`losses` of an attempt that nobody has claimed: each claim adds one, and the first has lost nothing."""


def of_run(run: str) -> str:
    return f"run#{run}"


def run_key(run: str) -> Key:
    return Key(of_run(run), "run")


def task_key(run: str, task: str) -> Key:
    return Key(of_run(run), f"task#{task}")


def name_of(item: Item) -> str:
    """The task that an item is of."""
    return str(item["sk"]).split("#")[1]


def shard_of(run: str) -> str:
    return f"due#{zlib.crc32(run.encode()) % SHARDS}"


def run_item(run: RunRecord, expires: int) -> Item:
    pk, sk = run_key(run.id)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "listed": run.pipeline,
        "started": run.started,
        "version": run.version,
        "state": run.state.value,
        "deadline": run.deadline,
        "expires": expires,
    }
    if run.input is not None:
        item["input"] = orjson.dumps(run.input)
    if run.end is not None:
        item["end"] = run.end.value
    if run.due:
        item |= {"due_shard": shard_of(run.id), "due_at": run.due}
    rest: dict[str, Value] = {
        "trigger": run.trigger,
        "origin": run.origin,
        "rerun_of": run.rerun_of,
        "ended": run.ended,
        "reason": run.reason,
        "sweeps": run.sweeps,
    }
    return item | {name: value for name, value in rest.items() if value}


def run_of(item: Item) -> RunRecord:
    input_, end = item.get("input"), text(item, "end")
    return RunRecord(
        id=str(item["pk"]).partition("#")[2],
        pipeline=text(item, "listed"),
        version=number(item, "version"),
        state=RunState(text(item, "state")),
        started=number(item, "started"),
        deadline=number(item, "deadline"),
        input=orjson.loads(input_) if isinstance(input_, bytes) else None,
        trigger=text(item, "trigger"),
        origin=text(item, "origin"),
        rerun_of=text(item, "rerun_of"),
        end=RunEnd(end) if end else None,
        ended=number(item, "ended"),
        reason=text(item, "reason"),
        due=number(item, "due_at"),
        sweeps=number(item, "sweeps"),
    )


def outcome_bytes(outcome: Outcome) -> bytes:
    return orjson.dumps(outcome.data())


def settled_item(run: str, task: str, record: TaskRecord, edges: str, expires: int) -> Item:
    """Of a task that was settled without a claim of its own."""
    assert record.outcome is not None, "it is settled"
    pk, sk = task_key(run, task)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "state": record.state.value,
        "outcome": outcome_bytes(record.outcome),
        "expires": expires,
    }
    rest: dict[str, Value] = {
        "attempt": record.attempt,
        "delivery": record.delivery,
        "begun": record.started,
        "opened": record.opened,
        "losses": record.losses,
        "edges": edges,
        "ended": record.ended,
        "log": record.log,
    }
    return item | {name: value for name, value in rest.items() if value}


def task_of(item: Item, edges: Sequence[str]) -> TaskRecord:
    outcome = item.get("outcome")
    return TaskRecord(
        state=TaskState(text(item, "state")),
        attempt=number(item, "attempt"),
        token=text(item, "token"),
        delivery=text(item, "delivery"),
        started=number(item, "begun"),
        opened=number(item, "opened"),
        lease=number(item, "lease"),
        due=number(item, "due"),
        losses=max(0, number(item, "losses")),
        edges=edges,
        outcome=Outcome.of(orjson.loads(outcome)) if isinstance(outcome, bytes) else None,
        ended=number(item, "ended"),
        log=text(item, "log"),
    )


def text(item: Item, name: str) -> str:
    value = item.get(name, "")
    assert isinstance(value, str), f"{name} is text"
    return value


def number(item: Item, name: str) -> Millis:
    value = item.get(name, 0)
    assert isinstance(value, int), f"{name} is a number"
    return value
