"""What the service refuses beside the language, and that no accepted pattern makes the matcher slow: counted, not timed."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from support.third_party import third_party

from events.pattern import LONGEST_EVER, InvalidPattern, Pattern, RuleIndex, over_length, uses_wildcards
from events.pattern.limits import MOST_COMPLEX, complexity
from events.pattern.match import Plan
from events.pattern.operators import Absent, Value
from schemas.errors import InvalidEvent


def test_third_party_limits() -> None:
    for case in third_party("service_limits.jsonl"):
        text, expected = str(case["pattern"]), str(case["expect"])
        try:
            Pattern(text)
            valid = expected.startswith("valid (") or over_length(text, LONGEST_EVER) is None
        except InvalidPattern:
            valid = False
        assert valid == expected.startswith("valid"), case["name"]


@pytest.mark.parametrize(
    ("wildcards", "places"),
    [
        (["*x"], 2),
        (["x"], 1),
        (["*ab*"], 3),
        (["a*", "b*"], 2),
        (["*.a", "*.b", "*.c", "*.d"], 8),
        (["*/d/*.a", "*/d/*.b"], 8),
        (["*:stack/A/*", "*:stack/B/*", "*:stack/C/*"], 9),
        (["*aaaaaaaaa"], 10),
        (["*aaaaaaaaaa"], 11),
        ([f"{letter}*" for letter in "abcdefghijk"], 11),
        (["*\\*\\**"], 4),
    ],
)
def test_wildcards_are_scored_by_the_places_they_can_be_in_at_once(wildcards: list[str], places: int) -> None:
    assert complexity({(wildcard,) for wildcard in wildcards}) == places
    document = {"a": [{"wildcard": wildcard} for wildcard in wildcards]}
    if places <= MOST_COMPLEX:
        assert Pattern(document).matches({"a": wildcards[0].replace("*", "").replace("\\", "*")})
    else:
        with pytest.raises(InvalidPattern, match="field 'a': its wildcards together are too complex"):
            Pattern(document)


def test_wildcards_of_one_anything_but_share_their_common_start() -> None:
    endings = [f"*.{letter}" for letter in "abcdefghijklm"]
    Pattern({"a": [{"anything-but": {"wildcard": endings}}]})
    with pytest.raises(InvalidPattern, match="too complex"):
        Pattern({"a": [{"wildcard": ending} for ending in endings]})


def test_wildcards_of_other_fields_do_not_add_up_but_those_of_branches_do() -> None:
    four, more = ([{"wildcard": f"*.{letter}"} for letter in letters] for letters in ("abcd", "efgh"))
    Pattern({"a": four, "b": more})
    Pattern({"$or": [{"a": four}, {"b": more}]})
    Pattern({"$or": [{"a": ["x"], "b": four}, {"a": ["y"], "b": more}]})
    for together in (
        {"$or": [{"a": four}, {"a": more}]},
        {"$or": [{"a": ["x"], "b": four}, {"a": ["x"], "b": more}]},
        {"$or": [{"a": ["x"], "b": four}, {"a": ["y", "x"], "b": [1]}, {"a": ["y"], "b": more}]},
    ):
        with pytest.raises(InvalidPattern, match=r"field '[ab]': its wildcards together"):
            Pattern(together)


def test_a_score_that_takes_too_long_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    document = {"a": [{"wildcard": "*abcdefghijk"}]}
    Pattern(document)
    monkeypatch.setattr("events.pattern.limits._MOST_SETS", 5)
    with pytest.raises(InvalidPattern, match="too complex"):
        Pattern(document)


def test_combinations_are_bounded() -> None:
    pair = [{"a": [1]}, {"b": [1]}]
    Pattern({f"f{number}": {"$or": pair} for number in range(9)})
    with pytest.raises(InvalidPattern, match="more than 1,000 combinations"):
        Pattern({f"f{number}": {"$or": pair} for number in range(10)})


def test_length() -> None:
    assert over_length({"a": ["x" * 2038]}) is None
    assert over_length({"a": ["x" * 2039]}) == "the pattern has 2,049 characters; EventBridge takes 2,048"
    assert over_length('{"a":["ééé"]}'.encode(), 13) is None
    assert over_length('{ "a": ["x"]}', 11) is not None


def test_which_rules_count_as_wildcard_rules() -> None:
    assert uses_wildcards(Pattern({"a": [{"wildcard": "x*"}]}))
    assert uses_wildcards(Pattern({"a": ["x"], "b": [{"anything-but": {"wildcard": ["*"]}}]}))
    assert not uses_wildcards(Pattern({"a": [{"prefix": "x"}, {"anything-but": ["*"]}]}))


@dataclass(eq=False)
class Counting:
    """An operator that accepts one value and counts how often it is asked."""

    wanted: Value
    asked: int = 0

    def accepts(self, value: Value) -> bool:
        self.asked += 1
        return value == self.wanted


def asked_for(elements: int, *, optional: bool) -> int:
    """Twelve fields of an array of objects, each field right in all elements but every twelfth: the worst for a search."""
    names = [f"k{number:02}" for number in range(12)]
    counters = {f"a.{name}": Counting(1) for name in names}
    more = (Absent(),) if optional else ()
    plan = Plan({path: (counter, *more) for path, counter in counters.items()})
    event: dict[str, object] = {
        "a": [{name: int(place % 12 != number) for number, name in enumerate(names)} for place in range(elements)]
    }
    assert not plan.holds(event)
    return sum(counter.asked for counter in counters.values())


@pytest.mark.parametrize("optional", [False, True])
def test_twice_the_elements_are_twice_the_work(optional: bool) -> None:
    few, many = asked_for(60, optional=optional), asked_for(120, optional=optional)
    assert few <= 60 * 12
    assert many <= 2 * few


def test_deep_arrays_are_walked_once() -> None:
    counter = Counting(1)
    plan = Plan({"a.x": (counter,), "a.y": (Counting(1), Absent())})
    nested: list[object] = []
    for _ in range(5_000):
        nested = [{"x": 2}, nested]
    assert not plan.holds({"a": nested})
    assert counter.asked == 5_000


def satisfiability(variables: int) -> tuple[str, dict[str, object]]:
    """Repeated keys make matching a satisfiability problem: each array is a variable, each field a clause over three."""
    clauses = [[(n * 7 + k * 5) % variables for k in range(3)] for n in range(variables * 4)]
    arrays = [
        [
            {f"c{n}": 1 for n, clause in enumerate(clauses) if variable in clause and (n + variable) % 2 == side}
            for side in (0, 1)
        ]
        for variable in range(variables)
    ]
    return "{" + ",".join(f'"a":{json.dumps(array)}' for array in arrays) + "}", {
        "a": {f"c{n}": [1] for n in range(len(clauses))}
    }


def test_what_no_method_can_decide_quickly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.pattern.search.MOST_WORK", 50_000)
    event, document = satisfiability(40)
    with pytest.raises(InvalidEvent, match="names one field in too many ways"):
        Pattern(document).matches(event)
    index = RuleIndex()
    index.add("rule", document)
    with pytest.raises(InvalidEvent, match="names one field in too many ways"):
        index.match(event)


def test_nesting_in_an_odd_event_costs_no_memory() -> None:
    """Every element of the innermost array stands in 300 arrays: the memberships are shared, not copied."""
    event = '{"a":' + "[" * 300 + ",".join(['{"x":1}'] * 500) + "]" * 300 + ',"a.x":2}'
    assert Pattern({"a": {"x": [1], "y": [{"exists": False}]}}).matches(event)
