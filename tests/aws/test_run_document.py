"""A run of a document that nobody has published, on a deployed stack: it goes through, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from support.afar import Afar, afar

from handlers.acting import DidNotStart, Refused
from murmuration.aws.acting import AwsActing
from murmuration.aws.catalog import IDLE_MS
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.version import VersionState

DOCUMENT: JsonObject = {
    "project": "shop",
    "pipeline": "once",
    "input": {"type": "object", "required": ["n"]},
    "triggers": {"never": {"event": {"source": ["shop"], "detail-type": ["never"]}}},
    "tasks": {
        "a": {"action": "pass", "with": {"value": {"n": "${input.n}"}}},
        "b": {"action": "pass", "with": {"value": "${tasks.a.output.n}"}},
        "large": {"action": "pass", "with": {"value": "large"}},
        "all": {"action": "pass", "join": "settled", "with": {"value": "done"}},
    },
    "edges": [
        {"from": "a", "to": "b"},
        {"from": "a", "to": "large", "when": {"n": [{"numeric": [">", 10]}]}},
        {"from": "b", "to": "all"},
        {"from": "large", "to": "all"},
    ],
}
PLAIN: JsonObject = {**DOCUMENT, "pipeline": "plain", "edges": [{"from": "a", "to": "b"}, {"from": "b", "to": "all"}]}


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Afar]:
    with afar(monkeypatch, tmp_path) as made:
        yield made


def acting(there: Afar) -> AwsActing:
    return AwsActing(there.sky.stack, {}, there.sky.stage.sleep)


def ask(there: Afar, document: JsonObject, request: str, n: int = 1) -> JsonObject:
    return acting(there).ask("run-document", {"definition": document, "input": {"n": n}, "request": request})


@pytest.mark.parametrize(("n", "state"), [(1, "skipped"), (11, "succeeded")])
def test_it_runs_through_with_its_conditions(there: Afar, n: int, state: str) -> None:
    told = ask(there, DOCUMENT, "r", n)
    assert (told["pipeline"], told["new"]) == ("shop/once@1", True)
    there.sky.settle()
    run = str(told["run"])
    assert there.sky.end(run) == "succeeded"
    assert there.states(run) == {"a": "succeeded", "b": "succeeded", "large": state, "all": "succeeded"}
    assert there.sky.output(run, "b") == n


def test_it_is_never_live_and_nothing_triggers_it(there: Afar) -> None:
    ask(there, DOCUMENT, "r")
    there.sky.settle()
    assert there.sky.stage.standings()["shop/once"] == {"active": None, "versions": {"1": "draining"}}
    assert not [name for name in there.sky.stage.rules() if "never" in str(there.sky.stage.rules()[name]["pattern"])]


def test_the_same_request_is_the_same_run(there: Afar) -> None:
    first, again = ask(there, DOCUMENT, "r"), ask(there, DOCUMENT, "r")
    assert (again["run"], again["pipeline"], again["new"]) == (first["run"], first["pipeline"], False)
    other = ask(there, DOCUMENT, "s")
    assert (other["pipeline"], other["new"]) == (first["pipeline"], True), "the same document is the same version"
    assert other["run"] != first["run"]


def test_without_conditions_it_needs_no_rule_that_another_has_not(there: Afar) -> None:
    ask(there, PLAIN, "r")
    before = there.sky.stage.rules()
    told = ask(there, {**PLAIN, "pipeline": "other"}, "s")
    assert there.sky.stage.rules() == before
    there.sky.settle()
    assert there.sky.end(str(told["run"])) == "succeeded"


def test_a_document_that_is_live_is_run_as_it_is(there: Afar) -> None:
    there.sky.publish(*_read(PLAIN))
    before = there.sky.stage.rules()
    told = ask(there, PLAIN, "r")
    assert told["pipeline"] == "shop/plain@1"
    assert there.sky.stage.standings()["shop/plain"] == {"active": 1, "versions": {"1": "live"}}
    assert there.sky.stage.rules() == before


def test_it_is_put_beside_what_is_live_which_stays_so(there: Afar) -> None:
    there.sky.publish(*_read(PLAIN))
    told = ask(there, {**PLAIN, "description": "another"}, "r")
    assert told["pipeline"] == "shop/plain@2"
    assert there.sky.stage.standings()["shop/plain"] == {"active": 1, "versions": {"1": "live", "2": "draining"}}
    there.sky.settle()
    assert there.sky.end(str(told["run"])) == "succeeded"


def test_it_retires_when_its_run_is_over_and_may_be_asked_for_again(there: Afar) -> None:
    before = there.sky.stage.rules()
    first = ask(there, DOCUMENT, "r")
    publisher, stage = there.sky.stage.publisher(), there.sky.stage
    stage.later(2 * IDLE_MS)
    publisher.tidy()
    assert stage.catalog.versions("shop/once")[0].state is VersionState.DRAINING, "its run goes on"
    there.sky.settle()
    for _ in range(3):
        stage.later(2 * IDLE_MS)
        publisher.tidy()
    assert stage.catalog.versions("shop/once")[0].state is VersionState.RETIRED
    assert stage.rules() == before
    again = ask(there, DOCUMENT, "s", 11)
    assert again["pipeline"] == first["pipeline"]
    there.sky.settle()
    assert there.states(str(again["run"]))["large"] == "succeeded"


def test_what_does_not_fit_is_refused_and_starts_nothing(there: Afar) -> None:
    with pytest.raises(DidNotStart, match="does not fit the pipeline's schema"):
        acting(there).ask("run-document", {"definition": DOCUMENT, "input": {}, "request": "r"})
    with pytest.raises(ValidationError):
        acting(there).ask("run-document", {"definition": {**DOCUMENT, "tasks": {}}, "input": {}, "request": "s"})
    assert there.json("runs")["runs"] == []


def test_a_lambda_that_is_not_there_is_told_before_anything_is_made(there: Afar) -> None:
    own: JsonObject = {
        **PLAIN,
        "functions": {"quote": {"lambda": "arn:aws:lambda:eu-central-1:123456789012:function:none"}},
        "tasks": {"a": {"function": "quote"}},
        "edges": [],
    }
    with pytest.raises(Refused) as told:
        ask(there, own, "r")
    assert told.value.reason == "cannot-publish"
    assert there.sky.stage.catalog.versions("shop/plain") == []


def _read(document: JsonObject) -> list[Pipeline]:
    return [Pipeline.read(document)]
