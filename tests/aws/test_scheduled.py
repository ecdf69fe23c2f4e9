"""A schedule's time has come, on AWS: one run for each time, whatever comes twice, late, while paused or while another runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.alone import Alone
from support.aws import STAGE, aws, clients
from support.backends import Backend

from events.ledger import Millis, RunState
from events.ports import Unavailable
from handlers.schedules import scheduled_event
from handlers.start import NotStarted, Started, StartHandler
from murmuration.aws.scheduled import LATE_MS, PARTITION, Scheduled
from murmuration.aws.table import Change, Table
from schemas.errors import InvalidEvent
from schemas.pipeline import Pipeline
from schemas.trigger import RunEnd

MINUTE = 60_000
T0 = 1_800_000_000_000
"""A whole minute."""


class Stand:
    """A pipeline with one schedule, every ten minutes; its runs go on until the test ends them."""

    def __init__(self, backend: Backend, table: Table, **schedule: Any) -> None:
        self.alone = Alone(backend)
        self.backend = backend
        self.table = table
        self.publish(schedule)
        self.start: StartHandler = self.alone.start
        self.scheduled = Scheduled(table, self.alone.ports, self.start)

    def publish(self, schedule: Any) -> None:
        trigger = {"schedule": {"rate": "10m", **schedule}} if schedule is not None else {"manual": {}}
        self.alone.publish(
            Pipeline.read(
                {
                    "project": "media",
                    "pipeline": "thumbnails",
                    "tasks": {"a": {"function": "f"}},
                    "triggers": {"often": trigger},
                }
            )
        )

    def comes(self, time: Millis, *, late: Millis = 5_000, execution: str = "one") -> Started | NotStarted:
        self.backend.clock.at = max(self.backend.clock.at, time + late)
        at = datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.scheduled.comes({"trigger": "media/thumbnails/often", "scheduled": at, "execution": execution})

    def runs(self, time: Millis, **how: Any) -> str:
        found = self.comes(time, **how)
        assert isinstance(found, Started), found
        return found.run

    def end(self, run: str) -> None:
        assert self.backend.ledger.end(run, RunEnd.SUCCEEDED, self.backend.clock.now(), "")

    def refused(self) -> list[str]:
        return [one.why for one in self.backend.refused()]

    def items(self) -> int:
        return len(list(self.table.under(PARTITION)))


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    backend = aws(tmp_path)
    backend.clock.at = T0
    yield backend
    backend.close()


def stand(backend: Backend, **schedule: Any) -> Stand:
    return Stand(backend, Table(clients(), f"murmur-{STAGE}"), **schedule)


class TestOneRunForEachTime:
    def test_a_time_told_twice_is_one_run(self, backend: Backend) -> None:
        here = stand(backend)
        first = here.comes(T0)
        again = here.comes(T0, execution="two")
        assert isinstance(first, Started)
        assert again == Started(first.run, False, RunState.OPEN)
        assert here.items() == 0, "nothing must be remembered of it"

    def test_it_is_the_run_that_every_backend_starts_for_that_time(self, backend: Backend) -> None:
        here = stand(backend)
        event = scheduled_event("media/thumbnails", "often", T0, here.alone.ports.surroundings)
        found = here.start.triggered("media/thumbnails", "often", event, "elsewhere")
        assert here.runs(T0) == (found.run if isinstance(found, Started) else None)

    def test_whoever_died_before_it_spoke_is_healed_by_its_own_repeat(self, backend: Backend) -> None:
        here = stand(backend)
        here.runs(T0)
        here.alone.bus.heard.clear()
        here.comes(T0)
        assert here.alone.bus.heard, "the same execution says again that the run started"
        here.alone.bus.heard.clear()
        here.comes(T0, execution="two")
        assert not here.alone.bus.heard

    def test_a_schedule_that_is_gone_starts_nothing(self, backend: Backend) -> None:
        here = stand(backend)
        here.publish(None)
        assert isinstance(here.comes(T0), NotStarted)

    def test_what_is_no_call_is_told(self, backend: Backend) -> None:
        with pytest.raises(InvalidEvent):
            stand(backend).scheduled.comes({"trigger": "media/thumbnails/often"})


class TestLate:
    def test_within_two_minutes_it_is_on_time(self, backend: Backend) -> None:
        stand(backend, catch_up="none").runs(T0, late=LATE_MS)

    def test_none_is_made_up_for(self, backend: Backend) -> None:
        here = stand(backend, catch_up="none")
        assert isinstance(here.comes(T0, late=LATE_MS + 1), NotStarted)
        assert "catch_up: none" in here.refused()[0]

    def test_the_latest_is_made_up_for_and_no_earlier_one(self, backend: Backend) -> None:
        here = stand(backend, catch_up="latest")
        now = T0 + 25 * MINUTE
        assert isinstance(here.comes(T0, late=25 * MINUTE), NotStarted)
        assert isinstance(here.comes(T0 + 10 * MINUTE), NotStarted)
        here.runs(T0 + 20 * MINUTE)
        assert backend.clock.at == now

    def test_all_are_made_up_for(self, backend: Backend) -> None:
        here = stand(backend, catch_up="all")
        assert len({here.runs(T0 + at * MINUTE, late=25 * MINUTE) for at in (0, 10, 20)}) == 3


class TestPaused:
    def pass_three(self, here: Stand) -> None:
        here.backend.catalog.pause("media/thumbnails", True)
        for at in (0, 10, 20):
            assert isinstance(here.comes(T0 + at * MINUTE), NotStarted)
        assert here.scheduled.look() == 0
        here.backend.clock.at = T0 + 25 * MINUTE
        here.backend.catalog.pause("media/thumbnails", False)

    @pytest.mark.parametrize(("catch_up", "runs"), [("none", 0), ("latest", 1), ("all", 3)])
    def test_once_it_is_resumed_catch_up_decides(self, backend: Backend, catch_up: str, runs: int) -> None:
        here = stand(backend, catch_up=catch_up)
        self.pass_three(here)
        assert here.scheduled.look() == runs
        assert here.scheduled.look() == 0
        assert here.refused() == (
            [] if runs == 3 else [f"{3 - runs} times passed while it was paused (catch_up: {catch_up})"]
        )

    def test_overlap_counts_then_too(self, backend: Backend) -> None:
        here = stand(backend, catch_up="all", overlap="skip")
        self.pass_three(here)
        assert here.scheduled.look() == 1
        assert sum("overlap: skip" in why for why in here.refused()) == 2


class TestOverlap:
    def test_skip_passes_by_while_the_last_run_goes_on(self, backend: Backend) -> None:
        here = stand(backend, overlap="skip")
        first = here.runs(T0)
        assert isinstance(here.comes(T0 + 10 * MINUTE), NotStarted)
        assert f"{first} has not ended (overlap: skip)" in here.refused()[0]
        here.end(first)
        assert here.runs(T0 + 20 * MINUTE) != first

    def test_a_repeat_of_the_last_time_is_not_passed_by(self, backend: Backend) -> None:
        here = stand(backend, overlap="skip")
        first = here.runs(T0)
        assert here.runs(T0, execution="two") == first
        assert here.refused() == []

    def test_queue_keeps_a_time_until_the_last_run_has_ended(self, backend: Backend) -> None:
        here = stand(backend, overlap="queue", catch_up="all")
        first = here.runs(T0)
        for at in (20, 10, 10):
            assert isinstance(here.comes(T0 + at * MINUTE), NotStarted)
        assert here.scheduled.look() == 0
        here.end(first)
        assert isinstance(here.comes(T0 + 30 * MINUTE), NotStarted), "others wait before it"
        assert here.scheduled.look() == 1
        second = here.runs(T0 + 10 * MINUTE)
        assert second != first
        assert here.scheduled.look() == 0
        here.end(second)
        assert here.scheduled.look() == 1

    def test_so_many_wait_and_the_oldest_makes_room(self, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("murmuration.aws.scheduled.MOST", 3)
        here = stand(backend, overlap="queue")
        here.runs(T0)
        for number in range(1, 5):
            here.comes(T0 + number * 10 * MINUTE)
        [why] = here.refused()
        assert why.startswith("2027-01-15T08:10:00Z: 3 later times wait")

    def test_what_waits_for_a_schedule_that_is_gone_is_forgotten(self, backend: Backend) -> None:
        here = stand(backend, overlap="queue")
        here.runs(T0)
        assert here.items() == 1
        here.publish(None)
        assert here.scheduled.look() == 0
        assert here.items() == 0

    def test_two_that_change_it_at_once_both_count(self, backend: Backend) -> None:
        """Between what one reads and what it writes, the other writes."""
        here = stand(backend, overlap="queue", catch_up="all")
        here.runs(T0)
        other = Scheduled(here.table, here.alone.ports, here.start)
        real = here.table.change
        turns = [T0 + 20 * MINUTE]

        def change(change: Change) -> Any:
            if turns:
                at = datetime.fromtimestamp(turns.pop() / 1000, UTC).isoformat()
                other.comes({"trigger": "media/thumbnails/often", "scheduled": at, "execution": "x"})
            return real(change)

        here.backend.clock.at = T0 + 20 * MINUTE
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(here.table, "change", change)
            here.comes(T0 + 10 * MINUTE)
        [item] = here.table.under(PARTITION)
        assert item["waiting"] == f"[{T0 + 10 * MINUTE},{T0 + 20 * MINUTE}]".encode()

    def test_who_never_gets_its_turn_comes_again(self, backend: Backend) -> None:
        here = stand(backend, overlap="queue")
        here.runs(T0)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(here.table, "change", lambda _: type("Changed", (), {"done": False})())
            with pytest.raises(Unavailable):
                here.comes(T0 + 10 * MINUTE)

    def test_while_the_table_refuses_nothing_is_looked_at(self, backend: Backend) -> None:
        here = stand(backend, overlap="queue")
        here.runs(T0)

        def refuses(*_: Any) -> None:
            raise Unavailable("not now")

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(here.table, "get", refuses)
            with pytest.raises(Unavailable):
                here.scheduled.look()

    def test_a_time_that_may_not_run_after_all_is_done_with(self, backend: Backend) -> None:
        """Its pipeline takes other input by now: the start is refused, and what waits behind it is not held up."""
        here = stand(backend, overlap="queue")
        first = here.runs(T0)
        here.comes(T0 + 10 * MINUTE)
        here.end(first)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(here.start, "triggered", lambda *_: NotStarted("its input does not fit"))
            assert here.scheduled.look() == 0
        assert here.scheduled.look() == 0

    def test_one_that_cannot_be_looked_at_holds_up_no_other(self, backend: Backend) -> None:
        here = stand(backend, overlap="queue")
        first = here.runs(T0)
        here.comes(T0 + 10 * MINUTE)
        here.end(first)
        here.table.put({"pk": PARTITION, "sk": "a/b/c", "waiting": "no JSON"})
        assert here.scheduled.look() == 1
