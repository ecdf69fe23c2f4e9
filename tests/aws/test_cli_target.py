"""`--target STAGE`: runs of a deployed stack are looked at by the verbs that do so on the local one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from support.afar import Afar, afar

from murmuration.aws import reading
from schemas.model import JsonObject


@dataclass
class There:
    afar: Afar
    runs: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: object, code: int = 0) -> str:
        return self.afar(*arguments, code=code).stdout

    def json(self, *arguments: object, code: int = 0) -> JsonObject:
        return self.afar.json(*arguments, code=code)

    def refused(self, *arguments: object) -> str:
        return self.afar(*arguments, code=2).stderr

    def listed(self, *arguments: object) -> list[str]:
        told = self.json("runs", *arguments)["runs"]
        assert isinstance(told, list)
        return [str(one["run"]) for one in told if isinstance(one, dict)]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    """Who only looks changes nothing, so all look at one: five runs, one after the other, of two pipelines."""
    with pytest.MonkeyPatch.context() as patch, afar(patch, tmp_path_factory.mktemp("afar")) as made:
        told = There(made)
        for name, given in {
            "first": {"total": 12},
            "small": {"total": 3},
            "broken": {"breaks": True, "total": 1},
            "last": {"total": 30},
        }.items():
            told.runs[name] = made.run(**given)
            made.sky.stage.later(60_000)
        told.runs["held"] = made.sky.ask("shop/held", {})
        made.sky.settle()
        made.sky.stage.later(60_000)
        yield told


def test_runs_are_listed_over_all_pipelines_the_newest_first(there: There) -> None:
    names = ("held", "last", "broken", "small", "first")
    assert there.listed() == [there.runs[name] for name in names]
    assert there.listed("--pipeline", "orders") == [there.runs[name] for name in names[1:]]
    assert there.listed("--state", "failed") == []
    assert there.listed("--state", "running", "--pipeline", "held") == [there.runs["held"]]
    assert there.listed("--state", "requested") == []
    assert len(there.listed("--state", "succeeded")) == 4
    assert "shop/held@1" in there("runs")


def test_a_page_begins_where_the_one_before_it_ended(there: There) -> None:
    told = there.json("runs", "--limit", 2)
    assert told["before"] == there.runs["last"]
    assert there.listed("--limit", 2, "--before", told["before"]) == [there.runs["broken"], there.runs["small"]]
    assert there.listed("--before", there.runs["small"]) == [there.runs["first"]]
    assert there.json("runs", "--before", there.runs["small"])["before"] is None
    assert there.listed("--state", "running", "--before", there.runs["held"]) == []


def test_who_looks_for_what_is_seldom_looks_so_far_and_is_told_where_to_go_on(
    there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LOOKED_AT", 2)
    assert f"None so far. Before that: murmur runs --before {there.runs['last']} --target test" in there(
        "runs", "--state", "failed"
    )
    assert there.listed("--state", "running") == [there.runs["held"]]
    monkeypatch.setattr(reading, "LOOKED_AT", 0)
    assert there.listed("--state", "running", "--limit", 1) == [there.runs["held"]]


def test_a_run_is_shown(there: There) -> None:
    told = there.json("show", there.runs["first"])
    assert (told["state"], told["input"], told["pipeline"]) == ("succeeded", {"total": 12}, "shop/orders")
    assert there.afar.states(there.runs["first"]) == {"check": "succeeded", "deliver": "succeeded", "refund": "skipped"}
    assert "check" in there("show", there.runs["broken"])
    assert there.afar.states(there.runs["held"]) == {"ask": "waiting", "after": "pending"}


def test_a_name_is_what_it_is_locally(there: There) -> None:
    for given in ("last", there.runs["held"], there.runs["held"][:9], there.runs["held"][2:9]):
        assert there.json("show", given)["run"] == there.runs["held"]
    assert "several runs begin with r-" in there.refused("show", "r-")
    assert "there is no run r-0 among the newest 1,000 of each pipeline" in there.refused("show", "r-0")
    assert "there is no run" in there.refused("show", f"r-{'a' * 26}")
    assert "there is no published pipeline order" in there.refused("runs", "--pipeline", "order")


def test_its_events_and_why_it_ran(there: There) -> None:
    told = there.json("events", there.runs["first"])["events"]
    assert isinstance(told, list)
    types = sorted(str(one["type"]) for one in told if isinstance(one, dict))
    assert types == ["run.started", "run.succeeded", "task.succeeded", "task.succeeded"]
    assert "deliver is skipped" in there("why", there.runs["small"], "deliver", code=1)
    assert "rule murmur-test-" in there("why", there.runs["first"], "deliver")
    assert "has no task delivr" in there.refused("why", there.runs["first"], "delivr")


def test_who_looks_writes_nothing_and_never_scans(there: There) -> None:
    calls = there.afar.sky.stage.cut.calls
    calls.clear()
    run = there.runs["small"]
    for verb in (
        ["runs"],
        ["runs", "--state", "failed"],
        ["show"],
        ["show", run[:10]],
        ["events"],
        ["watch", run],
        ["logs"],
    ):
        there(*verb)
    assert {one for one in calls if one.startswith("dynamodb.")} <= {
        "dynamodb.Query",
        "dynamodb.GetItem",
        "dynamodb.BatchGetItem",
    }
    calls.clear()
    there("show", run)
    assert sorted(calls) == ["dynamodb.GetItem"] * 3 + ["dynamodb.Query"] * 3, (
        "record, version, events, tasks, progress"
    )


def test_watching_ends_with_the_run(there: There) -> None:
    answer = there.afar("watch", there.runs["first"])
    assert "succeeded" in answer.stdout
    assert "✓ deliver succeeded" in answer.stderr


def test_progress_is_that_of_the_attempt_that_is_shown(there: There) -> None:
    afar_ = there.afar
    looks = reading.AwsReading(afar_.sky.stack)
    run = there.runs["held"]
    key = {"pk": f"progress#{run}", "sk": "ask"}
    for attempt, seen in ((1, {(run, "ask"): (0.5, "half")}), (2, {})):
        afar_.sky.stack.table.put({**key, "said": json.dumps([attempt, 0.5, "half"]).encode()})
        looks.show(run)
        assert looks.progress(run) == seen
