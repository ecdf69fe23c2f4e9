"""Random patterns and events: the matcher, the index and an oracle that tries everything give one answer."""

from __future__ import annotations

from hypothesis import event as note
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.naive_pattern import naive_matches
from support.pattern_strategies import events, patterns

from events.pattern import Pattern, RuleIndex


@examples(60)
@given(pattern=patterns(), event=events())
def test_a_pattern_answers_as_the_oracle_does(pattern: str, event: str) -> None:
    expected = naive_matches(pattern, event)
    note(f"match: {expected}")
    assert Pattern(pattern).matches(event) == expected
    assert bool(Pattern(pattern).explain(event)) != expected


@examples(20)
@given(
    rules=st.lists(patterns(), min_size=2, max_size=5),
    changes=st.lists(st.tuples(st.integers(0, 5), patterns() | st.none()), max_size=4),
    seen=st.lists(events(), min_size=1, max_size=3),
)
def test_an_index_answers_for_each_rule_as_if_it_were_alone(
    rules: list[str], changes: list[tuple[int, str | None]], seen: list[str]
) -> None:
    index, kept = RuleIndex(), dict(enumerate(rules))
    for number, pattern in kept.items():
        index.add(str(number), pattern)

    def check() -> None:
        for event in seen:
            assert index.match(event) == {str(number) for number, rule in kept.items() if naive_matches(rule, event)}

    check()
    for number, changed in changes:
        if changed is not None:
            kept[number] = changed
            index.add(str(number), changed)
        elif number in kept:
            del kept[number]
            index.remove(str(number))
        check()
    assert len(index) == len(kept)
