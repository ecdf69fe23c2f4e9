"""What the bus holds, and the advice where a plan asks for more. And what conditions read of an output."""

from __future__ import annotations

import pytest
from support.drawing import drawn

from events.rules import Choice, Room, compile_rules
from events.rules.quota import has_wildcard
from schemas.errors import CompileError
from schemas.model import JsonObject
from schemas.problem import Code


def test_all_that_lies_on_our_bus_is_counted() -> None:
    version = drawn(
        "a>b",
        triggers={"orders": {"event": {"source": ["shop"]}}, "uploads": {"s3": {"bucket": "uploads"}}},
    )
    quota = compile_rules(version, room=Room(rules=10)).quota
    assert quota.rules == 10 + 2 + 1 + 2, "the S3 rule is on the default bus"
    assert quota.of == 300
    assert list(quota.problems()) == []
    quota.require()


def test_too_many_rules() -> None:
    quota = compile_rules(drawn("a>b"), choice=Choice.EDGE, room=Room(rules=298)).quota
    (problem,) = quota.problems()
    assert problem.code is Code.AWS_LIMIT
    assert problem.message == "the bus would have 302 rules and may have 300"
    with pytest.raises(CompileError, match="302 rules") as refused:
        quota.require()
    assert "higher quota" in refused.value.advice


def test_wildcards_are_few_and_cannot_be_bought() -> None:
    edges: list[JsonObject] = [{"from": "a", "to": "b", "when": {"key": [{"wildcard": f"*{n}*"}]}} for n in range(31)]
    quota = compile_rules(drawn(*edges)).quota
    assert quota.wildcards == 31
    (problem,) = quota.problems()
    assert "31 rules with a wildcard and may have 30" in problem.message


@pytest.mark.parametrize("choice", [Choice.EDGE, Choice.SLOT])
def test_a_pattern_that_no_rule_can_hold(choice: Choice) -> None:
    edge: JsonObject = {"from": "a", "to": "b", "when": {"key": [f"value number {n}" for n in range(150)]}}
    quota = compile_rules(drawn(edge), choice=choice).quota
    assert len(quota.too_long) == 1
    (problem,) = quota.problems()
    assert "characters and may have 2,048" in problem.message


@pytest.mark.parametrize(
    ("pattern", "has_it"),
    [
        ({"a": [{"wildcard": "x*"}]}, True),
        ({"a": {"b": [1, {"wildcard": "x*"}]}}, True),
        ({"a": [{"anything-but": {"wildcard": ["x*"]}}]}, True),
        ({"$or": [{"a": [1]}, {"b": [{"wildcard": "x*"}]}]}, True),
        ({"wildcard": ["x"]}, False),
        ({"wildcard": {"a": [1]}}, False),
        ({"a": [{"prefix": "x*"}, "wildcard"]}, False),
        ({"a": [{"anything-but": ["x*"]}]}, False),
    ],
)
def test_what_counts_as_a_wildcard(pattern: JsonObject, has_it: bool) -> None:
    assert has_wildcard(pattern) is has_it


def test_the_fields_that_conditions_read_are_listed_for_the_emitter() -> None:
    version = drawn(
        {"from": "a", "to": "b", "when": {"width": [1], "meta": {"kind": ["x"]}}},
        {"from": "a", "to": "b", "when": {"$or": [{"left.x": [1]}, {"right": [1]}]}},
        {"from": "a", "to": "c", "on": "completion", "when": {"status": ["failed"], "output": {"height": [1]}}},
        {"from": "a", "to": "c", "on": "failure", "when": {"type": ["Timeout"]}},
        {"from": "b", "to": "c", "on": "failure", "when": {"type": ["Timeout"]}},
        tasks={"c": {"function": "work", "join": "settled"}},
    )
    assert compile_rules(version).inline == {"a": ("height", "left", "meta", "right", "width")}
