"""Refusals on DynamoDB: events of any size, the newest of all pipelines first, and none twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.aws import Cloud, cloud

from events.ports import Refusal
from murmuration.aws.artifacts import AwsArtifacts
from murmuration.aws.refused import AwsRefusals
from murmuration.aws.view import KEPT_MS
from murmuration.memory import ManualClock


@pytest.fixture
def here() -> Iterator[Cloud]:
    with cloud() as here:
        yield here


@pytest.fixture
def refusals(here: Cloud) -> AwsRefusals:
    return AwsRefusals(here.table, AwsArtifacts(here.clients, here.environment.artifacts, ManualClock()))


def refusal(pipeline: str = "media/a", at: int = 1_000, event: object = None) -> Refusal:
    return Refusal(pipeline, "uploads", at, "it is paused", {"id": "e-1", "detail": {"of": str(event)}})


@pytest.mark.parametrize("size", [10, 5_000, 1_000_000])
def test_an_event_of_any_size_is_kept(refusals: AwsRefusals, size: int) -> None:
    large = refusal(event="".join(chr(0x4E00 + n * 7 % 20_000) for n in range(size // 3)))
    refusals.put(large)
    assert refusals.listed(["media/a"]) == [large]


def test_the_newest_of_all_pipelines_come_first(refusals: AwsRefusals) -> None:
    told = [
        refusal(pipeline, at) for at, pipeline in ((5, "media/a"), (70, "media/b"), (600, "media/a"), (600, "media/c"))
    ]
    for one in told:
        refusals.put(one)
    assert refusals.listed(["media/a", "media/b", "media/a"]) == [told[2], told[1], told[0]]
    assert refusals.listed(["media/b", "media/a"], most=2) == [told[2], told[1]]


def test_they_go_on_from_a_moment(refusals: AwsRefusals) -> None:
    told = [refusal(event=str(number), at=at) for number, at in enumerate((5, 70, 70, 600))]
    for one in told:
        refusals.put(one)
    assert [one.at for one in refusals.listed(["media/a"], until=70)] == [70, 70, 5]
    assert refusals.listed(["media/a"], until=69) == [told[0]]


def test_one_that_is_told_twice_is_one(refusals: AwsRefusals) -> None:
    for event in ("one", "one", "two"):
        refusals.put(refusal(event=event))
    assert len(refusals.listed(["media/a"])) == 2


def test_the_table_removes_them_when_their_time_is_over(here: Cloud, refusals: AwsRefusals) -> None:
    refusals.put(refusal(at=5_000))
    [item] = here.table.under("refused#media/a")
    assert item["expires"] == 5 + KEPT_MS // 1_000
