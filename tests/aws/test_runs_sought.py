"""Runs of a deployed stack as the API seeks them: by project, time, text and key, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from support.afar import Afar, afar

from handlers.reading import Sought
from murmuration.aws.reading import AwsReading
from schemas.run import RunState


@dataclass
class There:
    afar: Afar
    reading: AwsReading
    runs: list[str] = field(default_factory=list)
    """The newest first."""

    def found(self, most: int = 20, **sought: object) -> list[str]:
        return [one.id for one in self.reading.page(Sought(**sought), most=most).runs]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    with pytest.MonkeyPatch.context() as patch, afar(patch, tmp_path_factory.mktemp("sought")) as made:
        told = There(made, AwsReading(made.sky.stack))
        for total in (1, 20, 30, 2):
            told.runs.insert(0, made.run(total=total))
            made.sky.stage.later(60_000)
        yield told


def test_by_project(there: There) -> None:
    assert there.found(projects={"shop"}) == there.runs
    assert there.found(projects={"other"}) == []


def test_by_time(there: There) -> None:
    started = [record.started for record in map(there.reading.record, there.runs) if record is not None]
    assert there.found(since=started[1]) == there.runs[:2]
    assert there.found(until=started[1]) == there.runs[1:]
    assert there.found(since=started[2], until=started[1]) == there.runs[1:3]


def test_by_text(there: There) -> None:
    assert there.found(text="ORDERS") == there.runs
    assert there.found(text="zebra") == []
    assert there.found(text=there.runs[2]) == [there.runs[2]]
    assert there.found(text=there.runs[2][2:]) == [there.runs[2]]


def test_what_a_text_stands_for_comes_first(there: There) -> None:
    oldest = there.runs[-1]
    assert there.found(text="orders", ids=(oldest,)) == [oldest, *there.runs[:-1]]


def test_page_by_page(there: There) -> None:
    found, before = [], None
    for _ in range(10):
        page = there.reading.page(Sought(state=RunState.SUCCEEDED, projects={"shop"}), before=before, most=1)
        found += [one.id for one in page.runs]
        before = page.more
        if before is None:
            break
    assert found == there.runs
    assert there.reading.page(before="r-" + "a" * 26) == ((), None)


def test_events_are_told_to_the_end_from_every_place(there: There) -> None:
    run = there.runs[0]
    whole = [event.id for event in there.reading.events(run)]
    seen: list[str] = []
    after = ""
    for _ in range(50):
        told = there.reading.heard(run, after, 2)
        seen += [event.id for event in told.events]
        after = told.after
        if told.over:
            break
    assert list(dict.fromkeys(seen)) == whole
    assert told.over
