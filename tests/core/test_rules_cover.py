"""The cover of edges by rules."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples

from events.rules.cover import cover

Pair = tuple[str, str]


def joined(sources: str, targets: str) -> list[Pair]:
    return [(source, target) for source in sources for target in targets]


def covered(pairs: list[Pair]) -> list[Pair]:
    found = cover(pairs)
    assert found is not None
    assert all(len(biclique.targets) <= 5 for biclique in found)
    return [(source, target) for one in found for source in one.sources for target in one.targets]


@given(st.sets(st.tuples(st.sampled_from("abcdefghij"), st.sampled_from("ABCDEFGHIJ"))))
@examples(60)
def test_every_pair_is_in_exactly_one_rule(pairs: set[Pair]) -> None:
    assert sorted(covered(sorted(pairs))) == sorted(pairs)


@pytest.mark.parametrize(
    ("pairs", "rules"),
    [
        ([], 0),
        (joined("a", "ABCDE"), 1),
        (joined("a", "ABCDEF"), 2),
        (joined("abcdefgh", "A"), 1),
        (joined("abcdefgh", "ABCDEFGHIJ"), 2),
        (joined("ab", "AB") + joined("cd", "CD"), 2),
        # Neither the sources nor the targets are twins; only a greedy sees the block in the middle.
        ([*joined("abcd", "ABCD"), ("a", "W"), ("b", "X"), ("w", "A"), ("x", "B")], 5),
    ],
)
def test_few_rules_are_found(pairs: list[Pair], rules: int) -> None:
    found = cover(pairs)
    assert found is not None
    assert len(found) == rules


def test_ten_fully_joined_layers() -> None:
    names = [[f"t{layer}_{n}" for n in range(20)] for layer in range(10)]
    pairs = [(one, two) for layer, below in itertools.pairwise(names) for one in layer for two in below]
    found = cover(pairs, limit=36)
    assert len(pairs) == 3_600
    assert found is not None
    assert len(found) == 36


@pytest.mark.parametrize(
    "pairs",
    [
        joined("a", "ABCDEFGHIJK"),
        [("a", "A"), ("b", "B"), ("c", "C")],
        [*joined("abc", "AB"), ("a", "C"), ("b", "D"), ("c", "E"), ("d", "A"), ("e", "B")],
    ],
)
def test_it_gives_up_once_there_are_too_many(pairs: list[Pair]) -> None:
    assert cover(pairs, limit=2) is None


@given(st.sets(st.tuples(st.sampled_from("abcde"), st.sampled_from("ABCDE")), max_size=15))
@examples(25)
def test_what_is_added_elsewhere_changes_nothing_here(pairs: set[Pair]) -> None:
    before, after = cover(sorted(pairs)), cover([*sorted(pairs), *joined("xyz", "XYZ")])
    assert before is not None
    assert after is not None
    assert set(before) < set(after)


def test_sets_that_overlap_need_fewer_than_their_sources_or_targets_alone() -> None:
    crossed = ["s0 t0", "s0 t1", "s1 t0", "s1 t2", "s1 t3", "s2 t0", "s2 t2", "s3 t3"]
    found = cover((source, target) for source, target in (pair.split() for pair in crossed))
    assert found is not None
    assert len(found) == 3
