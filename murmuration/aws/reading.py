"""Reading a deployed stack, by whoever may read its table, its bucket and its logs. The table is never scanned: runs are found
by their id, or by the index of their pipeline, the newest first.

    a whole id          one item
    last                the newest of each pipeline
    a beginning         looked for among the newest runs of each pipeline (`SEARCHED`)

Nothing tells that something has changed, so it is looked for, at first often. A run's record is read before its events: when
it has ended, all that can be seen of it is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from heapq import merge
from itertools import chain, islice
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from events.event import Event
from events.ids import RUN_ID
from events.ledger import Millis, RunRecord
from events.ledger import RunState as Stand
from events.ports import Published, Refusal
from handlers.naming import LAST, pipeline_named, run_named
from handlers.reading import EVERY_RUN, DeadLetter, Heard, Logged, Page, Progress, Shown, Sought, shown
from handlers.unknown import NoSuchRun
from murmuration.aws.heard import told_after
from murmuration.aws.listing import AwsListing, Listed
from murmuration.aws.logs import AwsLogs
from murmuration.aws.packing import at_once
from murmuration.aws.records import run_key, run_of
from murmuration.aws.refused import AwsRefusals
from murmuration.aws.table import GET_AT_ONCE, batches
from murmuration.aws.view import AwsRunView
from schemas.model import JsonObject
from schemas.run import RunState

if TYPE_CHECKING:
    from murmuration.aws.stack import Stack

SEARCHED: Final = 1_000
"""Runs of each pipeline that a beginning is compared with."""
LOOKED_AT: Final = 2_000
"""Runs on the way to a page of those that stand so: whoever wants to see further asks for the next page."""
_AMBIGUOUS: Final = 6
_FIRST_LOOK_S: Final = 0.5
_LAST_LOOK_S: Final = 3.0
_SLOWER: Final = 1.2


class AwsReading:
    last_lines_s = 6.0

    def __init__(self, stack: Stack, pause: Callable[[float], None] | None = None) -> None:
        self._stack = stack
        self._pause = pause or time.sleep
        self._listing = AwsListing(stack.table)
        self._attempts: dict[str, Mapping[str, int]] = {}
        self._logs: AwsLogs | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        """Nothing is held open."""

    def whenever_changed(self) -> Iterator[None]:
        pause = _FIRST_LOOK_S
        while True:
            yield
            self._pause(pause)
            pause = min(pause * _SLOWER, _LAST_LOOK_S)

    # names

    def pipeline(self, given: str) -> str:
        return pipeline_named(given, self._stack.catalog.names())

    def run(self, given: str) -> str:
        if given == LAST:
            newest = list(islice(self._keys(self._stack.catalog.names(), None, 1), 1))
            return run_named(given, [one.run for one in newest])
        begins = given if given.startswith("r-") else f"r-{given}"
        if self._stack.ports.ledger.run(begins) is not None:
            return begins
        found = [] if _is_whole(begins) else self._beginning(begins)
        if not found:
            told = f"there is no run {given} among the newest {SEARCHED:,} of each pipeline"
            raise NoSuchRun(told, advice="murmur runs shows those there are; an older one needs its whole id")
        return run_named(begins, found)

    def _beginning(self, begins: str) -> list[str]:
        def of(pipeline: str) -> list[str]:
            keys = islice(self._listing.keys(pipeline, SEARCHED), SEARCHED)
            return [one.run for one in keys if one.run.startswith(begins)]

        found = at_once(of, self._stack.catalog.names())
        return sorted(chain.from_iterable(found))[:_AMBIGUOUS]

    # runs

    def known(self) -> Sequence[str]:
        return self._stack.catalog.names()

    def live(self) -> Sequence[str]:
        return [name for name in self._stack.catalog.names() if self._stack.catalog.active(name) is not None]

    def active(self, pipeline: str) -> Published | None:
        return self._stack.catalog.active(pipeline)

    def record(self, run: str) -> RunRecord | None:
        return self._stack.ports.ledger.run(run)

    def page(self, sought: Sought = EVERY_RUN, *, before: str | None = None, most: int = 20) -> Page:
        at = None if before is None else self.record(before)
        if before is not None and at is None:
            return Page((), None)  # what was there is gone, and all that was older went before it
        place = None if at is None else Listed(at.started, at.id)
        names = sought.among(self._stack.catalog.names())
        text = sought.text.lower()
        ids = [one for one in (*sought.ids, text, f"r-{text}") if _is_whole(one)]
        items = self._stack.table.get_all(map(run_key, dict.fromkeys(ids))) if ids else {}
        there = [one for one in map(run_of, items.values()) if one.pipeline in names][: most - 1]
        first = [one for one in there if place is None and sought.takes(one)]
        found = self._further(sought, names, place, most - len(first))
        return Page([*first, *(one for one in found.runs if one not in there)], found.more)

    def _further(self, sought: Sought, names: Sequence[str], place: Listed | None, most: int) -> Page:
        if sought.state is RunState.REQUESTED or sought.state is RunState.RUNNING:
            unended = self._listing.unended(LOOKED_AT)
            if unended is not None:
                return _of(unended, set(names), sought, place, most)
        return self._looked_for(sought, self._keys(names, _later(place, sought.until), most), most)

    def _looked_for(self, sought: Sought, keys: Iterator[Listed], most: int) -> Page:
        found: list[RunRecord] = []
        looked = 0
        for some in batches(keys, min(GET_AT_ONCE, most)):
            records = self._stack.table.get_all(run_key(one.run) for one in some)
            for one in some:
                looked += 1
                if sought.since is not None and one.started < sought.since:
                    return Page(found, None)
                item = records.get(run_key(one.run))
                record = None if item is None else run_of(item)
                if record is not None and sought.takes(record):
                    found.append(record)
                if len(found) == most or looked == LOOKED_AT:
                    return Page(found, one.run)
        return Page(found, None)

    def _keys(self, pipelines: Sequence[str], before: Listed | None, page: int) -> Iterator[Listed]:
        """Of all these pipelines, the newest first. Their first pages are read beside each other; each has one more than is
        asked for, by which it is seen that a millisecond is over."""

        def begun(pipeline: str) -> Iterator[Listed]:
            keys = self._listing.keys(pipeline, min(page, SEARCHED) + 1, before)
            return chain(list(islice(keys, 1)), keys)

        return merge(*at_once(begun, pipelines), reverse=True)

    def has_ended(self, run: str) -> bool:
        record = self._stack.ports.ledger.run(run)
        return record is not None and record.state is Stand.ENDED

    def show(self, run: str) -> Shown:
        ports = self._stack.ports
        record = ports.ledger.run(run)
        assert record is not None, "a run is found by name before it is shown"
        published = self._stack.catalog.version(record.reference)
        assert published is not None, "a run's version stays"
        found = shown(record, published, ports.view.events(run), ports.ledger.tasks(run))
        self._attempts[run] = {name: task.attempt for name, task in found.tasks.items()}
        return found

    def progress(self, run: str) -> Progress:
        """Of the attempts that were last shown."""
        attempts = self._attempts.get(run, {})
        return {
            (run, task): (share, words)
            for task, (attempt, share, words) in self._stack.progress.of(run).items()
            if attempts.get(task) == attempt
        }

    def events(self, run: str) -> Sequence[Event]:
        return self._stack.ports.view.events(run)

    def rules(self, published: Published) -> list[JsonObject]:
        return self._stack.catalog.rules_of(published.version.pipeline.name, published.version.number)

    def heard(self, run: str, after: str = "", most: int = 1_000) -> Heard:
        """By when it was heard. Who hears are several, each with a clock of its own: what is new behind a place was heard after it,
        or a moment before, so the last moments before a place are told again."""
        record = self.record(run)
        view = self._stack.ports.view
        assert isinstance(view, AwsRunView), "the stack's own"
        there = view.heard(run)
        over = record is None or (record.state is Stand.ENDED and record.due == 0)
        return told_after(there, after, most, self._stack.clock.now(), over)

    # logs and what did not work

    def logs(self, run: str, task: str | None = None, *, after: int = 0) -> Sequence[Logged]:
        if self._logs is None:
            self._logs = AwsLogs(self._stack.clients, self._stack.clock)
        return self._logs.after(after, run, self._stack.ports.ledger.tasks(run, None if task is None else [task]))

    def refusals(
        self, most: int = 20, pipelines: Collection[str] | None = None, *, until: Millis | None = None
    ) -> Sequence[Refusal]:
        return self.refused_by(self._stack.catalog.names() if pipelines is None else [*pipelines], most, until)

    def refused_by(self, pipelines: Sequence[str], most: int = 20, until: Millis | None = None) -> Sequence[Refusal]:
        return AwsRefusals(self._stack.table, self._stack.ports.artifacts).listed(pipelines, most, until)

    def dead(self) -> Sequence[DeadLetter]:
        from murmuration.aws.dead import DeadQueues

        return DeadQueues(self._stack.clients, self._stack.environment.prefix).listed()


def _later(place: Listed | None, until: Millis | None) -> Listed | None:
    """The earlier of where the page before ended and of what is asked for: nothing is read that is later."""
    if until is None:
        return place
    end = Listed(until + 1, "")
    return end if place is None else min(place, end)


def _of(records: Sequence[RunRecord], names: Container[str], sought: Sought, before: Listed | None, most: int) -> Page:
    wanted = [
        one
        for one in records
        if one.pipeline in names and sought.takes(one) and (before is None or Listed(one.started, one.id) < before)
    ]
    wanted.sort(key=lambda one: Listed(one.started, one.id), reverse=True)
    return Page(wanted[:most], wanted[most - 1].id if len(wanted) > most else None)


def _is_whole(run: str) -> bool:
    import re

    return re.match(RUN_ID, run) is not None
