"""Which edges an outcome makes live, and that conditions are decided as the bus decides them."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from events.edges import is_live
from schemas.errors import InvalidPattern
from schemas.model import JsonObject
from schemas.outcome import Outcome
from schemas.pipeline import Edge

DONE, BROKEN, SKIPPED = Outcome.succeeded({"n": 1}), Outcome.failed("Timeout", "too slow", code=7), Outcome.skipped()


def edge(on: str, when: JsonObject | None = None) -> Edge:
    return Edge.read({"from": "a", "to": "b", "on": on} | ({} if when is None else {"when": when}))


@pytest.mark.parametrize(
    ("outcome", "live"),
    [(DONE, {"success", "completion"}), (BROKEN, {"failure", "completion"}), (SKIPPED, set[str]())],
)
def test_the_table_of_edges(outcome: Outcome, live: set[str]) -> None:
    assert {on for on in ("success", "failure", "completion") if is_live(edge(on), outcome)} == live


@pytest.mark.parametrize(
    ("on", "when", "outcome", "live"),
    [
        ("success", {"n": [1]}, DONE, True),
        ("success", {"n": [2]}, DONE, False),
        ("failure", {"type": ["Timeout"]}, BROKEN, True),
        ("failure", {"detail": {"code": [{"numeric": [">", 7]}]}}, BROKEN, False),
        ("completion", {"status": ["failed"]}, BROKEN, True),
        ("completion", {"output": {"n": [1]}}, DONE, True),
        ("completion", {"error": {"type": [{"exists": False}]}}, DONE, True),
    ],
)
def test_a_condition_looks_at_the_output_the_error_or_the_whole_outcome(
    on: str, when: JsonObject, outcome: Outcome, live: bool
) -> None:
    assert is_live(edge(on, when), outcome) is live


@pytest.mark.parametrize("on", ["failure", "completion"])
def test_a_condition_cannot_make_the_wrong_edge_live(on: str) -> None:
    assert not is_live(edge("success", {"n": [{"exists": False}]}), BROKEN)
    assert not is_live(edge(on, {"type": [{"exists": False}]}), SKIPPED)


@pytest.mark.parametrize(
    ("output", "live"),
    [
        ([{"n": 1}, {"n": 2}], True),
        ({"n": [5, 2]}, True),
        ([{"n": 1}], False),
        ([], False),
        (None, False),
        ("2", False),
    ],
)
def test_an_output_that_is_no_object_is_matched_as_the_bus_matches_it(output: JsonValue, live: bool) -> None:
    assert is_live(edge("success", {"n": [2]}), Outcome.succeeded(output)) is live


def test_what_is_not_there_is_missing_from_a_plain_output_too() -> None:
    assert is_live(edge("success", {"n": [{"exists": False}]}), Outcome.succeeded(None))


def test_the_same_words_under_another_kind_of_edge_are_another_condition() -> None:
    when: JsonObject = {"type": ["Timeout"]}
    assert is_live(edge("failure", when), BROKEN)
    assert not is_live(edge("completion", when), BROKEN)


def test_the_order_of_the_fields_counts_as_it_does_on_the_bus() -> None:
    choice: JsonValue = [{"n": [1]}, {"n": [2]}]
    assert is_live(edge("success", {"n": [3], "$or": choice}), DONE)
    assert not is_live(edge("success", {"$or": choice, "n": [3]}), DONE)


def test_a_condition_that_the_bus_would_refuse_is_refused() -> None:
    with pytest.raises(InvalidPattern):
        is_live(edge("success", {"n": 1}), DONE)
