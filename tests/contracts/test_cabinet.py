"""Every adapter of the cabinet keeps its contract."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from support.aws import Cloud, cloud
from support.aws_faults import WRITES, Fault, Faults
from support.contracts.cabinet import DRAWER, CabinetContract, Furnished

from events.ports import Unavailable
from handlers.cabinet import ABSENT, LARGEST, Changed
from murmuration.aws.cabinet import AwsCabinet
from murmuration.local.cabinet import LocalCabinet
from murmuration.memory import ManualClock, MemoryCabinet


def memory(folder: Path) -> Furnished:
    del folder
    clock = ManualClock()
    cabinet = MemoryCabinet(clock)
    return Furnished(cabinet, clock, lambda: cabinet)


def sqlite(folder: Path) -> Furnished:
    clock = ManualClock()
    opened: list[LocalCabinet] = []

    def anew() -> LocalCabinet:
        opened.append(LocalCabinet(folder, clock))
        return opened[-1]

    def close() -> None:
        for one in opened:
            one.close()

    return Furnished(anew(), clock, anew, close)


def aws(folder: Path) -> Furnished:
    del folder
    left = ExitStack()
    here = left.enter_context(cloud())
    clock = ManualClock()
    tokens = count(1)

    def anew() -> AwsCabinet:
        return AwsCabinet(here.table, clock, lambda: f"v{next(tokens)}")

    def close() -> None:
        items = here.clients.dynamodb.scan(TableName=here.environment.table)["Items"]
        left.close()
        assert all(one["pk"]["S"].startswith(("kept#", "kept-part#")) for one in items), "nothing of others'"
        parts = [one for one in items if one["pk"]["S"].startswith("kept-part#")]
        named = [int(one["parts"]["N"]) for one in items if "parts" in one]
        assert len(parts) == sum(named), "no part is left behind"

    return Furnished(anew(), clock, anew, close)


class TestInMemory(CabinetContract):
    make = staticmethod(memory)


class TestOnSqlite(CabinetContract):
    make = staticmethod(sqlite)


class TestOnAws(CabinetContract):
    make = staticmethod(aws)


LARGE = {"text": "".join(chr(35 + n * n % 57) + str(n) for n in range(LARGEST // 8))}


class TestOnAwsWithFaults:
    """A write that is made again, because its reply was lost, is one write."""

    @pytest.mark.parametrize("body", [{"n": 1}, LARGE], ids=["small", "large"])
    @pytest.mark.parametrize("expected", ["nothing", "absent", "a version"])
    @pytest.mark.parametrize("fault", [Fault.LOST, Fault.BEFORE])
    def test_a_put(self, fault: Fault, expected: str, body: dict[str, str]) -> None:
        with cloud() as here:
            cabinet = _cabinet(here)
            before = cabinet.put(DRAWER, "one", {"n": 0}) if expected == "a version" else None
            expect = {"nothing": None, "absent": ABSENT, "a version": before.version if before else ""}[expected]
            with Faults(here.clients.dynamodb, WRITES.__contains__) as faults:
                faults.strike(fault, at=0)
                put = cabinet.put(DRAWER, "one", {**body}, expect=expect)
                assert faults.struck == 1
            assert cabinet.get(DRAWER, "one") == put

    @pytest.mark.parametrize("conditional", [False, True])
    @pytest.mark.parametrize("fault", [Fault.LOST, Fault.BEFORE])
    def test_a_deletion(self, fault: Fault, conditional: bool) -> None:
        with cloud() as here:
            cabinet = _cabinet(here)
            expect = cabinet.put(DRAWER, "one", {}).version if conditional else None
            cabinet.put(DRAWER, "one", {}, expect=expect)
            found = cabinet.get(DRAWER, "one")
            assert found is not None
            with Faults(here.clients.dynamodb, WRITES.__contains__) as faults:
                faults.strike(fault, at=0)
                assert cabinet.delete(DRAWER, "one", expect=found.version if conditional else None)
                assert faults.struck == 1
            assert cabinet.get(DRAWER, "one") is None

    def test_somebody_elses_is_not_taken_for_our_own(self) -> None:
        with cloud() as here:
            cabinet = _cabinet(here)
            seen = cabinet.put(DRAWER, "one", {"by": "both"}).version
            cabinet.put(DRAWER, "one", {"by": "you"})
            with Faults(here.clients.dynamodb, WRITES.__contains__) as faults:
                faults.strike(Fault.LOST, at=0)
                with pytest.raises(Changed):
                    cabinet.put(DRAWER, "one", {"by": "you"}, expect=seen)
                assert faults.struck == 1

    def test_what_is_not_known_to_be_done_is_not_told_to_be(self) -> None:
        with cloud() as here, Faults(here.clients.dynamodb, WRITES.__contains__) as faults:
            faults.strike(Fault.LOST, at=0, tries=9)
            with pytest.raises(Unavailable):
                _cabinet(here).put(DRAWER, "one", {}, expect=ABSENT)


def test_the_tables_time_to_live_is_not_before_the_documents() -> None:
    with cloud() as here:
        clock = ManualClock(1_000_500)
        AwsCabinet(here.table, clock).put(DRAWER, "one", {}, expires=2_000_001)
        [item] = here.table.under(f"kept#{DRAWER}")
        assert (item["until"], item["expires"]) == (2_000_001, 2_001)


def _cabinet(here: Cloud) -> AwsCabinet:
    return AwsCabinet(here.table, ManualClock())
