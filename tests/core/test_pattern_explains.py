"""Why not: every clause that failed, in every branch, with what was found; and what is certain without an event."""

from __future__ import annotations

import pytest

from events.pattern import Failure, Pattern, Reason, leaf_paths, never_matches


def told(pattern: object, event: object) -> list[str]:
    return [str(failure) for failure in Pattern(pattern).explain(event)]


def test_a_match_needs_no_explanation() -> None:
    assert told({"a": ["x"]}, {"a": "x"}) == []


def test_each_clause_that_failed_and_on_which_value() -> None:
    pattern = {"d": {"total": [{"numeric": [">", 100]}], "kind": ["a", None], "gone": [{"exists": False}], "ok": [1]}}
    assert told(pattern, {"d": {"total": 99.5, "gone": True, "ok": 1}}) == [
        'd.gone is there (true); wanted [{"exists": false}]',
        'd.kind is missing; wanted ["a", null]',
        'd.total is 99.5; wanted [{"numeric": [">", 100]}]',
    ]


def test_each_branch_is_told() -> None:
    failures = Pattern({"$or": [{"a": [1]}, {"b": [2], "a": [3]}]}).explain({"a": 2})
    assert [(failure.branch, failure.reason, failure.fields) for failure in failures] == [
        (1, Reason.REFUSED, ("a",)),
        (2, Reason.REFUSED, ("a",)),
        (2, Reason.MISSING, ("b",)),
    ]


def test_values_in_arrays_are_all_shown_up_to_five() -> None:
    assert told({"a": ["x"]}, {"a": [1, None, "y"]}) == ['a is "y", null, 1; wanted ["x"]']
    assert told({"a": ["x"]}, {"a": [1] * 9})[0].startswith("a is 1, 1, 1, 1, 1, ...;")


def test_fields_that_hold_only_apart() -> None:
    pattern = {"p": {"f": ["Anna"], "l": ["Jones"]}}
    event = {"p": [{"f": "Anna"}, {"l": "Jones"}]}
    assert told(pattern, event) == ['no single element of an array has all of: p.f ["Anna"], p.l ["Jones"]']
    assert Pattern(pattern).explain(event) == (
        Failure(1, Reason.SCATTERED, ("p.f", "p.l"), 'p.f ["Anna"], p.l ["Jones"]'),
    )


OPERATORS = (
    '"x"', "null", "true", "5", "-0.5", "9007199254740993", '"10.0.0.1"', '{"cidr": "10.0.0.0/8"}', '{"prefix": "x"}',
    '{"suffix": "x"}', '{"prefix": {"equals-ignore-case": "x"}}', '{"suffix": {"equals-ignore-case": "x"}}',
    '{"equals-ignore-case": "x"}', '{"wildcard": "x*"}', '{"numeric": [">=", 1, "<", 2]}', '{"numeric": ["<=", 5]}',
    '{"numeric": [">", 5]}', '{"anything-but": ["x", "y"]}', '{"anything-but": [1, 2]}', '{"exists": true}',
    '{"anything-but": {"prefix": ["x", "y"]}}', '{"anything-but": {"wildcard": ["*x"]}}',
)  # fmt: skip


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_is_told_as_it_stands_in_a_pattern(operator: str) -> None:
    (failure,) = Pattern(f'{{"a":[{operator},{{"prefix":"q"}}]}}').explain({})
    assert failure.wanted == f'[{operator}, {{"prefix": "q"}}]'
    assert failure.reason is Reason.MISSING


def test_values_are_shown_as_json_and_shortened() -> None:
    pattern = Pattern('{"a":["x"]}')
    shown = pattern.explain('{"a":["' + "y" * 200 + '",9007199254740993,1e2,"\\u00e9",true]}')[0].found
    assert sorted(shown, key=len) == ['"é"', "100", "true", "9007199254740993", '"' + "y" * 76 + "..."]
    assert pattern.explain({"a": 10**5000})[0].found[0].endswith("...")


def test_the_fields_a_pattern_reads() -> None:
    pattern = Pattern({"d": {"a": [1], "b.c": [2]}, "$or": [{"e": [1]}, {"d": {"f": [1]}}]})
    assert leaf_paths(pattern) == {("d", "a"), ("d", "b", "c"), ("e",), ("d", "f")}


def test_what_can_never_match() -> None:
    nothing_between = [{"numeric": [">", 1, "<", 1.0000000000000002]}]
    assert never_matches(Pattern({"a": nothing_between})) == "no number lies in the range that 'a' must be in"
    assert never_matches(Pattern({"$or": [{"a": nothing_between}, {"b": nothing_between, "c": [1]}]})) == (
        "no number lies in the range that 'a' must be in; no number lies in the range that 'b' must be in"
    )
    assert never_matches(Pattern({"a": [{"numeric": ["<", -1.7976931348623157e308]}]})) is not None
    for possible in (
        {"a": [*nothing_between, 5]},
        {"$or": [{"a": nothing_between}, {"b": [1]}]},
        {"a": [{"numeric": [">", 1, "<", 1.0000000000000004]}]},
        {"a": [{"exists": False}], "a.b": [1]},
        {"a": [1], "a.b": [2]},
    ):
        assert never_matches(Pattern(possible)) is None
