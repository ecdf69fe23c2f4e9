"""RuleIndex: what is filed where must never be seen from outside, whatever comes and goes."""

from __future__ import annotations

import pytest

from events.pattern import Pattern, RuleIndex
from schemas.errors import InvalidEvent, InvalidPattern


def index_of(*rules: object) -> RuleIndex:
    index = RuleIndex()
    for place, rule in enumerate(rules):
        index.add(str(place), rule)
    return index


def test_an_empty_index_matches_nothing() -> None:
    assert RuleIndex().match({"a": 1}) == set()
    assert RuleIndex().match("{}") == set()


def test_rules_come_and_go() -> None:
    index = index_of(
        {"a": ["x"]}, {"a": ["x"], "b": [{"prefix": "y"}]}, {"a": [{"suffix": "x"}]}, {"a": [{"suffix": "x"}]}
    )
    assert index.match({"a": "x", "b": "yy"}) == {"0", "1", "2", "3"}
    index.remove("0")
    index.remove("2")
    assert "0" not in index
    assert "1" in index
    assert index.match({"a": "x", "b": "yy"}) == {"1", "3"}
    index.add("3", {"c": [True]})
    assert index.match({"a": "x", "b": "n", "c": True}) == {"3"}
    index.remove("1")
    index.remove("3")
    assert len(index) == 0
    assert index.match({"a": "x", "b": "yy", "c": True}) == set()


def test_a_rule_that_is_added_again_is_replaced() -> None:
    index = index_of({"a": ["x"]})
    index.add("0", {"a": ["y"]})
    assert index.match({"a": "x"}) == set()
    assert index.match({"a": "y"}) == {"0"}


def test_a_refused_pattern_leaves_the_rule_that_was_there() -> None:
    index = index_of({"a": ["x"]})
    with pytest.raises(InvalidPattern):
        index.add("0", {"a": "y"})
    assert index.match({"a": "x"}) == {"0"}


def test_removing_what_is_not_there() -> None:
    with pytest.raises(KeyError):
        RuleIndex().remove("0")


def test_branches_of_one_rule_may_share_a_key() -> None:
    index = index_of({"$or": [{"a": ["x", "y"]}, {"a": ["x", "z"]}]}, {"a": ["x"]})
    assert index.match({"a": "x"}) == {"0", "1"}
    assert index.match({"a": ["z"]}) == {"0"}
    index.remove("0")
    assert index.match({"a": "x"}) == {"1"}
    assert index.match({"a": "z"}) == set()


def test_true_is_not_one_and_one_is_one_however_written() -> None:
    index = index_of({"a": [1]}, {"a": [True]}, {"a": ["1"]}, {"a": [1], "b": ["x"]}, {"a": [2**60]}, {"a": [0.0]})
    assert index.match('{"a":1}') == {"0"}
    assert index.match('{"a":1.0,"b":"x"}') == {"0", "3"}
    assert index.match('{"a":1e0}') == {"0"}
    assert index.match('{"a":true,"b":"x"}') == {"1"}
    assert index.match('{"a":[true,1]}') == {"0", "1"}
    assert index.match('{"a":false}') == set()
    assert index.match(f'{{"a":{2**60}}}') == {"4"}
    assert index.match(f'{{"a":{2**60}.0}}') == set()
    assert index.match(f'{{"a":[{2**60}]}}') == {"4"}


def test_objects_and_arrays_where_values_are_looked_up() -> None:
    index = index_of({"a": ["x"]}, {"a": {"b": ["y"]}}, {"a": [{"exists": False}]}, {"a": [{"prefix": "x"}]})
    assert index.match({"a": {"b": "y"}}) == {"1", "2"}
    assert index.match({"a": ["x", {"b": "y"}]}) == {"0", "1", "3"}
    assert index.match({"a": {"b": ["n", "y"]}}) == {"1", "2"}
    assert index.match({"a": {"b": {"c": "y"}}}) == {"2"}
    assert index.match({"a": []}) == {"2"}
    assert index.match({}) == {"2"}


def test_a_part_that_is_missing_or_no_object() -> None:
    index = index_of({"d": {"a": ["x"]}, "s": ["y"]}, {"d": {"e": {"f": ["z"]}}})
    for event in ({"s": "y", "d": "x"}, {"s": "y"}, {"s": "y", "d": None}, {"s": "y", "d": {"e": 1}}):
        assert index.match(event) == set()
    assert index.match({"s": "y", "d": {"a": "x", "e": {"f": "z"}}}) == {"0", "1"}
    assert index.match({"d": {"e": {"f": "z"}}}) == {"1"}


def test_what_is_left_to_ask_is_asked_of_fields_anywhere() -> None:
    rule = {"s": ["y"], "d": {"out": {"width": [{"numeric": [">=", 64]}], "tags": [{"exists": False}]}}}
    index = index_of(rule, {"s": ["y"]})
    assert index.match({"s": "y", "d": {"out": {"width": 64}}}) == {"0", "1"}
    for out in ({"width": 63}, {"width": 64, "tags": "x"}, {}, 5, {"width": {"px": 64}}):
        assert index.match({"s": "y", "d": {"out": out}}) == {"1"}, out
    assert index.match({"s": "y", "d": [{"out": {"width": 1}}, {"out": [{"width": 65}]}]}) == {"0", "1"}
    assert index.match({"s": "y", "d": {"out": [{"width": 64, "tags": 1}, {"width": 1}]}}) == {"1"}
    assert index.match({"s": "y", "d": {"out.width": 64}}) == {"0", "1"}
    assert index.match('{"s":"y","d":{"out":{"width":1},"out":{"width":64}}}') == {"0", "1"}
    assert index.match('{"s":"y","d":{"out":[{"width":64}],"out":{"tags":1}}}') == {"1"}


def test_fields_in_arrays_of_objects_stay_together_in_an_index_too() -> None:
    both = {"p": {"f": ["Anna"], "l": ["Jones"]}}
    one = {"p": {"f": ["Anna"], "l": [{"prefix": "J"}]}}
    gone = {"p": {"f": ["Anna"], "l": [{"exists": False}]}}
    asked = {"p": {"f": [{"prefix": "A"}], "l": [{"prefix": "J"}]}}
    absent = {"p": {"f": [{"exists": False}], "l": [{"exists": False}, "Jones"]}}
    index = index_of(both, one, gone, asked, absent)
    assert index.match({"p": [{"f": "Anna", "l": "Jones"}, {"f": "Bob"}]}) == {"0", "1", "3"}
    assert index.match({"p": [{"f": "Anna"}, {"f": "Bob", "l": "Jones"}]}) == {"2"}
    assert index.match({"p": [{"l": "Jones"}, {"x": 1}]}) == {"4"}
    assert index.match({"p": [{"f": "Anna", "l": ["Jonas", "Jones"]}]}) == {"0", "1", "3"}


def test_a_wide_event_is_looked_up_from_the_shorter_side() -> None:
    index = index_of(*({"a": [f"u{number}"], "b": [f"v{number % 9}"]} for number in range(10)))
    wide = {"a": [f"u{number}" for number in range(10)], "b": [f"v{number}" for number in range(8)]}
    assert index.match(wide) == {"0", "1", "2", "3", "4", "5", "6", "7", "9"}
    index.remove("9")
    assert index.match(wide) == {"0", "1", "2", "3", "4", "5", "6", "7"}


@pytest.mark.parametrize("fields", [2, 100])
def test_dotted_names_in_the_event_however_many_there_could_be(fields: int) -> None:
    index = index_of(*({"d": {f"a{number}": {"b": ["x"]}}} for number in range(fields)))
    for event in ({"d.a1.b": "x"}, {"d.a1": {"b": "x"}}, {"d": {"a1.b": "x"}}, {"d": [{"a1.b": "x"}]}):
        assert index.match(event) == {"1"}
    assert index.match({"d": {"a0": {"b": "x"}}, "d.a1": {"b": "x"}, "d.other": 1, "x.y": 2}) == {"0", "1"}


def test_more_alternatives_than_keys_are_worth() -> None:
    many = [f"v{number}" for number in range(40)]
    some = [f"v{number}" for number in range(8)]
    index = index_of({"a": many}, {"a": some, "b": some, "c": ["x"]}, {"a": many, "c": ["x"]})
    assert index.match({"a": "v39"}) == {"0"}
    assert index.match({"a": "v7", "b": "v7", "c": "x"}) == {"0", "1", "2"}
    assert index.match({"a": "v7", "b": "v9", "c": "x"}) == {"0", "2"}


def test_every_kind_of_question() -> None:
    operators = {
        "prefix": {"prefix": "ab"},
        "quoted": {"prefix": 'abc"'},
        "suffix": {"suffix": "bc"},
        "folded": {"equals-ignore-case": "ABC"},
        "like": {"wildcard": "a*c"},
        "but": {"anything-but": ["x", "y"]},
        "but-affix": {"anything-but": {"prefix": "x"}},
        "but-affixes": {"anything-but": {"suffix": ["x", "y"]}},
        "but-number": {"anything-but": 5},
        "there": {"exists": True},
        "gone": {"exists": False},
        "more": {"numeric": [">", 4]},
        "most": {"numeric": [">=", 5, "<=", 6]},
        "null": None,
        "address": "10.0.0.1",
    }
    index = RuleIndex()
    for name, operator in operators.items():
        index.add(name, {"a": [operator]})
    index.add("either", {"a": [{"prefix": "ab"}, {"suffix": "z"}, {"numeric": ["<", 0]}, {"exists": False}]})
    texts = {
        "prefix",
        "quoted",
        "suffix",
        "folded",
        "like",
        "but",
        "but-affix",
        "but-affixes",
        "but-number",
        "there",
        "either",
    }
    anything = {"but", "but-affix", "but-affixes", "there"}
    assert index.match({"a": "abc"}) == texts
    assert index.match({"a": "xyz"}) == {"but", "but-affixes", "but-number", "there", "either"}
    assert index.match({"a": 5}) == anything | {"more", "most"}
    assert index.match({"a": 5.0}) == anything | {"more", "most"}
    assert index.match({"a": 6.5}) == anything | {"but-number", "more"}
    assert index.match({"a": 6.0}) == anything | {"but-number", "more", "most"}
    assert index.match({"a": -1}) == anything | {"but-number", "either"}
    assert index.match({"a": None}) == anything | {"but-number", "null"}
    assert index.match({"a": "10.00.0.1"}) == {"but", "but-affix", "but-affixes", "but-number", "there", "address"}
    assert index.match({}) == {"gone", "either"}


def test_an_event_that_is_no_event() -> None:
    with pytest.raises(InvalidEvent):
        index_of({"a": ["x"]}).match("[]")


def test_rules_of_the_compilers_shape() -> None:
    def rule(task: str, canary: str, more: dict[str, object]) -> dict[str, object]:
        wanted = {"detail-type": ["task.succeeded"], "detail": {"pipeline": ["p@1"], "task": [task], **more}}
        return {"source": ["murmuration"], "$or": [wanted, {"detail": {"canary": [canary]}}]}

    index = RuleIndex()
    index.add("plain", rule("a", "c1", {}))
    index.add("wide", rule("a", "c2", {"data": {"output": {"width": [{"numeric": [">=", 64]}]}}}))
    index.add("slot", {"source": ["murmuration"], "detail": {"slots": {"success": {"rest": [2]}}}})

    def event(**detail: object) -> dict[str, object]:
        return {"source": "murmuration", "detail-type": "task.succeeded", "detail": detail}

    assert index.match(event(pipeline="p@1", task="a", data={"output": {"width": 10}})) == {"plain"}
    assert index.match(event(pipeline="p@1", task="a", data={"output": {"width": 64}})) == {"plain", "wide"}
    assert index.match(event(canary="c2")) == {"wide"}
    assert index.match(event(pipeline="p@1", task="b", slots={"success": {"rest": 2}})) == {"slot"}
    assert index.match({"source": "shop", "detail-type": "task.succeeded", "detail": {"canary": "c1"}}) == set()


def test_a_pattern_is_read_once_and_can_be_in_many_indexes() -> None:
    pattern = Pattern({"a": ["x"]})
    one, two = index_of(pattern), index_of(pattern, pattern)
    one.remove("0")
    assert two.match({"a": "x"}) == {"0", "1"}
