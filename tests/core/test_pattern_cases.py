"""The table of cases beside this file, and the third-party cases where they are at hand: one verdict from every door."""

from __future__ import annotations

import json
from pathlib import Path

from support.third_party import cases, third_party

from events.pattern import InvalidPattern, Pattern, RuleIndex

OWN = Path(__file__).parent / "pattern_cases.jsonl"


def verdict(case: dict[str, object]) -> str:
    try:
        pattern = Pattern(case["pattern"])
    except InvalidPattern:
        return "invalid"
    event = case["event"]
    assert isinstance(event, str | bytes | dict)
    matched = pattern.matches(event)
    index = RuleIndex()
    index.add("rule", pattern)
    assert index.match(event) == ({"rule"} if matched else set())
    assert bool(pattern.explain(event)) != matched
    return "match" if matched else "no_match"


def wrong(found: list[dict[str, object]]) -> list[tuple[object, object, object, str]]:
    answers = ((case, verdict(case)) for case in found)
    return [
        (case["name"], case["pattern"], case["event"], answer) for case, answer in answers if answer != case["expect"]
    ]


def test_every_case_of_our_own_table() -> None:
    assert wrong(cases(OWN)) == []


def test_documents_as_text_as_bytes_and_parsed_are_one() -> None:
    parsed = [case for case in cases(OWN) if isinstance(case["pattern"], dict) and isinstance(case["event"], dict)]
    assert len(parsed) > 300
    for case in parsed:
        text = json.dumps(case["pattern"]), json.dumps(case["event"])
        raw = tuple(json.dumps(case[key], ensure_ascii=False).encode() for key in ("pattern", "event"))
        for pattern, event in (text, raw):
            assert verdict({"pattern": pattern, "event": event}) == case["expect"], case


def test_all_rules_of_the_table_in_one_index_do_not_disturb_each_other() -> None:
    index, rules = RuleIndex(), {}
    for number, case in enumerate(cases(OWN)):
        if case["expect"] != "invalid":
            rules[str(number)] = Pattern(case["pattern"])
            index.add(str(number), rules[str(number)])
    for case in cases(OWN)[::5]:
        event = case["event"]
        assert isinstance(event, str | dict)
        assert index.match(event) == {name for name, rule in rules.items() if rule.matches(event)}, event


def test_third_party_cases() -> None:
    assert wrong(third_party("public.jsonl")) == []


def test_third_party_rules_in_one_index() -> None:
    for case in third_party("multi_rule.jsonl"):
        index = RuleIndex()
        rules, expected = case["rules"], case["expect_matching_rules"]
        assert isinstance(rules, list)
        assert isinstance(expected, list)
        for place, rule in enumerate(rules):
            index.add(str(place), rule)
        assert index.match(case["event"]) == {str(place) for place in expected}, case["name"]
