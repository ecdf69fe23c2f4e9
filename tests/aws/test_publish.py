"""Publishing on AWS: what it puts where, in which order, and what it takes away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.drawing import drawn
from support.publishing import Stage, stage

from schemas.pipeline import Pipeline

NAME = "media/thumbnails"


@pytest.fixture
def here() -> Iterator[Stage]:
    with stage() as made:
        yield made


def pipeline(*edges: str, **more: object) -> Pipeline:
    return drawn(*edges, **more).pipeline


def test_a_pipeline_goes_live_with_all_its_rules(here: Stage) -> None:
    impact = here.publish(pipeline("a>b", "b>c failure", triggers={"up": {"s3": {"bucket": "uploads"}}}))
    [change] = impact.changes
    assert (change.version, change.new, change.plan) == (1, True, "edge")
    assert here.standings() == {NAME: {"active": 1, "versions": {"1": "live"}}}
    own, default = here.rules(), here.rules("default")
    assert sorted([*own, *default]) == sorted(change.added)
    assert [len(default), len(own)] == [1, 5]
    for rule in (*own.values(), *default.values()):
        assert rule["state"] == "ENABLED"
        assert rule["targets"]
        assert str(rule["description"]).endswith("Put by murmur publish for murmur-test.")
