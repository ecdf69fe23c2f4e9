"""What is stored, as anybody may read it beside the server: the database, opened for looking only, and the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from support.invariants import Facts
from support.kill.work import JOURNAL, PROJECT, Asked, follower

from events.ledger import Millis
from murmuration.local.catalog import LocalCatalog
from murmuration.local.database import Database
from murmuration.local.ledger import LocalLedger
from murmuration.local.view import LocalRunView

_LEFT: Final = """
SELECT (SELECT count(*) FROM runs WHERE due > 0) + (SELECT count(*) FROM queue WHERE dead IS NULL)
     + (SELECT count(*) FROM requests WHERE answer IS NULL)
"""


class Stored:
    """To be closed before a process is forked: SQLite's locks do not survive it."""

    def __init__(self, state: Path) -> None:
        self._journal_file = state.parent / JOURNAL
        self._database = Database(state / "state.db", readonly=True)
        try:
            self._ledger = LocalLedger(self._database)
            self._view = LocalRunView(self._ledger)
            self._catalog = LocalCatalog(self._database)
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._database.close()

    def quiet(self) -> bool:
        """Every request is answered, every run is over and said to be, no delivery is under way."""
        return self._count(_LEFT) == 0

    def dead_letters(self) -> int:
        return self._count("SELECT count(*) FROM queue WHERE dead IS NOT NULL")

    def count_runs(self) -> int:
        return self._count("SELECT count(*) FROM runs")

    def runs(self) -> list[str]:
        return [id_ for (id_,) in self._database.execute("SELECT id FROM runs")]

    def what_hangs(self) -> str:
        runs = self._database.execute("SELECT id, pipeline, state, due FROM runs WHERE due > 0 LIMIT 5").fetchall()
        tasks = {
            run: [(name, one.state, one.attempt) for name, one in self._ledger.tasks(run).items()] for run, *_ in runs
        }
        queue = self._database.execute("SELECT id, tries FROM queue WHERE dead IS NULL LIMIT 5").fetchall()
        requests = self._database.execute("SELECT kind, body FROM requests WHERE answer IS NULL LIMIT 5").fetchall()
        return f"runs {runs}, tasks {tasks}, queue {queue}, requests {requests}"

    def facts(self, run: str) -> Facts:
        record = self._ledger.run(run)
        assert record is not None, f"there is no run {run}"
        published = self._catalog.version(record.reference)
        assert published is not None, f"there is no version {record.reference}"
        return Facts(record, published.version.pipeline, self._ledger.tasks(run), self._view.events(run))

    def was_done(self, asked: Asked) -> None:
        """It was answered, and what was answered is there."""
        answer = self._database.execute("SELECT answer FROM requests WHERE id = ?", (asked.id,)).fetchone()
        assert answer is not None, f"the request {asked} is gone"
        assert b'"done"' in answer[0], f"{asked} was refused: {answer[0]}"
        if asked.kind == "emit":
            assert self._count("SELECT count(*) FROM outside WHERE id = ?", asked.id) == 1, f"{asked} is not there once"
        assert self._ledger.run(asked.run) is not None, f"{asked} was acknowledged, and its run is not there"

    def never_began_again(self, facts: Facts) -> None:
        """No attempt of a task begins once the task has its outcome, or an earlier attempt once there is a later."""
        for task, begun in self._journal[facts.run.id].items():
            record = facts.tasks[task]
            assert begun[-1][1] <= record.ended, f"{facts.run.id}/{task} is settled, and began again"
            attempts = [attempt for attempt, _ in begun]
            in_order = attempts == sorted(attempts) and attempts[-1] <= record.attempt
            assert in_order, f"{facts.run.id}/{task} is at attempt {record.attempt}, and made {attempts}"

    def led_on(self, facts: Facts) -> None:
        """The end of a chain has started another pipeline's run, one."""
        if facts.run.pipeline == f"{PROJECT}/chain":
            assert facts.run.end is not None
            assert self._ledger.run(follower(facts.run.id, facts.run.end.value)) is not None, "nobody heard of its end"

    @cached_property
    def _journal(self) -> Mapping[str, Mapping[str, Sequence[tuple[int, Millis]]]]:
        """By run and task: attempts, and when they began."""
        journal: defaultdict[str, defaultdict[str, list[tuple[int, Millis]]]] = defaultdict(lambda: defaultdict(list))
        for line in self._journal_file.read_text().splitlines():
            run, task, attempt, at = line.split()
            journal[run][task].append((int(attempt), int(at)))
        return journal

    def _count(self, sql: str, *values: str) -> int:
        (count,) = self._database.execute(sql, values).fetchone()
        return int(count)
