"""Replaying: events from outside, as they were kept, once more through triggers and through no other rule.

A replay has a name, by which its runs are told apart: the same events under the same name start nothing new. A dry one says what
would come of it, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from pydantic import JsonValue

from events.ledger import Millis
from events.triggering import PassedBy, Refused, TakenUp, take_up
from handlers.naming import pipeline_named
from handlers.start import NotStarted, Started
from murmuration.local.stack import Stack
from schemas.model import JsonObject, Model


class Replay(Model):
    name: str
    """Runs are told apart by it: the same events under the same name start nothing new."""
    source: str | None = None
    type: str | None = None
    pipeline: str | None = None
    since: Millis = 0
    until: Millis | None = None
    after: int = 0
    """Continue after this one."""
    most: int = 500
    dry_run: bool = False
    """Only say how many runs there would be, and why there would be none."""


class Replaying:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def replay(self, asked: Replay) -> JsonObject:
        """Inside a transaction."""
        rows = self._kept(asked)
        only = None if asked.pipeline is None else pipeline_named(asked.pipeline, self._stack.catalog.names())
        heard = [
            (pipeline, trigger, event)
            for event in (orjson.loads(body) for _, body in rows)
            for pipeline, trigger in self._hearing(event, only)
        ]
        runs: list[JsonValue] = []
        refused: list[JsonValue] = []
        for pipeline, trigger, event in heard:
            match (self._would if asked.dry_run else self._started)(pipeline, trigger, event, asked.name):
                case Started(run, new=True) | TakenUp(run):
                    runs.append(run)
                case NotStarted(why) | Refused(why):
                    refused.append(why)
                case _:
                    continue
        told: JsonObject = {"name": asked.name, "events": len(rows), "runs": runs, "refused": refused}
        return {**told, "next": rows[-1][0] if len(rows) == asked.most else None}

    def _kept(self, asked: Replay) -> list[tuple[int, bytes]]:
        sql = "SELECT seq, body FROM outside WHERE seq > ? AND at >= ? AND at <= ?"
        values: list[str | int] = [asked.after, asked.since, asked.until or self._stack.clock.now()]
        for column, value in (("source", asked.source), ("type", asked.type)):
            if value is not None:
                sql, values = f"{sql} AND {column} = ?", [*values, value]
        return self._stack.database.execute(f"{sql} ORDER BY seq LIMIT ?", (*values, asked.most)).fetchall()

    def _started(self, pipeline: str, trigger: str, event: JsonObject, name: str) -> Started | NotStarted:
        by = f"{name}/{event['id']}>{trigger}"
        return self._stack.start.triggered(pipeline, trigger, event, by, replay=name)

    def _would(self, pipeline: str, trigger: str, event: JsonObject, name: str) -> TakenUp | Refused | PassedBy | None:
        active = self._stack.catalog.active(pipeline)
        if active is None or trigger not in active.version.pipeline.triggers:
            return None
        if self._stack.catalog.paused(pipeline):
            return Refused(f"{pipeline} is paused; resume it and replay the event")
        found = take_up(active.version.pipeline, trigger, event, replay=name)
        if isinstance(found, TakenUp) and self._stack.ledger.run(found.run) is not None:
            return None  # this replay has been here already
        return found

    def _hearing(self, event: JsonObject, only: str | None) -> Iterator[tuple[str, str]]:
        """Pipelines and their triggers."""
        bus = self._stack.bus.default if str(event["source"]).startswith("aws.") else self._stack.bus.own
        for routed in bus.route(event):
            pipeline, _, trigger = str((routed.told or {}).get("trigger", "")).rpartition("/")
            if trigger and only in (None, pipeline):
                yield pipeline, trigger
