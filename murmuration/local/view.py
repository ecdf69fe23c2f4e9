"""The run view on SQLite: every event of a run, once. And what else people look at: refusals and logs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from events.envelope import spelled, written
from events.event import Event, EventType
from events.ledger import Millis
from events.ports import Refusal
from handlers.reading import BadPlace, Heard
from murmuration.local.database import Database
from murmuration.local.ledger import LocalLedger

_LAST: Final = (1 << 62) - 1


class LocalRunView:
    """Events lie in the journal beside all else that happens to their run."""

    def __init__(self, ledger: LocalLedger) -> None:
        self._ledger = ledger

    def put(self, events: Sequence[Event]) -> None:
        """An event of a run that is not there, or not any more, is nobody's."""
        ledger, note = self._ledger, self._ledger.journal.note
        for event in events:
            known = ledger.heard(event.run)
            if known is not None:
                n, heard = known
                id_ = _within(event.run, event.id)
                if id_ not in heard:
                    heard.add(id_)
                    note(n, _entry(id_, event))

    def events(self, run: str) -> Sequence[Event]:
        known = self._ledger.heard(run)
        if known is None:
            return ()
        found: dict[str, Event] = {}
        for what, id_, value in self._ledger.journal.read(known[0]):
            if what == "e" and id_ not in found:
                found[id_] = _event(run, value)
        return list(found.values())

    def unheard(self, run: str, ids: Iterable[str]) -> Sequence[str]:
        known = self._ledger.heard(run)
        heard = set[str]() if known is None else known[1]
        return [id_ for id_ in ids if _within(run, id_) not in heard]


def _within(run: str, id_: str) -> str:
    """An event's id among those of its run: `resize/1/task.succeeded`."""
    assert id_.startswith(run), f"{id_} is not of {run}"
    return id_[len(run) + 1 :]


def _entry(id_: str, event: Event) -> bytes:
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
    return written(("e", id_, told), event.id)


def _event(run: str, body: Sequence[Any]) -> Event:
    type_, time, pipeline, task, attempt, cause, traceparent, tracestate, dataref, data = body
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


def heard(database: Database, run: str, after: str, most: int) -> Heard:
    """By the journal's own order. A place is a row, and how many of its events were told: rows are only ever added."""
    seq, told = _place(after)
    row = database.execute("SELECT n, state, due FROM runs WHERE id = ?", (run,)).fetchone()
    if row is None:
        return Heard((), after, True)
    n, state, due = row
    events: list[Event] = []
    sql = "SELECT seq, body FROM journal WHERE run = ? AND seq >= ? ORDER BY seq"
    for at, body in database.execute(sql, (n, seq)).fetchall():
        said = [entry for entry in orjson.loads(body) if entry[0] == "e"]
        begin = told if at == seq else 0
        some = said[begin : begin + most - len(events)]
        events += [_event(run, value) for _, _, value in some]
        seq, told = at, begin + len(some)
        if told < len(said):
            return Heard(events, f"{seq}.{told}", False)
    return Heard(events, f"{seq}.{told}", state == "ended" and due == 0)


def _place(after: str) -> tuple[int, int]:
    seq, dot, told = (after or "0.0").partition(".")
    if not dot or not seq.isascii() or not seq.isdigit() or not told.isascii() or not told.isdigit() or len(after) > 40:
        raise BadPlace(after)
    return min(int(seq), _LAST), min(int(told), _LAST)


class LocalRefusals:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, refusal: Refusal) -> None:
        row = (refusal.pipeline, refusal.trigger, refusal.at, refusal.why, orjson.dumps(refusal.event))
        self._database.execute("INSERT INTO refusals (pipeline, trigger, at, why, event) VALUES (?, ?, ?, ?, ?)", row)

    def listed(
        self, most: int = 100, pipelines: Collection[str] | None = None, until: Millis | None = None
    ) -> list[Refusal]:
        only, values = ["1"], list[object]()
        if until is not None:
            only.append("at <= ?")
            values.append(until)
        if pipelines is not None:
            only.append("pipeline IN (SELECT value FROM json_each(?))")
            values.append(orjson.dumps(list(pipelines)).decode())
        sql = f"""SELECT pipeline, trigger, at, why, event FROM refusals
            WHERE {" AND ".join(only)} ORDER BY seq DESC LIMIT ?"""
        return [
            Refusal(pipeline, trigger, at, why, orjson.loads(event))
            for pipeline, trigger, at, why, event in self._database.execute(sql, (*values, most))
        ]
