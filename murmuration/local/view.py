"""The run view on SQLite: every event of a run, once. And what else people look at: refusals and logs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from events.envelope import read_detail, write_detail
from events.event import Event
from events.ports import Refusal
from murmuration.local.database import Database

FEW: Final = 50


class LocalRunView:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._seq: int = database.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]

    def put(self, events: Sequence[Event]) -> None:
        rows = []
        for event in events:
            self._seq += 1
            rows.append((event.run, event.id, self._seq, write_detail(event)))
        self._database.executemany("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)", rows)

    def events(self, run: str) -> Sequence[Event]:
        sql = "SELECT body FROM events WHERE run = ? ORDER BY seq"
        return [read_detail(orjson.loads(body)) for (body,) in self._database.execute(sql, (run,))]

    def unheard(self, run: str, ids: Iterable[str]) -> Sequence[str]:
        asked = tuple(ids)
        if len(asked) <= FEW:
            # The usual answer is that all were heard, and costs one row.
            marks = ", ".join("?" * len(asked))
            sql = f"SELECT count(*) FROM events WHERE run = ? AND id IN ({marks})"
            (count,) = self._database.execute(sql, (run, *asked)).fetchone()
            if count == len(asked):
                return []
        heard = {id_ for (id_,) in self._database.execute("SELECT id FROM events WHERE run = ?", (run,))}
        return [id_ for id_ in asked if id_ not in heard]


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
