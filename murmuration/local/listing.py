"""Listing: runs, the newest first. The last one shown is the cursor for the next page.

Each pipeline's runs lie in the order of their start, so the newest of all are merged from the newest of each, and only so many
are read as are asked for. Where few of many are wanted (those that did not succeed, those that go on) an index has these
alone. What is left to look for, such as a text, is looked for among so many (`LOOKED_AT`), and the page says how to go on; the beginning of
an id is found wherever it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from typing import Final, NamedTuple

from events.ledger import RunRecord
from events.ledger import RunState as Stand
from handlers.reading import Page, Sought
from murmuration.local.database import Database
from murmuration.local.records import RUN_COLUMNS, run_of
from schemas.run import RunState
from schemas.trigger import RunEnd

LOOKED_AT: Final = 2_000
_MOST_READ: Final = 500
_FEW: Final = 20
_SURELY_ID: Final = 10

_Row = tuple[int, int, str, str, str, str | None, str, str, str]
_COLUMNS: Final = 'started, n, id, pipeline, state, "end", trigger, origin, reason'


class _Place(NamedTuple):
    started: int
    n: int


def page(database: Database, sought: Sought, known: Sequence[str], before: str | None, most: int) -> Page:
    place = None if before is None else _place(database, before)
    if before is not None and place is None:
        return Page((), None)  # what was there is gone, and all that was older went before it
    names = sought.among(known)
    if begun := _begun(database, sought.text.lower(), set(names), place):
        return _page(database, sought, iter(begun), most)
    # What the text stands for by itself is found wherever it is, and told first.
    ids = _by_ids(database, sought, set(names)) if sought.ids and most > 1 else []
    first = [_record(database, row) for row in ids[: most - 1] if place is None and sought.takes(_glance(row))]
    told = {row[2] for row in ids[: most - 1]}
    rows = (row for row in _newest(database, sought, names, place, most) if row[2] not in told)
    found = _page(database, sought, rows, most - len(first))
    return Page([*first, *found.runs], found.more)


def _page(database: Database, sought: Sought, rows: Iterator[_Row], most: int) -> Page:
    text = sought.text.casefold()
    found: list[RunRecord] = []
    for looked, row in enumerate(rows, 1):
        if (_says(row, text) or row[2] in sought.ids) and sought.takes(_glance(row)):
            found.append(_record(database, row))
        if len(found) == most or looked == LOOKED_AT:
            return Page(found, row[2])
    return Page(found, None)


def _place(database: Database, run: str) -> _Place | None:
    row = database.execute("SELECT started, n FROM runs WHERE id = ?", (run,)).fetchone()
    return None if row is None else _Place(*row)


def _begun(database: Database, text: str, names: set[str], place: _Place | None) -> list[_Row]:
    """What looks like the beginning of an id, and is one: so long a text is no word by chance."""
    if not text.startswith("r-") and len(text) < _SURELY_ID:
        return []
    begins = text if text.startswith("r-") else f"r-{text}"
    sql = f"SELECT {_COLUMNS} FROM runs WHERE id >= ? AND id < ? LIMIT {LOOKED_AT}"
    rows: list[_Row] = database.execute(sql, (begins, begins + "\x7f")).fetchall()
    return sorted((row for row in rows if row[3] in names and (place is None or row[:2] < place)), reverse=True)


def _by_ids(database: Database, sought: Sought, names: set[str]) -> list[_Row]:
    sql = f"SELECT {_COLUMNS} FROM runs WHERE id = ?"
    rows = [row for id_ in sought.ids for row in database.execute(sql, (id_,)).fetchall()]
    return sorted((row for row in rows if row[3] in names), reverse=True)


def _newest(
    database: Database, sought: Sought, names: Sequence[str], place: _Place | None, most: int
) -> Iterator[_Row]:
    first = most + 1 if len(names) <= _FEW else 2
    return merge(*(_of(database, sought, name, place, first) for name in names), reverse=True)


def _of(database: Database, sought: Sought, pipeline: str, place: _Place | None, count: int) -> Iterator[_Row]:
    """Of one pipeline. A few at first, since all but a few pipelines have none among the newest; no statement stays open."""
    clauses, values = ["pipeline = ?"], list[str | int]([pipeline])
    if sought.state is not None:
        clauses += _stands(sought.state)
    for clause, value in (("started >= ?", sought.since), ("started <= ?", sought.until)):
        if value is not None:
            clauses.append(clause)
            values.append(value)
    while True:
        under = [] if place is None else ["(started, n) < (?, ?)"]
        sql = f"SELECT {_COLUMNS} FROM runs WHERE {' AND '.join(clauses + under)} ORDER BY started DESC, n DESC LIMIT ?"
        rows = database.execute(sql, (*values, *(place or ()), count)).fetchall()
        yield from rows
        if len(rows) < count:
            return
        place, count = _Place(*rows[-1][:2]), min(count * 2, _MOST_READ)


def _stands(state: RunState) -> list[str]:
    """As the index says it that has these alone. Those that succeeded are most, and need none."""
    match state:
        case RunState.REQUESTED:
            return ["state != 'ended'", f"state = '{Stand.QUEUED.value}'"]
        case RunState.RUNNING:
            return ["state != 'ended'", f"state = '{Stand.OPEN.value}'"]
        case RunState.SUCCEEDED:
            return []
        case _:
            return ["\"end\" != 'succeeded'", f"\"end\" = '{state.value}'"]


def _says(row: _Row, text: str) -> bool:
    """Whether it may be what is looked for. Most rows are not, and it is thousands that are looked at."""
    return not text or text in "\n".join((row[2], row[3], row[6], row[7], row[8])).casefold()


def _glance(row: _Row) -> RunRecord:
    """What is looked at to tell whether it is wanted; the rest of a record may be large."""
    started, _, id_, pipeline, state, end, trigger, origin, reason = row
    return RunRecord(
        id_,
        pipeline,
        0,
        Stand(state),
        started,
        0,
        trigger=trigger,
        origin=origin,
        end=None if end is None else RunEnd(end),
        reason=reason,
    )


def _record(database: Database, row: _Row) -> RunRecord:
    return run_of(database.execute(f"SELECT {RUN_COLUMNS} FROM runs WHERE n = ?", (row[1],)).fetchone())
