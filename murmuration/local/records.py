"""Records as rows, and back again. What never changes of a run is written once; a task's record is one JSON array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from events.ledger import Millis, RunRecord, RunState, TaskRecord, TaskState
from schemas.outcome import Outcome
from schemas.trigger import RunEnd

RUN_COLUMNS: Final = 'id, pipeline, version, state, started, deadline, input, trigger, origin, rerun_of, "end", ended, reason, due, sweeps'
RUN_CHANGES: Final = 'state = ?, "end" = ?, ended = ?, reason = ?, due = ?, sweeps = ?'
Row = tuple[str, str, int, str, int, int, bytes, str, str, str, str | None, int, str, int, int]


def row_of(run: RunRecord) -> Row:
    state, end, ended, reason, due, sweeps = changes_of(run)
    return (
        run.id,
        run.pipeline,
        run.version,
        state,
        run.started,
        run.deadline,
        orjson.dumps(run.input),
        run.trigger,
        run.origin,
        run.rerun_of,
        end,
        ended,
        reason,
        due,
        sweeps,
    )


def changes_of(run: RunRecord) -> tuple[str, str | None, Millis, str, Millis, int]:
    # `str`: SQLite takes a member of an enum only after a long look at it.
    end = None if run.end is None else str(run.end)
    return str(run.state), end, run.ended, run.reason, run.due, run.sweeps


def run_of(row: Row) -> RunRecord:
    (
        id_,
        pipeline,
        version,
        state,
        started,
        deadline,
        input_,
        trigger,
        origin,
        rerun,
        end,
        ended,
        reason,
        due,
        sweeps,
    ) = row
    return RunRecord(
        id_,
        pipeline,
        version,
        RunState(state),
        started,
        deadline,
        orjson.loads(input_),
        trigger,
        origin,
        rerun,
        None if end is None else RunEnd(end),
        ended,
        reason,
        due,
        sweeps,
    )


def entry_of(name: str, task: TaskRecord) -> bytes:
    """As the journal has it."""
    return orjson.dumps(("t", name, tuple(task)), default=_plain)


def _plain(outcome: object) -> object:
    assert isinstance(outcome, Outcome), "the rest of a record is JSON as it is"
    return outcome.data()


def task_of(body: Sequence[Any]) -> TaskRecord:
    state, attempt, token, delivery, started, opened, lease, due, losses, edges, outcome, ended, log = body
    return TaskRecord(
        TaskState(state),
        attempt,
        token,
        delivery,
        started,
        opened,
        lease,
        due,
        losses,
        tuple(edges),
        None if outcome is None else Outcome.of(outcome),
        ended,
        log,
    )
