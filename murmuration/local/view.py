"""The run view on SQLite: every event of a run, once. And what else people look at: refusals and logs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import orjson

from events.envelope import spelled, written
from events.event import Event, EventType
from events.ports import Refusal
from murmuration.local.database import Database
from murmuration.local.ledger import LocalLedger

FEW: Final = 50


class LocalRunView:
    """Events lie beside the others of their run, so that what happens now touches few pages of a large file."""

    def __init__(self, database: Database, ledger: LocalLedger) -> None:
        self._database = database
        self._ledger = ledger
        # Of the runs that more may be said of: an order is that of one run's events.
        sql = "SELECT coalesce(max(seq), 0) FROM events WHERE run IN (SELECT n FROM runs WHERE due > 0)"
        self._seq: int = database.execute(sql).fetchone()[0]

    def put(self, events: Sequence[Event]) -> None:
        """An event of a run that is not there, or not any more, is nobody's."""
        rows = []
        for event in events:
            run = event.run
            n = self._ledger.number(run)
            if n is not None:
                self._seq += 1
                rows.append((n, _within(run, event.id), self._seq, _body(event)))
        self._database.executemany("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)", rows)

    def events(self, run: str) -> Sequence[Event]:
        sql = "SELECT body FROM events WHERE run = ? ORDER BY seq"
        return [_event(run, body) for (body,) in self._database.execute(sql, (self._ledger.number(run),))]

    def unheard(self, run: str, ids: Iterable[str]) -> Sequence[str]:
        n = self._ledger.number(run)
        asked = {id_: _within(run, id_) for id_ in ids}
        if len(asked) <= FEW:
            # The usual answer is that all were heard, and costs one row.
            marks = ", ".join("?" * len(asked))
            sql = f"SELECT count(*) FROM events WHERE run = ? AND id IN ({marks})"
            (count,) = self._database.execute(sql, (n, *asked.values())).fetchone()
            if count == len(asked):
                return []
        heard = {id_ for (id_,) in self._database.execute("SELECT id FROM events WHERE run = ?", (n,))}
        return [id_ for id_, within in asked.items() if within not in heard]


def _within(run: str, id_: str) -> str:
    """An event's id among those of its run: `resize/1/task.succeeded`."""
    assert id_.startswith(run), f"{id_} is not of {run}"
    return id_[len(run) + 1 :]


def _body(event: Event) -> bytes:
    told = (
        event.type.value,
        spelled(event.time),
        event.pipeline,
        event.task,
        event.attempt,
        event.cause,
        event.traceparent,
        event.tracestate,
        event.dataref,
        event.data,
    )
    return written(told, event.id)


def _event(run: str, body: bytes) -> Event:
    type_, time, pipeline, task, attempt, cause, traceparent, tracestate, dataref, data = orjson.loads(body)
    return Event(
        type=EventType(type_),
        time=datetime.fromisoformat(time),
        pipeline=pipeline,
        run=run,
        task=task,
        attempt=attempt,
        cause=cause,
        traceparent=traceparent,
        tracestate=tracestate,
        dataref=dataref,
        data=data,
    )


class LocalRefusals:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, refusal: Refusal) -> None:
        row = (refusal.pipeline, refusal.trigger, refusal.at, refusal.why, orjson.dumps(refusal.event))
        self._database.execute("INSERT INTO refusals (pipeline, trigger, at, why, event) VALUES (?, ?, ?, ?, ?)", row)

    def listed(self, most: int = 100) -> list[Refusal]:
        sql = "SELECT pipeline, trigger, at, why, event FROM refusals ORDER BY seq DESC LIMIT ?"
        return [
            Refusal(pipeline, trigger, at, why, orjson.loads(event))
            for pipeline, trigger, at, why, event in self._database.execute(sql, (most,))
        ]
