"""Conditions: patterns that EventBridge takes, and that can match what their edge sees."""

from __future__ import annotations

import pytest
from support.checking import codes, edge, only, pipeline

from schemas.problem import Code


@pytest.mark.parametrize(
    "when",
    [{}, {"n": 5}, {"n": []}, {"n": [{"numerc": ["<", 5]}]}, {"n": [{"wildcard": "a**b"}]}, {"$or": [{"a": [1]}]}],
)
def test_what_event_bridge_would_refuse(when: object) -> None:
    problem = only(pipeline([edge("a", "b", when=when)]))
    assert problem.code is Code.BAD_PATTERN
    assert problem.path == ("edges", 0, "when")


@pytest.mark.parametrize(
    ("on", "when", "words"),
    [
        ("success", {"n": [{"numeric": [">", 5, "<", 5.000000000000001]}]}, "no number lies"),
        ("failure", {"code": [500]}, 'an error has no "code"'),
        ("failure", {"type": {"x": ["a"]}}, "an error's type is text"),
        ("failure", {"message": [5]}, "an error's message is text"),
        ("failure", {"type": [{"numeric": [">", 5]}]}, "an error's type is text"),
        ("failure", {"detail": ["x"]}, "an error's detail is a mapping"),
        ("failure", {"type": ["X"], "status": ["failed"]}, 'an error has no "status"'),
        ("failure", {"$or": [{"a": [1]}, {"b": [1]}]}, "an error has no"),
        ("completion", {"width": [1]}, 'an outcome has no "width"'),
        ("completion", {"status": ["done"]}, "the status is succeeded or failed"),
        ("completion", {"status": ["skipped"]}, "the status is succeeded or failed"),
        ("completion", {"status": {"x": [1]}}, "a status is text"),
        ("completion", {"error": ["x"]}, "an error is a mapping"),
        ("completion", {"error": {"code": [1]}}, 'an error has no "code"'),
        ("completion", {"status": ["succeeded"], "error": {"type": ["X"]}}, "the status is"),
        ("completion", {"output": {"n": [1]}, "error": {"type": ["X"]}}, "only a task that succeeded has an output"),
    ],
)
def test_conditions_that_never_match(on: str, when: object, words: str) -> None:
    problem = only(pipeline([edge("a", "b", on, when)]))
    assert problem.code is Code.NEVER_MATCHES
    assert words in problem.message


@pytest.mark.parametrize(
    ("on", "when"),
    [
        ("success", {"anything": {"at": ["all"]}}),
        ("failure", {"type": ["X", 5]}),
        ("failure", {"detail": {"code": [500]}}),
        ("failure", {"code": [{"exists": False}]}),
        ("failure", {"$or": [{"code": [1]}, {"type": ["X"]}]}),
        ("completion", {"status": [{"prefix": "succ"}]}),
        ("completion", {"status": ["failed"], "error": {"type": ["X"]}}),
        ("completion", {"output": {"n": [1]}}),
        ("completion", {"error": {"type": [{"exists": False}]}}),
    ],
)
def test_conditions_that_may_match(on: str, when: object) -> None:
    assert codes(pipeline([edge("a", "b", on, when)])) == []


def test_what_follows_from_a_dead_condition_is_not_told() -> None:
    dead = edge("a", "b", "failure", {"code": [5]})
    assert codes(pipeline([dead, edge("b", "c")])) == ["never-matches"]
    assert codes(pipeline([dead, edge("a", "b", "failure", {"type": ["X"]})])) == ["never-matches"]
