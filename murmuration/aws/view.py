"""The run view on DynamoDB: every event of a run, once.

    pk        log#RUN
    sk        the event's id among those of its run: `resize/1/task.succeeded`
    heard     when it came, in steps that grow: the order in which people read it
    event     all of it but run and id, which the key says: a list, as JSON
    data      where its data lies, if the item would be larger than a write unit; `event` has none then
    expires   as the run does

What must always hold: an event is one item of at most 1,024 bytes, one write unit, so that a million tasks cost a million of them.
A put that comes again replaces the item with the same event; it needs no condition, and goes with 24 others in one call.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import orjson
from pydantic import JsonValue

from events.envelope import spelled, written
from events.event import Event, EventType
from events.ledger import Millis
from events.ports import Artifacts, Clock
from murmuration.aws.packing import at_once, packed, size_of, unpacked
from murmuration.aws.records import run_key
from murmuration.aws.table import Item, Key, Table

UNIT: Final = 1_024
KEPT_MS: Millis = 30 * 86_400_000
"""So long an event stays of which there is no run."""
REMEMBERED: Final = 10_000
"""Runs whose time is known."""
STEPS: Final = 1_000
"""In a millisecond more than one is heard."""
_HEARD: Final = ("heard",)
_EXPIRES: Final = ("expires",)


class AwsRunView:
    def __init__(self, table: Table, artifacts: Artifacts, clock: Clock) -> None:
        self._table = table
        self._artifacts = artifacts
        self._clock = clock
        self._last = 0
        self._expires: OrderedDict[str, int] = OrderedDict()

    def put(self, events: Sequence[Event]) -> None:
        once: dict[str, Event] = {}
        for event in events:
            once.setdefault(event.id, event)
        expires = self._expiring({event.run for event in once.values()})
        items = [self._item(event, expires[event.run]) for event in once.values()]
        told = list(once.values())
        large = {n: written(told[n].data, told[n].id) for n, item in enumerate(items) if size_of(item) > UNIT}
        contents = list(dict.fromkeys(large.values()))
        places = dict(zip(contents, at_once(self._artifacts.put, contents), strict=True))
        for n, content in large.items():
            items[n] |= {"event": packed(_body(told[n], None)), "data": places[content]}
        self._table.put_all(items)

    def events(self, run: str) -> Sequence[Event]:
        """In the order in which they were heard."""
        return [event for _, event in self.heard(run)]

    def heard(self, run: str) -> list[tuple[int, Event]]:
        """The same, each with its `heard`."""
        items = sorted(self._table.under(_log(run)), key=lambda item: _number(item, "heard"))
        places = list(dict.fromkeys(str(item["data"]) for item in items if "data" in item))
        aside = dict(zip(places, at_once(self._artifacts.get, places), strict=True))
        return [(_number(item, "heard"), _event(run, item, aside)) for item in items]

    def unheard(self, run: str, ids: Iterable[str]) -> Sequence[str]:
        asked = {id_: _key(run, id_) for id_ in ids}
        heard = self._table.get_all(asked.values(), only=_HEARD)
        return [id_ for id_, key in asked.items() if key not in heard]

    def _expiring(self, runs: set[str]) -> dict[str, int]:
        """A run that is listed has its events: they expire together."""
        unknown = sorted(runs - self._expires.keys())
        found = self._table.get_all(map(run_key, unknown), only=_EXPIRES)
        otherwise: Item = {"expires": (self._clock.now() + KEPT_MS) // 1_000}
        for run in unknown:
            self._expires[run] = _number(found.get(run_key(run), otherwise), "expires")
        expires = {run: self._expires[run] for run in runs}
        while len(self._expires) > REMEMBERED:
            self._expires.popitem(last=False)
        return expires

    def _item(self, event: Event, expires: int) -> Item:
        """Without a look at how large it is, but compressed where that may help."""
        self._last = max(self._last + 1, self._clock.now() * STEPS)
        key = _key(event.run, event.id)
        item: Item = {"pk": key.pk, "sk": key.sk, "heard": self._last, "expires": expires}
        body = _body(event, event.data)
        return {**item, "event": packed(body, UNIT - size_of({**item, "event": b""}))}


def _log(run: str) -> str:
    return f"log#{run}"


def _key(run: str, id_: str) -> Key:
    assert id_.startswith(run), f"{id_} is not of {run}"
    return Key(_log(run), id_[len(run) + 1 :])


def _body(event: Event, data: JsonValue) -> bytes:
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
        data,
    )
    return written(told, event.id)


def _event(run: str, item: Item, aside: Mapping[str, bytes]) -> Event:
    body = item["event"]
    assert isinstance(body, bytes), "an event is bytes"
    type_, time, pipeline, task, attempt, cause, traceparent, tracestate, dataref, data = orjson.loads(unpacked(body))
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
        data=orjson.loads(aside[str(item["data"])]) if "data" in item else data,
    )


def _number(item: Item, name: str) -> int:
    value = item[name]
    assert isinstance(value, int), f"{name} is a number"
    return value
