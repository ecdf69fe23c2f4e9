"""Listing runs: what is asked for and nothing else, in bounded work, each once over all pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.ledger import RunRecord
from events.ledger import RunState as Stand
from handlers.reading import Sought
from murmuration.local.database import Database
from murmuration.local.ledger import LocalLedger
from murmuration.local.listing import LOOKED_AT, page
from schemas.run import RunState
from schemas.trigger import RunEnd

KNOWN = ("a/one", "a/two", "b/one")
MANY = 2 * LOOKED_AT + 500
START = 1_700_000_000_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("listing")
    database = Database(folder / "state.db", "NORMAL")
    ledger = LocalLedger(database)
    with database.transaction():
        for n in range(MANY):
            run, at = f"r-{n:026d}", START + n // 3  # three begin in one millisecond
            ledger.open(RunRecord(run, KNOWN[n % 3], 1, Stand.OPEN, at, at + 1, None, "manual", f"request-{n}"))
            if n == MANY - 1:
                continue
            end = RunEnd.FAILED if n in (7, 1_000) else RunEnd.SUCCEEDED
            ledger.end(run, end, at + 5, "broken pump" if n == 7 else "")
    yield database
    database.close()


def _all(database: Database, sought: Sought, most: int) -> tuple[list[str], int]:
    found: list[str] = []
    before, pages = None, 0
    while True:
        told = page(database, sought, KNOWN, before, most)
        assert len(told.runs) <= most
        found += [one.id for one in told.runs]
        before, pages = told.more, pages + 1
        if before is None:
            return found, pages


def _id(n: int) -> str:
    return f"r-{n:026d}"


def test_each_is_there_once_the_newest_first(many: Database) -> None:
    assert _all(many, Sought(), 200)[0] == [_id(n) for n in reversed(range(MANY))]
    assert _all(many, Sought(pipeline="a/two"), 199)[0] == [_id(n) for n in reversed(range(MANY)) if n % 3 == 1]
    assert _all(many, Sought(projects={"a"}), 200)[0] == [_id(n) for n in reversed(range(MANY)) if n % 3 != 2]


@pytest.mark.parametrize(
    ("sought", "there"),
    [
        (Sought(state=RunState.FAILED), [1_000, 7]),
        (Sought(state=RunState.RUNNING), [MANY - 1]),
        (Sought(state=RunState.CANCELLED), []),
        (Sought(state=RunState.FAILED, projects={"b"}), []),
        (Sought(since=START + 2, until=START + 2), [8, 7, 6]),
        (Sought(text=f"R-{20:026d}"), [20]),
    ],
)
def test_what_an_index_has_is_on_the_first_page(many: Database, sought: Sought, there: list[int]) -> None:
    told = page(many, sought, KNOWN, None, 50)
    assert ([one.id for one in told.runs], told.more) == ([_id(n) for n in there], None)


def test_what_no_index_has_is_found_further_on(many: Database) -> None:
    first = page(many, Sought(text="PUMP"), KNOWN, None, 50)
    assert (first.runs, first.more is None) == ([], False)
    assert _all(many, Sought(text="PUMP"), 50) == ([_id(7)], 3)


def test_what_a_text_stands_for_is_told_once_and_hides_nothing(many: Database) -> None:
    sought = Sought(text="request-41", ids=(_id(5), "r-nobody"))
    found, _ = _all(many, sought, 50)
    assert found[0] == _id(5)
    assert sorted(found) == sorted({_id(5), *(_id(n) for n in range(MANY) if f"request-{n}".startswith("request-41"))})


def test_behind_a_run_that_is_gone_there_is_nothing(many: Database) -> None:
    assert page(many, Sought(), KNOWN, "r-gone", 5) == ((), None)


def test_those_that_did_not_succeed_have_an_index_of_their_own(many: Database) -> None:
    sql = "EXPLAIN QUERY PLAN SELECT id FROM runs WHERE pipeline = 'a/one' AND \"end\" != 'succeeded' AND \"end\" = 'failed'"
    assert "runs_unwell" in str(many.execute(sql).fetchall())
